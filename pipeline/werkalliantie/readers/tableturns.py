"""From the records of one tape in a table to its turns and codings.

Records with the same order are one utterance that several coders saw. Where the table has codes,
its rows are the utterances that coders saw, so a row of nothing but `(lacht)` stays a turn.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from werkalliantie.coding import Coding
from werkalliantie.configuration.mapping import Table
from werkalliantie.readers.grammar import Grammar, fold
from werkalliantie.readers.markup import Speech, speech_in
from werkalliantie.readers.naming import TapeDetails
from werkalliantie.readers.rowfaults import RowFaults
from werkalliantie.readers.speakers import UnknownSpeaker, join
from werkalliantie.readers.tablerows import Record
from werkalliantie.transcript import LineKind, Role, Skipped, Turn

_HINT = "Correct the table and import it again."


@dataclass(slots=True, kw_only=True)
class TapeInTable:
    """A tape whose records are being read; what can't be read goes to `faults`."""

    details: TapeDetails
    layout: Table
    grammar: Grammar
    worker_labels: Sequence[str]
    faults: RowFaults
    turns: list[Turn] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    codings: list[Coding] = field(default_factory=list)
    unknown: list[UnknownSpeaker] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    _offset: int = 0
    _n_worker_turns: int = 0

    @property
    def source_text(self) -> str:
        """The turns as a transcript, which the offsets point into."""
        return "\n".join(self.lines)

    def read(self, records: Sequence[Record]) -> None:
        """Take in all records of the tape."""
        for utterance in self._utterances(records):
            self._take(utterance)
        if records and not self._n_worker_turns and not self.unknown:
            labels = join(self.worker_labels, "or")
            text = f'tape "{self.details.id}" has no turn of the worker; expected {labels}.'
            self.faults.add(records[0].row, text, "Map the worker's label under [speakers].")
        self.skipped.sort(key=lambda one: one.line)
        self.codings.sort(key=lambda one: (one.utterance, one.coder))

    def _utterances(self, records: Sequence[Record]) -> list[list[Record]]:
        """Return the records of each utterance, in the order of the tape."""
        if self.layout.columns.order is None:
            self._check_coders(records)
            return [[record] for record in records]
        groups: dict[float, list[Record]] = {}
        for record in records:
            if record.order is not None:
                group = groups.setdefault(record.order, [])
                self._check_same(group, record)
                group.append(record)
        return [groups[order] for order in sorted(groups)]

    def _check_coders(self, records: Sequence[Record]) -> None:
        coders = sorted({record.coder for record in records if record.coder})
        if len(coders) > 1:
            text = f"coders {join(coders, 'and')}, but no column to match their rows by."
            hint = "Name the column that numbers the utterances as `order` under [table.columns]."
            self.faults.add(records[0].row, text, hint)

    def _check_same(self, group: Sequence[Record], record: Record) -> None:
        if not group:
            return
        first = group[0]
        if (first.text, fold(first.speaker)) != (record.text, fold(record.speaker)):
            text = "another text or speaker than an earlier row of the same tape and order."
            self.faults.add(record.row, text, _HINT)
        elif record.coder in {other.coder for other in group}:
            what = "tape, order and coder" if self.layout.columns.coder else "tape and order"
            self.faults.add(record.row, f"repeats an earlier row of the same {what}.", _HINT)

    def _take(self, utterance: Sequence[Record]) -> None:
        first = utterance[0]
        label = first.speaker.rstrip(":; ")
        is_kept = bool(label) and self.layout.codes is not None
        speech = speech_in(first.text, self.grammar, keep_lone_brackets=is_kept)
        inserted = [label for label, _ in speech.unknown]
        role = self.grammar.role_of(label)
        if not speech.text:
            self._skip(utterance, speech)
        elif not label:
            self.faults.add(first.row, "text without a speaker.", _HINT)
        elif role is None:
            inserted.insert(0, label)
        else:
            self._add(utterance, speech, label, role)
        self.unknown += [UnknownSpeaker(label=one, lines=(first.row,)) for one in inserted]

    def _skip(self, utterance: Iterable[Record], speech: Speech) -> None:
        kinds = [aside.kind for aside in speech.asides] or [LineKind.NOT_UNDERSTOOD]
        for record in utterance:
            if record.codes:
                self.faults.add(record.row, "codes where nobody says anything.", _HINT)
            n = len(record.text)
            self.skipped += [Skipped(line=record.row, kind=kind, n_characters=n) for kind in kinds]

    def _add(self, utterance: Sequence[Record], speech: Speech, label: str, role: Role) -> None:
        first, begin = utterance[0], self._offset + len(label) + 2
        turn = Turn(
            index=len(self.turns),
            role=role,
            speaker=label,
            text=speech.text,
            line=first.row,
            start=begin + speech.start,
            end=begin + len(first.text),
            time=first.time,
            asides=speech.asides,
        )
        self.turns.append(turn)
        self.lines.append(f"{label}: {first.text}")
        self._offset = begin + len(first.text) + 1
        self.skipped += [
            Skipped(line=first.row, kind=cut.aside.kind, n_characters=cut.end - cut.start)
            for cut in speech.cuts
            if cut.aside is not None
        ]
        for record in utterance:
            self._code(record, role)
        self._n_worker_turns += role is Role.WORKER

    def _code(self, record: Record, role: Role) -> None:
        if record.codes is None or self.layout.codes is None:
            return
        coder = record.coder or (self.layout.coder or "")
        if role is not Role.WORKER:
            if record.codes:
                text = "codes for a turn that isn't the worker's."
                self.faults.add(record.row, text, "Only what the worker says is coded.")
        elif not coder:
            hint = "Name the column `coder` under [table.columns], or the coder under [table]."
            self.faults.add(record.row, "codes without a coder.", hint)
        else:
            self.codings.append(
                Coding(
                    tape=self.details.id or "",
                    utterance=self._n_worker_turns,
                    coder=coder,
                    codebook=self.layout.codes.codebook,
                    codes=record.codes,
                )
            )
