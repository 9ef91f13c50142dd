"""Labels without their colon, or in brackets and asterisks: read or listed, never passed over."""

from pathlib import Path

import pytest
from readers.hearing import GRAMMAR, passed_over, said
from readers.ooxml import document, paragraph
from readers.sources import read
from readers.sources import said as said_in

from werkalliantie.transcript import Role

LISTED = "looks_like_turn"


@pytest.mark.parametrize(
    ("line", "role", "speech"),
    [
        ("R – Goed zo.", Role.WORKER, "Goed zo."),
        ("R - goed zo.", Role.WORKER, "goed zo."),
        ("R- Goed zo.", Role.WORKER, "Goed zo."),
        ("R- Goed: zo.", Role.WORKER, "Goed: zo."),
        ("12. [00:03:12] C — Goed zo.", Role.CLIENT, "Goed zo."),
        ("Cliënt – Goed zo.", Role.CLIENT, "Goed zo."),
        ("Clie\u0308nt – Goed zo.", Role.CLIENT, "Goed zo."),
        ("[R] Goed zo.", Role.WORKER, "Goed zo."),
        ("[R]: Goed zo.", Role.WORKER, "Goed zo."),
        ("(R): Goed zo.", Role.WORKER, "Goed zo."),
        ("*R:* Goed zo.", Role.WORKER, "Goed zo."),
        ("**R**: Goed zo.", Role.WORKER, "Goed zo."),
        ("**Werker:** Goed zo.", Role.WORKER, "Goed zo."),
        ("#C: Goed zo.", Role.CLIENT, "Goed zo."),
        ("# Moeder: Goed zo.", Role.OTHER, "Goed zo."),
        ("> R: Goed zo.", Role.WORKER, "Goed zo."),
    ],
)
def test_a_turn_opens_with(line: str, role: Role, speech: str) -> None:
    """A mapped label that can be nothing else, however it is marked."""
    head = GRAMMAR.head_of(line)

    assert head is not None
    assert (head.role, line[head.speech :]) == (role, speech)


def test_a_time_before_a_loose_label_is_the_turns() -> None:
    """As it is before any other label."""
    head = GRAMMAR.head_of("[00:03:12] R – Goed zo.")

    assert head is not None
    assert head.time == 192.0


@pytest.mark.parametrize(
    "line",
    [
        "R Hoe gaat het vandaag?",
        "R hoe gaat het vandaag?",
        "R. Vandaag bespreken we je doelen.",
        "C. Jansen was er ook.",
        "R, nou ja.",
        "R) Goed.",
        "(R) Goed.",
        "**R** Goed.",
        "**R: Goed en dan",
        "r - goed.",
        "12 R Goed.",
        "R",
        "Werker Tot dinsdag.",
        "Werker zijn is lastig.",
        "Client zegt dat hij komt.",
        "Cliënt - dat ben jij - komt ook.",
        "Moeder Ik ben er ook.",
        "W- wat zei je?",
    ],
)
def test_what_may_be_a_turn_is_kept_and_listed(line: str) -> None:
    """It stays speech of the turn before it, and the import says which line to look at."""
    lines = ("C: Môge.", line, "R: Fijn.")

    assert said(*lines) == [f"C: Môge. {line}", "R: Fijn."]
    assert passed_over(*lines) == [(2, LISTED)]


@pytest.mark.parametrize(
    "line",
    [
        "r'tje van niks.",
        "C's en D's.",
        "C-diploma gehaald.",
        "client zegt dat hij komt.",
        "partner. Die was er ook.",
        "moeder - die was er ook.",
        "Moeder belde gisteren.",
        "O ja, dat is zo.",
        "O, nee.",
        "O. Nee.",
        "k heb dat gedaan.",
        "c) het derde punt.",
        "Rustig aan.",
        "We zien wel.",
    ],
)
def test_ordinary_speech_is_not_listed(line: str) -> None:
    """A list that is mostly false alarms is not read."""
    lines = ("C: Môge.", line, "R: Fijn.")

    assert said(*lines) == [f"C: Môge. {line}", "R: Fijn."]
    assert passed_over(*lines) == []


@pytest.mark.parametrize("line", ["[C: Oh] en toen", "(K: ja) goed", "*R lacht* goed"])
def test_brackets_that_hold_more_than_a_label_open_nothing(line: str) -> None:
    """They are asides or speech, as everywhere in a turn."""
    lines = ("R: Dus.", line, "C: Fijn.")

    assert len(said(*lines)) == 2
    assert LISTED not in {kind for _, kind in passed_over(*lines)}


def test_a_turn_between_asterisks_is_listed() -> None:
    """It looks like an aside, but an aside has no label with a colon there."""
    assert (2, LISTED) in passed_over("C: Môge.", "**R: Goed.**", "R: Fijn.")


def test_a_label_is_one_where_the_file_writes_it_so() -> None:
    """`r goed` is nothing to look at but in a file with `r:`, nor `O. Nee.` but beside `O:`."""
    assert passed_over("r: hoi", "c: dag", "r goed zo") == [(3, LISTED)]
    assert passed_over("R: hoi", "C: dag", "r goed zo") == []
    assert passed_over("R: hoi", "O: dag", "O. Nee.") == [(3, LISTED)]


def test_two_hashed_turns_in_one_paragraph(tmp_path: Path) -> None:
    """Where a line end was lost, marks before the labels don't hide the second speaker."""
    data = document(
        paragraph("#R: Goedemorgen. #C: Môge."),
        paragraph("#R: Vandaag praten we."),
        paragraph("**C:** Goed. **R:** Mooi."),
    )

    reading = read(tmp_path, data, name="gesprek-12.docx")
    assert said_in(reading) == [
        "R: Goedemorgen.",
        "C: Môge.",
        "R: Vandaag praten we.",
        "C: Goed.",
        "R: Mooi.",
    ]


class TestAboveTheFirstTurn:
    def test_what_may_be_a_turn_is_listed(self) -> None:
        """A first turn without its colon is not a header that nobody looks at."""
        lines = ("R Goedemorgen, kom binnen.", "Werker Ga zitten.", "C: Môge.", "R: Fijn.")

        assert said(*lines) == ["C: Môge.", "R: Fijn."]
        assert passed_over(*lines) == [(1, LISTED), (2, LISTED)]

    @pytest.mark.parametrize(
        "line",
        [
            "Reclassering Nederland",
            "Cliënt C12",
            "Werker - W07",
            "**Werker:** W07",
            "**Datum:** 3 mei 2024",
            "(R): werker",
            "R = werker",
        ],
    )
    def test_a_letterhead_and_metadata_are_header(self, line: str) -> None:
        """They begin with a label, but say who is on the tape, or who wrote it down."""
        lines = (line, "R: Hoi.", "C: Dag.")

        assert said(*lines) == ["R: Hoi.", "C: Dag."]
        assert passed_over(*lines) == [(1, "header")]

    def test_a_name_behind_a_dash_is_no_turn(self) -> None:
        """But it may be one, so it is listed; the header goes on below it."""
        lines = ("R - Annemarie", "Werker: W07", "R: Hoi.", "C: Dag.")

        assert said(*lines) == ["R: Hoi.", "C: Dag."]
        assert passed_over(*lines) == [(1, LISTED), (2, "header")]

    def test_a_dash_that_comes_back_marks_turns(self) -> None:
        """However short the first of them are."""
        assert said("R – Hoi", "C – Dag", "R – Ga zitten.", "C – Ja") == [
            "R: Hoi",
            "C: Dag",
            "R: Ga zitten.",
            "C: Ja",
        ]
