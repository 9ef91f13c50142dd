"""Agreement on code sets: utterances may carry several codes, and near misses count for less."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from werkalliantie.agreement.alpha import Distances, alpha_figure, coincidences
from werkalliantie.agreement.figure import Figure, ratio
from werkalliantie.agreement.fleiss import fleiss_figure
from werkalliantie.agreement.tally import tally_sets

Sets = NDArray[np.float64]
"""Code sets as rows of 0 and 1, shape `(n_sets, n_codes)`."""


def jaccard_distances(sets: Sets) -> Distances:
    """Return 1 - |A and B| / |A or B| between every two sets; Jaccard (1912).

    Two empty sets (no code, twice) are at distance 0.
    """
    shared, size = _overlap(sets)
    union = size[:, None] + size - shared
    return np.where(union > 0, 1 - ratio(shared, union), 0)


def masi_distances(sets: Sets) -> Distances:
    """Return the MASI distance, 1 - J M, between every two sets; Passonneau (2006).

    J is Jaccard's coefficient. M is 1 for equal sets, 2/3 where one holds the other, 1/3 where
    both hold more than they share, and 0 where they share nothing.
    """
    shared, size = _overlap(sets)
    smaller, larger = np.minimum(size[:, None], size), np.maximum(size[:, None], size)
    equal, held = shared == larger, shared == smaller
    monotonicity: Distances = np.where(equal, 1, np.where(held, 2 / 3, 1 / 3))
    return 1 - (1 - jaccard_distances(sets)) * monotonicity


def dice_distances(sets: Sets) -> Distances:
    """Return 1 - 2 |A and B| / (|A| + |B|) between every two sets; two empty sets are at 0.

    Krippendorff and Craggs (2016), their nominal difference between sets.
    """
    shared, size = _overlap(sets)
    both = size[:, None] + size
    return np.where(both > 0, 1 - ratio(2 * shared, both), 0)


def set_fleiss(answers: ArrayLike) -> Figure:
    """Return Fleiss' kappa (1971) with each whole code set as a value of its own.

    Where codes exclude each other this is Fleiss' kappa of the one variable they make up.

    Args:
        answers: 1, 0 or NaN (not seen), shape `(n_coders, n_units, n_codes)`.
    """
    return fleiss_figure(tally_sets(answers).counts)


def set_alpha(
    answers: ArrayLike, distances: Callable[[Sets], Distances] = masi_distances
) -> Figure:
    """Return Krippendorff's alpha of code sets, each set taken as one answer.

    Passonneau (2006) with the MASI distance. An empty set is an answer: seen, and no code applies.

    Args:
        answers: 1, 0 or NaN (not seen), shape `(n_coders, n_units, n_codes)`.
        distances: The distances between sets.
    """
    counted = tally_sets(answers)
    return alpha_figure(coincidences(counted.counts), distances(counted.values))


def _overlap(sets: Sets) -> tuple[Distances, NDArray[np.float64]]:
    return sets @ sets.T, sets.sum(axis=1)
