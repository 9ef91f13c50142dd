"""Codings laid out for counting: coders by units by codes, with what was not seen left open."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from werkalliantie.codebook import Codebook

Place = tuple[str, int]
"""A tape and the index of an utterance on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratings:
    """Answers of coders (a model may be one of them) on units: utterances, windows or tapes.

    Attributes:
        coders: Names, length `n_coders`.
        tapes: Tape of each unit, length `n_units`.
        answers: 1, 0 or NaN (not seen), shape `(n_coders, n_units, n_codes)`.
    """

    coders: tuple[str, ...]
    tapes: tuple[str, ...]
    answers: NDArray[np.float64]

    @property
    def tape_numbers(self) -> NDArray[np.int64]:
        """The tape of each unit as a number from 0, shape `(n_units,)`."""
        order = {tape: number for number, tape in enumerate(sorted(set(self.tapes)))}
        return np.array([order[tape] for tape in self.tapes], dtype=np.int64)

    @property
    def seen(self) -> NDArray[np.bool_]:
        """Which coder saw which unit, shape `(n_coders, n_units)`."""
        seen: NDArray[np.bool_] = np.logical_not(np.isnan(self.answers).any(axis=2))
        return seen

    def of(self, coders: Iterable[str]) -> "Ratings":
        """Return the same with only some of the coders, in the order given."""
        wanted = tuple(coders)
        rows = [self.coders.index(coder) for coder in wanted]
        return Ratings(coders=wanted, tapes=self.tapes, answers=self.answers[rows])

    def on(self, tapes: Iterable[str]) -> "Ratings":
        """Return the same with only the units of some tapes."""
        wanted = set(tapes)
        return self.where([tape in wanted for tape in self.tapes])

    def where(self, keep: Sequence[bool] | NDArray[np.bool_]) -> "Ratings":
        """Return the same with only the units marked, shape `(n_units,)`."""
        kept = np.asarray(keep, dtype=bool)
        return Ratings(
            coders=self.coders,
            tapes=tuple(tape for tape, stays in zip(self.tapes, kept, strict=True) if stays),
            answers=self.answers[:, kept],
        )

    def tapes_of(self, coder: str) -> tuple[str, ...]:
        """Return the tapes of which a coder saw something, sorted."""
        saw = self.seen[self.coders.index(coder)]
        return tuple(sorted({tape for tape, yes in zip(self.tapes, saw, strict=True) if yes}))


def ratings_of(
    answers: Mapping[str, Mapping[Place, frozenset[str]]],
    places: Sequence[Place],
    codebook: Codebook,
) -> Ratings:
    """Lay out each coder's codes on `places`, brought to the codebook's clusters."""
    table = np.full((len(answers), len(places), len(codebook.codes)), np.nan)
    for row, given in enumerate(answers.values()):
        for column, place in enumerate(places):
            if place in given:
                codes = codebook.clusters_of(given[place])
                table[row, column] = [code in codes for code in codebook.codes]
    return Ratings(coders=tuple(answers), tapes=tuple(tape for tape, _ in places), answers=table)


def grouped(ratings: Ratings, groups: Sequence[int]) -> tuple[Ratings, NDArray[np.float64]]:
    """Join utterances into windows or tapes.

    A code is present in a group if it was given to any utterance of it. A coder who didn't see
    every coded utterance of a group has not seen the group.

    Args:
        groups: Group of each utterance, numbered from 0 in order; each within one tape.

    Returns:
        The presence ratings, and how often each code was given, `(n_coders, n_groups, n_codes)`.
    """
    numbers = np.asarray(groups, dtype=np.int64)
    n_groups = int(numbers.max(initial=-1)) + 1
    shape = (len(ratings.coders), n_groups, ratings.answers.shape[2])
    counts = np.zeros(shape)
    for group in range(n_groups):
        counts[:, group] = ratings.answers[:, numbers == group].sum(axis=1)
    presence = np.where(np.isnan(counts), np.nan, counts > 0)
    first = [int(np.argmax(numbers == group)) for group in range(n_groups)]
    tapes = tuple(ratings.tapes[place] for place in first)
    return Ratings(coders=ratings.coders, tapes=tapes, answers=presence), counts
