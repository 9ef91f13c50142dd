"""Multi-valued nominal alpha: agreement on code sets, against chance that draws code by code."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from werkalliantie.agreement.alpha import coincidences
from werkalliantie.agreement.figure import Figure, Reason, figure, ratio
from werkalliantie.agreement.sets import dice_distances
from werkalliantie.agreement.tally import tally_sets

Ways = NDArray[np.float64]


def multivalued_alpha(answers: ArrayLike) -> Figure:
    """Return the multi-valued nominal alpha, 1 - D_o / D_e; Krippendorff and Craggs (2016).

    Where `sets.set_alpha` expects by chance the very sets that were given, this expects sets of the
    sizes given, filled with codes as often as each code was given. With one code per answer it is
    the nominal alpha.

    Args:
        answers: 1, 0 or NaN (not seen), shape `(n_coders, n_units, n_codes)`.
    """
    counted = tally_sets(answers)
    pairable = counted.counts[counted.counts.sum(axis=1) > 1]
    if not len(pairable):
        return Figure(None, Reason.NOTHING_SHARED)
    times = pairable.sum(axis=0)
    paired = coincidences(pairable) * dice_distances(counted.values)
    observed = paired.sum() / times.sum()
    expected = expected_distance(counted.values, times)
    return figure(1 - ratio(observed, expected), Reason.NOTHING_VARIES)


def expected_distance(sets: NDArray[np.float64], times: NDArray[np.float64]) -> float:
    """Return the mean Dice distance of two sets drawn by chance.

    Krippendorff and Craggs (2016), their expected disagreement: over the sizes given, in proportion
    to how often, the mean distance of two sets of these sizes, each two sets in proportion to the
    ways to draw them from all codes given, without replacement. Sizes for which there are no two
    such sets add nothing, as in their table 8a. The sum over all subsets factors by code, so it is
    gathered code by code.

    Args:
        sets: Rows of 0 and 1, shape `(n_sets, n_codes)`.
        times: How often each was given, whole numbers, `(n_sets,)`.
    """
    share = np.bincount(sets.sum(axis=1).astype(np.int64), weights=times) / times.sum()
    ways = _ways(times @ sets, len(share))
    first, second, shared = np.indices(ways.shape)
    distance = 1 - 2 * shared / np.maximum(first + second, 1)
    distance[0, 0] = 0  # no code, twice
    total = ways.sum(axis=2)
    mean = np.where(total > 0, ratio((ways * distance).sum(axis=2), total), 0)
    return float(share @ mean @ share)


def _ways(totals: NDArray[np.float64], n_sizes: int) -> Ways:
    """Return the ways to draw two sets, by size of the first, of the second, and of their overlap.

    A code given n times is in neither set, in the one (n ways), in the other (n ways) or in both
    (n (n - 1) ways). Counted in shares of all codes, or the numbers would grow out of bounds.
    """
    share = ratio(totals, totals.sum())
    again = share * ratio(totals - 1, totals.sum())
    ways = np.zeros((n_sizes, n_sizes, n_sizes))
    ways[0, 0, 0] = 1
    for once, twice in zip(share, again, strict=True):
        before = ways.copy()
        ways[1:] += once * before[:-1]
        ways[:, 1:] += once * before[:, :-1]
        ways[1:, 1:, 1:] += twice * before[:-1, :-1, :-1]
    return ways
