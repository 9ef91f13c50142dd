"""The block above the first turn."""

from pathlib import Path

import pytest
from readers.sources import DEFAULT, read, said, saved, skipped

from werkalliantie.readers import read_transcript


@pytest.mark.parametrize(
    "header",
    [
        "Tape: 12\nDatum: 3-5-2024\nWerker: W07\nCliënt: c12\n\n",
        "Werker: W07\nCliënt: c12\n",
        "TRANSCRIPT\nWerker: Annemarie\nDatum: 3 mei 2024\nDuur: 45 minuten\n\n",
        "Gesprek nr: 4\nR: werker\nC: cliënt\n",
        "Werker: R, Cliënt: C\n",
        "Transcript van een gesprek\nProject: werkalliantie\n\n",
        "Datum\t3 mei 2024\nUnit\te2\n",
    ],
)
def test_a_header_is_no_speech(tmp_path: Path, header: str) -> None:
    """Its lines are listed as header, also those that begin with a speaker's label."""
    n_lines = len(header.rstrip().split("\n"))

    reading = read(tmp_path, f"{header}R: Fijn dat je er bent.\nC: Ik moest wel.\n")

    assert said(reading) == ["R: Fijn dat je er bent.", "C: Ik moest wel."]
    assert skipped(reading) == [(line, "header") for line in range(1, n_lines + 1)]


@pytest.mark.parametrize(
    ("header", "worker", "client", "unit"),
    [
        ("Werker: W07\nCliënt: c12 (vrouw)\nUnit: Utrecht\n", "W07", "c12", "Utrecht"),
        ("**Toezichthouder:** w-03\nEenheid\te2\n", "w-03", None, "e2"),
        ("Datum: 3 mei 2024\nWerker: Annemarie\nCliënt: meneer De Wit\n\n", None, None, None),
        ("Werker: W07\nCliënt: 34\nUnit:\n", "W07", None, None),
        ("Werker: W07\nWerker: W08\nUnit: noord, of anders oost.\n", None, None, None),
        ("R: W07\nGesprek: C12\n", None, None, None),
    ],
)
def test_pseudonyms_in_a_header(
    tmp_path: Path, header: str, worker: str | None, client: str | None, unit: str | None
) -> None:
    """An id behind a word for the worker or client is one; a name or an age is not."""
    tape = read(tmp_path, f"{header}R: Fijn dat je er bent.\nC: Ik moest wel.\n").tape

    assert (tape.worker, tape.client, tape.unit) == (worker, client, unit)


@pytest.mark.parametrize("behind", [".", ",", ";", " (man)", ". (vrouw)", ", vrouw"])
def test_a_pseudonym_ends_on_a_letter_or_digit(tmp_path: Path, behind: str) -> None:
    """What stands behind it is no part of it, or `--worker W07` would be somebody else."""
    tape = read(tmp_path, f"Werker: W07{behind}\nCliënt: c-12b{behind}\n\nR: Hoi.\n").tape

    assert (tape.worker, tape.client) == ("W07", "c-12b")


@pytest.mark.parametrize(
    "value",
    [
        "m34",
        "V34",
        "v-34",
        "man34",
        "vrouw 34",
        "vrouw.34",
        "m34jr",
        "m34 (Utrecht)",
        "ca.35",
        "mei-2024",
        "Mei2024.",
        "januari-2024",
        "sept.2024",
        "vr.3-5-2024",
    ],
)
@pytest.mark.parametrize("key", ["Werker", "Cliënt"])
def test_ages_and_dates_are_no_pseudonyms(tmp_path: Path, key: str, value: str) -> None:
    """They are header, but two people may share them."""
    reading = read(tmp_path, f"Datum: 3-5-2024\n{key}: {value}\n\nR: Hoi.\n")

    assert (reading.tape.worker, reading.tape.client) == (None, None)
    assert skipped(reading) == [(1, "header"), (2, "header")]


