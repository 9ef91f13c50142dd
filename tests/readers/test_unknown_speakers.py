"""Speakers that the mapping doesn't know stop a file; speech with a colon in it doesn't."""

from pathlib import Path

import pytest
from readers.hearing import passed_over
from readers.hearing import said as heard
from readers.sources import read, refusal, said

EXPECTED = "Expected R, C, K, Werker or Cliënt."


def test_an_unknown_speaker(tmp_path: Path) -> None:
    """The message names file, line and label; the hint names the setting that maps it."""
    error = refusal(tmp_path, "R: Ga maar zitten.\n" * 47 + "Mdw: Dag.\n")

    assert error.message == f'gesprek-12.txt, line 48: unknown speaker "Mdw". {EXPECTED}'
    assert error.hint == "Map it under [speakers] in configs/imports/default.toml."
    assert error.faults == ('gesprek-12.txt, line 48: unknown speaker "Mdw"',)


def test_several_unknown_speakers(tmp_path: Path) -> None:
    """All of them at once, each with the first line on which it stands."""
    error = refusal(tmp_path, "R: Dag.\nMdw: Hoi.\nX: Ja.\nMdw: Nee.\nMw. Jansen: Zo.\n")

    assert error.message == (
        'gesprek-12.txt: unknown speakers "Mdw" (line 2), "X" (line 3) and "Mw. Jansen" (line 5). '
        + EXPECTED
    )
    assert error.hint == "Map them under [speakers] in configs/imports/default.toml."
    assert error.faults == (
        'gesprek-12.txt, line 2: unknown speaker "Mdw"',
        'gesprek-12.txt, line 3: unknown speaker "X"',
        'gesprek-12.txt, line 5: unknown speaker "Mw. Jansen"',
    )


def test_an_unknown_speaker_above_the_first_turn(tmp_path: Path) -> None:
    """It may be a header line too, and the hint says so."""
    text = "Getranscribeerd door: AB\n\nMevrouw Jansen: Zullen we beginnen, dan?\nR: Ja.\n"
    error = refusal(tmp_path, text)

    assert error.message == f'gesprek-12.txt, line 3: unknown speaker "Mevrouw Jansen". {EXPECTED}'
    assert error.hint == (
        "Map it under [speakers], or name it in header_keys, in configs/imports/default.toml."
    )


@pytest.mark.parametrize(
    ("label", "lines"),
    [("a", (2,)), ("mdw", (2, 4, 6)), ("Mevrouw Van den Berg", (2, 4, 6))],
)
def test_labels_in_doubt(tmp_path: Path, label: str, lines: tuple[int, ...]) -> None:
    """A letter is a speaker at once; a word without a capital or a long name when it comes back."""
    answers = ("Dat weet ik niet.", "Misschien wel, ja.", "Als het moet.")
    texts = ["R: Kun je dat uitleggen?"] * 7
    for answer, line in zip(answers, lines, strict=False):
        texts[line - 1] = f"{label}: {answer}"
    error = refusal(tmp_path, "\n".join(texts))

    assert error.message == f'gesprek-12.txt, line 2: unknown speaker "{label}". {EXPECTED}'


@pytest.mark.parametrize(
    "line",
    [
        "Let op: morgen ben ik er niet.",
        "Dus: dat spreken we af.",
        "en toen zei hij: ga maar.",
        "mdw: staat er in het formulier.",
        "Om 12:30 is het afgelopen.",
        "http://voorbeeld.nl heet het.",
        "Ik zeg je nogmaals: dit kan zo niet.",
    ],
)
def test_a_continuation_line_with_a_colon(tmp_path: Path, line: str) -> None:
    """Speech with a colon in it goes on with the turn before it."""
    reading = read(tmp_path, f"R: Luister.\n{line}\nC: Goed.\n")

    assert said(reading) == [f"R: Luister. {line}", "C: Goed."]


@pytest.mark.parametrize(
    "mark", ["**{}:** ", "**{}**: ", "__{}:__ ", "#{}: ", "> {}: ", "[{}]: ", "({}): "]
)
@pytest.mark.parametrize("label", ["A", "Mw", "Stagiair", "Mevrouw Jansen"])
def test_an_unknown_speaker_marked_as_the_others(tmp_path: Path, mark: str, label: str) -> None:
    """A colon with brackets, asterisks or a hash is as good as one without."""
    worker, unknown, client = (mark.format(one) for one in ("R", label, "C"))
    text = f"{worker}Dag.\n{unknown}Ik ben er ook.\n{client}Hoi.\n"
    error = refusal(tmp_path, text)

    assert error.message == f'gesprek-12.txt, line 2: unknown speaker "{label}". {EXPECTED}'


