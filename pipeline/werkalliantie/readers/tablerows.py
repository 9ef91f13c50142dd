"""The rows of a table as records: who said what, when, and which codes a coder gave it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from werkalliantie.configuration.mapping import ImportMapping, Table
from werkalliantie.errors import TranscriptError
from werkalliantie.readers.cells import Cell, is_dated, text_of, times_of
from werkalliantie.readers.grid import Grid
from werkalliantie.readers.rowfaults import RowFaults
from werkalliantie.readers.speakers import join
from werkalliantie.readers.tablecodes import CodeReader, code_columns

_FIELDS = ("speaker", "text", "tape", "order", "time", "coder", "worker", "client", "unit")
_HINT = "Correct the table and import it again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One row: an utterance, by one coder where the table has coders.

    Attributes:
        codes: None where the coder didn't see the utterance, or where the table has no codes.
    """

    row: int
    speaker: str
    text: str
    tape: str = ""
    order: float | None = None
    time: float | None = None
    coder: str = ""
    worker: str = ""
    client: str = ""
    unit: str = ""
    codes: frozenset[str] | None = None


def column_names(layout: Table) -> dict[str, str]:
    """Return the column of each field that the mapping names."""
    named = {field: getattr(layout.columns, field) for field in _FIELDS}
    return {field: name for field, name in named.items() if name is not None}


def unread_columns(grid: Grid, layout: Table) -> tuple[str, ...]:
    """Return the columns that hold something but that the mapping doesn't name."""
    named = (*column_names(layout).values(), *code_columns(layout.codes))
    read = {text_of(name).casefold() for name in named}
    return tuple(
        name or f"(column {number})"
        for number, name in enumerate(grid.header, start=1)
        if name.casefold() not in read
        and any(text_of(cell) for row in grid.rows for cell in row.cells[number - 1 : number])
    )


def records_in(
    grid: Grid, mapping: ImportMapping, layout: Table, faults: RowFaults
) -> list[Record]:
    """Read the rows of a table.

    Raises:
        TranscriptError: A column of the mapping isn't there, or is there twice.
    """
    fields = column_names(layout)
    places = _places(grid, (*fields.values(), *code_columns(layout.codes)), mapping, faults)
    reader = None
    if layout.codes is not None:
        reader = CodeReader(layout.codes, source=mapping.source, faults=faults)
    rows = [_by_name(row.number, row.cells, grid, places, faults) for row in grid.rows]
    numbers = [row.number for row in grid.rows]
    seconds = _times(numbers, rows, fields.get("time"), faults)
    return [
        _record(number, cells, fields, time, reader, faults)
        for number, cells, time in zip(numbers, rows, seconds, strict=True)
    ]


def _places(
    grid: Grid, names: Sequence[str], mapping: ImportMapping, file: RowFaults
) -> dict[str, int]:
    """Return where each named column stands; letter case doesn't matter."""
    header = [name.casefold() for name in grid.header]
    wanted = {name: text_of(name).casefold() for name in names}
    missing = [name for name, plain in wanted.items() if plain not in header]
    twice = [name for name, plain in wanted.items() if header.count(plain) > 1]
    if missing or twice:
        there = join([f'"{name}"' for name in grid.header if name], "and")
        what = [f'no column "{name}"' for name in missing]
        what += [f'two columns "{name}"' for name in twice]
        raise TranscriptError(
            f"{file.file}: {join(what, 'and')}; the table has {there}.",
            hint=f"Name the columns under [table] in {mapping.source}.",
            faults=[f"{file.file}: {one}" for one in what],
        )
    return {name: header.index(plain) for name, plain in wanted.items()}


def _by_name(
    number: int,
    cells: Sequence[Cell],
    grid: Grid,
    places: Mapping[str, int],
    faults: RowFaults,
) -> dict[str, Cell]:
    n_columns = len(grid.header)
    if any(text_of(cell) for cell in cells[n_columns:]):
        text = f"more cells than the {n_columns} of the header."
        faults.add(number, text, "Put text that holds the delimiter between quotation marks.")
    return {name: cells[i] if i < len(cells) else None for name, i in places.items()}


def _times(
    numbers: Sequence[int],
    rows: Sequence[Mapping[str, Cell]],
    column: str | None,
    faults: RowFaults,
) -> Sequence[float | None]:
    if column is None:
        return [None] * len(rows)
    times = times_of([cells[column] for cells in rows])
    for i in times.unreadable:
        text = f'"{text_of(rows[i][column])}" in column "{column}" is no time.'
        faults.add(numbers[i], text, "Write times as HH:MM:SS, MM:SS or seconds.")
    return times.seconds


def _record(
    number: int,
    cells: Mapping[str, Cell],
    fields: Mapping[str, str],
    time: float | None,
    reader: CodeReader | None,
    faults: RowFaults,
) -> Record:
    texts: dict[str, str] = {}
    for field, name in fields.items():
        if field not in ("time", "order"):
            texts[field] = _text(number, name, cells[name], faults)
    return Record(
        row=number,
        order=_order(number, fields.get("order"), cells, faults),
        time=time,
        codes=reader.codes_in(number, cells) if reader is not None else None,
        **texts,
    )


def _text(number: int, name: str, cell: Cell, faults: RowFaults) -> str:
    if is_dated(cell) and not isinstance(cell, str):
        text = f'a date instead of text in column "{name}".'
        faults.add(number, text, "Format the column as Text in Excel, and type what it held again.")
        return ""
    return text_of(cell)


def _order(
    number: int, name: str | None, cells: Mapping[str, Cell], faults: RowFaults
) -> float | None:
    if name is None:
        return None
    text = text_of(cells[name])
    try:
        return float(text.replace(",", "."))
    except ValueError:
        given = f'"{text}"' if text else "an empty cell"
        faults.add(number, f'{given} in column "{name}" is no number to order by.', _HINT)
        return None
