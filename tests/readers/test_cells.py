"""Cells of tables, as spreadsheets leave them."""

import datetime

import pytest

from werkalliantie.readers.cells import code_of, is_dated, text_of, times_of


@pytest.mark.parametrize(
    ("cell", "text"),
    [(None, ""), (5.0, "5"), (4.5, "4.5"), (True, "true"), (" a\n b ", "a b"), (7, "7")],
)
def test_text(cell: object, text: str) -> None:
    """A cell is one line of text; a whole number has no decimals."""
    assert text_of(cell) == text


@pytest.mark.parametrize(
    ("typed", "code"), [("5.0", "5"), ("5,0", "5"), ("DT", "DT"), ("5a", "5a")]
)
def test_codes(typed: str, code: str) -> None:
    """A code that went through a spreadsheet as a number loses its decimals."""
    assert code_of(typed) == code


@pytest.mark.parametrize(
    "cell",
    ["4-mei", "mei-05", "4 mei 2024", "2024-05-04", "2024-05-04 00:00:00", "4/5/2024",
     datetime.date(2024, 5, 4), datetime.time(4, 5), datetime.timedelta(hours=4)],
)  # fmt: skip
def test_dates(cell: object) -> None:
    """What a spreadsheet made of "4-5" is known in its own cells and in CSV."""
    assert is_dated(cell)


@pytest.mark.parametrize("cell", ["4-5", "DT;HC", "", "12", "meisje", None, 5.0])
def test_not_dates(cell: object) -> None:
    """Codes and words are no dates."""
    assert not is_dated(cell)


def test_a_day_and_more() -> None:
    """Excel keeps durations over a day as moments of 1900 and before."""
    moment = datetime.datetime(1899, 12, 31, 0, 3, 12)

    assert times_of([moment, datetime.datetime(2024, 5, 4)]).seconds == (86_592.0, None)


def test_fractions_with_a_decimal_comma() -> None:
    """Fractions of a day come out of Dutch Excel as text too."""
    assert times_of(["0,002222222", "0", ""]).seconds == (192.0, 0.0, None)


def test_a_zero_too_many() -> None:
    """Times typed by hand may have three digits for the seconds."""
    assert times_of(["00:09:025"]).seconds == (565.0,)


def test_what_is_no_time_is_named() -> None:
    """A cell with something else in it is told apart from an empty one."""
    times = times_of(["laat", "", 3.0])

    assert times.seconds == (None, None, 3.0)
    assert times.unreadable == (0,)
