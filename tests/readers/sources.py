"""Transcripts for the tests of readers: written to a folder, read, and looked at."""

from pathlib import Path

import pytest

from werkalliantie.configuration import ImportMapping, load_mapping
from werkalliantie.errors import TranscriptError
from werkalliantie.readers import Reading, read_transcript
from werkalliantie.resources import shipped

DEFAULT = load_mapping(shipped("configs") / "imports" / "default.toml")


def saved(folder: Path, source: str | bytes, *, name: str = "gesprek-12.txt") -> Path:
    """Write a transcript byte for byte, text as UTF-8, and return its path."""
    path = folder / name
    path.write_bytes(source if isinstance(source, bytes) else source.encode())
    return path


def read(
    folder: Path,
    source: str | bytes,
    *,
    name: str = "gesprek-12.txt",
    mapping: ImportMapping = DEFAULT,
) -> Reading:
    """Read a transcript that holds one tape."""
    (reading,) = read_transcript(saved(folder, source, name=name), mapping)
    return reading


def refusal(
    folder: Path,
    source: str | bytes,
    *,
    name: str = "gesprek-12.txt",
    mapping: ImportMapping = DEFAULT,
    tape: str | None = None,
) -> TranscriptError:
    """Return the error for which a transcript is refused."""
    with pytest.raises(TranscriptError) as refused:
        read_transcript(saved(folder, source, name=name), mapping, tape=tape)
    return refused.value


def said(reading: Reading) -> list[str]:
    """Return the turns as `R: text`, with the marker of each role."""
    return [f"{turn.role.marker}: {turn.text}" for turn in reading.tape.turns]


def asides(reading: Reading) -> list[list[str]]:
    """Return for each turn its asides, as `stage_direction lacht` or `interjection C ja`."""
    return [
        [" ".join(filter(None, (a.kind, a.role and a.role.marker, a.text))) for a in turn.asides]
        for turn in reading.tape.turns
    ]


def skipped(reading: Reading) -> list[tuple[int, str]]:
    """Return the line and the kind of everything that isn't speech."""
    return [(one.line, one.kind.value) for one in reading.skipped]


def in_place(reading: Reading) -> list[str]:
    """Return what stands in the source text where each turn says it is."""
    return [reading.tape.source_text[turn.start : turn.end] for turn in reading.tape.turns]
