"""Sheets and tables of codings as JSON Lines: one object a row.

`codes` keeps the three states apart: null is *not seen*, an empty list *no code*.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from werkalliantie.coding import Coding
from werkalliantie.errors import SheetError, gather
from werkalliantie.segment import SegmentCoding
from werkalliantie.sheets.conversation import Row
from werkalliantie.sheets.layout import Sheet
from werkalliantie.sheets.table import FileRow, Table, decode


def write_sheet(path: Path, sheet: Sheet) -> None:
    """Write a coding sheet."""
    _write(path, _lines(_row_object(row, sheet) for row in sheet.rows))


def write_codings(
    path: Path, codings: Iterable[Coding], segments: Sequence[SegmentCoding] = ()
) -> None:
    """Write a table of codings, those of stretches behind those of utterances."""
    _write(path, codings_text(codings, segments))


def codings_text(codings: Iterable[Coding], segments: Sequence[SegmentCoding] = ()) -> str:
    """Return a table of codings as JSON Lines, those of stretches behind those of utterances."""
    return _lines([*map(coding_object, codings), *map(segment_object, segments)])


def segment_object(coding: SegmentCoding) -> dict[str, object]:
    """Return the coding of a stretch as one JSON object."""
    return {
        "tape": coding.tape,
        "from": coding.first,
        "to": coding.last,
        "coder": coding.coder,
        "codebook": coding.codebook,
        "mode": coding.mode.value,
        "codes": sorted(coding.codes),
        "note": coding.note,
    }


def coding_object(coding: Coding) -> dict[str, object]:
    """Return a coding as one JSON object."""
    return {
        "tape": coding.tape,
        "index": coding.utterance,
        "coder": coding.coder,
        "codebook": coding.codebook,
        "mode": coding.mode.value,
        "codes": sorted(coding.codes),
        "note": coding.note,
    }


def read(path: Path) -> Table:
    """Read the rows of a file.

    Raises:
        SheetError: A line isn't a JSON object.
    """
    lines = decode(path).text.split("\n")
    faults: list[str] = []
    rows: list[FileRow] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            rows.append(FileRow(number=number, cells=_object(line)))
        except ValueError:
            faults.append(f"line {number}: not a JSON object")
    hint = "Write one JSON object a line, as `werkalliantie codes sheet --format jsonl` does."
    gather(path.name, faults, SheetError, hint)
    columns = frozenset(column for row in rows for column in row.cells)
    return Table(file=path.name, columns=columns, rows=tuple(rows), place="line")


def _object(line: str) -> Mapping[str, object]:
    try:
        value = json.loads(line)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def _row_object(row: Row, sheet: Sheet) -> dict[str, object]:
    shown: dict[str, object] = {}
    if sheet.model is not None:
        order = [code for code in sheet.codebook.all_codes if code in (row.suggested or ())]
        chances = row.probabilities
        shown = {
            "suggested": None if row.suggested is None else order,
            "probabilities": chances and {code: chances[code] for code in sheet.codes},
        }
    return {
        "tape": row.tape,
        "index": row.index,
        "line": row.line,
        "time": row.time,
        "speaker": row.speaker,
        "text": row.text,
        **shown,
        "codes": None,
        "note": None,
        "check": row.check,
        "role": row.role.value,
        "backchannel": row.backchannel,
        "codebook": sheet.codebook.key,
        "model": sheet.model,
    }


def _lines(objects: Iterable[dict[str, object]]) -> str:
    return "".join(
        json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n" for value in objects
    )


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
