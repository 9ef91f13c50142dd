"""What a file holds as read, before anything is made of it: rows of cells under known columns."""

import codecs
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from werkalliantie.errors import SheetError, gather
from werkalliantie.sheets.layout import STRETCH_COLUMNS, column_of

NEEDED = ("tape", "index", "text", "codes", "check")
"""Columns of a coding sheet that reading it back needs."""

Cell = object
"""Text, number, date, list or None, as the file's format gives it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """One row with anything in it, by column; `number` counts from 1 as a spreadsheet shows it."""

    number: int
    cells: Mapping[str, Cell]

    def text(self, column: str) -> str:
        """Return a cell as text without white space around it; an empty one as nothing."""
        return as_text(self.cells.get(column))


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rows of one file.

    Attributes:
        file: Name of the file, without its folder.
        place: What a row is called in messages.
        tapes: The tapes the file was made for, where it says so.
        codebook: Key of the codebook, where the file as a whole says so.
        model: Model whose suggestions were shown, where the file as a whole says so.
        lossy: The file is in an encoding that can't hold every character.
    """

    file: str
    columns: frozenset[str]
    rows: tuple[FileRow, ...]
    place: str = "row"
    tapes: frozenset[str] = frozenset()
    codebook: str | None = None
    model: str | None = None
    lossy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The columns that a grid's header names, and the rows below it."""

    columns: frozenset[str]
    rows: tuple[FileRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """The text of a file, and whether its encoding can't hold every character."""

    text: str
    lossy: bool


def as_text(cell: Cell) -> str:
    """Return a cell as text; a whole number that came as 5.0 is 5."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def decode(path: Path) -> Decoded:
    """Read a text file: by its byte order mark, else as UTF-8, else as cp1252.

    Raises:
        SheetError: It isn't text.
    """
    data = path.read_bytes()
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return Decoded(text=_decoded(path, data, encoding), lossy=False)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return Decoded(text=_decoded(path, data, "cp1252"), lossy=True)
    return Decoded(text=_decoded(path, data, "utf-8"), lossy=False)


def body_of(file: str, grid: Sequence[Sequence[Cell]]) -> Body:
    """Find the header in a grid of cells, and the rows below it; empty ones are left out.

    Raises:
        SheetError: The grid is empty, or a column that counts stands twice.
    """
    at = header_place(grid)
    if at is None:
        raise SheetError(
            f"{file}: the sheet is empty.",
            hint="Make a sheet with: werkalliantie codes sheet TAPE",
        )
    columns = [column_of(as_text(cell)) for cell in grid[at]]
    twice = [c for c in (*NEEDED, "note", *STRETCH_COLUMNS) if columns.count(c) > 1]
    faults = [f'row {at + 1}: there are two columns "{column}"' for column in twice]
    gather(file, faults, SheetError, "Keep one of them, and import the sheet again.")
    rows = (
        FileRow(number=number, cells=dict(zip(columns, cells, strict=False)))
        for number, cells in enumerate(grid[at + 1 :], start=at + 2)
        if any(as_text(cell) for cell in cells)
    )
    return Body(columns=frozenset(columns), rows=tuple(rows))


def header_place(grid: Sequence[Sequence[Cell]]) -> int | None:
    """Return the place of the header: the row that names most columns, near the top."""
    filled = [place for place, cells in enumerate(grid) if any(map(as_text, cells))][:10]
    return max(filled, key=lambda place: n_known(grid[place]), default=None)


def n_known(cells: Sequence[Cell]) -> int:
    """Return how many of the columns that tell a header a row names."""
    return len({column_of(as_text(cell)) for cell in cells} & {*NEEDED, *STRETCH_COLUMNS})


def _decoded(path: Path, data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise SheetError(
            f"{path.name}: not a text file.",
            hint='Save the sheet again as "CSV UTF-8", or as .xlsx.',
        )
    return text
