"""Tables for the tests: CSV and Excel files of a few rows, and mappings that read them."""

import io
from collections.abc import Sequence
from typing import Any

import openpyxl

from werkalliantie.configuration import ImportMapping

Layout = dict[str, Any]
HEADER = ("band", "nr", "tijd", "wie", "gezegd", "codeur", "codes")
COLUMNS = {
    "tape": "band",
    "order": "nr",
    "time": "tijd",
    "speaker": "wie",
    "text": "gezegd",
    "coder": "codeur",
}
LISTED = {"codebook": "proef-1", "column": "codes", "separator": ",", "no_code": ["geen"]}


def a_mapping(table: Layout | None = None) -> ImportMapping:
    """Return a mapping with a layout; that of `HEADER` if none is given."""
    layout = table if table is not None else {"columns": COLUMNS, "codes": LISTED}
    return ImportMapping.model_validate(
        {
            "speakers": {"worker": ("R", "Werker"), "client": ("C",)},
            "lines": {"stage_directions": ("lacht",)},
            "table": layout,
        },
        strict=False,
    )


def csv_of(*rows: str, header: Sequence[str] = HEADER) -> str:
    """Return a CSV file with `;` between its cells."""
    return "\n".join((";".join(header), *rows)) + "\n"


def workbook(*rows: Sequence[object], sheet: str = "Blad1") -> bytes:
    """Return an Excel workbook with one sheet."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for row in rows:
        page.append(list(row))
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()
