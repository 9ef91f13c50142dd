"""Agreement on yes and no: kappa and its companions, for one code.

Answers are arrays of 1 (given), 0 (not given) and NaN (not seen). A statistic of two coders that is
undefined is None, never NaN and never 0. The functions whose name ends in `_of` take contingency
counts with any leading axes (pairs, tapes, bootstrap replicates), and there NaN means undefined;
`pair.py` gives the reasons.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from werkalliantie.agreement.figure import ratio

Answers = NDArray[np.float64]
Counts = NDArray[np.float64]


def contingency(first: ArrayLike, second: ArrayLike) -> Counts:
    """Return how often two coders both gave, only the first, only the second, or neither gave.

    Utterances that either didn't see are left out. Shape `(4,)`: yes-yes, yes-no, no-yes, no-no.
    """
    one, two = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    seen = ~(np.isnan(one) | np.isnan(two))
    cell = (2 * (1 - one[seen]) + (1 - two[seen])).astype(np.int64)
    return np.bincount(cell, minlength=4).astype(float)


def kappa_of(counts: Counts) -> Counts:
    """Return Cohen's kappa of contingency counts, shape `(..., 4)`; NaN where undefined.

    (p_o - p_e) / (1 - p_e); Cohen (1960), equation 1. Undefined without utterances, and where both
    always gave the same one answer, which leaves no room for chance.
    """
    n = counts.sum(axis=-1)
    yes_yes, yes_no, no_yes, no_no = np.moveaxis(counts, -1, 0)
    observed = ratio(yes_yes + no_no, n)
    first, second = ratio(yes_yes + yes_no, n), ratio(yes_yes + no_yes, n)
    expected = first * second + (1 - first) * (1 - second)
    return ratio(observed - expected, 1 - expected)


def cohen_kappa(first: ArrayLike, second: ArrayLike) -> float | None:
    """Return Cohen's kappa of two coders on one code, or None where it is undefined."""
    return defined(kappa_of(contingency(first, second)))


def agreement_of(counts: Counts) -> Counts:
    """Return the share of utterances with the same answer, shape `(...)`; NaN without any."""
    return ratio(counts[..., 0] + counts[..., 3], counts.sum(axis=-1))


def pabak_of(counts: Counts) -> Counts:
    """Return the prevalence- and bias-adjusted kappa, 2 p_o - 1; Byrt et al. (1993)."""
    return 2 * agreement_of(counts) - 1


def ac1_of(counts: Counts) -> Counts:
    """Return Gwet's AC1 with chance agreement 2q(1-q) at mean prevalence q; NaN without counts.

    Gwet (2008), equation 4, for two categories.
    """
    yes_yes, yes_no, no_yes, _ = np.moveaxis(counts, -1, 0)
    q = ratio(2 * yes_yes + yes_no + no_yes, 2 * counts.sum(axis=-1))
    expected = 2 * q * (1 - q)
    return (agreement_of(counts) - expected) / (1 - expected)


def positive_agreement_of(counts: Counts) -> Counts:
    """Return how often a yes of either coder is shared, 2a / (2a + b + c); NaN without a yes.

    Cicchetti and Feinstein (1990), p_pos.
    """
    yes_yes, yes_no, no_yes, _ = np.moveaxis(counts, -1, 0)
    return ratio(2 * yes_yes, 2 * yes_yes + yes_no + no_yes)


def negative_agreement_of(counts: Counts) -> Counts:
    """Return how often a no of either coder is shared, 2d / (2d + b + c); NaN without a no.

    Cicchetti and Feinstein (1990), p_neg.
    """
    return positive_agreement_of(counts[..., ::-1])


def prevalence_index_of(counts: Counts) -> Counts:
    """Return (a - d) / n: 1 where both always say yes, -1 where both always say no.

    Byrt et al. (1993), prevalence index, its sign kept.
    """
    return ratio(counts[..., 0] - counts[..., 3], counts.sum(axis=-1))


def bias_index_of(counts: Counts) -> Counts:
    """Return (b - c) / n, by how much more the first coder says yes; Byrt et al. (1993).

    Their bias index, its sign kept.
    """
    return ratio(counts[..., 1] - counts[..., 2], counts.sum(axis=-1))


def gwet_ac1(first: ArrayLike, second: ArrayLike) -> float | None:
    """Return Gwet's AC1 of two coders, over what both saw, or None where that is nothing."""
    return defined(ac1_of(contingency(first, second)))


def pabak(first: ArrayLike, second: ArrayLike) -> float | None:
    """Return the prevalence- and bias-adjusted kappa of two coders, or None without any."""
    return defined(pabak_of(contingency(first, second)))


def krippendorff_alpha(answers: ArrayLike) -> float | None:
    """Return Krippendorff's nominal alpha of any number of coders, shape `(n_coders, n)`.

    1 - D_o / D_e over the coincidences of pairable answers; Krippendorff (2011), with missing
    answers left out. Undefined where no two coders saw the same utterance or all answers are equal.
    """
    table = np.asarray(answers, dtype=float)
    n_yes, n_no = np.nansum(table == 1, axis=0), np.nansum(table == 0, axis=0)
    n_seen = n_yes + n_no
    pairable = n_seen > 1
    n_yes, n_no, n_seen = n_yes[pairable], n_no[pairable], n_seen[pairable]
    total = n_seen.sum()
    all_yes, all_no = n_yes.sum(), n_no.sum()
    if all_yes == 0 or all_no == 0:
        return None
    observed = (2 * n_yes * n_no / (n_seen - 1)).sum() / total
    expected = 2 * all_yes * all_no / (total * (total - 1))
    return float(1 - observed / expected)


def prevalence(answers: ArrayLike) -> float | None:
    """Return the share of yeses among all answers given, or None without answers."""
    table = np.asarray(answers, dtype=float)
    return None if np.isnan(table).all() else float(np.nanmean(table))


def defined(value: ArrayLike) -> float | None:
    """Return a number as a float, or None for NaN."""
    number = float(np.asarray(value))
    return None if np.isnan(number) else number
