"""The codes that stand in a table, in one column or in one column per code.

None is *not seen*, an empty set *no code*. A row in which every code cell is blank or not
applicable was not seen.
"""

from collections.abc import Mapping

from werkalliantie.configuration.mapping import TableCodes
from werkalliantie.readers.cells import Cell, code_of, is_dated, text_of
from werkalliantie.readers.grammar import fold
from werkalliantie.readers.rowfaults import RowFaults

_AS_TEXT = (
    "Select the column in Excel, choose Format Cells > Number > Text, and type its codes again."
)


def code_columns(codes: TableCodes | None) -> tuple[str, ...]:
    """Return the names of the columns that hold codes."""
    if codes is None:
        return ()
    return (codes.column,) if codes.column is not None else tuple(codes.columns.values())


class CodeReader:
    """Reads the codes of rows as a mapping says.

    Args:
        codes: How codes are written.
        source: The file of the mapping, for hints.
        faults: Collects what can't be read.
    """

    def __init__(self, codes: TableCodes, *, source: str, faults: RowFaults) -> None:
        self._codes = codes
        self._faults = faults
        self._hint = f"Correct them, or say what they mean under [table.codes] in {source}."
        self._yes = frozenset(map(fold, codes.yes))
        self._no = frozenset(map(fold, codes.no))
        self._not_applicable = frozenset(map(fold, codes.not_applicable))
        self._no_code = frozenset(map(fold, codes.no_code))

    def codes_in(self, row: int, cells: Mapping[str, Cell]) -> frozenset[str] | None:
        """Return the codes of one row, given its cells by the names of the columns."""
        columns = code_columns(self._codes)
        if not any(text_of(cells[name]) for name in columns):
            return None
        # A list, so that every damaged cell of the row is reported.
        if any([self._is_damaged(row, name, cells[name]) for name in columns]):
            return None
        column = self._codes.column
        if column is not None:
            return self._listed(text_of(cells[column]))
        answers = {
            code: self._answer(row, name, text_of(cells[name]))
            for code, name in self._codes.columns.items()
        }
        if all(answer is None for answer in answers.values()):
            return None
        return frozenset(code for code, answer in answers.items() if answer)

    def _is_damaged(self, row: int, name: str, cell: Cell) -> bool:
        """Report a cell of which a spreadsheet made something else than was typed."""
        if is_dated(cell):
            self._faults.add(row, f'a date instead of a code in column "{name}".', _AS_TEXT)
            return True
        if isinstance(cell, float) and not cell.is_integer():
            text = f'the number {cell} instead of codes in column "{name}".'
            self._faults.add(row, text, _AS_TEXT)
            return True
        return False

    def _listed(self, text: str) -> frozenset[str] | None:
        if fold(text) in self._not_applicable:
            return None
        if fold(text) in self._no_code:
            return frozenset()
        parts = (part.strip() for part in text.split(self._codes.separator))
        return frozenset(code_of(part) for part in parts if part)

    def _answer(self, row: int, name: str, text: str) -> bool | None:
        value = fold(code_of(text))
        if value in self._yes:
            return True
        if value in self._no:
            return False
        if value not in self._not_applicable:
            given = f'"{text}"' if text else "an empty cell"
            fault = f'{given} in column "{name}" is neither yes, no nor not applicable.'
            self._faults.add(row, fault, self._hint)
        return None
