"""Coding sheets: a conversation as a file that a coder fills in, and the codes read back."""

from werkalliantie.sheets.conversation import Row, rows_of
from werkalliantie.sheets.layout import Sheet, SheetFormat
from werkalliantie.sheets.reading import CodedSheet, read_codings
from werkalliantie.sheets.writing import write_codings, write_sheet, write_sheets

__all__ = [
    "CodedSheet",
    "Row",
    "Sheet",
    "SheetFormat",
    "read_codings",
    "rows_of",
    "write_codings",
    "write_sheet",
    "write_sheets",
]