@pytest.mark.parametrize("mark", ["[{}] ", "{} - ", "{} – "])
@pytest.mark.parametrize("label", ["A", "MW"])
def test_unknown_letters_marked_as_the_others(tmp_path: Path, mark: str, label: str) -> None:
    """Without a colon capital letters do, above the first turn too."""
    worker, unknown, client = (mark.format(one) for one in ("R", label, "C"))
    turns = f"{worker}Dag.\n{client}Hoi.\n{worker}Zo.\n"
    below = refusal(tmp_path, f"{turns}{unknown}Ik ben er ook.\n")
    above = refusal(tmp_path, f"{unknown}Ik ben er vandaag ook bij.\n{turns}")

    assert below.message == f'gesprek-12.txt, line 4: unknown speaker "{label}". {EXPECTED}'
    assert above.message == f'gesprek-12.txt, line 1: unknown speaker "{label}". {EXPECTED}'


@pytest.mark.parametrize(
    ("mark", "line"),
    [
        ("[{}] ", "[A] ik ben er ook."),
        ("[{}] ", "[Stagiair] Ik ben er ook."),
        ("{} - ", "A - ik ben er ook."),
        ("{} - ", "Stagiair - Ik ben er ook."),
        ("{} - ", "Mevrouw Jansen - Ik ben er ook."),
        ("{}: ", "**A:** Ik ben er ook."),
        ("{}: ", "[Stagiair]: Ik ben er ook."),
        ("{}: ", "#A: Ik ben er ook."),
    ],
)
def test_what_may_be_an_unknown_speaker_is_listed(mark: str, line: str) -> None:
    """A word without a colon, or a mark that no mapped speaker has, may be speech."""
    worker, client = mark.format("R"), mark.format("C")
    lines = (f"{worker}Dag.", f"{client}Hoi.", line, f"{worker}Zo.")

    assert heard(*lines) == ["R: Dag.", f"C: Hoi. {line}", "R: Zo."]
    assert passed_over(*lines) == [(3, "looks_like_turn")]


@pytest.mark.parametrize("mark", ["[{}] ", "**{}:** ", "#{}: ", "{} - ", "{}: "])
@pytest.mark.parametrize(
    "line",
    [
        "[lacht] Ja",
        "[Lacht] Ja",
        "[Zucht diep] Ja",
        "[XX] Dus",
        "[Nou] Ja",
        "[Nou Ja] Dat",
        "[C: Oh] En",
        "(Moeder komt binnen)",
        "(Stagiair) Ja",
        "[A]",
        "*Lacht* Ja",
        "**Let op:** Ja",
        "#metoo Ja",
        "Nou - Dat weet ik",
        "D- Dat weet ik",
        "A-diploma gehaald",
    ],
)
def test_stage_directions_are_no_speakers(mark: str, line: str) -> None:
    """However the labels of the file are marked."""
    worker, client = mark.format("R"), mark.format("C")
    lines = (f"{worker}Dag.", f"{client}Hoi.", line, f"{worker}Zo.")

    assert len(heard(*lines)) == 3
    assert "looks_like_turn" not in {kind for _, kind in passed_over(*lines)}


def test_a_dash_explains_a_label_above_the_first_turn() -> None:
    """`A - Stagiaire` is header, also next to the turns."""
    lines = ("R - Werker", "A - Stagiaire", "R - Hoi.", "C - Dag.", "R - Zo.")

    assert heard(*lines) == ["R: Hoi.", "C: Dag.", "R: Zo."]
    assert passed_over(*lines) == [(1, "header"), (2, "header")]


def test_nobody_speaks(tmp_path: Path) -> None:
    """A text without labels is no transcript; the message shows what one looks like."""
    error = refusal(tmp_path, "Vandaag was hij op tijd.\nWe spraken over werk.\n")

    assert error.message == (
        "gesprek-12.txt: no speaker found. "
        "Expected lines that begin with R:, C:, K:, Werker: or Cliënt:."
    )
    assert error.hint == (
        "Put the speaker before each turn, or map your labels under [speakers] "
        "in configs/imports/default.toml."
    )


@pytest.mark.parametrize("worker_line", ["", "R: (lacht)\n", "R: --\n"])
def test_the_worker_says_nothing(tmp_path: Path, worker_line: str) -> None:
    """There is nothing to code on a tape without a turn of the worker."""
    error = refusal(tmp_path, f"C: Hallo, is daar iemand?\n{worker_line}Moeder: Hier ben ik.\n")

    assert error.message == (
        "gesprek-12.txt: no turn of the worker. Expected lines that begin with R: or Werker:."
    )
    assert error.hint == "Map the worker's label under [speakers] in configs/imports/default.toml."


def test_messages_hold_no_speech(tmp_path: Path) -> None:
    """What was said is in no part of an error."""
    error = refusal(tmp_path, "R: Geheim van de buurman.\nMdw: Verklap het niet.\n")

    shown = " ".join((error.message, error.hint or "", *error.faults))
    assert not {"Geheim", "buurman", "Verklap"} & set(shown.replace('"', " ").split())
