"""What a coder or a model says of an utterance.

Three states are kept apart everywhere: *coded* (one or more codes), *no code* (seen, none applies)
and *not seen* (there is no `Coding` at all).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Mode(StrEnum):
    """How a coding came about: suggestions not shown, shown, or settled between coders."""

    BLIND = "blind"
    ASSISTED = "assisted"
    ADJUDICATED = "adjudicated"


class State(StrEnum):
    """The three states of an utterance for one coder."""

    CODED = "coded"
    NO_CODE = "no_code"
    NOT_SEEN = "not_seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """One coder's answer for one utterance under one codebook version.

    Attributes:
        utterance: Index of the worker utterance on its tape.
        codebook: Name and version, such as `werkalliantie-3`.
        codes: Cluster or item codes; empty means seen, none applies.
        note: The coder's remark or the reason of an adjudication. It may quote: no repr shows it.
    """

    tape: str
    utterance: int
    coder: str
    codebook: str
    codes: frozenset[str]
    mode: Mode = Mode.BLIND
    note: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not self.coder.strip():
            raise ValueError("a coding needs a coder")
        if self.utterance < 0:
            raise ValueError("utterances count from 0")

    @property
    def state(self) -> State:
        """*coded* or *no code*; a coding that exists was seen."""
        return State.CODED if self.codes else State.NO_CODE


def state_of(coding: Coding | None) -> State:
    """Return the state of an utterance, given the coder's coding of it or None."""
    return State.NOT_SEEN if coding is None else coding.state


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """A model version's answer for one utterance: calibrated probabilities and decisions."""

    tape: str
    utterance: int
    model: str
    codebook: str
    probabilities: Mapping[str, float]
    codes: frozenset[str]

    def __post_init__(self) -> None:
        outside = [code for code, p in self.probabilities.items() if not 0.0 <= p <= 1.0]
        if outside:
            raise ValueError(f"probabilities outside 0..1 for {', '.join(outside)}")
        if not self.codes <= self.probabilities.keys():
            raise ValueError("a decision for a code without a probability")
