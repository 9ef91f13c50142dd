"""Holds the rows of a sheet against the study's: the same utterances, texts and order.

A sheet whose rows moved, vanished or changed may have codes beside the wrong words, so every
difference is a fault.
"""

from collections.abc import Iterable, Mapping, Sequence

from werkalliantie.sheets.cells import check_of, lossy
from werkalliantie.sheets.conversation import Row
from werkalliantie.sheets.faults import Faults, ranges
from werkalliantie.sheets.places import Placed, no_utterance


def match(
    placed: Sequence[Placed],
    study_rows: Mapping[str, Sequence[Row]],
    faults: Faults,
    *,
    made_for: frozenset[str] = frozenset(),
    is_lossy: bool = False,
) -> None:
    """Add a fault for every way in which a sheet's rows aren't those of the study.

    Context rows may be left out; utterances may not.

    Args:
        study_rows: Per tape, its rows as a fresh sheet would have them.
        made_for: The tapes the sheet was made for, where it says so.
        is_lossy: The sheet came in an encoding that can't hold every character.
    """
    by_tape: dict[str, list[Placed]] = {}
    for row in placed:
        by_tape.setdefault(row.tape, []).append(row)
    strays = _strays(by_tape, study_rows, made_for)
    for tape, rows in by_tape.items():
        if tape in strays:
            for row in rows:
                faults.add(row.number, f'a row of tape "{tape}" in a sheet of {strays[tape]}.')
            continue
        _match_places(tape, rows, study_rows[tape], faults)
        _match_texts(tape, rows, study_rows[tape], faults, is_lossy)


def _strays(
    by_tape: Mapping[str, Sequence[Placed]],
    study_rows: Mapping[str, Sequence[Row]],
    made_for: frozenset[str],
) -> dict[str, str]:
    """Return the tapes whose rows don't belong here, each with what the sheet is of.

    A tape is out of place if its rows begin before those of another end, or if the sheet wasn't
    made for it and holds only some of it.
    """
    strays: dict[str, str] = {}
    end, current = 0, ""
    for tape, rows in by_tape.items():
        first, last = rows[0].number, rows[-1].number
        if first < end:
            strays[tape] = f'tape "{current}"'
            continue
        wanted = {row.index for row in study_rows[tape]} - {None}
        if made_for and tape not in made_for and not wanted <= {row.index for row in rows}:
            strays[tape] = "tape " + ", ".join(f'"{name}"' for name in sorted(made_for))
            continue
        end, current = last, tape
    return strays


def _match_places(
    tape: str, rows: Sequence[Placed], study_rows: Sequence[Row], faults: Faults
) -> None:
    lines = {row.index: row.line for row in study_rows if row.index is not None}
    first_at: dict[int, int] = {}
    for row in rows:
        if row.index is None:
            continue
        if row.index not in lines:
            faults.add(row.number, no_utterance(tape, row.index, len(lines)))
        elif row.index in first_at:
            first = f"{faults.place} {first_at[row.index]}"
            faults.add(
                row.number, f'utterance {row.index} of tape "{tape}" again, first on {first}.'
            )
        else:
            first_at[row.index] = row.number
    _match_order(tape, first_at, faults)
    missing = sorted(lines.keys() - first_at.keys())
    if missing:
        what, verb = ("utterance", "is") if len(missing) == 1 else ("utterances", "are")
        text = f'{what} {ranges(missing)} of tape "{tape}" {verb} missing'
        places = ranges(lines[index] for index in missing)
        faults.add_whole(rows[0].number, f"{text} (transcript line {places}).")


def _match_order(tape: str, first_at: Mapping[int, int], faults: Faults) -> None:
    for (found, number), wanted in zip(first_at.items(), sorted(first_at), strict=True):
        if found != wanted:
            text = f"{faults.place}s re-ordered from {faults.place} {number} on"
            where = f'utterance {found} of tape "{tape}" stands where {wanted} was expected'
            faults.add_whole(number, f"{text}: {where}.")
            return


def _match_texts(
    tape: str,
    rows: Iterable[Placed],
    study_rows: Sequence[Row],
    faults: Faults,
    is_lossy: bool,
) -> None:
    # Context rows have no index: which of them a row is, its check says.
    checks = {row.check: row for row in study_rows}
    by_index = {row.index: row for row in study_rows if row.index is not None}
    for row in rows:
        wanted = checks.get(row.check) if row.index is None else by_index.get(row.index)
        if row.index is not None and wanted is None:
            continue
        fault = _text_fault(row, wanted, checks.get(row.check), is_lossy)
        if fault:
            faults.add(row.number, fault)


def _text_fault(
    row: Placed, wanted: Row | None, by_check: Row | None, is_lossy: bool
) -> str | None:
    if not row.check:
        return "the check is missing. Expected the letters that the sheet came with."
    if row.index is None and by_check is not None and by_check.index is not None:
        return f"the index is missing. Expected {by_check.index}."
    own = check_of(row.tape, row.index, row.words)
    if wanted is None or row.check != wanted.check:
        if by_check is not None:
            return "cells of different rows stand beside each other: the check is of another row."
        if own == row.check:
            return f'not in this study: tape "{row.tape}" has another text here.'
        return "the check was altered. Expected the letters that the sheet came with."
    left_over = lossy(wanted.text) if is_lossy else wanted.text
    if own in (wanted.check, check_of(row.tape, row.index, left_over)):
        return None
    return "the text was altered. Expected the words of the study's transcript."
