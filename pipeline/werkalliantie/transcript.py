"""A tape and what was said on it: turns, and the worker utterances that are coded.

Knows nothing of files, formats, codes or models.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Who speaks. Only the worker is coded; the others are context."""

    WORKER = "worker"
    CLIENT = "client"
    OTHER = "other"

    @property
    def marker(self) -> str:
        """The letter that stands for this role in transcripts and in the model's input."""
        return {"worker": "R", "client": "C", "other": "O"}[self.value]


class LineKind(StrEnum):
    """Why a source line (or a part of it) is not the speech of the turn around it."""

    HEADER = "header"
    STAGE_DIRECTION = "stage_direction"
    INTERJECTION = "interjection"
    PAGE_FURNITURE = "page_furniture"
    TIMESTAMP = "timestamp"
    NOT_UNDERSTOOD = "not_understood"
    LOOKS_LIKE_TURN = "looks_like_turn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A source line, or part of one, that did not become a turn's speech.

    A line that looks like a turn is the exception: below the first turn it is kept, as speech of
    the turn around it, and listed because it may be another's. `line` counts from 1. The text
    itself stays in the source: reports never show it.
    """

    line: int
    kind: LineKind
    n_characters: int

    def __post_init__(self) -> None:
        if self.line < 1:
            raise ValueError(f"lines count from 1, not {self.line}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """Something written inside a turn that its speaker did not say.

    A stage direction such as `(lacht)` has no role; an interjection such as `[C: Oh]` has that of
    the other speaker.
    """

    kind: LineKind
    text: str
    role: Role | None = None

    def __repr__(self) -> str:
        return f"Aside({self.kind.value}, {len(self.text)} characters)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One speaker's stretch of speech.

    Attributes:
        index: Order on the tape, from 0.
        speaker: Label as the source writes it, such as `R` or `Werker`.
        text: What was said, on one line, without asides.
        line: First source line, from 1; for a table, the row.
        start: Offset of the turn's first character in the source text, in code points.
        end: Offset just behind its last character.
        time: Seconds from the start of the tape, where the source says so.
    """

    index: int
    role: Role
    speaker: str
    text: str
    line: int
    start: int
    end: int
    time: float | None = None
    asides: tuple[Aside, ...] = ()

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError(f"turn {self.index} has no speech")
        if self.line < 1 or not 0 <= self.start <= self.end:
            raise ValueError(f"turn {self.index} has an impossible place in its source")

    def __repr__(self) -> str:
        return f"Turn({self.index}, {self.role.value}, {len(self.text)} characters)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """The unit that is coded: a worker turn, or a sentence of it.

    Attributes:
        index: Order among the tape's worker utterances, from 0, backchannels included.
        turn: Index of the turn it belongs to.
        line: Source line on which the utterance begins.
        start: Offset in the source text, in code points, of its first character.
        end: Offset just behind its last character.
        backchannel: Only minimal encouragement ("hm hm", "ja"); not offered for coding.
    """

    tape: str
    index: int
    turn: int
    text: str
    line: int
    start: int
    end: int
    backchannel: bool = False
    time: float | None = None

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError(f"utterance {self.index} of tape {self.tape} has no text")

    def __repr__(self) -> str:
        return f"Utterance({self.tape}, {self.index}, {len(self.text)} characters)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tape:
    """One recorded session and its transcript; every name is a pseudonym.

    `source_text` is the text the offsets of turns and utterances point into.
    """

    id: str
    turns: tuple[Turn, ...]
    source_name: str
    source_text: str
    worker: str | None = None
    client: str | None = None
    unit: str | None = None

    def __post_init__(self) -> None:
        # Tape ids become parts of file names.
        impossible = any(c < " " or c in '/\\:*?"<>|' for c in self.id)
        if not self.id or self.id != self.id.strip() or self.id.startswith(".") or impossible:
            raise ValueError(f"{self.id!r} can't be a tape id")
        if [turn.index for turn in self.turns] != list(range(len(self.turns))):
            raise ValueError(f"the turns of tape {self.id} are not numbered from 0")

    @property
    def worker_turns(self) -> Iterator[Turn]:
        """The turns that are coded, in order."""
        return (turn for turn in self.turns if turn.role is Role.WORKER)

    def __repr__(self) -> str:
        return f"Tape({self.id}, {len(self.turns)} turns)"


def context_of(turns: tuple[Turn, ...], utterance: Utterance) -> str:
    """Return what the client (or another) said before the utterance, behind a role marker.

    The nearest earlier turn that isn't the worker's, such as `C: Ik was er wel.`; an empty string
    at the start of a tape.
    """
    for place in range(utterance.turn - 1, -1, -1):
        if turns[place].role is not Role.WORKER:
            return f"{turns[place].role.marker}: {uncapitalised(turns[place].text)}"
    return ""


def uncapitalised(text: str) -> str:
    """Return a text that is all capitals in small letters, and any other as it is.

    Some typists type so. To an encoder such words are strange ones.
    """
    return text.lower() if text.isupper() else text
