"""Whether two agreements, such as a model's and the coders' own, may be called equal."""

from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from werkalliantie.agreement.resampling import (
    REPLICATES,
    NoInterval,
    estimate_of,
    resample,
    without_empty,
)
from werkalliantie.agreement.tape_sums import Statistic, Sums

MARGIN = 0.1
"""Smallest difference in kappa that matters, unless a study has reasons for another."""

ALPHA = 0.05


class Conclusion(StrEnum):
    """What two one-sided tests show. A difference that isn't shown is not an equality shown."""

    EQUIVALENT = "equivalent"
    NOT_SHOWN = "not shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalence:
    """Two one-sided tests of a difference against a margin on either side of nothing.

    Attributes:
        difference: None where undefined.
        low: Of the interval of level 1 - 2 alpha (90 %), with `high`.
        p_lower: Against a difference of minus the margin or less: small if not inferior.
        p_upper: Against a difference of the margin or more: small if not superior.
        conclusion: EQUIVALENT if both are below alpha.
        noninferior: Whether the first is below alpha.
        reason: Why there are no tests.
    """

    difference: float | None
    margin: float
    low: float | None
    high: float | None
    p_lower: float | None
    p_upper: float | None
    conclusion: Conclusion | None
    noninferior: bool | None
    n_tapes: int
    reason: NoInterval | None


def equivalence(
    sums: Sums,
    difference: Statistic,
    *,
    margin: float = MARGIN,
    alpha: float = ALPHA,
    seed: int = 0,
    replicates: int = REPLICATES,
) -> Equivalence:
    """Test whether a difference lies within a margin; two one-sided tests, Schuirmann (1987).

    Each draw of tapes is of both sides of the difference, so the tests are paired. The p-values go
    with the `OUTER` interval over tapes (`resampling.py`): both are below alpha where the interval
    of level 1 - 2 alpha lies within the margins.

    Args:
        sums: What each tape adds up to, `(n_tapes, *shape)`.
        difference: From sums to differences, such as `tape_sums.difference(...)`.
        margin: Smallest difference that matters, above 0.
        alpha: Of each test.
        seed: Of the draws.
        replicates: Number of draws.

    Raises:
        ValueError: The margin isn't above 0.
    """
    if margin <= 0:
        raise ValueError(f"a margin above 0 was expected, not {margin}")
    found = resample(sums, difference, seed=seed, replicates=replicates)
    tested = partial(
        Equivalence,
        difference=estimate_of(sums, difference),
        margin=margin,
        n_tapes=len(without_empty(sums)),
    )
    if isinstance(found, NoInterval):
        return tested(
            low=None,
            high=None,
            p_lower=None,
            p_upper=None,
            conclusion=None,
            noninferior=None,
            reason=found,
        )
    low, high = found.interval(1 - 2 * alpha)
    p_lower, p_upper = found.p_above(-margin), found.p_below(margin)
    shown = max(p_lower, p_upper) < alpha
    return tested(
        low=low,
        high=high,
        p_lower=p_lower,
        p_upper=p_upper,
        conclusion=Conclusion.EQUIVALENT if shown else Conclusion.NOT_SHOWN,
        noninferior=p_lower < alpha,
        reason=None,
    )
