"""The cells of a `.csv` or `.xlsx` file: a header and numbered rows.

Rows are numbered as a spreadsheet shows them, so the header is row 1 unless blank rows precede it.
"""

import csv
import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from werkalliantie.configuration.mapping import Table
from werkalliantie.errors import TranscriptError
from werkalliantie.readers.cells import Cell, text_of
from werkalliantie.readers.decoding import (
    OLE_MAGIC,
    kind_of,
    read_bytes,
    read_text_file,
    refuse_kind,
)
from werkalliantie.readers.speakers import join

_DELIMITERS = (";", ",", "\t")


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRow:
    """One row under the header that isn't blank."""

    number: int
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The header of a file and its rows."""

    header: tuple[str, ...]
    rows: tuple[GridRow, ...]


def read_grid(path: Path, layout: Table, wanted: Collection[str]) -> Grid:
    """Read a table; `wanted` are the names of columns by which to know the delimiter.

    Raises:
        TranscriptError: Not such a file, no rows in it, or no such sheet.
    """
    is_workbook = path.suffix.casefold() == ".xlsx"
    records = _workbook(path, layout.sheet) if is_workbook else _csv(path, layout, wanted)
    numbered = [
        GridRow(number=number, cells=cells)
        for number, cells in enumerate(records, start=1)
        if any(text_of(cell) for cell in cells)
    ]
    if len(numbered) < 2:
        raise TranscriptError(
            f"{path.name}: no rows; expected a header and a row for each turn.",
            hint="Check that the table is in this file, and for Excel on which sheet.",
        )
    header, *rows = numbered
    return Grid(header=tuple(text_of(cell) for cell in header.cells), rows=tuple(rows))


def _csv(path: Path, layout: Table, wanted: Collection[str]) -> Sequence[Sequence[Cell]]:
    text = read_text_file(path)
    declared = None
    if text[:4].casefold() == "sep=":  # a line for Excel alone, which it doesn't count as a row
        first, _, text = text.partition("\n")
        declared = first[4:5] or None
    delimiter = layout.delimiter or declared or _delimiter(text, wanted)
    try:
        return list(_records(text, delimiter))
    except csv.Error as error:
        raise TranscriptError(
            f"{path.name}: not readable as CSV ({error}).",
            hint="Open it in a spreadsheet program and save it again as .xlsx.",
        ) from None


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    # Strict: without it a quotation mark that isn't closed swallows the rest of the file.
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _delimiter(text: str, wanted: Collection[str]) -> str:
    """Return the delimiter that makes most of the wanted columns out of the first row."""

    def merit(delimiter: str) -> tuple[int, int]:
        try:
            header = next((record for record in _records(text, delimiter) if record), [])
        except csv.Error:
            return 0, 0
        return len({text_of(name).casefold() for name in header} & {*wanted}), len(header)

    return max(_DELIMITERS, key=merit)


def _workbook(path: Path, sheet: str | None) -> Sequence[Sequence[Cell]]:
    from python_calamine import CalamineError, CalamineWorkbook

    data = read_bytes(path)
    _check_workbook(data, file=path.name)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = book.sheet_names
        if sheet is not None and sheet not in names:
            there = join([f'"{name}"' for name in names], "and")
            raise TranscriptError(
                f'{path.name}: no sheet "{sheet}"; it has {there}.',
                hint="Name the right one as `sheet` under [table] in the import mapping.",
            )
        return book.get_sheet_by_name(sheet or names[0]).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError):
        raise TranscriptError(
            f"{path.name}: damaged, or not an Excel workbook; expected .xlsx.",
            hint="Open it in Excel and save it again as .xlsx.",
        ) from None


def _check_workbook(data: bytes, *, file: str) -> None:
    if data.startswith(OLE_MAGIC):
        raise TranscriptError(
            f"{file}: an old Excel workbook (.xls) by another name, or protected with a password; "
            "expected .xlsx.",
            hint="Open it in Excel and save it as .xlsx, without a password.",
        )
    if not data.startswith(b"PK\x03\x04"):
        refuse_kind(kind_of(data) or "plain text", file=file, expected="an Excel workbook (.xlsx)")
    if kind_of(data) == "a Word document (.docx)":
        refuse_kind(kind_of(data), file=file, expected="an Excel workbook (.xlsx)")
