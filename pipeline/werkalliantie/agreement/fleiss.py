"""Fleiss' kappa of any number of coders, and the sums over units that it and Gwet's AC1 need."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from werkalliantie.agreement.figure import Figure, Reason, figure, ratio
from werkalliantie.agreement.tally import tally

Sums = NDArray[np.float64]
"""Per unit, or added up over units: agreement, 1 if pairable, and the share of each value.

Shape `(..., 2 + n_values)`. Sums of tapes may be added, weighted and drawn again before a
coefficient is taken of them."""


def unit_sums(counts: NDArray[np.float64]) -> Sums:
    """Return what each unit adds to the sums, from how many coders gave each value.

    A unit's agreement is the share of its pairs of answers that agree, P_i of Fleiss (1971). A unit
    with one answer has no pair, but counts among the shares, as in Gwet (2014), chapter 2.

    Args:
        counts: Shape `(n_units, n_values)`.
    """
    n_answers = counts.sum(axis=1)
    pairable = n_answers > 1
    agreeing = (counts * (counts - 1)).sum(axis=1)
    agreement = np.where(pairable, ratio(agreeing, n_answers * (n_answers - 1)), 0)
    shares = np.where(n_answers[:, None] > 0, ratio(counts, n_answers[:, None]), 0)
    return np.column_stack([agreement, pairable, shares])


def observed_of(sums: Sums) -> Sums:
    """Return the mean agreement of pairable units; NaN without any."""
    return ratio(sums[..., 0], sums[..., 1])


def shares_of(sums: Sums) -> Sums:
    """Return the share of each value, the mean over units; NaN without any."""
    return ratio(sums[..., 2:], sums[..., 2:].sum(axis=-1, keepdims=True))


def fleiss_of(sums: Sums) -> Sums:
    """Return Fleiss' kappa, (P - P_e) / (1 - P_e), of sums over units; NaN where undefined.

    Fleiss (1971), where P_e is the sum of squared shares. Undefined without pairable units,
    and where only one value was ever given.
    """
    expected = (shares_of(sums) ** 2).sum(axis=-1)
    return ratio(observed_of(sums) - expected, 1 - expected)


def fleiss_kappa(answers: ArrayLike) -> Figure:
    """Return Fleiss' kappa of any number of coders, shape `(n_coders, n_units)`.

    Answers are numbers, or NaN where not seen; Fleiss had as many answers for every unit.
    """
    return fleiss_figure(tally(answers).counts)


def fleiss_figure(counts: NDArray[np.float64]) -> Figure:
    """Return Fleiss' kappa of how many coders gave each value, shape `(n_units, n_values)`."""
    sums = unit_sums(counts).sum(axis=0)
    pairable = sums[1] > 0
    reason = Reason.NOTHING_VARIES if pairable else Reason.NOTHING_SHARED
    return figure(fleiss_of(sums), reason)
