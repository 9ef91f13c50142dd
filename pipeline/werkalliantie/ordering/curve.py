"""The review-budget curve: what kappa to expect once so many utterances are reviewed.

One coder reviews utterances in some order, the model's codes stand for the rest, and the coding
that results is held against another coder's. The last point is therefore the agreement between the
coders, the first that of the model with them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from werkalliantie.agreement.bootstrap import TapeInterval, tape_interval
from werkalliantie.agreement.ledger import mean_kappa, pair_counts
from werkalliantie.agreement.nominal import Counts, kappa_of
from werkalliantie.agreement.ratings import Ratings
from werkalliantie.agreement.tape_sums import Sums, over_pairs

BUDGETS = (0.0, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
"""Shares of the utterances that are reviewed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What is expected at one budget.

    Attributes:
        kappa: Of each code, the mean over ordered pairs of coders; None where undefined.
        mean: Over codes, with its interval over tapes; undefined if that of one code is.
        random: The mean where as many utterances are reviewed in random order.
        gain: By how much the order is ahead of a random one, with its interval over tapes.
    """

    share: float
    n_utterances: int
    kappa: tuple[float | None, ...]
    mean: TapeInterval
    random: TapeInterval
    gain: TapeInterval


def review_curve(
    ratings: Ratings,
    *,
    model: str,
    ranks: NDArray[np.int64],
    budgets: Sequence[float] = BUDGETS,
) -> tuple[Point, ...]:
    """Return the curve, a point for each budget; nothing where no two coders share an utterance.

    Args:
        ratings: Of the coders and the model; units that the model didn't see don't count.
        model: The model's name among them.
        ranks: When each unit's turn to be reviewed comes, from 0, `(n_units,)`.
        budgets: Shares of the units.
    """
    coders = [name for name in ratings.coders if name != model]
    pairs = [*permutations(range(len(coders)), 2)]
    people = ratings.of(coders)
    machine = ratings.of([model]).answers[0]
    none, every = (
        _counts(people, machine, np.full(len(ranks), reviewed), pairs) for reviewed in (False, True)
    )
    if not every.any():
        return ()
    points = []
    for share in budgets:
        n = round(share * len(ranks))
        ordered = _counts(people, machine, ranks < n, pairs)
        # In random order each utterance has the same chance of being among the first n; kappa of
        # the counts to be expected is that expected up to terms of the order 1 / n_utterances.
        by_chance = none + n / len(ranks) * (every - none)
        points.append(_point(share, n, ordered, by_chance))
    return tuple(points)


def _counts(
    people: Ratings,
    machine: NDArray[np.float64],
    reviewed: NDArray[np.bool_],
    pairs: Sequence[tuple[int, int]],
) -> Counts:
    """Return contingency counts of reviewed codings and coders, `(n_codes, n_pairs, n_tapes, 4)`.

    Only what both coders and the model saw counts, whoever's answer it is that stands.
    """
    unseen = np.isnan(people.answers) | np.isnan(machine)
    standing = np.where(reviewed[:, np.newaxis], people.answers, machine)
    names = tuple(map(str, range(2 * len(people.coders))))
    both = Ratings(
        coders=names,
        tapes=people.tapes,
        answers=np.concatenate([np.where(unseen, np.nan, standing), people.answers]),
    )
    n = len(people.coders)
    named = [(names[reviewer], names[n + other]) for reviewer, other in pairs]
    codes = range(machine.shape[1])
    return np.array([pair_counts(both, code, named) for code in codes])


def _point(share: float, n: int, ordered: Counts, by_chance: Counts) -> Point:
    # Tapes in front, as the bootstrap over them has it: (n_tapes, 2, n_codes, n_pairs, 4).
    sums = np.moveaxis(np.array([ordered, by_chance]), 3, 0)
    return Point(
        share=share,
        n_utterances=n,
        kappa=tuple(mean_kappa(counts) for counts in ordered),
        mean=tape_interval(sums[:, 0], _over_codes, bounds=(-1, 1)),
        random=tape_interval(sums[:, 1], _over_codes, bounds=(-1, 1)),
        gain=tape_interval(sums, _ahead, bounds=(-2, 2)),
    )


def _over_codes(sums: Sums) -> Sums:
    """Return the mean kappa over codes of counts `(..., n_codes, n_pairs, 4)`; NaN if one has none.

    A mean over fewer codes at one budget than at another would be no comparison.
    """
    return np.asarray(over_pairs(kappa_of)(sums).mean(axis=-1), dtype=float)


def _ahead(sums: Sums) -> Sums:
    figures = _over_codes(sums)
    return np.asarray(figures[..., 0] - figures[..., 1], dtype=float)
