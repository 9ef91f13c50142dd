"""From a source text to its turns, every line of it accounted for.

`outline` says what each line is. Here the lines of a turn are joined, what stands between brackets
is taken out (see `markup`), and each turn keeps its place in the source.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from werkalliantie.configuration.mapping import ImportMapping
from werkalliantie.readers.clock import lone_time
from werkalliantie.readers.grammar import Grammar, Head
from werkalliantie.readers.markup import Speech, speech_in
from werkalliantie.readers.naming import TapeDetails
from werkalliantie.readers.outline import Entry, outline
from werkalliantie.readers.source import Line, lines_of
from werkalliantie.readers.speakers import (
    UnknownSpeaker,
    merged,
    no_speaker,
    no_worker,
    refuse_unknown,
)
from werkalliantie.transcript import Aside, LineKind, Role, Skipped, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """The turns of a source text, and all of it that is not speech, in order.

    `details` are the pseudonyms that its header gives.
    """

    turns: tuple[Turn, ...]
    skipped: tuple[Skipped, ...]
    details: TapeDetails


def conversation_in(text: str, mapping: ImportMapping, *, file: str) -> Conversation:
    """Read the conversation in a text whose line ends are line feeds; `file` is for messages.

    Raises:
        TranscriptError: An unknown speaker, no speaker at all, or no turn of the worker.
    """
    grammar = Grammar(mapping)
    found = outline(lines_of(text), grammar)
    skipped = [_whole(entry.line, entry.kind) for entry in found.entries if entry.kind]
    doubtful = [entry.line for entry in found.entries if entry.is_doubtful]
    skipped += [_whole(line, LineKind.LOOKS_LIKE_TURN) for line in doubtful]
    turns: list[Turn] = []
    unknown = list(found.unknown)
    drafts = list(_drafts(found.entries))
    for draft in drafts:
        speech = speech_in(draft.raw, grammar)
        unknown += draft.unknown_in(speech)
        skipped += draft.skipped_in(speech, grammar)
        if speech.text:
            turns.append(draft.turn(speech, grammar, index=len(turns)))
    refuse_unknown(merged(unknown), mapping, file=file)
    if not drafts:
        raise no_speaker(mapping, file=file)
    if not any(turn.role is Role.WORKER for turn in turns):
        raise no_worker(mapping, file=file)
    in_order = sorted(skipped, key=lambda one: one.start)
    return Conversation(
        turns=tuple(turns),
        skipped=tuple(one.what for one in in_order),
        details=found.details,
    )


@dataclass(frozen=True, slots=True)
class _Placed:
    """Something skipped, and the offset in the source at which it stands."""

    start: int
    what: Skipped


@dataclass(slots=True, kw_only=True)
class _Draft:
    """A turn whose lines are still coming in; the first segment is what follows its label."""

    role: Role
    head: Head
    line: Line
    time: float | None
    segments: list[Line] = field(default_factory=list)
    begins: list[int] = field(default_factory=list)  # where each segment begins in `raw`
    _length: int = 0

    def add(self, segment: Line) -> None:
        """Take in a line."""
        self.begins.append(self._length)
        self.segments.append(segment)
        self._length += len(segment.text) + 1

    @property
    def raw(self) -> str:
        """The turn as the source writes it, without its label."""
        return "\n".join(segment.text for segment in self.segments)

    def turn(self, speech: Speech, grammar: Grammar, *, index: int) -> Turn:
        """Return the finished turn; `speech` has text."""
        first = self._segment_at(speech.start)
        last = self.segments[self._segment_at(speech.end - 1)]
        return Turn(
            index=index,
            role=self.role,
            speaker=self.head.label,
            text=speech.text,
            line=self.line.number,
            start=self.segments[first].start + speech.start - self.begins[first],
            end=last.start + len(last.text.rstrip()),
            time=self.time,
            asides=(*self._note(grammar), *speech.asides),
        )

    def skipped_in(self, speech: Speech, grammar: Grammar) -> list[_Placed]:
        """Return what of the lines of this turn is not in its text."""
        placed = [
            _Placed(self.line.start, _skip(self.line, aside.kind, len(aside.text)))
            for aside in self._note(grammar)
        ]
        for cut in speech.cuts:
            if cut.aside is not None:
                placed += self._between(cut.start, cut.end, cut.aside.kind)
        if speech.text:
            return placed
        listed = {one.what.line for one in placed}
        bare = [self.line, *self.segments[1:]]
        return placed + [
            _whole(line, LineKind.NOT_UNDERSTOOD) for line in bare if line.number not in listed
        ]

    def unknown_in(self, speech: Speech) -> list[UnknownSpeaker]:
        """Return the labels between brackets that aren't mapped."""
        return [
            UnknownSpeaker(label=label, lines=(self.segments[self._segment_at(at)].number,))
            for label, at in speech.unknown
        ]

    def _note(self, grammar: Grammar) -> tuple[Aside, ...]:
        note = (self.head.note or "")[1:-1]
        if not grammar.is_direction(note):
            return ()
        return (Aside(kind=LineKind.STAGE_DIRECTION, text=note.strip()),)

    def _between(self, start: int, end: int, kind: LineKind) -> Iterator[_Placed]:
        """Yield what stands between two raw offsets, line by line."""
        for i in range(self._segment_at(start), self._segment_at(end - 1) + 1):
            segment = self.segments[i]
            first = max(start - self.begins[i], 0)
            n = len(segment.text[first : end - self.begins[i]].strip())
            if n:
                yield _Placed(segment.start + first, _skip(segment, kind, n))

    def _segment_at(self, offset: int) -> int:
        return bisect_right(self.begins, offset) - 1


def _drafts(entries: Iterable[Entry]) -> Iterator[_Draft]:
    draft: _Draft | None = None
    time: float | None = None
    for entry in entries:
        head = entry.head
        if entry.kind is LineKind.TIMESTAMP:
            time = lone_time(entry.line.text)
        elif entry.kind is None and head is not None and head.role is not None:
            if draft is not None:
                yield draft
            stated = head.time if head.time is not None else time
            draft = _Draft(role=head.role, head=head, line=entry.line, time=stated)
            draft.add(entry.line.part(head.speech))
            time = None
        elif entry.kind is None and draft is not None:
            draft.add(entry.line)
    if draft is not None:
        yield draft


def _skip(line: Line, kind: LineKind, n_characters: int) -> Skipped:
    return Skipped(line=line.number, kind=kind, n_characters=n_characters)


def _whole(line: Line, kind: LineKind) -> _Placed:
    return _Placed(line.start, _skip(line, kind, len(line.text.strip())))
