"""Transcripts set as a table in Word: a row a turn, with a column for the speaker.

Each row becomes the line that a text transcript would have, such as `12 [00:03:12] R:<tab>speech`,
so that one grammar reads both. A row without a speaker goes on with the turn before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from werkalliantie.readers.clock import lone_time
from werkalliantie.readers.grammar import Grammar, fold
from werkalliantie.readers.header import is_short
from werkalliantie.readers.speakers import UnknownSpeaker

Row = Sequence[Sequence[str]]
"""The lines in each cell of a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLines:
    """A table as lines of a transcript.

    Attributes:
        unknown: Labels in the column of the speaker that aren't mapped, by table row.
        widest: The largest number of cells with speech in one row.
    """

    lines: tuple[str, ...]
    unknown: tuple[UnknownSpeaker, ...] = ()
    widest: int = 1


def lines_of_table(table: Sequence[Row], grammar: Grammar) -> TableLines:
    """Return a table as lines of a transcript."""
    rows = [[[line for line in cell if line.strip()] for cell in row] for row in table]
    column = _speaker_column(rows, grammar)
    if column is None:
        return TableLines(lines=tuple(line for row in rows for line in _plain(row)))
    lines: list[str] = []
    unknown: list[UnknownSpeaker] = []
    widest = 1
    for number, row in enumerate(rows, start=1):
        label = _text(row[column]) if column < len(row) else ""
        speech = [cell for cell in row[column + 1 :] if cell and not _is_time(cell)]
        is_title = number == 1 and _is_title(row, column, rows, grammar)
        if is_title or not label or not speech:
            lines += _plain(row)
            continue
        widest = max(widest, len(speech))
        lines += _turn(row, column, speech)
        if not _is_known(label, grammar):
            unknown.append(UnknownSpeaker(label=label.rstrip(":; "), lines=(number,)))
    return TableLines(lines=tuple(lines), unknown=tuple(unknown), widest=widest)


def _speaker_column(rows: Sequence[Row], grammar: Grammar) -> int | None:
    """Return the column with a known speaker in most of its filled cells, if there is one."""
    for column in range(max(len(row) for row in rows)):
        cells = [_text(row[column]) for row in rows if column < len(row)]
        filled = [cell for cell in cells if cell]
        n_known = sum(_is_known(cell, grammar) for cell in filled)
        # A block of metadata has speakers too, but also "Datum" and the like.
        if n_known * 2 > len(filled) and not any(_is_key(cell, grammar) for cell in filled[1:]):
            return column
    return None


def _is_title(row: Row, column: int, rows: Sequence[Row], grammar: Grammar) -> bool:
    label = _text(row[column])
    if _is_known(label, grammar):
        return False
    later = {fold(_text(other[column])) for other in rows[1:] if column < len(other)}
    is_heading = all(is_short(_text(cell)) for cell in row)
    return _is_key(label, grammar) or (is_heading and fold(label) not in later)


def _turn(row: Row, column: int, speech: Sequence[Sequence[str]]) -> list[str]:
    times = [_text(cell) for cell in row[column + 1 :] if _is_time(cell)]
    label = _text(row[column]).rstrip(":; ")
    opening = [part for part in (*map(_text, row[:column]), *times, label) if part]
    first, *others = [line for cell in speech for line in cell]
    return [f"{' '.join(opening)}:\t{first}", *others]


def _plain(row: Row) -> list[str]:
    filled = [cell for cell in row if cell]
    if all(len(cell) == 1 for cell in filled):
        return ["\t".join(cell[0] for cell in filled)]
    return [line for cell in filled for line in cell]


def _is_known(label: str, grammar: Grammar) -> bool:
    line = f"{label.rstrip(':; ')}:"
    head = grammar.head_of(line)
    return head is not None and head.role is not None and head.speech == len(line)


def _is_key(label: str, grammar: Grammar) -> bool:
    key = label.rstrip(": ")
    return grammar.is_header_key(key) and grammar.role_of(key) is None


def _is_time(cell: Sequence[str]) -> bool:
    return lone_time(_text(cell)) is not None


def _text(cell: Sequence[str]) -> str:
    return " ".join(line.strip() for line in cell)
