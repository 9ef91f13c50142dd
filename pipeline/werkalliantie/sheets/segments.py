"""What the rows of a table of segments say of their stretches."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from werkalliantie.codebook import Codebook
from werkalliantie.coding import Mode
from werkalliantie.segment import SegmentCoding
from werkalliantie.sheets.attribution import Attribution, Attributor
from werkalliantie.sheets.cells import fit
from werkalliantie.sheets.codes_cell import NO_CODE_TEXTS, Unanswerable, codes_in
from werkalliantie.sheets.faults import Faults, ranges
from werkalliantie.sheets.stretches import Stretch
from werkalliantie.sheets.table import FileRow

_YES = frozenset({"1", "x", "ja", "j", "yes", "y", "true", "waar"})
_NO = NO_CODE_TEXTS | {"nee", "n", "no", "false", "onwaar"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentAnswer:
    """What one row says of one stretch; `codes` is None for *not seen*."""

    stretch: Stretch
    by: Attribution
    codes: frozenset[str] | None
    note: str | None

    @property
    def coding(self) -> SegmentCoding:
        """The answer as a coding; makes sense only for one that was seen."""
        return SegmentCoding(
            tape=self.stretch.placed.tape,
            first=self.stretch.first,
            last=self.stretch.last,
            coder=self.by.coder,
            codebook=self.by.codebook.key,
            codes=self.codes or frozenset(),
            mode=self.by.mode,
            note=self.note,
        )

    @property
    def key(self) -> tuple[str, int, int, str, str, Mode]:
        """What at most one answer of a file may be of."""
        place, by = self.stretch, self.by
        return (place.placed.tape, place.first, place.last, by.coder, by.codebook.key, by.mode)


def segment_answers(
    stretches: Iterable[Stretch], columns: frozenset[str], attributor: Attributor, faults: Faults
) -> list[SegmentAnswer]:
    """Return the answer of every row; add a fault for each that can't be one, or comes again.

    Args:
        stretches: The rows, each with its stretch.
        columns: Those of the file: `codes`, or one a code.
    """
    answers: list[SegmentAnswer] = []
    first_at: dict[object, int] = {}
    for stretch in stretches:
        row = stretch.placed.row
        by = attributor.of(row, faults)
        if by is None:
            continue
        try:
            codes = _codes(row, columns, by.codebook)
        except Unanswerable as error:
            faults.add(row.number, str(error))
            continue
        note = fit(row.text("note")) or None
        answer = SegmentAnswer(stretch=stretch, by=by, codes=codes, note=note)
        first = first_at.setdefault(answer.key, row.number)
        if first != row.number:
            faults.add(
                row.number,
                f'utterances {stretch.first}-{stretch.last} of tape "{stretch.placed.tape}" by '
                f'coder "{by.coder}" again, first on {faults.place} {first}.',
            )
        answers.append(answer)
    return answers


def remarks_on_segments(
    answers: Sequence[SegmentAnswer], earlier: Iterable[SegmentCoding], place: str
) -> list[str]:
    """Return what the user should know of answers that are no fault, a sentence each.

    Args:
        answers: Those of a file.
        earlier: Codings of stretches that the study already has.
        place: What a row is called.
    """
    unseen = [answer for answer in answers if answer.codes is None]
    there = {(c.tape, c.first, c.last, c.coder, c.codebook, c.mode) for c in earlier}
    emptied = [answer.stretch.placed.number for answer in unseen if answer.key in there]
    remarks = []
    if unseen:
        rows = ranges(answer.stretch.placed.number for answer in unseen)
        remarks.append(
            f"stretches without codes count as not seen ({place} {rows}). Write "
            '"geen" there if no code applies.'
        )
    if emptied:
        remarks.append(
            "stretches that are empty now held codes in an earlier import, which stay as they were "
            f"({place} {ranges(emptied)})."
        )
    return remarks


def _codes(row: FileRow, columns: frozenset[str], codebook: Codebook) -> frozenset[str] | None:
    if "codes" in columns:
        return codes_in(row.cells.get("codes"), codebook)
    by_column = {code.casefold(): code for code in codebook.all_codes}
    present = {column: code for column, code in by_column.items() if column in columns}
    covered = codebook.clusters_of(present.values())
    missing = [code for code in codebook.codes if code not in covered]
    if missing:
        raise Unanswerable(
            f"no column codes, and none for {', '.join(missing)}. Expected codes, or a column for "
            "every code."
        )
    return _ticked(row, present)


def _ticked(row: FileRow, present: Mapping[str, str]) -> frozenset[str] | None:
    cells = {code: row.text(column).casefold() for column, code in present.items()}
    if not any(cells.values()):
        return None
    wrong = [code for code, cell in cells.items() if cell and cell not in _YES | _NO]
    if wrong:
        raise Unanswerable(
            f"neither yes nor no under {', '.join(wrong)}. Expected 1, x or ja, or 0 or nee."
        )
    return frozenset(code for code, cell in cells.items() if cell in _YES)
