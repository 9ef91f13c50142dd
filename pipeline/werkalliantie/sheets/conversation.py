"""The rows of a coding sheet: a whole conversation in order, the worker's utterances numbered.

Knows nothing of files and formats.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from werkalliantie.coding import Prediction
from werkalliantie.sheets.cells import check_of, fit
from werkalliantie.transcript import Aside, LineKind, Role, Tape, Turn, Utterance

_SHOWN_ASIDES = (LineKind.STAGE_DIRECTION, LineKind.INTERJECTION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a sheet: an utterance to code, or a turn that is context.

    Attributes:
        index: Index of the worker utterance on its tape; None for context.
        line: Line in the transcript's source, from 1.
        time: Seconds from the start of the tape.
        speaker: Label as the source writes it.
        text: What is shown, as a cell can hold it, asides included.
        suggested: The model's codes, or None where it wasn't asked or suggests nothing by design.
        probabilities: The model's probability per code, or None likewise.
    """

    tape: str
    index: int | None
    line: int
    time: float | None
    role: Role
    speaker: str
    text: str
    backchannel: bool = False
    suggested: frozenset[str] | None = None
    probabilities: Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        if self.index is not None and self.role is not Role.WORKER:
            raise ValueError("only the worker's rows have an index")

    @property
    def check(self) -> str:
        """The check of tape, index and text."""
        return check_of(self.tape, self.index, self.text)

    @property
    def offered(self) -> bool:
        """Whether the coder is asked about it: an utterance that is no backchannel."""
        return self.index is not None and not self.backchannel

    def __repr__(self) -> str:
        return f"Row({self.tape}, {self.index}, {self.role.value}, {len(self.text)} characters)"


def rows_of(
    tape: Tape,
    utterances: Sequence[Utterance],
    predictions: Mapping[int, Prediction] | None = None,
) -> list[Row]:
    """Return a tape's rows: every turn in order, worker turns as their utterances.

    Args:
        utterances: The tape's worker utterances in order.
        predictions: By utterance index; None for a sheet without suggestions. Backchannels show
            none, because they aren't offered for coding.
    """
    by_turn = {turn: list(group) for turn, group in itertools.groupby(utterances, lambda u: u.turn)}
    return [
        row
        for turn in tape.turns
        for row in _rows_of_turn(tape.id, turn, by_turn.get(turn.index, []), predictions or {})
    ]


def _rows_of_turn(
    tape: str, turn: Turn, utterances: list[Utterance], predictions: Mapping[int, Prediction]
) -> Iterator[Row]:
    asides = "".join(f" {_written(aside)}" for aside in turn.asides if aside.kind in _SHOWN_ASIDES)
    if not utterances:
        yield Row(
            tape=tape,
            index=None,
            line=turn.line,
            time=turn.time,
            role=turn.role,
            speaker=turn.speaker,
            text=fit(turn.text + asides),
        )
    for utterance in utterances:
        # Where in the turn an aside stood isn't known: it goes behind the last utterance.
        behind = asides if utterance is utterances[-1] else ""
        prediction = None if utterance.backchannel else predictions.get(utterance.index)
        yield Row(
            tape=tape,
            index=utterance.index,
            line=utterance.line,
            time=utterance.time,
            role=turn.role,
            speaker=turn.speaker,
            text=fit(utterance.text + behind),
            backchannel=utterance.backchannel,
            suggested=None if prediction is None else prediction.codes,
            probabilities=None if prediction is None else prediction.probabilities,
        )


def _written(aside: Aside) -> str:
    """Return an aside in its brackets, whether the reader kept them or not."""
    if aside.text.startswith(("(", "[", "<", "{")):
        return aside.text
    if aside.role is None:
        return f"({aside.text})"
    return f"[{aside.role.marker}: {aside.text}]"
