"""A coding sheet before it has a format: its columns, their headers, and the formats there are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from werkalliantie.codebook import Codebook
from werkalliantie.coding import Coding, Mode
from werkalliantie.segment import SegmentCoding
from werkalliantie.sheets.conversation import Row

FORMAT = 1
"""Version of the layout, kept in the hidden part of an Excel sheet."""

NO_CODE = "geen"
"""What a cell says when none of the codes applies."""

DUTCH_HEADERS: Mapping[str, str] = {
    "tape": "Tape",
    "index": "Nr",
    "line": "Regel",
    "time": "Tijd",
    "speaker": "Spreker",
    "text": "Tekst",
    "suggested": "Voorstel",
    "codes": "Codes",
    "note": "Opmerking",
    "check": "Controle",
}
_CHANCE = "Kans "
_COLUMNS = {header.casefold(): column for column, header in DUTCH_HEADERS.items()} | {
    "van": "from",
    "vanaf": "from",
    "tot": "to",
    "t/m": "to",
    "tot en met": "to",
    "venster": "window",
    "minuten": "minutes",
}

CONVERSATION_COLUMNS = ("tape", "index", "line", "time", "speaker", "text")
CODER_COLUMNS = ("codes", "note", "check")
CODING_COLUMNS = ("tape", "index", "coder", "codebook", "mode", "codes", "note")
"""Columns of a table of codings, which holds no text."""
STRETCH_COLUMNS = ("from", "to", "window")
"""Columns by which a row of such a table is on a stretch of a tape, not on one utterance."""
MIXED_COLUMNS = ("tape", "index", "from", "to", *CODING_COLUMNS[2:])
"""Columns of a table with codings of both kinds."""


class SheetFormat(StrEnum):
    """The kinds of file a sheet can be; the value is also the file's suffix."""

    XLSX = "xlsx"
    CSV = "csv"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What one file holds: rows, the codebook to code with and, if shown, a model's answers.

    Attributes:
        model: Name of the model whose suggestions are shown; None for a blind sheet.
        codes: The codes whose probabilities are shown, in order.
    """

    rows: tuple[Row, ...]
    codebook: Codebook
    model: str | None = None
    codes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        suggested = any(row.suggested is not None for row in self.rows)
        if self.model is None and (self.codes or suggested):
            raise ValueError("suggestions without the name of their model")

    @property
    def mode(self) -> Mode:
        """*assisted* if suggestions are shown, else *blind*."""
        return Mode.BLIND if self.model is None else Mode.ASSISTED

    @property
    def tapes(self) -> tuple[str, ...]:
        """The tapes, in order of appearance."""
        return tuple(dict.fromkeys(row.tape for row in self.rows))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that every format has."""
        shown = () if self.model is None else ("suggested", *map(chance_column, self.codes))
        return (*CONVERSATION_COLUMNS, *shown, *CODER_COLUMNS)


def chance_column(code: str) -> str:
    """Return the column of a code's probability, such as `p_DT`."""
    return f"p_{code}"


def header_of(column: str) -> str:
    """Return a column's Dutch header, such as `Kans DT` for `p_DT`."""
    if column.startswith("p_"):
        return _CHANCE + column.removeprefix("p_")
    return DUTCH_HEADERS[column]


def column_of(header: str) -> str:
    """Return the column that a header stands for, whether Dutch or the column's own name."""
    name = header.strip()
    if name.casefold().startswith(_CHANCE.casefold()):
        return chance_column(name[len(_CHANCE) :])
    return _COLUMNS.get(name.casefold(), name.casefold())


def is_suggestion(column: str) -> bool:
    """Return whether a column shows a coder what a model thinks."""
    return column in ("suggested", "probabilities") or column.startswith("p_")


def coding_record(coding: Coding) -> list[str]:
    """Return a coding as text, one for each of `CODING_COLUMNS`."""
    return [
        coding.tape,
        str(coding.utterance),
        coding.coder,
        coding.codebook,
        coding.mode.value,
        listed(coding.codes),
        coding.note or "",
    ]


def coding_table(
    codings: Iterable[Coding], segments: Iterable[SegmentCoding]
) -> tuple[tuple[str, ...], list[list[str]]]:
    """Return the columns and records of a table of codings.

    There are columns for stretches only where it has some.
    """
    stretches = [*map(_mixed_record, segments)]
    if not stretches:
        return CODING_COLUMNS, [*map(coding_record, codings)]
    return MIXED_COLUMNS, [*map(_mixed_record, codings), *stretches]


def _mixed_record(coding: Coding | SegmentCoding) -> list[str]:
    """Return a coding as text, one for each of `MIXED_COLUMNS`."""
    if isinstance(coding, Coding):
        tape, index, *rest = coding_record(coding)
        return [tape, index, "", "", *rest]
    return [
        coding.tape,
        "",
        str(coding.first),
        str(coding.last),
        coding.coder,
        coding.codebook,
        coding.mode.value,
        listed(coding.codes),
        coding.note or "",
    ]


def listed(codes: Iterable[str], codebook: Codebook | None = None) -> str:
    """Return codes as a cell shows them: in the codebook's order, or `geen` if there are none."""
    order = codebook.all_codes if codebook else ()
    known = {code: place for place, code in enumerate(order)}
    ordered = sorted(codes, key=lambda code: (known.get(code, len(known)), code))
    return ", ".join(ordered) or NO_CODE
