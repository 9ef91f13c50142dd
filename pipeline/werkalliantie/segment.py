"""What a coder says of a stretch of a tape as a whole: a fragment, or a five-minute window.

The three states hold for stretches as for utterances (see `coding`): codes, none, or not seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from werkalliantie.coding import Mode
from werkalliantie.transcript import Utterance


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentCoding:
    """One coder's answer for several utterances together, under one codebook version.

    A code means that at least one of the utterances carries it; a code that isn't given, that none
    does.

    Attributes:
        first: Index of the first worker utterance of the stretch.
        last: Index of the last one, which belongs to it.
        codebook: Name and version, such as `werkalliantie-3`.
        codes: Cluster or item codes; empty means seen, none applies.
        note: The coder's remark. It may quote: no repr shows it.
    """

    tape: str
    first: int
    last: int
    coder: str
    codebook: str
    codes: frozenset[str]
    mode: Mode = Mode.BLIND
    note: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not self.coder.strip():
            raise ValueError("a coding needs a coder")
        if not 0 <= self.first <= self.last:
            raise ValueError("a stretch runs from an utterance, counted from 0, to that or a later")

    @property
    def utterances(self) -> range:
        """The indices of its utterances."""
        return range(self.first, self.last + 1)


def starting_within(utterances: Sequence[Utterance], begin: float, end: float) -> range | None:
    """Return the indices of the utterances that start in `[begin, end)` seconds; None without any.

    An utterance without a time of its own counts as starting with the last one that has it.

    Raises:
        ValueError: They don't stand together, because the times of the tape run back.
    """
    time, found = None, []
    for utterance in utterances:
        time = time if utterance.time is None else utterance.time
        if time is not None and begin <= time < end:
            found.append(utterance.index)
    if not found:
        return None
    if found[-1] - found[0] >= len(found):
        raise ValueError("times that run back")
    return range(found[0], found[-1] + 1)
