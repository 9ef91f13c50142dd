"""What the ledger is made of: the codings and predictions that count, read once from the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from werkalliantie.agreement.ratings import Place
from werkalliantie.agreement_report.question import Question
from werkalliantie.artefact import Artefact
from werkalliantie.codebook import Codebook
from werkalliantie.coding import Coding, Mode
from werkalliantie.store import CodingEntry
from werkalliantie.transcript import Utterance

Codes = Mapping[Place, frozenset[str]]
Answers = Mapping[str, Codes]
"""What each coder gave, by place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedTape:
    """A tape with blind codings.

    Attributes:
        order: Its rank among the coded tapes by when its first coding was entered, from 0.
        entered: The day of that, as `2026-03-01`.
    """

    worker: str | None
    unit: str | None
    order: int
    entered: str
    utterances: tuple[Utterance, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A model's stored answers on coded tapes that it may be measured on.

    Attributes:
        name: The model as a coder, such as `model:model-001`.
        forced: Tapes it was trained on, and measured on all the same because that was asked.
    """

    name: str
    artefact: Artefact
    codes: Codes
    probabilities: Mapping[Place, Mapping[str, float]]
    forced: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """Codings of another codebook that count here, brought by the codebook's map.

    Attributes:
        superseded: Codings left out because the coder also answered under the codebook itself.
    """

    source: str
    codings: int
    superseded: int
    coders: tuple[str, ...]
    tapes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Everything the ledger is computed from; no SQL and no files behind it.

    Attributes:
        places: The utterances that count: coded blind by at least one coder, in order.
        blind: Blind codings per coder.
        assisted: Codings given with suggestions in sight, per coder.
        second: Blind second codings of the same tapes, per coder.
        entries: When each coder's codings of each tape were entered.
        versions: Every model of the codebook with stored predictions, the one measured included.
        other_books: Blind codings under other codebooks, which aren't pooled with these.
        excluded: How many codings of each kind don't count.
        notes: What the reader has to know of how this was chosen.
    """

    codebook: Codebook
    question: Question
    tapes: Mapping[str, CodedTape]
    places: tuple[Place, ...]
    blind: Answers
    assisted: Answers
    second: Answers
    entries: Sequence[CodingEntry]
    machine: Machine | None
    versions: tuple[Machine, ...]
    mapped: tuple[Mapped, ...]
    other_books: Mapping[str, tuple[Coding, ...]]
    excluded: Mapping[str, int]
    notes: tuple[str, ...]

    @property
    def coders(self) -> tuple[str, ...]:
        """The coders whose blind codings count, by name."""
        return tuple(self.blind)

    @property
    def forced(self) -> tuple[str, ...]:
        """Tapes on which the model is measured although it was trained on them."""
        return self.machine.forced if self.machine is not None else ()


def by_coder(codings: Sequence[Coding], mode: Mode) -> dict[str, dict[Place, frozenset[str]]]:
    """Return the answers of one mode, coder by coder in order of name."""
    answers: dict[str, dict[Place, frozenset[str]]] = {}
    for coding in sorted(codings, key=lambda coding: coding.coder):
        if coding.mode is mode:
            answers.setdefault(coding.coder, {})[coding.tape, coding.utterance] = coding.codes
    return answers
