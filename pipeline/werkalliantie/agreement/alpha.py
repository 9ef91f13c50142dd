"""Krippendorff's alpha of any number of coders, with gaps, under any distance between answers."""

from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from werkalliantie.agreement.figure import Figure, Reason, figure, ratio
from werkalliantie.agreement.tally import tally

Coincidences = NDArray[np.float64]
Distances = NDArray[np.float64]


class Level(StrEnum):
    """What may be done with answers: tell apart, put in order, or subtract."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"


def coincidences(counts: NDArray[np.float64]) -> Coincidences:
    """Return how often each value is paired with each, within units; Krippendorff (2011), step 2.

    A unit with m answers adds every ordered pair of them at weight 1 / (m - 1); a unit with one
    answer adds nothing. Those of tapes may be added, weighted and drawn again before an alpha.

    Args:
        counts: How many coders gave each value, `(n_units, n_values)`.

    Returns:
        Symmetric, shape `(n_values, n_values)`.
    """
    others = np.maximum(counts.sum(axis=1) - 1, 1)  # a unit with one answer adds 1 - 1 below
    weighted = counts / others[:, None]
    both: NDArray[np.float64] = counts.T @ weighted
    return both - np.diag(weighted.sum(axis=0))


def nominal_distances(values: NDArray[np.float64]) -> Distances:
    """Return 1 for any two different values; Krippendorff (2011), nominal metric."""
    return 1 - np.eye(len(values))


def interval_distances(values: NDArray[np.float64]) -> Distances:
    """Return squared differences, of values `(..., n_values)`; Krippendorff (2011), interval."""
    return (values[..., :, None] - values[..., None, :]) ** 2


def ordinal_distances(table: Coincidences) -> Distances:
    """Return squared distances in rank, of values in ascending order; Krippendorff (2011), ordinal.

    The distance of two values is the number of answers from the one to the other, half of their own
    counted: the difference between their mean ranks. So it depends on the coincidences.
    """
    totals = table.sum(axis=-1)
    return interval_distances(np.cumsum(totals, axis=-1) - totals / 2)


def alpha_of(table: Coincidences, distances: Distances) -> Coincidences:
    """Return alpha, 1 - D_o / D_e, of coincidences `(..., v, v)`; NaN where undefined.

    Krippendorff (2011), the general form. Undefined without coincidences, and where no two
    different answers are to be expected.

    Args:
        table: Coincidences.
        distances: Between values, 0 between a value and itself, `(v, v)` or as `table`.
    """
    totals = table.sum(axis=-1)
    n = totals.sum(axis=-1)
    observed = (table * distances).sum(axis=(-2, -1))
    expected = (totals[..., :, None] * totals[..., None, :] * distances).sum(axis=(-2, -1))
    return 1 - ratio((n - 1) * observed, expected)


def alpha(answers: ArrayLike, level: Level = Level.NOMINAL) -> Figure:
    """Return Krippendorff's alpha of answers `(n_coders, n_units)`, NaN where not seen."""
    counted = tally(answers)
    table = coincidences(counted.counts)
    if level is Level.NOMINAL:
        distances = nominal_distances(counted.values)
    elif level is Level.ORDINAL:
        distances = ordinal_distances(table)
    else:
        distances = interval_distances(counted.values)
    return alpha_figure(table, distances)


def alpha_figure(table: Coincidences, distances: Distances) -> Figure:
    """Return Krippendorff's alpha of coincidences `(v, v)` under any distances, or the reason."""
    reason = Reason.NOTHING_VARIES if table.any() else Reason.NOTHING_SHARED
    return figure(alpha_of(table, distances), reason)
