"""ICC(2,1) of counts as a figure of what tapes add up to, so that it has an interval over tapes.

Windows of one tape are alike, which the F-based interval of `reliability.py` doesn't know.
"""

import numpy as np
from numpy.typing import ArrayLike

from werkalliantie.agreement.bootstrap import TapeInterval, tape_interval
from werkalliantie.agreement.figure import ratio
from werkalliantie.agreement.tape_sums import Sums, per_tape


def icc_over_tapes(counts: ArrayLike, tapes: ArrayLike) -> TapeInterval:
    """Return ICC(2,1) with its interval over tapes, on the units that all coders scored.

    Args:
        counts: Shape `(n_coders, n_units)`, NaN where a coder didn't score a unit.
        tapes: Tape of each unit as a number from 0, `(n_units,)`.
    """
    table = np.asarray(counts, dtype=float)
    complete = ~np.isnan(table).any(axis=0)
    units = table[:, complete].T
    from_first = units - units[:1, :1]  # it changes nothing, and squares keep their digits
    sums = per_tape(count_sums, from_first, np.asarray(tapes)[complete])
    return tape_interval(sums, icc_of_sums, bounds=(-1, 1))


def count_sums(units: Sums) -> Sums:
    """Return what units add up to: their number, squares, squared totals, and each coder's sum.

    Args:
        units: Scores, shape `(n_units, n_coders)`.

    Returns:
        Shape `(3 + n_coders,)`.
    """
    squares, squared_totals = (units**2).sum(), (units.sum(axis=1) ** 2).sum()
    return np.concatenate([[len(units), squares, squared_totals], units.sum(axis=0)])


def icc_of_sums(sums: Sums) -> Sums:
    """Return ICC(2,1) of sums `(..., 3 + n_coders)`; Shrout and Fleiss (1979), case 2.

    NaN with fewer than two units or coders, or where nothing varies.
    """
    n, squares, squared_totals = np.moveaxis(sums[..., :3], -1, 0)
    by_coder = sums[..., 3:]
    k = by_coder.shape[-1]
    mean = ratio(by_coder.sum(axis=-1) ** 2, n * k)
    units = squared_totals / k - mean
    coders = ratio((by_coder**2).sum(axis=-1), n) - mean
    rest = squares - mean - units - coders
    between_units, between_coders = ratio(units, n - 1), ratio(coders, k - 1)
    error = ratio(rest, (n - 1) * (k - 1))
    spread = between_units + (k - 1) * error + ratio(k * (between_coders - error), n)
    tiny = 1e-12 * squares  # what rounding may leave of nothing
    return ratio(between_units - error, np.where(spread > tiny, spread, np.nan))
