"""How a turn opens: number, time, label and mark in every form."""

from pathlib import Path

import pytest
from readers.sources import DEFAULT, asides, read, said, skipped

from werkalliantie.readers.grammar import Grammar
from werkalliantie.transcript import Role


@pytest.mark.parametrize(
    ("line", "speaker", "role", "time"),
    [
        ("R: Goed zo.", "R", Role.WORKER, None),
        ("C: Goed zo.", "C", Role.CLIENT, None),
        ("K: Goed zo.", "K", Role.CLIENT, None),
        ("C; Goed zo.", "C", Role.CLIENT, None),
        ("l: Goed zo.", "l", Role.CLIENT, None),
        ("I: Goed zo.", "I", Role.CLIENT, None),
        ("Werker: Goed zo.", "Werker", Role.WORKER, None),
        ("Cliënt: Goed zo.", "Cliënt", Role.CLIENT, None),
        ("Clie\u0308nt: Goed zo.", "Clie\u0308nt", Role.CLIENT, None),
        ("Cliënt; Goed zo.", "Cliënt", Role.CLIENT, None),
        ("WERKER : Goed zo.", "WERKER", Role.WORKER, None),
        ("Tolk: Goed zo.", "Tolk", Role.OTHER, None),
        ("R:Goed zo.", "R", Role.WORKER, None),
        ("R\tGoed zo.", "R", Role.WORKER, None),
        ("R:\tGoed zo.", "R", Role.WORKER, None),
        ("R\u00a0:\u00a0Goed zo.", "R", Role.WORKER, None),
        ("\u200bR: Goed zo.", "R", Role.WORKER, None),
        ("   R: Goed zo.", "R", Role.WORKER, None),
        ("- R: Goed zo.", "R", Role.WORKER, None),
        ("12. R: Goed zo.", "R", Role.WORKER, None),
        ("12) R: Goed zo.", "R", Role.WORKER, None),
        ("12 R: Goed zo.", "R", Role.WORKER, None),
        ("[00:03:12] R: Goed zo.", "R", Role.WORKER, 192.0),
        ("[00:03:12] 12. R: Goed zo.", "R", Role.WORKER, 192.0),
        ("12. [00:03:12] R: Goed zo.", "R", Role.WORKER, 192.0),
        ("(03:12) C: Goed zo.", "C", Role.CLIENT, 192.0),
        ("00:03:12 C: Goed zo.", "C", Role.CLIENT, 192.0),
        ("#00:03:12-5# R: Goed zo.", "R", Role.WORKER, 192.5),
        ("[01:00:00 - 01:00:07] R: Goed zo.", "R", Role.WORKER, 3600.0),
        ("R [00:03:12]: Goed zo.", "R", Role.WORKER, 192.0),
        ("R: [00:03:12] Goed zo.", "R", Role.WORKER, 192.0),
        ("R 00:03:12: Goed zo.", "R", Role.WORKER, 192.0),
        ("Werker 00:03:12 Goed zo.", "Werker", Role.WORKER, 192.0),
    ],
)
def test_a_turn_opens_with(line: str, speaker: str, role: Role, time: float | None) -> None:
    """Number, time, label and mark come off in every form; the speech is left."""
    head = Grammar(DEFAULT).head_of(line)

    assert head is not None
    assert (head.label, head.role, head.time) == (speaker, role, time)
    assert line[head.speech :] == "Goed zo."


@pytest.mark.parametrize(
    "line",
    ["Goed zo.", "om 12:30 weer", "http", "", "  ", "12.", "r", "ik zei; ga maar", "[00:03:12]"],
)
def test_no_turn_opens_with(line: str) -> None:
    """A line without a label, or with a semicolon behind an ordinary word, opens nothing."""
    head = Grammar(DEFAULT).head_of(line)

    assert head is None or head.role is None


def test_a_note_behind_the_label_is_an_aside(tmp_path: Path) -> None:
    """`C (lacht):` is the client who laughs, and the laugh is listed."""
    reading = read(tmp_path, "R: Hoe was het?\nC (lacht): Wel goed, hoor.\n")

    assert said(reading) == ["R: Hoe was het?", "C: Wel goed, hoor."]
    assert asides(reading) == [[], ["stage_direction lacht"]]
    assert skipped(reading) == [(2, "stage_direction")]


def test_a_line_that_holds_two_speakers_is_broken(tmp_path: Path) -> None:
    """Where a line end was lost, the second speaker's words are the second speaker's."""
    reading = read(tmp_path, "R: Lukt het? C: Jawel. R: Mooi.\nC: Tot dan.\n")

    assert said(reading) == ["R: Lukt het?", "C: Jawel.", "R: Mooi.", "C: Tot dan."]
    assert [turn.line for turn in reading.tape.turns] == [1, 1, 1, 2]


def test_a_time_alone_on_its_line_belongs_to_the_next_turn(tmp_path: Path) -> None:
    """It is listed as a timestamp and gives the turn below it its time."""
    reading = read(tmp_path, "[00:00:05]\nR: Daar ben je.\n00:00:10\nC: Daar ben ik.\nnou ja.\n")

    assert said(reading) == ["R: Daar ben je.", "C: Daar ben ik. nou ja."]
    assert [turn.time for turn in reading.tape.turns] == [5.0, 10.0]
    assert skipped(reading) == [(1, "timestamp"), (3, "timestamp")]


def test_a_label_alone_on_its_line_takes_the_next(tmp_path: Path) -> None:
    """The speech below the label is the turn's, were it a number that looks like a page's."""
    reading = read(tmp_path, "R:\nHoe oud is hij nu?\nC:\n12\nR: Al twaalf.\n")

    assert said(reading) == ["R: Hoe oud is hij nu?", "C: 12", "R: Al twaalf."]
    assert skipped(reading) == []
