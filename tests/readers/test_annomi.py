"""The public AnnoMI set, whole; it lies beside the checkout where somebody put it."""

import csv
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from werkalliantie.configuration import load_mapping
from werkalliantie.readers import Reading, read_transcript
from werkalliantie.resources import shipped

ANNOMI = Path(__file__).parents[3] / "shared" / "data" / "annomi" / "AnnoMI-full.csv"
pytestmark = pytest.mark.skipif(
    not ANNOMI.is_file(), reason="AnnoMI-full.csv is not in ../shared/data/annomi"
)


@cache
def annomi() -> tuple[Reading, ...]:
    """Read the set by its shipped mapping."""
    return read_transcript(ANNOMI, load_mapping(shipped("configs") / "imports" / "annomi.toml"))


def test_its_size() -> None:
    """133 tapes with 6,826 codings by 10 coders under one codebook."""
    codings = [coding for reading in annomi() for coding in reading.codings]

    assert len(annomi()) == 133
    assert len(codings) == 6826
    assert len({coding.coder for coding in codings}) == 10
    assert {coding.codebook for coding in codings} == {"annomi-1"}


def test_nothing_of_it_is_lost() -> None:
    """Each of its 9,699 utterances is a turn or listed."""
    with ANNOMI.open(encoding="utf-8", newline="") as file:
        places = {(row["transcript_id"], row["utterance_id"]) for row in csv.DictReader(file)}
    n_turns = sum(len(reading.tape.turns) for reading in annomi())

    assert len(places) == 9699
    assert n_turns + sum(len(listed_only(reading)) for reading in annomi()) == 9699


def test_seven_tapes_are_coded_by_all() -> None:
    """The others have one coder; who coded a tape coded all the worker's utterances on it."""
    n_coders = Counter(len({c.coder for c in reading.codings}) for reading in annomi())
    complete = [
        len(reading.codings)
        == len({c.coder for c in reading.codings}) * sum(1 for _ in reading.tape.worker_turns)
        for reading in annomi()
    ]

    assert n_coders == {1: 126, 10: 7}
    assert all(complete)


def test_times_are_seconds() -> None:
    """Every turn has its time, from `HH:MM:SS`."""
    first = annomi()[0].tape.turns

    assert all(turn.time is not None for reading in annomi() for turn in reading.tape.turns)
    assert [turn.time for turn in first[:4]] == [13.0, 24.0, 25.0, 34.0]


def listed_only(reading: Reading) -> set[int]:
    """Return the rows that are listed and open no turn."""
    return {one.line for one in reading.skipped} - {turn.line for turn in reading.tape.turns}
