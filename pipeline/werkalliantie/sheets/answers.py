"""What each row of a file says of its utterance, and what a user should know of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from werkalliantie.coding import Coding, Mode
from werkalliantie.sheets.attribution import Attribution, Attributor, Given
from werkalliantie.sheets.cells import fit
from werkalliantie.sheets.codes_cell import Unanswerable, codes_in
from werkalliantie.sheets.faults import Faults, ranges
from werkalliantie.sheets.places import Placed
from werkalliantie.sheets.table import as_text

_CONTEXT_CODED = (
    "codes on a row of the client or another (no index). Only the worker's utterances are coded."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one row says of one utterance; `codes` is None for *not seen*."""

    placed: Placed
    index: int
    by: Attribution
    codes: frozenset[str] | None
    note: str | None

    @property
    def coding(self) -> Coding:
        """The answer as a coding; makes sense only for one that was seen."""
        return Coding(
            tape=self.placed.tape,
            utterance=self.index,
            coder=self.by.coder,
            codebook=self.by.codebook.key,
            codes=self.codes or frozenset(),
            mode=self.by.mode,
            note=self.note,
        )

    @property
    def key(self) -> tuple[str, int, str, str, Mode]:
        """What at most one answer of a file may be of."""
        by = self.by
        return (self.placed.tape, self.index, by.coder, by.codebook.key, by.mode)


def answers_in(placed: Iterable[Placed], attributor: Attributor, faults: Faults) -> list[Answer]:
    """Return the answer of every utterance's row; add a fault for each that can't be one."""
    answers = []
    for place in placed:
        cell = place.row.cells.get("codes")
        if place.index is None:
            if as_text(cell):
                faults.add(place.number, _CONTEXT_CODED)
            continue
        by = attributor.of(place.row, faults)
        if by is None:
            continue
        try:
            codes = codes_in(cell, by.codebook)
        except Unanswerable as error:
            faults.add(place.number, str(error))
            continue
        note = fit(place.row.text("note")) or None
        answers.append(Answer(placed=place, index=place.index, by=by, codes=codes, note=note))
    return answers


def remarks_on(
    answers: Sequence[Answer], given: Given, earlier: Iterable[Coding], place: str
) -> list[str]:
    """Return what the user should know of answers that are no fault, a sentence each.

    Args:
        earlier: Codings that the study already has.
        place: What a row is called.
    """
    unseen = [answer for answer in answers if answer.codes is None]
    remarks = []
    if given.mode is Mode.BLIND:
        shown = sum(answer.by.said is Mode.ASSISTED for answer in answers)
        if shown:
            remarks.append(
                f"suggestions were shown for {shown} utterances, but the codings are recorded as "
                "blind, as --mode blind asks."
            )
    if answers and len(unseen) == len(answers):
        remarks.append("no utterance has codes: the codes column is empty.")
    noted = [answer.placed.number for answer in unseen if answer.note]
    if noted:
        remarks.append(
            f'notes without codes are not kept ({place} {ranges(noted)}). Write "geen" beside '
            "them if no code applies."
        )
    there = {(c.tape, c.utterance, c.coder, c.codebook, c.mode) for c in earlier}
    emptied = [answer.placed.number for answer in unseen if answer.key in there]
    if emptied:
        remarks.append(
            f"cells that are empty now held codes in an earlier import, which stay as they were "
            f'({place} {ranges(emptied)}). Write "geen" there if no code applies.'
        )
    return remarks
