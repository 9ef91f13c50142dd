"""Which stretch of which tape each row of a table of segments is of.

A row says so with `from` and `to`, as utterance numbers or as times, or with the number of a
window of some minutes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from werkalliantie.readers.cells import times_of
from werkalliantie.segment import starting_within
from werkalliantie.sheets.cells import clock
from werkalliantie.sheets.faults import Faults
from werkalliantie.sheets.layout import STRETCH_COLUMNS
from werkalliantie.sheets.places import Placed, whole_number
from werkalliantie.sheets.table import Cell, FileRow, Table, as_text
from werkalliantie.transcript import Utterance

WINDOW_MINUTES = 5.0
# A stretch that ends so long after the last utterance was typed as hours where minutes were meant.
_TOO_LATE = 3600.0

Utterances = Mapping[str, Sequence[Utterance]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A row of a table with the stretch that it is of."""

    placed: Placed
    first: int
    last: int


class _Impossible(ValueError):
    """Cells that say no stretch; the text says why and what was expected."""


def parted(table: Table) -> tuple[Table, Table]:
    """Return the rows on utterances and those on stretches, as two tables."""
    parts: tuple[list[FileRow], list[FileRow]] = ([], [])
    for row in table.rows:
        parts[any(row.text(name) for name in STRETCH_COLUMNS)].append(row)
    one, many = (replace(table, rows=tuple(rows)) for rows in parts)
    return one, many


def stretches_of(
    placed: Sequence[Placed], utterances: Utterances, faults: Faults, *, minutes: float
) -> list[Stretch]:
    """Return the stretches that rows are of; add a fault for each that is of none.

    Args:
        placed: The rows, each on its tape.
        utterances: Those of the tapes.
        minutes: Length of a window, where no column says it.
    """
    found = []
    for place in placed:
        try:
            units = _stretch(place, utterances[place.tape], minutes)
        except _Impossible as error:
            faults.add(place.number, str(error))
            continue
        found.append(Stretch(placed=place, first=units[0], last=units[-1]))
    return found


def _stretch(place: Placed, utterances: Sequence[Utterance], minutes: float) -> range:
    row = place.row
    if row.text("index"):
        raise _Impossible("an index beside a stretch. Expected one or the other.")
    if not row.text("window"):
        return _between(place, row.cells.get("from"), row.cells.get("to"), utterances)
    if row.text("from") or row.text("to"):
        raise _Impossible("a window beside from and to. Expected one or the other.")
    number = whole_number(row.text("window"))
    if not number:
        raise _Impossible("the window is not a whole number from 1.")
    length = 60 * (_minutes(row.text("minutes")) if row.text("minutes") else minutes)
    return _within(place.tape, (number - 1) * length, number * length, utterances)


def _between(place: Placed, begin: Cell, end: Cell, utterances: Sequence[Utterance]) -> range:
    if not as_text(begin) or not as_text(end):
        missing = "from" if not as_text(begin) else "to"
        raise _Impossible(f"{missing} is missing. Expected an utterance number or a time.")
    if _is_time(begin) != _is_time(end):
        raise _Impossible("a number and a time. Expected two of a kind in from and to.")
    if _is_time(begin):
        return _within(place.tape, _seconds(begin), _seconds(end), utterances)
    first, last = whole_number(as_text(begin)), whole_number(as_text(end))
    if first is None or last is None:
        raise _Impossible(
            "from and to are neither utterance numbers nor times. Expected such as 12, or 0:05:00."
        )
    if first > last:
        raise _Impossible(f"from {first} is behind to {last}.")
    if last >= len(utterances):
        raise _Impossible(
            f'tape "{place.tape}" has no utterance {last}. Expected 0-{len(utterances) - 1}.'
        )
    return range(first, last + 1)


def _within(tape: str, begin: float, end: float, utterances: Sequence[Utterance]) -> range:
    times = [unit.time for unit in utterances if unit.time is not None]
    if not times:
        raise _Impossible(f'tape "{tape}" has no times. Expected from and to as utterance numbers.')
    span = f"{clock(begin)}-{clock(end)}"
    if begin >= end:
        raise _Impossible(f"{span} holds no time: from has to lie before to.")
    if end > max(times) + _TOO_LATE:
        raise _Impossible(
            f"{span} ends long after the last utterance at {clock(max(times))}. Expected times as "
            "0:05:00: a spreadsheet takes 05:00 for five hours."
        )
    try:
        found = starting_within(utterances, begin, end)
    except ValueError:
        raise _Impossible(
            f'the times of tape "{tape}" run back. Expected from and to as utterance numbers.'
        ) from None
    if found is None:
        raise _Impossible(f'no utterance of tape "{tape}" starts in {span}.')
    return found


def _is_time(cell: Cell) -> bool:
    return isinstance(cell, time | timedelta | datetime) or ":" in as_text(cell)


def _seconds(cell: Cell) -> float:
    (seconds,) = times_of([cell]).seconds
    if seconds is None:
        raise _Impossible("an unreadable time in from or to. Expected such as 0:05:00.")
    return seconds


def _minutes(text: str) -> float:
    try:
        minutes = float(text.replace(",", "."))
    except ValueError:
        minutes = 0.0
    if not 0 < minutes < float("inf"):
        raise _Impossible("the minutes of a window are not a number above 0.")
    return minutes
