"""What a cell of a table holds, whichever program wrote it.

Excel keeps codes as 5.0, times as fractions of a day, and makes a date of "4-5".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from werkalliantie.readers.clock import lone_time

Cell = object
"""Text, number, truth value, date, time, duration or None, as the file's format gives it."""

_EPOCH = datetime(1899, 12, 30)  # day 0 of Excel's calendar
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_WHOLE = re.compile(r"(\d+)[.,]0+")
_ZERO_TOO_MANY = re.compile(r":0(?=\d\d\b)")
_MONTH = r"(?:jan|feb|mrt|maa|mar|apr|mei|may|jun|jul|aug|sep|okt|oct|nov|dec)[a-z]*\.?"
_DATED = re.compile(
    rf"\d{{1,4}}[-/ ]{_MONTH}(?:[-/ ]\d{{2,4}})?|{_MONTH}[-/ ]\d{{1,4}}"
    r"|\d{4}-\d{1,2}-\d{1,2}(?: .*)?|\d{1,2}[-/]\d{1,2}[-/]\d{2,4}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """A column of times in seconds, None where a cell is empty or can't be read.

    `unreadable` holds the positions of the latter.
    """

    seconds: tuple[float | None, ...]
    unreadable: tuple[int, ...]


def text_of(cell: Cell) -> str:
    """Return a cell as text on one line; a whole number that came as 5.0 is 5."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(str(cell).split())


def code_of(text: str) -> str:
    """Return a code that a program may have taken for a number as it was typed."""
    whole = _WHOLE.fullmatch(text)
    return whole[1] if whole else text


def is_dated(cell: Cell) -> bool:
    """Say whether a program made a date or time of what was typed in a cell."""
    if isinstance(cell, str):
        return _DATED.fullmatch(cell.strip()) is not None
    return isinstance(cell, date | time | timedelta)


def times_of(cells: Sequence[Cell]) -> Times:
    """Read a column of times: `HH:MM:SS`, `MM:SS`, seconds, or fractions of a day.

    Numbers are fractions of a day when no number in the column is 1 or more.
    """
    numbers = [number for cell in cells if (number := _number(cell)) is not None]
    scale = 86_400 if numbers and 0 < max(numbers) < 1 else 1
    seconds = [_seconds(cell, scale) for cell in cells]
    return Times(
        seconds=tuple(seconds),
        unreadable=tuple(i for i, one in enumerate(seconds) if one is None and text_of(cells[i])),
    )


def _number(cell: Cell) -> float | None:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell)
    if isinstance(cell, str) and _NUMBER.fullmatch(cell.strip()):
        return float(cell.strip().replace(",", "."))
    return None


def _seconds(cell: Cell, scale: int) -> float | None:
    number = _number(cell)
    if number is not None:
        # A day has whole seconds; the fraction that stands for them is never exact.
        found = round(number * scale, 3)
    elif isinstance(cell, timedelta):
        found = cell.total_seconds()
    elif isinstance(cell, datetime):
        found = (cell - _EPOCH).total_seconds() if cell.year <= 1900 else -1
    elif isinstance(cell, time):
        found = cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6
    else:
        # Times typed by hand have a zero too many here and there: 00:09:025.
        return lone_time(_ZERO_TOO_MANY.sub(":", cell)) if isinstance(cell, str) else None
    return found if found >= 0 else None
