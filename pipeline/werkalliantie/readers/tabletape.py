"""From the drafted turns of a table to a tape, with each turn's place, time and codes."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from werkalliantie.coding import Coding
from werkalliantie.configuration.mapping import Columns, ImportMapping, Table
from werkalliantie.readers.clock import seconds_of
from werkalliantie.readers.grammar import Grammar
from werkalliantie.readers.markup import Speech, speech_in
from werkalliantie.readers.naming import TapeDetails, tape_of
from werkalliantie.readers.reading import Reading
from werkalliantie.readers.records import Cell, Record, text_of
from werkalliantie.transcript import LineKind, Role, Skipped, Turn

_SECONDS_A_DAY = 86_400


@dataclass(slots=True)
class Draft:
    """A turn in the making: the first row that has it, and what each coder said of it."""

    record: Record
    speaker: str
    text: str
    answers: dict[str, frozenset[str]] = field(default_factory=dict)


def tape_from_drafts(
    file: str,
    tape: str,
    drafts: Sequence[Draft],
    skipped: Iterable[Skipped],
    mapping: ImportMapping,
    details: TapeDetails,
) -> Reading:
    """Build a tape of drafted turns, whose speakers the mapping knows.

    Its source text is the turns as `speaker: text`, a line each.
    """
    layout = mapping.table
    assert layout is not None, "tables are read by a mapping that has one"
    making = _TapeInTheMaking(tape, mapping, layout, skipped=list(skipped))
    as_days = _are_day_fractions([draft.record for draft in drafts], layout.columns)
    for draft in drafts:
        making.add(draft, as_days=as_days)
    source = "\n".join(making.lines)
    said = _details(tape, drafts[0].record, layout.columns, details)
    return Reading(
        file=file,
        tape=tape_of(tuple(making.turns), said, file=file, stem=tape, source_text=source),
        skipped=tuple(sorted(making.skipped, key=lambda one: one.line)),
        codings=tuple(making.codings),
    )


class _TapeInTheMaking:
    def __init__(
        self, tape: str, mapping: ImportMapping, layout: Table, *, skipped: list[Skipped]
    ) -> None:
        self.turns: list[Turn] = []
        self.codings: list[Coding] = []
        self.lines: list[str] = []
        self.skipped = skipped
        self._tape = tape
        self._mapping = mapping
        self._layout = layout
        self._grammar = Grammar(mapping)
        self._offset = 0
        self._n_worker = 0

    def add(self, draft: Draft, *, as_days: bool) -> None:
        """Add a turn, or list the row as something else than speech."""
        raw = " ".join(draft.text.split())
        speech = speech_in(raw, self._grammar, keep_lone_brackets=bool(draft.answers))
        start = self._offset + len(draft.speaker) + 2
        self.lines.append(f"{draft.speaker}: {raw}")
        self._offset = start + len(raw) + 1
        self._list_asides(draft.record.row, speech)
        # What a coder was asked about stays, even if it is only a laugh.
        text, first, last = speech.text, speech.start, speech.end
        if not text and draft.answers:
            text, first, last = raw, 0, len(raw)
        if not text:
            if not speech.asides:
                self._skip(draft.record.row, LineKind.NOT_UNDERSTOOD, len(raw))
            return
        role = self._mapping.speakers.role_of(draft.speaker)
        assert role is not None, "speakers were checked before"
        time = draft.record.cells[column] if (column := self._layout.columns.time) else None
        turn = Turn(
            index=len(self.turns),
            role=role,
            speaker=draft.speaker,
            text=text,
            line=draft.record.row,
            start=start + first,
            end=start + last,
            time=_seconds(time, as_days=as_days),
            asides=speech.asides,
        )
        self.turns.append(turn)
        if role is Role.WORKER:
            self._code(draft)

    def _code(self, draft: Draft) -> None:
        codes = self._layout.codes
        for coder, given in draft.answers.items() if codes else ():
            assert codes is not None
            coding = Coding(
                tape=self._tape,
                utterance=self._n_worker,
                coder=coder,
                codebook=codes.codebook,
                codes=given,
            )
            self.codings.append(coding)
        self._n_worker += 1

    def _list_asides(self, row: int, speech: Speech) -> None:
        for aside in speech.asides:
            self._skip(row, aside.kind, len(aside.text))

    def _skip(self, row: int, kind: LineKind, n_characters: int) -> None:
        self.skipped.append(Skipped(line=row, kind=kind, n_characters=n_characters))


def _details(tape: str, first: Record, columns: Columns, details: TapeDetails) -> TapeDetails:
    """Return the tape's pseudonyms: what the user says, or else what its first row says."""

    def pseudonym(said: str | None, column: str | None) -> str | None:
        return said or (first.text(column) if column else "") or None

    return TapeDetails(
        id=tape,
        worker=pseudonym(details.worker, columns.worker),
        client=pseudonym(details.client, columns.client),
        unit=pseudonym(details.unit, columns.unit),
    )


def _are_day_fractions(records: Sequence[Record], columns: Columns) -> bool:
    """Return whether the times are numbers as spreadsheets keep them: 0.5 is noon."""
    cells = [record.cells[columns.time] for record in records] if columns.time else []
    numbers = [cell for cell in cells if isinstance(cell, float)]
    return bool(numbers) and max(numbers) < 1


def _seconds(cell: Cell, *, as_days: bool) -> float | None:
    """Return a time in seconds; None where there is none or it can't be understood."""
    if isinstance(cell, datetime.timedelta):
        return cell.total_seconds()
    if isinstance(cell, datetime.datetime):
        cell = cell.time()
    if isinstance(cell, datetime.time):
        return cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6
    if isinstance(cell, float):
        return cell * _SECONDS_A_DAY if as_days else cell
    text = text_of(cell)
    try:
        return seconds_of(text) if ":" in text else float(text.replace(",", "."))
    except ValueError:
        return None
