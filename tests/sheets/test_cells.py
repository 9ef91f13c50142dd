import pytest
from hypothesis import given
from hypothesis import strategies as st

from werkalliantie.sheets.cells import (
    CUT_MARK,
    MAX_UNITS,
    check_of,
    clock,
    fit,
    guard,
    lossy,
    unguard,
)

nasty = st.text(st.characters(codec="utf-8") | st.sampled_from("=+-@'\t\r\n;\"_x0041_"))


@given(nasty)
def test_a_guarded_text_comes_back_as_it_was(text: str) -> None:
    """Taking the guard away gives the very text, whatever it starts with."""
    assert unguard(guard(text)) == text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "'=", "''@"])
def test_a_text_that_would_run_as_a_formula_is_guarded(start: str) -> None:
    """Whatever a spreadsheet would evaluate gets an apostrophe before it."""
    assert guard(f"{start}1+1") == f"'{start}1+1"


def test_a_dutch_apostrophe_is_no_guard() -> None:
    """Words such as "'t" are neither guarded nor stripped."""
    assert guard("'t Is goed") == "'t Is goed"
    assert unguard("'t Is goed") == "'t Is goed"


def test_control_characters_become_a_visible_mark() -> None:
    """What XML can't hold is replaced, one for one; tabs and line ends stay."""
    assert fit("a\x00b\x1fc\ufffed\te\n") == "a\ufffdb\ufffdc\ufffdd\te\n"


def test_a_text_over_the_limit_is_cut_behind_a_visible_mark() -> None:
    """The longest cell holds 32,767 UTF-16 units; the cut is never silent."""
    cut = fit("a" * 40_000)

    assert len(cut) == MAX_UNITS
    assert cut.endswith("a" + CUT_MARK)
    assert fit("a" * MAX_UNITS) == "a" * MAX_UNITS


def test_a_cut_never_splits_a_character() -> None:
    """Characters of two UTF-16 units are kept whole."""
    cut = fit("é" + "\U0001f600" * 20_000)

    assert len(cut.encode("utf-16-le")) <= 2 * MAX_UNITS
    assert set(cut.removesuffix(CUT_MARK)) == {"é", "\U0001f600"}


@given(nasty)
def test_a_check_stays_the_same_through_what_spreadsheets_do(text: str) -> None:
    """Guards, white space and replaced control characters don't change a row's check."""
    check = check_of("t03", 4, text)

    assert check == check_of("t03", 4, guard(fit(text)))
    assert check == check_of("t03", 4, f"  {text}\n")
    assert len(check) == 10
    assert check.isalpha()


def test_a_check_tells_words_tapes_and_places_apart() -> None:
    """Another word, index or tape gives another check."""
    checks = {
        check_of("t03", 4, "Goed zo."),
        check_of("t03", 4, "Goed zo!"),
        check_of("t03", 5, "Goed zo."),
        check_of("t03", None, "Goed zo."),
        check_of("t04", 4, "Goed zo."),
    }

    assert len(checks) == 5


def test_times_are_shown_as_a_clock() -> None:
    """Seconds become hours, minutes and seconds; an unknown time stays empty."""
    assert clock(3_792.7) == "1:03:12"
    assert clock(0.0) == "0:00:00"
    assert clock(None) == ""


def test_what_cp1252_lacks_becomes_a_question_mark() -> None:
    """So does a program that saves in Windows' own encoding."""
    assert lossy("één → twee") == "één ? twee"
