"""What the lines of a whole transcript are, where they could be two things."""

import pytest
from readers.hearing import heard, passed_over, said

from werkalliantie.transcript import Aside, LineKind


def test_names_close_a_header() -> None:
    """Names behind the labels, in the paragraph of the date, are no first turns."""
    lines = (
        "Datum: 3 mei 2024",
        "Werker: Annemarie",
        "Cliënt: meneer De Wit",
        "",
        "Werker: Goedemiddag.",
        "Cliënt: Dag.",
    )

    assert said(*lines) == ["R: Goedemiddag.", "C: Dag."]
    assert passed_over(*lines) == [(1, "header"), (2, "header"), (3, "header")]


def test_short_turns_below_a_header_are_turns() -> None:
    """Without a blank line, letters that come back open turns, however short."""
    assert said("Datum: 3 mei 2024", "R: Hoi", "C: Dag", "R: Ga zitten.", "C: Ja.") == [
        "R: Hoi",
        "C: Dag",
        "R: Ga zitten.",
        "C: Ja.",
    ]


def test_a_header_line_comes_back_on_each_page() -> None:
    """A repeated line of the header is furniture, and the turn goes on behind it."""
    lines = (
        "Gesprek 12, pagina 1",
        "Werker: W07",
        "R: Dat is een heel lang",
        "Gesprek 12, pagina 2",
        "Werker: W07",
        "verhaal.",
    )

    assert said(*lines) == ["R: Dat is een heel lang verhaal."]
    assert passed_over(*lines)[2:] == [(4, "page_furniture"), (5, "page_furniture")]


def test_one_word_above_each_page_is_furniture() -> None:
    """A word that comes back at form feeds belongs to the page; elsewhere it is speech."""
    lines = (
        "R: Een",
        "\fsecretariaat",
        "twee",
        "\fsecretariaat",
        "drie",
        "\fsecretariaat",
        "vier",
        "C: ja",
        "toch",
        "R: nee",
        "toch",
        "C: nou",
        "toch",
    )

    assert said(*lines) == ["R: Een twee drie vier", "C: ja toch", "R: nee toch", "C: nou toch"]


def test_a_number_behind_a_lone_label_is_an_answer() -> None:
    """Where labels have their own lines, a number is speech and no page number."""
    assert said("R:", "Hoe oud ben je?", "C:", "24", "R:", "Oké.") == [
        "R: Hoe oud ben je?",
        "C: 24",
        "R: Oké.",
    ]


def test_two_speakers_around_a_line_separator() -> None:
    """U+2028 ends no line in an editor, but it does end a turn."""
    conversation = heard("R: Hoi.\u2028C: Dag.", "R: Ga zitten.")

    assert [(turn.line, turn.text) for turn in conversation.turns] == [
        (1, "Hoi."),
        (1, "Dag."),
        (2, "Ga zitten."),
    ]


def test_a_cut_off_word_keeps_its_hyphen() -> None:
    """Only a soft hyphen joins two lines without a space."""
    assert said("R: Dat is reclas\u00ad", "sering, maar ik-", "nou ja.") == [
        "R: Dat is reclassering, maar ik- nou ja."
    ]


def test_a_soft_hyphen_before_a_page_end() -> None:
    """The word goes on behind the page number."""
    assert said("R: Dat is reclas\u00ad", "Pagina 3", "sering.") == ["R: Dat is reclassering."]


@pytest.mark.parametrize(
    ("speech", "text"),
    [
        ("uit het slaaphuis [C: Oh], maar", "uit het slaaphuis, maar"),
        ("(lacht). Ja", "Ja"),
        ("(lacht)... ja", "... ja"),
        ("nou (lacht) (zucht), goed", "nou, goed"),
        ("ik(onverstaanbaar)weg", "ik xxx weg"),
        ("dus (of hoe heet [lacht] dat)", "dus (of hoe heet dat)"),
    ],
)
def test_punctuation_around_asides(speech: str, text: str) -> None:
    """What an aside leaves reads as if it had not been there."""
    assert said(f"R: {speech}") == [f"R: {text}"]


def test_asides_keep_what_was_said() -> None:
    """An interjection has the other's words and role, a stage direction its own text."""
    (turn,) = heard("R: Nou [C: hm hm] ja (lacht).").turns

    assert [(one.kind, one.text, one.role and one.role.marker) for one in turn.asides] == [
        (LineKind.INTERJECTION, "hm hm", "C"),
        (LineKind.STAGE_DIRECTION, "lacht", None),
    ]
    assert "hm hm" not in repr(Aside(kind=LineKind.INTERJECTION, text="hm hm"))
