"""The transcripts of the example corpus come back as the conversations they were made of."""

import json
from functools import cache

import pytest

from werkalliantie.example import ExampleCorpus
from werkalliantie.intake import Origin
from werkalliantie.readers import Reading, read_transcript
from werkalliantie.transcript import LineKind

CORPUS = ExampleCorpus.shipped()
Said = list[tuple[str, str, float | None]]
every_transcript = pytest.mark.parametrize(
    "origin", CORPUS.origins(), ids=lambda origin: origin.path.name
)


@cache
def written() -> dict[str, Said]:
    """Return role, text and time of each turn as the corpus was written, by tape."""
    lines = (CORPUS.folder / "tapes.jsonl").read_text(encoding="utf-8").splitlines()
    return {
        tape["tape"]: [(turn["role"], turn["text"], turn["time"]) for turn in tape["turns"]]
        for tape in map(json.loads, lines)
    }


def read(origin: Origin) -> Reading:
    """Read one transcript of the corpus."""
    (reading,) = read_transcript(
        origin.path,
        origin.mapping,
        tape=origin.tape,
        worker=origin.worker,
        client=origin.client,
        unit=origin.unit,
    )
    return reading


@every_transcript
def test_every_turn_comes_back(origin: Origin) -> None:
    """Role, text and time of every turn, in whatever format and mess the transcript is."""
    tape = read(origin).tape

    assert [(turn.role.value, turn.text, turn.time) for turn in tape.turns] == written()[tape.id]
    assert (tape.id, tape.worker, tape.client) == (origin.tape, origin.worker, origin.client)


@every_transcript
def test_every_line_is_understood(origin: Origin) -> None:
    """Nothing of the corpus ends up as *not understood*, or looks like a turn and isn't one."""
    skipped = read(origin).skipped

    doubtful = (LineKind.NOT_UNDERSTOOD, LineKind.LOOKS_LIKE_TURN)
    assert [one.line for one in skipped if one.kind in doubtful] == []


def test_the_corpus_is_whole() -> None:
    """There is a transcript for every tape."""
    assert sorted(written()) == sorted(str(origin.tape) for origin in CORPUS.origins())
