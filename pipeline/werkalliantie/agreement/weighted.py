"""Cohen's kappa of two coders on any number of categories, plain or weighted, and its error.

Categories are numbered from 0; NaN is not seen. A weight says how much a disagreement counts: 0 for
none. Only the proportions between weights matter.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from werkalliantie.agreement.figure import Figure, Reason, figure, ratio

Table = NDArray[np.float64]
Weights = NDArray[np.float64]


def identity_weights(n_categories: int) -> Weights:
    """Return weights by which every disagreement counts alike: those of plain kappa."""
    return 1 - np.eye(n_categories)


def linear_weights(n_categories: int) -> Weights:
    """Return weights |i - j|; Cicchetti and Allison (1971)."""
    ranks = np.arange(n_categories, dtype=float)
    return np.abs(ranks[:, None] - ranks)


def quadratic_weights(n_categories: int) -> Weights:
    """Return weights (i - j)^2; Fleiss and Cohen (1973)."""
    return linear_weights(n_categories) ** 2


def crosstable(first: ArrayLike, second: ArrayLike, n_categories: int) -> Table:
    """Return how often the first coder gave category i where the second gave j.

    Utterances that either didn't see are left out. Shape `(n_categories, n_categories)`.

    Raises:
        ValueError: An answer isn't a category number.
    """
    one, two = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    seen = ~(np.isnan(one) | np.isnan(two))
    pairs = np.stack([one[seen], two[seen]])
    if not np.isin(pairs, np.arange(n_categories)).all():
        raise ValueError(f"answers are category numbers from 0 to {n_categories - 1}, or NaN")
    row, column = pairs.astype(np.int64)
    cells = np.bincount(row * n_categories + column, minlength=n_categories**2)
    return cells.reshape(n_categories, n_categories).astype(float)


def weighted_kappa_of(tables: Table, weights: Weights) -> Table:
    """Return weighted kappa, 1 - D_o / D_e, of crosstables `(..., k, k)`; NaN where undefined.

    Cohen (1968), with weights of disagreement `(k, k)`. D_o and D_e are the mean weights observed
    and expected from the coders' marginals. Undefined where no disagreement is to be expected.
    """
    share, rows, columns = _shares(tables)
    observed = (share * weights).sum(axis=(-2, -1))
    return 1 - ratio(observed, _expected(rows, columns, weights))


def standard_error_of(tables: Table, weights: Weights) -> Table:
    """Return the large-sample standard error of weighted kappa; NaN where kappa is undefined.

    Fleiss, Cohen and Everitt (1969), their variance for any kappa (not the one for testing that it
    is 0), written in weights of disagreement: the variance of w_ij - (1 - kappa)(mean weight of row
    i + mean weight of column j), whose mean is -D_o, over n D_e^2. It takes utterances to be
    independent.
    """
    share, rows, columns = _shares(tables)
    expected = _expected(rows, columns, weights)
    observed = (share * weights).sum(axis=(-2, -1))
    of_row, of_column = columns @ weights.T, rows @ weights
    slope = ratio(observed, expected)[..., None, None]
    spread = weights - slope * (of_row[..., :, None] + of_column[..., None, :])
    variance = (share * (spread + observed[..., None, None]) ** 2).sum(axis=(-2, -1))
    return ratio(np.sqrt(variance), expected * np.sqrt(tables.sum(axis=(-2, -1))))


def weighted_kappa(first: ArrayLike, second: ArrayLike, weights: Weights) -> Figure:
    """Return weighted kappa of two coders' category numbers.

    Args:
        first: Shape `(n_units,)`, as `second`.
        second: The other coder's.
        weights: Weights of disagreement, `(n_categories, n_categories)`, 0 on the diagonal.
    """
    table = crosstable(first, second, len(weights))
    reason = Reason.NOTHING_VARIES if table.any() else Reason.NOTHING_SHARED
    return figure(weighted_kappa_of(table, weights), reason)


def _shares(tables: Table) -> tuple[Table, Table, Table]:
    share = ratio(tables, tables.sum(axis=(-2, -1), keepdims=True))
    return share, share.sum(axis=-1), share.sum(axis=-2)


def _expected(rows: Table, columns: Table, weights: Weights) -> Table:
    expected: Table = ((rows @ weights) * columns).sum(axis=-1)
    return expected
