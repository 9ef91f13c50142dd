"""Codes that a table carries: one column a code, or one column that lists them."""

from werkalliantie.configuration.mapping import Table, TableCodes
from werkalliantie.readers.records import Cell, Record, is_date, text_of
from werkalliantie.readers.rowfaults import RowFaults

_AS_TEXT = "format the column as text in the spreadsheet and type the codes again"


def columns_of_codes(layout: Table) -> list[str]:
    """Return the columns that the codes stand in."""
    codes = layout.codes
    if codes is None:
        return []
    return [codes.column] if codes.column else list(codes.columns.values())


def codes_in(record: Record, codes: TableCodes, faults: RowFaults) -> frozenset[str] | None:
    """Return the codes of a row; empty for seen but none applies, None for not seen."""
    if codes.column is not None:
        return _listed(record, codes.column, codes, faults)
    answers = {
        code: _answer(record, column, codes, faults) for code, column in codes.columns.items()
    }
    if all(answer is None for answer in answers.values()):
        return None
    return frozenset(code for code, answer in answers.items() if answer)


def _answer(record: Record, column: str, codes: TableCodes, faults: RowFaults) -> bool | None:
    cell = record.cells[column]
    if is_date(cell):
        faults.add(record.row, f'column "{column}" holds a date, not a code; {_AS_TEXT}')
        return None
    said = text_of(cell).casefold()
    for values, answer in ((codes.yes, True), (codes.no, False), (codes.not_applicable, None)):
        if said in (value.strip().casefold() for value in values):
            return answer
    expected = ", ".join(f'"{value}"' for value in (*codes.yes, *codes.no, *codes.not_applicable))
    faults.add(record.row, f'"{_short(cell)}" in column "{column}"; expected one of {expected}')
    return None


def _listed(
    record: Record, column: str, codes: TableCodes, faults: RowFaults
) -> frozenset[str] | None:
    cell = record.cells[column]
    if is_date(cell):
        faults.add(record.row, f'column "{column}" holds a date, not codes; {_AS_TEXT}')
        return None
    parts = [part.strip() for part in text_of(cell).split(codes.separator) if part.strip()]
    if not parts:
        return None
    nothing = {word.casefold() for word in codes.no_code}
    given = [part for part in parts if part.casefold() not in nothing]
    if given and len(given) < len(parts):
        faults.add(record.row, f'column "{column}" says both no code and a code')
    return frozenset(given)


def _short(cell: Cell) -> str:
    """Return a cell for a message; a long one may be speech and isn't shown."""
    text = text_of(cell)
    return text if len(text) <= 20 else f"{len(text)} characters"
