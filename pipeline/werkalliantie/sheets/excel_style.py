"""What a workbook looks like: fills, fonts, widths and number formats; knows no columns' values."""

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from werkalliantie.sheets.cells import MAX_UNITS, escape_xml, fit
from werkalliantie.sheets.conversation import Row

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell
    from openpyxl.styles import Alignment, Border, Font, PatternFill
    from openpyxl.worksheet.worksheet import Worksheet

CONTEXT_FILL = "F2F2F2"
CODER_FILL = "FFF8D6"
HEADER_FILL = "DCE6F1"
GREY = "7F7F7F"
CHANCE_SCALE = ("FFFFFF", "F8CBAD")
_BORDER = "D9D9D9"
TEXT_FORMAT = "@"
_FOR_CODER = ("codes", "note")
_WIDTHS = {
    "tape": 12,
    "index": 6,
    "line": 7,
    "time": 9,
    "speaker": 9,
    "text": 80,
    "suggested": 14,
    "codes": 18,
    "note": 30,
    "check": 13,
}
_CHANCE_WIDTH = 10


def new_book(first: str) -> "Workbook":
    """Return a workbook with one empty worksheet of the given name."""
    from openpyxl import Workbook

    book = Workbook()
    book.properties.creator = "werkalliantie"
    book.worksheets[0].title = first
    return book


def put(cell: "Cell", value: str | int | float | None) -> None:
    """Write a value; text stays text, whatever it looks like."""
    if not isinstance(value, str):
        cell.value = value
        return
    text = fit(value)
    cell.value = escaped = escape_xml(text)
    if len(escaped) > MAX_UNITS:
        cell._value = escaped  # openpyxl cuts silently, and counts the escapes
    cell.data_type = "s"  # else text that begins with `=` is a formula, and `#N/A` an error
    cell.quotePrefix = text.startswith(("=", "+", "-", "@"))


def write_header(page: "Worksheet", headers: Sequence[str]) -> None:
    """Write the first row, frozen."""
    from openpyxl.styles import Alignment, Font, PatternFill

    for place, header in enumerate(headers, start=1):
        cell = page.cell(1, place)
        put(cell, header)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor=HEADER_FILL)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    page.freeze_panes = "A2"


def write_cell(cell: "Cell", value: str | float | None, *, column: str, row: Row) -> None:
    """Write one cell of a conversation: context greyed, the coder's cells highlighted."""
    put(cell, value)
    look = _look(column, context=row.index is None, offered=row.offered)
    cell.number_format = look.number_format
    cell.alignment = look.alignment
    if look.font is not None:
        cell.font = look.font
    if look.fill is not None:
        cell.fill = look.fill
    if look.border is not None:
        cell.border = look.border


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    number_format: str
    alignment: "Alignment"
    font: "Font | None" = None
    fill: "PatternFill | None" = None
    border: "Border | None" = None


@functools.cache  # thousands of cells share a dozen looks, and openpyxl compares every new one
def _look(column: str, *, context: bool, offered: bool) -> _Look:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    number_format = {"index": "General", "line": "General"}.get(column, TEXT_FORMAT)
    look = _Look(
        number_format="0%" if column.startswith("p_") else number_format,
        alignment=Alignment(wrap_text=True, vertical="top"),
    )
    if context:
        fill = PatternFill("solid", fgColor=CONTEXT_FILL)
        return replace(look, font=Font(color=GREY), fill=fill)
    if not offered:
        return replace(look, font=Font(color=GREY, italic=True))
    if column in _FOR_CODER:
        side = Side(style="thin", color=_BORDER)
        fill = PatternFill("solid", fgColor=CODER_FILL)
        return replace(look, fill=fill, border=Border(left=side, right=side, top=side, bottom=side))
    return replace(look, font=Font(color=GREY)) if column == "check" else look


def finish_conversation(page: "Worksheet", columns: Sequence[str]) -> None:
    """Set widths, filter, the colour scale of the probabilities, and how the page prints."""
    from openpyxl.formatting.rule import ColorScaleRule
    from openpyxl.utils import get_column_letter

    low, high = CHANCE_SCALE
    for place, column in enumerate(columns, start=1):
        letter = get_column_letter(place)
        page.column_dimensions[letter].width = _WIDTHS.get(column, _CHANCE_WIDTH)
        if column.startswith("p_") and page.max_row > 1:
            scale = ColorScaleRule(
                start_type="num", start_value=0, start_color=low,
                end_type="num", end_value=1, end_color=high,
            )  # fmt: skip
            page.conditional_formatting.add(f"{letter}2:{letter}{page.max_row}", scale)
    page.auto_filter.ref = page.dimensions
    page.print_title_rows = "1:1"
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


def write_table(
    page: "Worksheet",
    headers: Sequence[str],
    records: Iterable[Sequence[str]],
    *,
    widths: Sequence[int],
    bold: Sequence[bool] = (),
) -> None:
    """Write a plain table of texts.

    Args:
        bold: Per record, whether it stands out; none do if this is empty.
    """
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    write_header(page, headers)
    for number, record in enumerate(records):
        for place, text in enumerate(record, start=1):
            cell = page.cell(number + 2, place)
            put(cell, text)
            cell.number_format = TEXT_FORMAT
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=bool(bold) and bold[number])
    for place, width in enumerate(widths, start=1):
        page.column_dimensions[get_column_letter(place)].width = width
