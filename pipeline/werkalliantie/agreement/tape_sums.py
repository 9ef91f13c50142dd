"""What tapes add up to, and figures of such sums: what the bootstrap over tapes works on.

A figure that depends on a study only through sums over its tapes need not see the utterances again
for every draw of tapes: drawing tapes is weighting their sums.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from werkalliantie.agreement.figure import ratio

Sums = NDArray[np.float64]
"""Sums of one tape, of all, or of each of many draws: leading axes, then those of the sum."""

Statistic = Callable[[Sums], Sums]
"""From sums `(..., *shape)` to figures `(...)`, NaN where undefined."""


def per_tape(of: Statistic, rows: ArrayLike, tapes: ArrayLike) -> Sums:
    """Return the sums of each tape, shape `(n_tapes, *shape)`; there is at least one unit.

    Args:
        of: From the rows of one tape, `(n, *row)`, to their sum.
        rows: One for each unit, `(n_units, *row)`.
        tapes: Tape of each unit as a number from 0, `(n_units,)`.
    """
    table, numbers = np.asarray(rows, dtype=float), np.asarray(tapes, dtype=np.int64)
    ends = np.cumsum(np.bincount(numbers))
    together = table[np.argsort(numbers, kind="stable")]
    return np.array([of(rows) for rows in np.split(together, ends[:-1])])


def over_pairs(figure: Statistic) -> Statistic:
    """Return the mean over pairs of a figure of counts `(..., n_pairs, 4)`.

    Pairs for which it is undefined are left out.
    """

    def mean(counts: Sums) -> Sums:
        figures = figure(counts)
        defined = np.isfinite(figures)
        return ratio(np.where(defined, figures, 0).sum(axis=-1), defined.sum(axis=-1))

    return mean


def difference(figure: Statistic, n_first: int, *, axis: int = -2) -> Statistic:
    """Return a figure of the last items on an axis, less that of the first `n_first`.

    The axis is by default that of the pairs, in counts `(..., n_pairs, 4)`.
    """

    def last_less_first(sums: Sums) -> Sums:
        first, last = np.split(sums, [n_first], axis=axis)
        return figure(last) - figure(first)

    return last_less_first


def share(figure: Statistic, n_first: int, *, axis: int = -2) -> Statistic:
    """Return a figure of the last items on an axis, divided by that of the first `n_first`.

    NaN where the first agree no more than by chance: of that there is no share.
    """

    def last_by_first(sums: Sums) -> Sums:
        first, last = np.split(sums, [n_first], axis=axis)
        below = figure(first)
        return ratio(figure(last), np.where(below > 0, below, np.nan))

    return last_by_first
