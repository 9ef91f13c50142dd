"""Reads a filled-in sheet or a table of codings back, checked against the study."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from werkalliantie.coding import Coding, Mode
from werkalliantie.errors import SheetError, gather
from werkalliantie.segment import SegmentCoding
from werkalliantie.sheets.answers import Answer, answers_in, remarks_on
from werkalliantie.sheets.attribution import Attributor, Given, rows_of_coder
from werkalliantie.sheets.conversation import rows_of
from werkalliantie.sheets.faults import Faults
from werkalliantie.sheets.layout import STRETCH_COLUMNS, SheetFormat
from werkalliantie.sheets.matching import match
from werkalliantie.sheets.places import Placed, no_utterance, place_rows
from werkalliantie.sheets.segments import SegmentAnswer, remarks_on_segments, segment_answers
from werkalliantie.sheets.stretches import WINDOW_MINUTES, parted, stretches_of
from werkalliantie.sheets.table import NEEDED, Table
from werkalliantie.sheets.writing import format_of

if TYPE_CHECKING:
    from werkalliantie.store import Store
    from werkalliantie.study import Study

_NEEDED_IN_TABLE = ("tape", "index", "codes")
_ONLY_IN_SHEETS = frozenset({"text", "check"})

T = TypeVar("T")
Utterances = frozenset[tuple[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedSheet:
    """What a file holds, whole and in accord with the study.

    Attributes:
        coder: Of every coding; None where the rows of a table differ. Likewise the next two.
        n_not_seen: Utterances offered for coding whose cell is empty.
        segments: The codings of stretches as a whole, apart from those of utterances.
        remarks: What the user should know though it is no fault, a sentence each.
    """

    file: str
    codings: tuple[Coding, ...]
    tapes: tuple[str, ...]
    coder: str | None
    codebook: str | None
    mode: Mode | None
    n_not_seen: int
    remarks: tuple[str, ...]
    segments: tuple[SegmentCoding, ...] = ()


def read_codings(
    path: Path,
    *,
    study: "Study",
    store: "Store",
    coder: str | None = None,
    codebook: str | None = None,
    mode: Mode | None = None,
    window_minutes: float = WINDOW_MINUTES,
) -> CodedSheet:
    """Read the codings of a file; nothing is stored.

    In a table of codings a row may be of a stretch of a tape, by `from` and `to` or by `window`.

    Args:
        coder: Whose codes these are. A table of codings says so itself: then only this coder's
            rows are read, or everybody's if it is None.
        codebook: Key of the codebook, in place of the one the file names.
        mode: How the codes came about, in place of what the file shows.
        window_minutes: Length of a window, where no column says it.

    Raises:
        SheetError: The file can't be read, or its rows or codes don't fit the study; every fault.
        ConfigError: A codebook the study doesn't have.
    """
    whole = load(path)
    is_sheet = _is_sheet(whole)
    table = rows_of_coder(whole, coder)
    given = Given(coder=coder, codebook=codebook, mode=mode)
    attributor = Attributor(table, given, study.codebook)
    faults = Faults(table.place)
    n_utterances = {summary.id: summary.n_utterances for summary in store.summaries()}
    one, many = (table, replace(table, rows=())) if is_sheet else parted(table)
    placed = place_rows(one, n_utterances, faults)
    if is_sheet:
        offered = _check_sheet(table, placed, store, faults)
    else:
        offered = _check_places(placed, n_utterances, faults)
        placed = [place for place in placed if place.index is not None]
    answers = answers_in(placed, attributor, faults)
    if not is_sheet:
        _check_once(answers, faults)
    on_tapes = place_rows(many, n_utterances, faults)
    units = {place.tape: store.utterances(place.tape) for place in on_tapes}
    stretches = stretches_of(on_tapes, units, faults, minutes=window_minutes)
    segments = segment_answers(stretches, table.columns, attributor, faults)
    gather(path.name, faults.lines(), SheetError, _hint(table, is_sheet=is_sheet))
    earlier = store.codings(tapes={answer.placed.tape for answer in answers})
    remarks = remarks_on(answers, given, earlier, table.place)
    remarks += remarks_on_segments(segments, store.segment_codings(tapes=units), table.place)
    if len(table.rows) < len(whole.rows):
        n_left = len(whole.rows) - len(table.rows)
        remarks.append(f"{table.place}s of other coders that were left out: {n_left}.")
    return _coded_sheet(table.file, answers, segments, offered, tuple(remarks))


def load(path: Path) -> Table:
    """Read the rows of a file, whichever its format.

    Raises:
        SheetError: There is no such file, or it can't be read.
    """
    if not path.is_file():
        raise SheetError(f"{path}: no such file; expected a coded sheet.", hint="Check the name.")
    format = format_of(path)
    if format is SheetFormat.XLSX:
        from werkalliantie.sheets import excel

        return excel.read(path)
    from werkalliantie.sheets import delimited, json_lines

    return delimited.read(path) if format is SheetFormat.CSV else json_lines.read(path)


def _is_sheet(table: Table) -> bool:
    """Return whether it is a coding sheet, not a table of codings (which holds no text).

    Raises:
        SheetError: Columns are missing, or there are no rows.
    """
    is_sheet = bool(_ONLY_IN_SHEETS & table.columns)
    needed: tuple[str, ...] = NEEDED if is_sheet else _NEEDED_IN_TABLE
    if not is_sheet and table.columns & {*STRETCH_COLUMNS}:
        needed = ("tape",)  # its rows say themselves what they lack
    missing = [name for name in needed if name not in table.columns]
    if missing and (table.columns or table.rows):
        word = "column" if len(missing) == 1 else "columns"
        raise SheetError(
            f"{table.file}: no {word} {', '.join(missing)}. Expected {', '.join(needed)}.",
            hint="Put the header of the sheet back as it was, or start from a fresh sheet.",
        )
    if not table.rows:
        raise SheetError(
            f"{table.file}: there are no rows in it.",
            hint="Make a sheet with: werkalliantie codes sheet TAPE",
        )
    return is_sheet


def _check_sheet(
    table: Table, placed: Sequence[Placed], store: "Store", faults: Faults
) -> Utterances:
    """Hold a sheet against the study; return the utterances that it offers for coding."""
    tapes = dict.fromkeys(place.tape for place in placed)
    study_rows = {tape: rows_of(store.tape(tape), store.utterances(tape)) for tape in tapes}
    match(placed, study_rows, faults, made_for=table.tapes, is_lossy=table.lossy)
    rows = (row for rows in study_rows.values() for row in rows)
    return frozenset((r.tape, r.index) for r in rows if r.offered and r.index is not None)


def _check_places(
    placed: Sequence[Placed], n_utterances: Mapping[str, int], faults: Faults
) -> Utterances:
    """Check that a table's rows are of utterances; return these."""
    for place in placed:
        n_there = n_utterances[place.tape]
        if place.index is None:
            faults.add(place.number, "the index is missing. Expected that of an utterance.")
        elif place.index >= n_there:
            faults.add(place.number, no_utterance(place.tape, place.index, n_there))
    return frozenset((p.tape, p.index) for p in placed if p.index is not None)


