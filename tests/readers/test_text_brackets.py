"""Brackets inside speech and alone, unclear speech, and marks that nobody sees."""

from pathlib import Path

import pytest
from readers.sources import asides, in_place, read, refusal, said, skipped


def test_stage_directions_inside_speech(tmp_path: Path) -> None:
    """They go from the text, stay as asides and are listed."""
    reading = read(tmp_path, "R: (lacht) Dat mag (stilte) toch.\nC: Ja (knikt). *zucht* Vooruit.\n")

    assert said(reading) == ["R: Dat mag toch.", "C: Ja. Vooruit."]
    assert asides(reading) == [
        ["stage_direction lacht", "stage_direction stilte"],
        ["stage_direction knikt", "stage_direction zucht"],
    ]
    assert skipped(reading) == [(1, "stage_direction")] * 2 + [(2, "stage_direction")] * 2


def test_stage_directions_alone_on_a_line(tmp_path: Path) -> None:
    """They belong to the turn before them, whatever they say, and are no speech of it."""
    text = "R: Ga door.\n(lacht)\nC: Goed dan.\n\n(er rijdt een trein voorbij)\nR: Zo.\n"
    reading = read(tmp_path, text)

    assert said(reading) == ["R: Ga door.", "C: Goed dan.", "R: Zo."]
    assert asides(reading) == [
        ["stage_direction lacht"],
        ["stage_direction er rijdt een trein voorbij"],
        [],
    ]
    assert skipped(reading) == [(2, "stage_direction"), (5, "stage_direction")]


def test_a_turn_of_only_a_stage_direction_is_no_turn(tmp_path: Path) -> None:
    """Nobody says anything in `C: (lacht)`; the line is listed."""
    reading = read(tmp_path, "R: Ga zitten.\nC: (lacht)\n(stilte)\nR: Daar, ja.\n")

    assert said(reading) == ["R: Ga zitten.", "R: Daar, ja."]
    assert skipped(reading) == [(2, "stage_direction"), (3, "stage_direction")]


def test_a_stage_direction_over_two_lines(tmp_path: Path) -> None:
    """Both lines are listed, each with its own part of it."""
    reading = read(tmp_path, "R: Wacht (lacht\nen wijst) even.\nC: Ja.\n")

    assert said(reading) == ["R: Wacht even.", "C: Ja."]
    assert [(s.line, s.n_characters) for s in reading.skipped] == [(1, 6), (2, 9)]


def test_backchannels_of_the_other_speaker_inside_a_turn(tmp_path: Path) -> None:
    """`[C: Oh]` interrupts the worker's turn without breaking it."""
    text = "R: Je komt uit het slaaphuis [C: Oh], maar (K; ja) je gaat naar huis.\nC: Fijn.\n"
    reading = read(tmp_path, text)

    assert said(reading) == ["R: Je komt uit het slaaphuis, maar je gaat naar huis.", "C: Fijn."]
    assert asides(reading) == [["interjection C Oh", "interjection C ja"], []]
    assert skipped(reading) == [(1, "interjection"), (1, "interjection")]
    assert in_place(reading)[0] == text.split("\n")[0][3:]


def test_an_unmapped_speaker_inside_brackets(tmp_path: Path) -> None:
    """The words of somebody unknown stay out of the turn: the file stops, with the line."""
    error = refusal(tmp_path, "R: Ga je mee [M: nee]\nof niet [M: nee].\nC: Nee.\n")

    assert error.message == (
        'gesprek-12.txt, line 1: unknown speaker "M". Expected R, C, K, Werker or Cliënt.'
    )


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("Je was xxx dus.", "Je was xxx dus."),
        ("Ja … en toen weg.", "Ja … en toen weg."),
        ("Ja (onverstaanbaar) weg.", "Ja xxx weg."),
        ("Ja [...] weg.", "Ja xxx weg."),
        ("Ja (xxx) weg.", "Ja xxx weg."),
        ("xxx", "xxx"),
        ("…", "…"),
        ("(xxx)", "xxx"),
        ("(?)", "xxx"),
    ],
)
def test_unclear_speech_is_speech(tmp_path: Path, written: str, text: str) -> None:
    """Somebody said something there: unclear marks stay, bracketed ones as `xxx`."""
    reading = read(tmp_path, f"R: Ga zitten.\nC: {written}\n")

    assert said(reading) == ["R: Ga zitten.", f"C: {text}"]
    assert skipped(reading) == []


@pytest.mark.parametrize(
    "speech",
    [
        "Ik zat (of hoe heet dat) vast.",
        "Hij zei niks (weet je wel) en toen.",
        "Die brief (dat ene ding) is weg.",
        "Ik moet nog (eerst) bellen.",
        "Dat was [ja] anders.",
        "Twee * drie * vier.",
        "(ja",
    ],
)
def test_other_brackets_are_speech(tmp_path: Path, speech: str) -> None:
    """What isn't known to be an aside stays as it is written."""
    reading = read(tmp_path, f"R: Ga zitten.\nC: {speech}\n")

    assert said(reading)[1] == f"C: {speech}"
    assert skipped(reading) == []


@pytest.mark.parametrize("aside", ["toetst nummer in", "pelt", "scheurt envelop open", "schuift"])
def test_what_somebody_does_is_no_speech(tmp_path: Path, aside: str) -> None:
    """A verb in the third person with some words behind it, whichever it is."""
    reading = read(tmp_path, f"R: Ga zitten.\nC: Ja. ({aside}) Zo.\n")

    assert said(reading) == ["R: Ga zitten.", "C: Ja. Zo."]
    assert skipped(reading) == [(2, "stage_direction")]


def test_times_inside_speech(tmp_path: Path) -> None:
    """They are no words of the speaker."""
    reading = read(tmp_path, "R: Eerst dit (00:02:03) en dan dat.\nC: Ja.\n")

    assert said(reading)[0] == "R: Eerst dit en dan dat."
    assert skipped(reading) == [(1, "timestamp")]


def test_soft_hyphens_and_marks_without_width(tmp_path: Path) -> None:
    """A word broken by a soft hyphen at a line's end is whole again; its place is kept."""
    reading = read(tmp_path, "R: Het toe\u00adzicht\u00ad\nhouderschap.\nC: Ja\u200b.\n")

    assert said(reading) == ["R: Het toezichthouderschap.", "C: Ja."]
    assert in_place(reading) == ["Het toe\u00adzicht\u00ad\nhouderschap.", "Ja\u200b."]


def test_curly_quotes_stay(tmp_path: Path) -> None:
    """Typographic quotes and dashes are part of the text."""
    reading = read(tmp_path, "R: Hij zei “kom maar” – zo’n vent.\nC: ‘t Is wat.\n")

    assert said(reading) == ["R: Hij zei “kom maar” – zo’n vent.", "C: ‘t Is wat."]
