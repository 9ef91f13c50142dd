"""Small invented conversations and settings that several tests need."""

from collections.abc import Sequence
from pathlib import Path

from werkalliantie.configuration.study import Backchannels, StudySettings
from werkalliantie.transcript import Role, Tape, Turn, Utterance
from werkalliantie.utterances import Segmenter

CONVERSATION = (
    "R: Goedemorgen, ga zitten.",
    "C: Ik was er wel, maar de deur zat dicht.",
    "R: Hm hm.",
    "C: Dus ben ik weer naar huis gegaan.",
    "R: Als je er donderdag niet bent, moet ik dat melden.",
)
_ROLES = {role.marker: role for role in Role}


def a_tape(
    *lines: str,
    id: str = "gesprek-01",
    worker: str | None = None,
    client: str | None = None,
    unit: str | None = None,
) -> Tape:
    """Return a tape of lines such as "R: Hoi."; a short conversation where none are given."""
    lines = lines or CONVERSATION
    return Tape(
        id=id,
        turns=tuple(_turn(lines, index) for index in range(len(lines))),
        source_name=f"{id}.txt",
        source_text="\n".join(lines),
        worker=worker,
        client=client,
        unit=unit,
    )


def _turn(lines: Sequence[str], index: int) -> Turn:
    speaker, text = lines[index].split(": ", maxsplit=1)
    start = sum(len(line) + 1 for line in lines[:index]) + len(speaker) + 2
    return Turn(
        index=index,
        role=_ROLES[speaker],
        speaker=speaker,
        text=text,
        line=index + 1,
        start=start,
        end=start + len(text),
    )


def some_settings(
    *,
    utterance: str = "turn",
    spacy: str = "blank:nl",
    words: Sequence[str] = ("ja", "oké", "hm", "mm", "zo'n"),
    max_words: int = 4,
) -> StudySettings:
    """Return a study's settings with the given choices."""
    return StudySettings.model_validate(
        {
            "name": "proef",
            "codebook": "proef-1",
            "utterance": utterance,
            "spacy": spacy,
            "backchannels": Backchannels(words=tuple(words), max_words=max_words),
        }
    )


def utterances_of(tape: Tape) -> tuple[Utterance, ...]:
    """Return the worker turns of a tape as utterances, "hm hm" as a backchannel."""
    return Segmenter(some_settings()).utterances(tape)


def written(path: Path, text: str) -> Path:
    """Write a text file and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
