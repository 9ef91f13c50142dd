"""The order in which utterances and tapes are worth reviewing, and why each stands there."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from werkalliantie.agreement.ratings import Place
from werkalliantie.configuration.study import OrderRules
from werkalliantie.ordering.pool import Pool
from werkalliantie.ordering.ranking import Ranking, lots_of, ranking
from werkalliantie.ordering.scores import disagreement, rarity, uncertainty


class Why(StrEnum):
    """Why an utterance or a tape stands where it does: what adds most to its score.

    RANDOM is of the random sample; SURE has nothing that adds to its score, and goes by lot.
    """

    UNCERTAIN = "uncertain"
    DISAGREE = "models disagree"
    RARE = "rare code"
    RANDOM = "random"
    SURE = "sure"


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedUtterance:
    """An utterance with its rank, from 1.

    Attributes:
        disagreement: None where no other model labelled the tape.
    """

    rank: int
    tape: str
    utterance: int
    line: int
    score: float
    uncertainty: float
    disagreement: float | None
    rarity: float
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedTape:
    """A tape with its rank, from 1, and the mean score of its highest utterances."""

    rank: int
    tape: str
    score: float
    why: Why
    n_offered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Utterances, and tapes, by rank; a tape of which nothing is offered isn't there."""

    utterances: tuple[RankedUtterance, ...]
    tapes: tuple[RankedTape, ...]


def ranked(pool: Pool, *, thresholds: ArrayLike, surprises: ArrayLike, rules: OrderRules) -> Order:
    """Rank the utterances of a pool and their tapes.

    Args:
        thresholds: Of the model, `(n_codes,)`.
        surprises: How rare each code is, from `scores.surprise`, `(n_codes,)`.
    """
    scored = _scored(pool, thresholds, surprises, rules)
    places = _ranking_of(pool, scored, rules)
    utterances = tuple(
        _utterance(pool, scored, rank, int(item), by_lot=bool(by_lot))
        for rank, (item, by_lot) in enumerate(zip(places.items, places.by_lot, strict=True), 1)
    )
    return Order(utterances=utterances, tapes=_tapes(pool, scored, rules))


def places_in_order(
    pool: Pool, *, thresholds: ArrayLike, surprises: ArrayLike, rules: OrderRules
) -> tuple[Place, ...]:
    """Return only the places, the first to review first."""
    found = _ranking_of(pool, _scored(pool, thresholds, surprises, rules), rules)
    return tuple(pool.places[item] for item in found.items)


_PARTS = (Why.UNCERTAIN, Why.DISAGREE, Why.RARE)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Scored:
    """The scores of a pool.

    Attributes:
        each: Uncertainty, disagreement (NaN where there is none) and rarity, `(n_utterances, 3)`.
        weighted: What each adds to the score, `(n_utterances, 3)`.
    """

    each: NDArray[np.float64]
    weighted: NDArray[np.float64]

    @property
    def total(self) -> NDArray[np.float64]:
        """The score, `(n_utterances,)`."""
        total: NDArray[np.float64] = self.weighted.sum(axis=1)
        return total


def _scored(pool: Pool, thresholds: ArrayLike, surprises: ArrayLike, rules: OrderRules) -> _Scored:
    everyone = np.concatenate([pool.probabilities[np.newaxis], pool.others])
    each = np.stack(
        [
            uncertainty(pool.probabilities, thresholds),
            disagreement(everyone),
            rarity(pool.given, surprises),
        ],
        axis=1,
    )
    weights = np.array([rules.uncertainty, rules.disagreement, rules.rarity])
    return _Scored(each=each, weighted=np.nan_to_num(each) * weights)


def _ranking_of(pool: Pool, scored: _Scored, rules: OrderRules) -> Ranking:
    names = (f"{tape}\n{index}" for tape, index in pool.places)
    lots = lots_of(names, seed=rules.seed)
    return ranking(scored.total, lots, random_share=rules.random_share)


def _utterance(
    pool: Pool, scored: _Scored, rank: int, item: int, *, by_lot: bool
) -> RankedUtterance:
    tape, index = pool.places[item]
    unsure, apart, rare = map(float, scored.each[item])
    return RankedUtterance(
        rank=rank,
        tape=tape,
        utterance=index,
        line=pool.lines[item],
        score=float(scored.total[item]),
        uncertainty=unsure,
        disagreement=None if np.isnan(apart) else apart,
        rarity=rare,
        why=Why.RANDOM if by_lot else _why(scored.weighted[item]),
    )


def _tapes(pool: Pool, scored: _Scored, rules: OrderRules) -> tuple[RankedTape, ...]:
    names = pool.tapes
    numbers = {tape: number for number, tape in enumerate(names)}
    of_tape = np.array([numbers[tape] for tape, _ in pool.places], dtype=np.int64)
    highest = [
        _highest(scored.weighted[of_tape == number], rules.tape_utterances)
        for number in range(len(names))
    ]
    scores = np.array([parts.sum() for parts in highest], dtype=float)
    found = ranking(scores, lots_of(names, seed=rules.seed), random_share=rules.random_share)
    sizes = np.bincount(of_tape, minlength=len(names))
    return tuple(
        RankedTape(
            rank=rank,
            tape=names[item],
            score=float(scores[item]),
            why=Why.RANDOM if by_lot else _why(highest[item]),
            n_offered=int(sizes[item]),
        )
        for rank, (item, by_lot) in enumerate(zip(found.items, found.by_lot, strict=True), 1)
    )


def _highest(weighted: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Return the mean of what adds to the scores of the `n` highest utterances, `(3,)`."""
    top = np.argsort(-weighted.sum(axis=1), kind="stable")[:n]
    return np.asarray(weighted[top].mean(axis=0), dtype=float)


def _why(parts: NDArray[np.float64] | Sequence[float]) -> Why:
    part = int(np.argmax(parts))
    return _PARTS[part] if parts[part] > 0 else Why.SURE
