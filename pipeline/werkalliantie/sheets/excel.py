"""Coding sheets and tables of codings as Excel workbooks: openpyxl writes, calamine reads.

What it looks like is in `excel_style`; this file knows which cell holds what.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from werkalliantie.codebook import Cluster, Codebook, Item
from werkalliantie.coding import Coding
from werkalliantie.errors import SheetError
from werkalliantie.segment import SegmentCoding
from werkalliantie.sheets import excel_style as style
from werkalliantie.sheets.cells import clock
from werkalliantie.sheets.conversation import Row
from werkalliantie.sheets.instructions import INSTRUCTIONS
from werkalliantie.sheets.layout import (
    FORMAT,
    Sheet,
    coding_table,
    header_of,
    listed,
)
from werkalliantie.sheets.table import Cell, Table, as_text, body_of, n_known

if TYPE_CHECKING:
    from openpyxl import Workbook
    from python_calamine import CalamineWorkbook

_CODING, _CODEBOOK, _HELP, _HIDDEN = "codering", "codeboek", "uitleg", "_werkalliantie"
_WIDTHS = {
    "tape": 14,
    "index": 8,
    "from": 8,
    "to": 8,
    "coder": 14,
    "codebook": 20,
    "mode": 12,
    "codes": 18,
    "note": 40,
}
_OLE = b"\xd0\xcf\x11\xe0"


def write_sheet(path: Path, sheet: Sheet) -> None:
    """Write a coding sheet as a workbook with the codebook and instructions."""
    book = style.new_book(_CODING)
    page = book[_CODING]
    style.write_header(page, [header_of(column) for column in sheet.columns])
    for number, row in enumerate(sheet.rows, start=2):
        for place, (column, value) in enumerate(_values(row, sheet).items(), start=1):
            style.write_cell(page.cell(number, place), value, column=column, row=row)
    style.finish_conversation(page, sheet.columns)
    _write_codebook(book, sheet.codebook)
    help_page = book.create_sheet(_HELP)
    style.write_table(help_page, ("Nederlands", "English"), INSTRUCTIONS, widths=(70, 70))
    _write_hidden(book, sheet)
    book.save(path)


def write_codings(
    path: Path, codings: Iterable[Coding], segments: Sequence[SegmentCoding] = ()
) -> None:
    """Write a table of codings, those of stretches behind those of utterances."""
    book = style.new_book(_CODING)
    columns, records = coding_table(codings, segments)
    widths = [_WIDTHS[column] for column in columns]
    style.write_table(book[_CODING], columns, records, widths=widths)
    book.save(path)


def read(path: Path) -> Table:
    """Read the rows of the worksheet with the codes.

    Raises:
        SheetError: It isn't an Excel workbook, has a password, or is empty.
    """
    book = _open(path)
    grids = [_grid(book, name) for name in book.sheet_names if name != _HIDDEN]
    best = max(grids, key=lambda grid: max(map(n_known, grid[:10]), default=0), default=[])
    body = body_of(path.name, best)
    known = [*map(_texts, _grid(book, _HIDDEN))] if _HIDDEN in book.sheet_names else []
    facts = {cells[0]: cells[1:] for cells in known}
    return Table(
        file=path.name,
        columns=body.columns,
        rows=body.rows,
        tapes=frozenset(filter(None, facts.get("tapes", ()))),
        codebook=next(iter(facts.get("codebook", ())), None),
        model=next(iter(facts.get("model", ())), None),
    )


def _values(row: Row, sheet: Sheet) -> dict[str, str | int | float | None]:
    chances = row.probabilities or {}
    values: dict[str, str | int | float | None] = {
        "tape": row.tape,
        "index": row.index,
        "line": row.line,
        "time": clock(row.time),
        "speaker": row.speaker,
        "text": row.text,
        "suggested": None if row.suggested is None else listed(row.suggested, sheet.codebook),
        **{f"p_{code}": chances.get(code) for code in sheet.codes},
        "codes": None,
        "note": None,
        "check": row.check,
    }
    return {column: values[column] for column in sheet.columns}


def _write_codebook(book: "Workbook", codebook: Codebook) -> None:
    headers = ("Code", "Naam", "Definitie", "Voorbeelden", "Tegenvoorbeelden")
    entries: list[Cluster | Item] = []
    for cluster in codebook.clusters:
        entries += (cluster, *cluster.items)
    bold = [isinstance(entry, Cluster) for entry in entries]
    page = book.create_sheet(_CODEBOOK)
    records = [_entry_texts(entry) for entry in entries]
    style.write_table(page, headers, records, widths=(9, 32, 60, 60, 60), bold=bold)


def _entry_texts(entry: Cluster | Item) -> tuple[str, ...]:
    return (
        entry.code,
        entry.label,
        entry.definition,
        "\n".join(entry.examples),
        "\n".join(entry.counter_examples),
    )


def _write_hidden(book: "Workbook", sheet: Sheet) -> None:
    page = book.create_sheet(_HIDDEN)
    page.sheet_state = "veryHidden"
    facts = (
        ("format", str(FORMAT)),
        ("codebook", sheet.codebook.key),
        ("model", sheet.model or ""),
        ("mode", sheet.mode.value),
        ("tapes", *sheet.tapes),
    )
    for number, fact in enumerate(facts, start=1):
        for place, text in enumerate(fact, start=1):
            style.put(page.cell(number, place), text)


def _open(path: Path) -> "CalamineWorkbook":
    from python_calamine import CalamineError, PasswordError, load_workbook

    with path.open("rb") as file:
        start = file.read(len(_OLE))
    if not start:
        raise SheetError(f"{path.name}: the file is empty.", hint="Copy it again from its coder.")
    try:
        # An encrypted .xlsx has the container of an old .xls.
        book = None if start == _OLE else load_workbook(path)
    except PasswordError:
        book = None
    except CalamineError:
        raise SheetError(
            f"{path.name}: not an Excel workbook, whatever its name says.",
            hint="Save it from a spreadsheet program as .xlsx.",
        ) from None
    if book is None:
        raise SheetError(
            f"{path.name}: protected with a password, or an old .xls.",
            hint="Open it in Excel, take the password off, and save it as .xlsx.",
        )
    return book


def _grid(book: "CalamineWorkbook", name: str) -> list[list[Cell]]:
    # Rows keep their numbers only with the empty ones above them.
    return [[*cells] for cells in book.get_sheet_by_name(name).to_python(skip_empty_area=False)]


def _texts(cells: Sequence[Cell]) -> list[str]:
    return [as_text(cell) for cell in cells]
