"""Tables: `.csv` and `.xlsx`, a row an utterance, by the `[table]` of an import mapping.

A table may hold several tapes, and an utterance once for each coder. The source text of a tape is
its turns as a transcript, `speaker: text` a line; line numbers are those of the table's rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from werkalliantie.configuration.mapping import ImportMapping, Table
from werkalliantie.errors import TranscriptError
from werkalliantie.readers.grammar import Grammar
from werkalliantie.readers.grid import read_grid
from werkalliantie.readers.naming import TapeDetails, clean_id, tape_of
from werkalliantie.readers.reading import Reading
from werkalliantie.readers.rowfaults import RowFaults
from werkalliantie.readers.speakers import join, merged, refuse_unknown
from werkalliantie.readers.tablecodes import code_columns
from werkalliantie.readers.tablerows import Record, column_names, records_in, unread_columns
from werkalliantie.readers.tableturns import TapeInTable


def read_table(path: Path, mapping: ImportMapping, details: TapeDetails) -> tuple[Reading, ...]:
    """Read a table as one tape or several, with the codes it carries.

    Raises:
        TranscriptError: Not such a table, or rows that can't be understood; all of them named.
    """
    layout = mapping.table
    if layout is None:
        raise TranscriptError(
            f"{path.name}: a table, but {mapping.source} has no [table].",
            hint="Name its columns there, under [table.columns].",
        )
    names = (*column_names(layout).values(), *code_columns(layout.codes))
    grid = read_grid(path, layout, {name.casefold() for name in names})
    faults = RowFaults(path.name)
    by_tape = _by_tape(records_in(grid, mapping, layout, faults), layout, faults)
    named = _named(by_tape, details, path, faults)
    grammar = Grammar(mapping)
    tapes = [
        TapeInTable(
            details=named[key],
            layout=layout,
            grammar=grammar,
            worker_labels=mapping.speakers.worker[:2],
            faults=faults,
        )
        for key in by_tape
    ]
    for tape, records in zip(tapes, by_tape.values(), strict=True):
        tape.read(records)
    refuse_unknown(
        merged(one for tape in tapes for one in tape.unknown),
        mapping,
        file=path.name,
        unit="row",
    )
    faults.refuse()
    unread = unread_columns(grid, layout)
    return tuple(_reading(tape, details, unread, path) for tape in tapes)


def _by_tape(
    records: Iterable[Record], layout: Table, faults: RowFaults
) -> dict[str, list[Record]]:
    """Return the records of each tape, tapes in the order of the table."""
    tapes: dict[str, list[Record]] = {}
    for record in records:
        if layout.columns.tape is not None and not clean_id(record.tape):
            text = f'no tape in column "{layout.columns.tape}".'
            faults.add(record.row, text, "Correct the table and import it again.")
        else:
            tapes.setdefault(record.tape, []).append(record)
    return tapes


def _named(
    tapes: Mapping[str, Sequence[Record]], details: TapeDetails, path: Path, faults: RowFaults
) -> dict[str, TapeDetails]:
    """Return the id and pseudonyms of each tape; what the user says goes before the table."""
    if details.id is not None and len(tapes) > 1:
        raise TranscriptError(
            f"{path.name}: holds {len(tapes)} tapes; one id can't name them all.",
            hint="Leave out --tape: the table names its tapes.",
        )
    named: dict[str, TapeDetails] = {}
    for key, records in tapes.items():
        name = details.id if details.id is not None else clean_id(key or path.stem)
        if name in {one.id for one in named.values()}:
            text = f'tape "{key}" gets the same id, "{name}", as another.'
            faults.add(records[0].row, text, "Give the tapes names that differ in letters.")
        named[key] = TapeDetails(
            id=name,
            worker=details.worker or _agreed(records, "worker", faults),
            client=details.client or _agreed(records, "client", faults),
            unit=details.unit or _agreed(records, "unit", faults),
        )
    return named


def _agreed(records: Sequence[Record], field: str, faults: RowFaults) -> str | None:
    """Return the one value that a tape's rows have for its worker, client or unit."""
    values = {value: record.row for record in records if (value := getattr(record, field))}
    if len(values) > 1:
        shown = join([f'"{value}"' for value in sorted(values)], "and")
        text = f"several values of {field} on one tape: {shown}."
        faults.add(max(values.values()), text, "Correct the table and import it again.")
    return next(iter(values), None)


def _reading(tape: TapeInTable, given: TapeDetails, unread: tuple[str, ...], path: Path) -> Reading:
    return Reading(
        file=path.name,
        tape=tape_of(
            tuple(tape.turns),
            tape.details,
            file=path.name,
            stem=path.stem,
            source_text=tape.source_text,
        ),
        skipped=tuple(tape.skipped),
        given=given,
        codings=tuple(tape.codings),
        unread_columns=unread,
    )
