"""Tables as transcripts: `.csv` and `.xlsx`, a row a turn or a row a turn and coder.

The mapping's `[table]` says which column is what. Rows of one tape with the same order are one
turn, coded by several coders.
"""

from collections.abc import Sequence
from pathlib import Path

from werkalliantie.configuration.mapping import Columns, ImportMapping, Table
from werkalliantie.errors import TranscriptError
from werkalliantie.readers.naming import TapeDetails, clean_id
from werkalliantie.readers.reading import Reading
from werkalliantie.readers.records import Record, Records, read_records
from werkalliantie.readers.rowfaults import RowFaults
from werkalliantie.readers.speakers import UnknownSpeaker, expected_labels, refuse_unknown
from werkalliantie.readers.tablecodes import codes_in, columns_of_codes
from werkalliantie.readers.tabletape import Draft, tape_from_drafts
from werkalliantie.transcript import LineKind, Role, Skipped


def read_table(path: Path, mapping: ImportMapping, details: TapeDetails) -> tuple[Reading, ...]:
    """Read a table as one tape or several.

    Raises:
        TranscriptError: Not a table, columns that aren't there, or rows that can't be understood;
            all such rows at once.
    """
    layout = mapping.table
    if layout is None:
        raise TranscriptError(
            f"{path.name}: a table, and {mapping.source} has no [table] that says what its "
            "columns are.",
            hint="Give a mapping with --mapping; see docs/configuration.md.",
        )
    records = read_records(path, layout)
    _check_columns(path.name, records, layout, mapping)
    faults = RowFaults(path.name)
    by_tape, skipped = _drafts(records, layout, details, path.stem, faults)
    faults.refuse("Correct these rows, or the import mapping.")
    _check_tapes(path.name, by_tape, details)
    _check_speakers(path.name, by_tape, mapping)
    return tuple(
        tape_from_drafts(path.name, tape, drafts, skipped.get(tape, []), mapping, details)
        for tape, drafts in by_tape.items()
    )


def _check_columns(file: str, records: Records, layout: Table, mapping: ImportMapping) -> None:
    wanted = [name for name in layout.columns.model_dump().values() if name is not None]
    missing = [n for n in [*wanted, *columns_of_codes(layout)] if n not in records.columns]
    if missing:
        raise TranscriptError(
            f"{file}: no column {', '.join(missing)}. The table has {', '.join(records.columns)}.",
            hint=f"Name its columns under [table] in {mapping.source}.",
        )
    if layout.codes and layout.columns.coder is None and layout.coder is None:
        raise TranscriptError(
            f"{file}: the table holds codes, and nothing says whose they are.",
            hint=f"Name a column under [table.columns] or a `coder` under [table] in "
            f"{mapping.source}.",
        )


def _drafts(
    records: Records, layout: Table, details: TapeDetails, stem: str, faults: RowFaults
) -> tuple[dict[str, list[Draft]], dict[str, list[Skipped]]]:
    """Join the rows into turns by tape, in order; and list the rows that say nothing."""
    found: dict[str, dict[float, Draft]] = {}
    skipped: dict[str, list[Skipped]] = {}
    columns = layout.columns
    for record in records.rows:
        tape = clean_id(record.text(columns.tape)) if columns.tape else details.id or clean_id(stem)
        codes = codes_in(record, layout.codes, faults) if layout.codes else None
        if not record.text(columns.text):
            if codes:
                faults.add(record.row, "codes, but no text")
            what = Skipped(line=record.row, kind=LineKind.NOT_UNDERSTOOD, n_characters=0)
            skipped.setdefault(tape, []).append(what)
            continue
        order = _order(record, columns, faults)
        draft = Draft(record, record.text(columns.speaker), record.text(columns.text))
        turn = found.setdefault(tape, {}).setdefault(order, draft)
        if (turn.speaker, turn.text) != (draft.speaker, draft.text):
            faults.add(record.row, f"another speaker or text than row {turn.record.row}, its turn")
        _add_answer(turn, record, codes, layout, faults)
    in_order = {tape: [turns[order] for order in sorted(turns)] for tape, turns in found.items()}
    return in_order, skipped


def _order(record: Record, columns: Columns, faults: RowFaults) -> float:
    if columns.order is None:
        return float(record.row)
    try:
        return float(record.text(columns.order).replace(",", "."))
    except ValueError:
        faults.add(record.row, f'column "{columns.order}" holds no number')
        return float(record.row)


def _add_answer(
    turn: Draft,
    record: Record,
    codes: frozenset[str] | None,
    layout: Table,
    faults: RowFaults,
) -> None:
    if turn.record is not record and layout.columns.coder is None:
        faults.add(record.row, f"the same place in the order as row {turn.record.row}")
    if codes is None:
        return
    coder = record.text(layout.columns.coder) if layout.columns.coder else layout.coder
    if not coder:
        faults.add(record.row, "codes, but no coder")
    elif coder in turn.answers:
        faults.add(record.row, f'coder "{coder}" coded this turn on an earlier row')
    else:
        turn.answers[coder] = codes


def _check_tapes(file: str, by_tape: dict[str, list[Draft]], details: TapeDetails) -> None:
    if not by_tape:
        raise TranscriptError(
            f"{file}: no row has any text; expected what was said.",
            hint="Check `text` under [table.columns] in the import mapping.",
        )
    if details.id is not None and len(by_tape) > 1:
        raise TranscriptError(
            f"{file}: holds {len(by_tape)} tapes, and --tape names one.",
            hint="Leave --tape out: the table names its tapes.",
        )
    if "" in by_tape:
        raise TranscriptError(
            f"{file}, row {by_tape[''][0].record.row}: no tape is named.",
            hint="Fill in the column of tapes in every row.",
        )


def _check_speakers(file: str, by_tape: dict[str, list[Draft]], mapping: ImportMapping) -> None:
    rows: dict[str, list[int]] = {}
    for drafts in by_tape.values():
        roles = [mapping.speakers.role_of(draft.speaker) for draft in drafts]
        for draft, role in zip(drafts, roles, strict=True):
            if role is None:
                rows.setdefault(draft.speaker, []).append(draft.record.row)
    unknown = [UnknownSpeaker(label=label, lines=tuple(on)) for label, on in rows.items()]
    refuse_unknown(unknown, mapping, file=file, unit="row")
    faults = RowFaults(file)
    for drafts in by_tape.values():
        _check_roles(drafts, mapping, faults)
    faults.refuse("Only what the worker says is coded; correct the speaker or the codes.")


def _check_roles(drafts: Sequence[Draft], mapping: ImportMapping, faults: RowFaults) -> None:
    roles = [mapping.speakers.role_of(draft.speaker) for draft in drafts]
    if Role.WORKER not in roles:
        labels = expected_labels(mapping)
        faults.add(drafts[0].record.row, f"a tape in which the worker says nothing; use {labels}")
    for draft, role in zip(drafts, roles, strict=True):
        if role is not Role.WORKER and any(draft.answers.values()):
            faults.add(draft.record.row, "codes on a turn that isn't the worker's")