@pytest.mark.parametrize("value", ["M07", "V7", "m134", "W34", "mw34", "W-2024-03", "Mar7"])
def test_ids_that_are_no_ages_or_dates(tmp_path: Path, value: str) -> None:
    """A number below ten, or of three digits, is nobody's age."""
    assert read(tmp_path, f"Werker: {value}\n\nR: Hoi.\n").tape.worker == value


def test_what_the_user_says_goes_before_the_header(tmp_path: Path) -> None:
    """The header gives what isn't said."""
    path = saved(tmp_path, "Werker: W07\nUnit: noord\nR: Hoi.\n")

    (reading,) = read_transcript(path, DEFAULT, worker="W08", client="C1")
    tape = reading.tape
    assert (tape.worker, tape.client, tape.unit) == ("W08", "C1", "noord")


def test_a_first_turn_is_no_pseudonym(tmp_path: Path) -> None:
    """What the worker says after `Werker:` is speech, whatever it looks like."""
    reading = read(tmp_path, "Werker: Goedemorgen.\nCliënt: Hoi.\nWerker: W07\n")

    assert said(reading) == ["R: Goedemorgen.", "C: Hoi.", "R: W07"]
    assert reading.tape.worker is None


@pytest.mark.parametrize(
    ("first", "second"), [("goedemorgen", "o"), ("hoe oud is ie", "34"), ("zin 1", "zin 2")]
)
def test_short_first_turns_are_no_header(tmp_path: Path, first: str, second: str) -> None:
    """One letter or a number behind a speaker's letter is an answer, not an explanation."""
    reading = read(tmp_path, f"R: {first}\nC: {second}\nR: juist\nC: ja\n")

    assert said(reading) == [f"R: {first}", f"C: {second}", "R: juist", "C: ja"]
    assert skipped(reading) == []


@pytest.mark.parametrize("mark", [" - ", " – ", ": ", " = "])
@pytest.mark.parametrize("turn", [": ", " - "])
def test_a_legend_is_header(tmp_path: Path, mark: str, turn: str) -> None:
    """Also where it explains a label that is no header key."""
    legend = f"R{mark}Werker\nC{mark}Cliënt\nO{mark}Tolk\nW{mark}Reclassering\n"
    reading = read(tmp_path, f"{legend}R{turn}Ga zitten.\nC{turn}Ja.\nR{turn}Zo.\n")

    assert said(reading) == ["R: Ga zitten.", "C: Ja.", "R: Zo."]
    assert skipped(reading) == [(line, "header") for line in (1, 2, 3, 4)]


@pytest.mark.parametrize("turn", ["W: Collega", "W: w", "O: Moeder zegt niets", "Moeder: Partner"])
def test_a_first_turn_that_explains_no_label(tmp_path: Path, turn: str) -> None:
    """A label of another role, a lone letter or more than a role has been said."""
    reading = read(tmp_path, f"{turn}\nR: Ga zitten.\n")

    assert len(said(reading)) == 2
    assert skipped(reading) == []


def test_a_title_without_a_key_is_header(tmp_path: Path) -> None:
    """Whatever stands above the first turn is header; a lone number there is the page's."""
    reading = read(tmp_path, "Gesprek twaalf, tweede deel\n1\n(begin opname)\nR: Ga zitten.\n")

    assert said(reading) == ["R: Ga zitten."]
    assert skipped(reading) == [(1, "header"), (2, "page_furniture"), (3, "stage_direction")]


def test_metadata_below_the_conversation_is_header_too(tmp_path: Path) -> None:
    """`Transcribent: AB` at the end is nobody's speech."""
    reading = read(tmp_path, "R: Tot volgende week.\nC: Ja, doei.\n\nTranscribent: AB\n")

    assert said(reading) == ["R: Tot volgende week.", "C: Ja, doei."]
    assert skipped(reading) == [(4, "header")]
