"""Transcripts set as a table in Word: a row a turn, with a column for the speaker.

Each row becomes the line that a text transcript would have, such as `12 [00:03:12] R:<tab>speech`,
so that one grammar reads both. A row without a speaker goes on with the turn before it.
"""

from collections.abc import Iterator, Sequence

from werkalliantie.readers.clock import lone_time
from werkalliantie.readers.grammar import Grammar

Row = Sequence[Sequence[str]]  # the lines in each cell
_LONGEST_LABEL = 20


def lines_of_table(table: Sequence[Row], grammar: Grammar) -> Iterator[str]:
    """Yield a table as lines of a transcript."""
    column = _speaker_column(table, grammar)
    for i, row in enumerate(table):
        cells = [[line for line in cell if line.strip()] for cell in row]
        if column is None or column >= len(cells):
            yield from _plain(cells)
            continue
        label = _text(cells[column])
        is_title = i == 0 and not _is_known(label, grammar)
        is_alone = not any(cells[column + 1 :])
        if is_title or is_alone or len(label) > _LONGEST_LABEL or not label:
            yield from _plain(cells)
        else:
            yield from _turn(cells, column)


def _speaker_column(table: Sequence[Row], grammar: Grammar) -> int | None:
    """Return the column with a known speaker in most of its filled cells, if there is one."""
    for column in range(max(len(row) for row in table)):
        cells = [_text(row[column]) for row in table if column < len(row)]
        filled = [cell for cell in cells if cell]
        n_known = sum(_is_known(cell, grammar) for cell in filled)
        # A block of metadata has speakers too, but also "Datum" and the like.
        if n_known * 2 > len(filled) and not any(_is_key(cell, grammar) for cell in filled[1:]):
            return column
    return None


def _turn(cells: list[list[str]], column: int) -> Iterator[str]:
    label = _text(cells[column]).rstrip(":; ")
    before = [_text(cell) for cell in cells[:column]]
    times = [_text(cell) for cell in cells[column + 1 :] if lone_time(_text(cell)) is not None]
    speech = [
        line for cell in cells[column + 1 :] if lone_time(_text(cell)) is None for line in cell
    ]
    opening = " ".join(part for part in (*before, *times, label) if part)
    first, *others = speech or [""]
    yield f"{opening}:\t{first}"
    yield from others


def _plain(cells: list[list[str]]) -> Iterator[str]:
    filled = [cell for cell in cells if cell]
    if all(len(cell) == 1 for cell in filled):
        yield "\t".join(cell[0] for cell in filled)
    else:
        for cell in filled:
            yield from cell


def _is_known(label: str, grammar: Grammar) -> bool:
    line = f"{label.rstrip(':; ')}:"
    head = grammar.head_of(line)
    return head is not None and head.role is not None and head.speech == len(line)


def _is_key(label: str, grammar: Grammar) -> bool:
    key = label.rstrip(": ")
    return grammar.is_header_key(key) and grammar.role_of(key) is None


def _text(cell: Sequence[str]) -> str:
    return " ".join(line.strip() for line in cell).strip()
