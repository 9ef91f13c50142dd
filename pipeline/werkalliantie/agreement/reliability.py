"""Intraclass correlation: how alike coders count."""

from dataclasses import dataclass
from enum import StrEnum
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from werkalliantie.agreement.distributions import f_quantile
from werkalliantie.agreement.resampling import LEVEL
from werkalliantie.agreement.variances import (
    NOTHING,
    Analysis,
    Scores,
    coder_variance,
    one_way,
    scores_of,
    two_way,
    variance_share_interval,
)


class IccKind(StrEnum):
    """Whose scores are compared, and of how many coders the mean; Shrout and Fleiss (1979).

    ONE: each unit has coders of its own, so coders who score higher are noise. TWO: coders are a
    sample of coders, and those who score higher agree less (absolute agreement). THREE: only these
    coders, and those who score higher throughout agree no less (consistency). `_1` is the
    reliability of one coder's score, `_K` that of the mean of all the coders.
    """

    ONE_1 = "ICC(1,1)"
    TWO_1 = "ICC(2,1)"
    THREE_1 = "ICC(3,1)"
    ONE_K = "ICC(1,k)"
    TWO_K = "ICC(2,k)"
    THREE_K = "ICC(3,k)"

    @property
    def case(self) -> int:
        """Shrout and Fleiss' case: 1, 2 or 3."""
        return int(self.value[4])

    @property
    def of_mean(self) -> bool:
        """Whether it is about the mean of all coders."""
        return self.value.endswith("k)")


class NoIcc(StrEnum):
    """Why there is no intraclass correlation, or no interval; reports translate the member."""

    FEW_UNITS = "fewer than two units were scored"
    FEW_CODERS = "fewer than two coders scored"
    SCORED_ONCE = "too few units were scored by two coders"
    NOTHING_VARIES = "all scores are alike"
    TOO_ALIKE = "units differ too little, beside how scores of one unit differ"
    HAS_GAPS = "absolute agreement has no F-based interval where some scores are missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Icc:
    """An intraclass correlation with its interval; what is undefined is None, with the reason.

    Attributes:
        value: At most 1; negative where scores of a unit differ more than those of different units.
        low: Of the interval, with `high`; it supposes scores that vary normally, and units that are
            independent. Windows of one tape aren't: for those, see `count_sums.py`.
        reason: Why there is no value, or no interval.
        n_units: Number of units scored.
        n_coders: Number of coders who scored.
    """

    kind: IccKind
    value: float | None
    low: float | None
    high: float | None
    reason: NoIcc | None
    n_units: int
    n_coders: int


def icc(scores: ArrayLike, kind: IccKind, *, level: float = LEVEL) -> Icc:
    """Return an intraclass correlation with its F-based interval.

    Shrout and Fleiss (1979); McGraw and Wong (1996). With gaps, from variance components: for case
    1 of the unbalanced one-way analysis, for cases 2 and 3 by Henderson's (1953) method III.

    Args:
        scores: Shape `(n_coders, n_units)`, NaN where a coder didn't score a unit.
        kind: Which of the six.
        level: Share of studies whose interval holds the truth.
    """
    added = scores_of(scores)
    n_coders, n_units = added.seen.shape
    found = partial(Icc, kind=kind, n_units=n_units, n_coders=n_coders)
    value = _value(added, kind)
    if isinstance(value, NoIcc):
        return found(value=None, low=None, high=None, reason=value)
    limits = _limits(added, kind, level)
    if isinstance(limits, NoIcc):
        return found(value=value, low=None, high=None, reason=limits)
    return found(value=value, low=limits[0], high=limits[1], reason=None)


def icc_2_1(scores: ArrayLike) -> float | None:
    """Return ICC(2,1): absolute agreement of single coders, on the units that all coders scored.

    Two-way random effects; Shrout and Fleiss (1979), case 2. Units that a coder didn't see are left
    out; `icc` takes them too. None with fewer than two units or coders, or where nothing varies.

    Args:
        scores: Shape `(n_coders, n_units)`, NaN where not seen.
    """
    table = np.asarray(scores, dtype=float)
    return icc(table[:, ~np.isnan(table).any(axis=0)], IccKind.TWO_1).value


def _value(scores: Scores, kind: IccKind) -> float | NoIcc:
    n_coders, n_units = scores.seen.shape
    if n_units < 2:
        return NoIcc.FEW_UNITS
    if n_coders < 2:
        return NoIcc.FEW_CODERS
    analysis = _analysis(scores, kind)
    if analysis.df_within < 1:
        return NoIcc.SCORED_ONCE
    if scores.squares == 0:
        return NoIcc.NOTHING_VARIES
    rest = analysis.within_variance + (coder_variance(scores) if kind.case == 2 else 0)
    total = analysis.unit_variance + rest / (n_coders if kind.of_mean else 1)
    enough = total > NOTHING * scores.squares / scores.n
    return analysis.unit_variance / total if enough else NoIcc.TOO_ALIKE


def _analysis(scores: Scores, kind: IccKind) -> Analysis:
    return one_way(scores) if kind.case == 1 else two_way(scores)


def _limits(scores: Scores, kind: IccKind, level: float) -> tuple[float, float] | NoIcc:
    if kind.case == 2:
        single = _absolute_limits(scores, level) if scores.complete else NoIcc.HAS_GAPS
    else:
        fixed = kind.case == 3
        analysis = _analysis(scores, kind)
        single = variance_share_interval(scores, analysis, coders_fixed=fixed, level=level)
    if isinstance(single, NoIcc) or not kind.of_mean:
        return single
    low, high = single
    more = len(scores.by_coder) - 1
    if 1 + more * low <= 0:
        return NoIcc.TOO_ALIKE
    # Spearman and Brown: from one score to the mean of all.
    return (more + 1) * low / (1 + more * low), (more + 1) * high / (1 + more * high)


def _absolute_limits(scores: Scores, level: float) -> tuple[float, float] | NoIcc:
    """Return the limits of ICC(2,1); McGraw and Wong (1996), table 7, after Satterthwaite."""
    k, n = scores.seen.shape
    analysis = two_way(scores)
    units, rest = analysis.between / analysis.df_between, analysis.within_variance
    coders = n * coder_variance(scores) + rest
    if coders == rest == 0:
        return 1.0, 1.0
    value = k * analysis.unit_variance / (units + (k - 1) * rest + k * (coders - rest) / n)
    a, b = k * value * coders, (n * (1 + (k - 1) * value) - k * value) * rest
    if (a + b) ** 2 <= NOTHING * (a**2 + b**2):
        return NoIcc.TOO_ALIKE
    df = (a + b) ** 2 / (a**2 / (k - 1) + b**2 / ((n - 1) * (k - 1)))
    others = k * coders + (k * n - k - n) * rest
    upper = f_quantile((1 + level) / 2, n - 1, df)
    lower = f_quantile((1 + level) / 2, df, n - 1)
    return (
        n * (units - upper * rest) / (upper * others + n * units),
        n * (lower * units - rest) / (others + n * lower * units),
    )
