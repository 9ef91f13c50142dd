"""Which tape and which utterance each row of a file says it is of."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from werkalliantie.sheets.faults import Faults
from werkalliantie.sheets.table import FileRow, Table, as_text

_WHOLE = re.compile(r"(\d{1,9})([.,]0+)?")
_MOST_LISTED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A row of a file with its place on a tape of the study; `index` is None for context."""

    row: FileRow
    tape: str
    index: int | None

    @property
    def number(self) -> int:
        """Number of the row in its file."""
        return self.row.number

    @property
    def words(self) -> str:
        """The text as it stands in the file."""
        return as_text(self.row.cells.get("text"))

    @property
    def check(self) -> str:
        """The check as it stands in the file."""
        return self.row.text("check")


def place_rows(table: Table, n_utterances: Mapping[str, int], faults: Faults) -> list[Placed]:
    """Return the rows that have a place in the study; add a fault for each that has none.

    Args:
        n_utterances: Of every tape of the study.
    """
    placed = []
    for row in table.rows:
        tape = _tape(row, n_utterances, faults)
        index = row.text("index")
        whole = _WHOLE.fullmatch(index)
        if index and not whole:
            faults.add(row.number, "the index is not a whole number from 0.")
        elif tape is not None:
            placed.append(Placed(row=row, tape=tape, index=int(whole[1]) if whole else None))
    return placed


def whole_number(text: str) -> int | None:
    """Return the whole number that a cell holds, as 5 or 5,0; None where it holds none."""
    whole = _WHOLE.fullmatch(text)
    return int(whole[1]) if whole else None


def no_utterance(tape: str, index: int, n_utterances: int) -> str:
    """Return the fault of a row whose utterance the study doesn't have."""
    return f'tape "{tape}" has no utterance {index}. Expected 0-{n_utterances - 1}.'


def _tape(row: FileRow, tapes: Mapping[str, int], faults: Faults) -> str | None:
    given = row.text("tape")
    if not given:
        faults.add(row.number, "the tape is missing. Expected the id of a tape of this study.")
        return None
    if given in tapes:
        return given
    # Spreadsheets take `03` in a CSV file for the number 3.
    alike = [tape for tape in tapes if tape.lstrip("0") == given.lstrip("0")]
    if len(alike) == 1:
        return alike[0]
    listed = ", ".join([*tapes][:_MOST_LISTED]) or "none yet"
    more = f" and {len(tapes) - _MOST_LISTED} more" if len(tapes) > _MOST_LISTED else ""
    faults.add(row.number, f'no tape "{given}" in this study. Expected one of: {listed}{more}.')
    return None
