"""Sheets and tables of codings as CSV, in the form Dutch Excel opens: `;`, a decimal comma, a BOM.

A text that a spreadsheet would run as a formula gets an apostrophe before it, which reading takes
away again.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from werkalliantie.coding import Coding
from werkalliantie.errors import SheetError
from werkalliantie.segment import SegmentCoding
from werkalliantie.sheets.cells import clock, fit, guard, unguard
from werkalliantie.sheets.conversation import Row
from werkalliantie.sheets.layout import (
    Sheet,
    coding_table,
    listed,
)
from werkalliantie.sheets.table import Table, body_of, decode, n_known

_DELIMITER = ";"
_OWN_COLUMNS = ("backchannel", "codebook", "model")


def write_sheet(path: Path, sheet: Sheet) -> None:
    """Write a coding sheet."""
    records = (_record(row, sheet) for row in sheet.rows)
    path.write_bytes(_csv((*sheet.columns, *_OWN_COLUMNS), records).encode("utf-8-sig"))


def write_codings(
    path: Path, codings: Iterable[Coding], segments: Sequence[SegmentCoding] = ()
) -> None:
    """Write a table of codings, those of stretches behind those of utterances."""
    path.write_bytes(codings_text(codings, segments).encode("utf-8-sig"))


def codings_text(
    codings: Iterable[Coding],
    segments: Sequence[SegmentCoding] = (),
    *,
    line_end: str = "\r\n",
) -> str:
    """Return a table of codings as CSV."""
    columns, records = coding_table(codings, segments)
    return _csv(columns, records, line_end=line_end)


def read(path: Path) -> Table:
    """Read the rows of a file, whichever of `;`, `,` and tab parts its columns.

    Raises:
        SheetError: It isn't text, has no rows, or its quotes don't close.
    """
    decoded = decode(path)
    text = decoded.text
    if text.casefold().startswith("sep="):  # a line of Excel's own, which it doesn't count as a row
        text = text.partition("\n")[2]
    try:
        grid = [[unguard(cell) for cell in record] for record in _records(text, _delimiter(text))]
    except csv.Error as error:
        raise SheetError(
            f"{path.name}: not readable as CSV ({error}).",
            hint="Open it in a spreadsheet program and save it again as .xlsx.",
        ) from None
    body = body_of(path.name, grid)
    return Table(file=path.name, columns=body.columns, rows=body.rows, lossy=decoded.lossy)


def _record(row: Row, sheet: Sheet) -> list[str]:
    chances = row.probabilities or {}
    shown = []
    if sheet.model is not None:
        suggested = "" if row.suggested is None else listed(row.suggested, sheet.codebook)
        shown = [suggested, *(_decimal(chances.get(code)) for code in sheet.codes)]
    return [
        row.tape,
        "" if row.index is None else str(row.index),
        str(row.line),
        clock(row.time),
        row.speaker,
        row.text,
        *shown,
        "",
        "",
        row.check,
        "ja" if row.backchannel else "",
        sheet.codebook.key,
        sheet.model or "",
    ]


def _decimal(chance: float | None) -> str:
    return "" if chance is None else f"{chance:.3f}".replace(".", ",")


def _csv(
    columns: Sequence[str], records: Iterable[Sequence[str]], *, line_end: str = "\r\n"
) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=_DELIMITER, lineterminator=line_end)
    writer.writerow(columns)
    writer.writerows([guard(fit(cell)) for cell in record] for record in records)
    return text.getvalue()


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _delimiter(text: str) -> str:
    """Return the delimiter with which the first lines name most columns of a sheet."""
    head = "\n".join(text.splitlines()[:10])

    def n_columns(delimiter: str) -> int:
        return max(map(n_known, _records(head, delimiter)), default=0)

    return max(";,\t", key=n_columns)
