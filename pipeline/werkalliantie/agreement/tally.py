"""How many coders gave each answer to each unit."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Answers counted unit by unit; who gave them no longer matters.

    Attributes:
        values: The different answers, ascending: numbers `(n_values,)`, or code sets as rows of 0
            and 1 `(n_values, n_codes)`.
        counts: How many coders gave each, `(n_units, n_values)`.
    """

    values: NDArray[np.float64]
    counts: NDArray[np.float64]


def tally(answers: ArrayLike) -> Tally:
    """Count answers of shape `(n_coders, n_units)`, NaN where not seen."""
    table = np.asarray(answers, dtype=float)
    seen = ~np.isnan(table)
    values, which = np.unique(table[seen], return_inverse=True)
    return Tally(values=values, counts=_counts(seen, which, len(values)))


def tally_sets(answers: ArrayLike) -> Tally:
    """Count code sets of shape `(n_coders, n_units, n_codes)`: 1, 0, or NaN where not seen.

    A unit of which a coder left any code open is one that coder didn't see.
    """
    table = np.asarray(answers, dtype=float)
    seen = ~np.isnan(table).any(axis=-1)
    values, which = np.unique(table[seen], axis=0, return_inverse=True)
    return Tally(values=values, counts=_counts(seen, which, len(values)))


def _counts(
    seen: NDArray[np.bool_], which: NDArray[np.int64], n_values: int
) -> NDArray[np.float64]:
    n_units = seen.shape[1]
    cell = np.nonzero(seen)[1] * n_values + which
    return np.bincount(cell, minlength=n_units * n_values).reshape(n_units, n_values).astype(float)
