"""Gwet's AC1 of any number of coders on any number of categories."""

from numpy.typing import ArrayLike

from werkalliantie.agreement.figure import Figure, Reason, figure
from werkalliantie.agreement.fleiss import Sums, observed_of, shares_of, unit_sums
from werkalliantie.agreement.tally import tally


def ac1_from(sums: Sums, *, n_categories: int) -> Sums:
    """Return AC1 of sums over units; NaN without pairable units.

    Gwet (2008): chance agreement is the sum of q_k (1 - q_k) over the shares q_k of the categories,
    divided by their number less one. A category that nobody used counts among the `n_categories`.
    """
    shares = shares_of(sums)
    expected: Sums = (shares * (1 - shares)).sum(axis=-1) / (n_categories - 1)
    return (observed_of(sums) - expected) / (1 - expected)


def ac1(answers: ArrayLike, *, n_categories: int = 2) -> Figure:
    """Return Gwet's AC1 of any number of coders, shape `(n_coders, n_units)`, NaN where not seen.

    An answer that no other coder gave an answer beside still counts in the shares; Gwet (2014),
    chapter 2. That is where it differs from `nominal.gwet_ac1`, which takes only what both saw.

    Raises:
        ValueError: There are fewer categories than different answers, or fewer than two.
    """
    counted = tally(answers)
    fewest = max(2, len(counted.values))
    if n_categories < fewest:
        raise ValueError(f"at least {fewest} categories were expected, not {n_categories}")
    sums = unit_sums(counted.counts).sum(axis=0)
    return figure(ac1_from(sums, n_categories=n_categories), Reason.NOTHING_SHARED)
