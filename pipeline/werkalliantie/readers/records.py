"""The rows of a `.csv` or `.xlsx` file by column name; knows nothing of what they mean."""

import csv
import datetime
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from werkalliantie.configuration.mapping import Table
from werkalliantie.errors import TranscriptError
from werkalliantie.readers.decoding import OLE_MAGIC, kind_of, read_bytes, read_text_file

Cell = str | float | bool | datetime.date | datetime.time | datetime.timedelta | None
_DELIMITERS = (";", ",", "\t")
_LONGEST_FIELD = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One row: its number as a spreadsheet shows it (the header is 1), and its cells."""

    row: int
    cells: Mapping[str, Cell]

    def text(self, column: str) -> str:
        """Return a cell as text, without white space around it: 5.0 is `5`, empty is empty."""
        return text_of(self.cells[column])


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The rows of a table under the names of its columns."""

    columns: tuple[str, ...]
    rows: tuple[Record, ...]


def text_of(cell: Cell) -> str:
    """Return a cell as text, without white space around it."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def is_date(cell: Cell) -> bool:
    """Return whether a spreadsheet took what was typed for a date or a time."""
    return isinstance(cell, datetime.date | datetime.time | datetime.timedelta)


def read_records(path: Path, layout: Table) -> Records:
    """Read the rows of a table; rows without anything in them are left out.

    Raises:
        TranscriptError: Not such a file, no such sheet, no rows, or two columns of one name.
    """
    suffix = path.suffix.casefold()
    grid = _excel(path, layout.sheet) if suffix == ".xlsx" else _delimited(path, layout.delimiter)
    header = [text_of(cell) for cell in next(grid, [])]
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise TranscriptError(
            f"{path.name}: two columns are called {', '.join(twice)}; expected each name once.",
            hint="Give each column its own name in the first row.",
        )
    rows = tuple(
        Record(row=number, cells=dict(zip(header, _filled(cells, len(header)), strict=True)))
        for number, cells in enumerate(grid, start=2)
        if any(text_of(cell) for cell in cells)
    )
    if not rows:
        raise TranscriptError(
            f"{path.name}: no rows below the header; expected a row a turn.",
            hint="Check that the transcript is on this sheet, with column names in the first row.",
        )
    return Records(columns=tuple(name for name in header if name), rows=rows)


def _filled(cells: list[Cell], width: int) -> list[Cell]:
    return (cells + [None] * width)[:width]


def _delimited(path: Path, delimiter: str | None) -> Iterator[list[Cell]]:
    text = read_text_file(path)
    first = text.split("\n", 1)[0]
    used = delimiter or max(_DELIMITERS, key=first.count)
    csv.field_size_limit(_LONGEST_FIELD)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=used):
            yield list(row)
    except csv.Error as error:
        raise TranscriptError(
            f"{path.name}: not a table of text: {error}.",
            hint="Save it again as CSV (UTF-8) or as .xlsx.",
        ) from None


def _excel(path: Path, sheet: str | None) -> Iterator[list[Cell]]:
    data = read_bytes(path)
    if data.startswith(OLE_MAGIC):
        raise TranscriptError(
            f"{path.name}: an old Excel workbook (.xls), or one with a password; expected .xlsx.",
            hint="Open it in Excel and save it as .xlsx without a password.",
        )
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    except CalamineError:
        seems = kind_of(data) or "not a workbook or a damaged one"
        raise TranscriptError(
            f"{path.name}: {seems}; expected an Excel workbook (.xlsx).",
            hint="Open it in Excel and save it as .xlsx.",
        ) from None
    names = workbook.sheet_names
    if sheet is not None and sheet not in names:
        raise TranscriptError(
            f'{path.name}: no sheet "{sheet}"; expected one of {", ".join(names)}.',
            hint="Correct `sheet` under [table] in the import mapping.",
        )
    grid = workbook.get_sheet_by_name(sheet or names[0]).to_python(skip_empty_area=False)
    return (list(cells) for cells in grid)
