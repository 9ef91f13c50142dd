"""A corpus to learn from and be judged on: its coded tapes, and which may train for which."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from werkalliantie.codebook import Codebook
from werkalliantie_training.examples import Examples


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """Tapes that training sets are drawn from, and tapes to be judged on; none is in both."""

    pool: tuple[str, ...]
    judged: tuple[str, ...]

    def __post_init__(self) -> None:
        if both := set(self.pool) & set(self.judged):
            raise ValueError(f"tapes on both sides: {', '.join(sorted(both))}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Coded utterances and the ways to divide them.

    Attributes:
        language: Two letters.
        learnt: What models learn from.
        judged: What they are judged on, coded blind.
        divisions: Draws take them in turn.
    """

    name: str
    language: str
    codebook: Codebook
    learnt: Examples
    judged: Examples
    divisions: tuple[Division, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes that are learnt and judged."""
        return self.codebook.codes

    @property
    def largest(self) -> int:
        """Most tapes that a training set of every division can hold."""
        return min(len(division.pool) for division in self.divisions)

    @property
    def fingerprint(self) -> str:
        """A short hash of utterances, answers and divisions."""
        found = hashlib.sha256(repr((self.codes, self.divisions)).encode())
        for part in (self.learnt, self.judged):
            found.update(repr((part.tapes, part.indices, part.contexts, part.texts)).encode())
            found.update(part.answers.tobytes())
        return found.hexdigest()[:12]


def of_tapes(examples: Examples, tapes: Collection[str]) -> Examples:
    """Return the utterances of some tapes, without the coders who coded none of them."""
    part = examples.of_tapes(tapes)
    coded = np.array([np.isfinite(answers).any() for answers in part.answers], dtype=bool)
    return Examples(
        tapes=part.tapes,
        indices=part.indices,
        contexts=part.contexts,
        texts=part.texts,
        coders=tuple(coder for coder, any_ in zip(part.coders, coded, strict=True) if any_),
        answers=part.answers[coded],
        bags=part.bags,
    )
