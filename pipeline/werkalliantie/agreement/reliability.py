"""Intraclass correlation: how alike coders count."""

import numpy as np
from numpy.typing import ArrayLike


def icc_2_1(scores: ArrayLike) -> float | None:
    """Return ICC(2,1): absolute agreement of single coders, all units coded by all coders.

    Two-way random effects; Shrout and Fleiss (1979), case 2. Units that a coder didn't see are left
    out. None with fewer than two units or coders, or where nothing varies.

    Args:
        scores: Shape `(n_coders, n_units)`, NaN where not seen.
    """
    table = np.asarray(scores, dtype=float)
    table = table[:, ~np.isnan(table).any(axis=0)].T
    n, k = table.shape
    if n < 2 or k < 2:
        return None
    grand = table.mean()
    between_units = k * ((table.mean(axis=1) - grand) ** 2).sum() / (n - 1)
    between_coders = n * ((table.mean(axis=0) - grand) ** 2).sum() / (k - 1)
    rest = ((table - grand) ** 2).sum() - between_units * (n - 1) - between_coders * (k - 1)
    error = rest / ((n - 1) * (k - 1))
    denominator = between_units + (k - 1) * error + k * (between_coders - error) / n
    return float((between_units - error) / denominator) if denominator > 0 else None