def _check_once(answers: Sequence[Answer], faults: Faults) -> None:
    first_at: dict[object, int] = {}
    for answer in answers:
        number = answer.placed.number
        first = first_at.setdefault(answer.key, number)
        if first != number:
            faults.add(
                number,
                f'utterance {answer.index} of tape "{answer.placed.tape}" by coder '
                f'"{answer.by.coder}" again, first on {faults.place} {first}.',
            )


def _hint(table: Table, *, is_sheet: bool) -> str:
    hint = "Nothing was imported. Mend this and import the file again"
    if is_sheet:
        hint += ", or copy the codes into a fresh sheet (werkalliantie codes sheet TAPE)"
    if table.lossy:
        hint += '. Save CSV files as "CSV UTF-8": this encoding loses characters'
    return hint + "."


def _coded_sheet(
    file: str,
    answers: Sequence[Answer],
    segments: Sequence[SegmentAnswer],
    offered: Utterances,
    remarks: tuple[str, ...],
) -> CodedSheet:
    tapes = [answer.placed.tape for answer in answers]
    tapes += [answer.stretch.placed.tape for answer in segments]
    by = [answer.by for answer in answers] + [answer.by for answer in segments]
    unseen = {(a.placed.tape, a.index) for a in answers if a.codes is None}
    return CodedSheet(
        file=file,
        codings=tuple(answer.coding for answer in answers if answer.codes is not None),
        tapes=tuple(dict.fromkeys(tapes)),
        coder=_only({one.coder for one in by}),
        codebook=_only({one.codebook.key for one in by}),
        mode=_only({one.mode for one in by}),
        n_not_seen=len(unseen & offered),
        remarks=remarks,
        segments=tuple(answer.coding for answer in segments if answer.codes is not None),
    )


def _only(values: set[T]) -> T | None:
    return values.pop() if len(values) == 1 else None
