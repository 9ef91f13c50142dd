"""How much of the variance of scores lies between units, between coders, and in the rest.

Scores may have gaps. Everything is done on sums per unit and per coder, so thousands of units are
no matter.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from werkalliantie.agreement.distributions import f_quantile

Numbers = NDArray[np.float64]
_HALVINGS = 48
NOTHING = 1e-12
"""Share of the total that rounding may leave of nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Scores of coders on units, in the sums that an analysis of variance needs.

    Attributes:
        seen: 1 where a coder scored a unit, else 0, `(n_coders, n_units)`.
        squares: Sum of squared scores, about their mean.
        by_unit: Sum of each unit's scores, about the mean of all, `(n_units,)`.
        by_coder: Sum of each coder's scores, about the mean of all, `(n_coders,)`.
    """

    seen: Numbers
    squares: float
    by_unit: Numbers
    by_coder: Numbers

    @property
    def n(self) -> int:
        """Number of scores."""
        return int(self.seen.sum())

    @property
    def per_unit(self) -> Numbers:
        """Number of scores of each unit, `(n_units,)`."""
        counts: Numbers = self.seen.sum(axis=0)
        return counts

    @property
    def per_coder(self) -> Numbers:
        """Number of scores of each coder, `(n_coders,)`."""
        counts: Numbers = self.seen.sum(axis=1)
        return counts

    @property
    def complete(self) -> bool:
        """Whether every coder scored every unit."""
        return self.n == self.seen.size


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """Sums of squares, between units and within them, and what they are expected to be.

    Attributes:
        between: Sum of squares between units, after what is held fixed.
        df_between: Its degrees of freedom.
        weight: What the variance of units counts for in it: it is expected to be `weight` times
            that plus `df_between` times the variance within.
        within: The residual sum of squares; 0 where only rounding is left.
        df_within: Its degrees of freedom.
    """

    between: float
    df_between: int
    weight: float
    within: float
    df_within: int

    @property
    def within_variance(self) -> float:
        """The variance within units."""
        return self.within / self.df_within

    @property
    def unit_variance(self) -> float:
        """The variance of units, estimated without bias; negative if they differ too little."""
        return (self.between - self.df_between * self.within_variance) / self.weight


def scores_of(scores: ArrayLike) -> Scores:
    """Add up scores `(n_coders, n_units)`, NaN where not scored.

    Coders and units without any score fall out.
    """
    table = np.asarray(scores, dtype=float)
    seen = ~np.isnan(table)
    table = table[seen.any(axis=1)][:, seen.any(axis=0)]
    seen = ~np.isnan(table)
    values = table[seen]
    # From the first score, then from the mean: scores that are all alike come to exactly 0.
    from_first = np.where(seen, table - values[:1].sum(), 0)
    centred = np.where(seen, from_first - from_first.sum() / max(len(values), 1), 0)
    return Scores(
        seen=seen.astype(float),
        squares=float((centred**2).sum()),
        by_unit=centred.sum(axis=0),
        by_coder=centred.sum(axis=1),
    )


def one_way(scores: Scores) -> Analysis:
    """Return the analysis of units alone, the coders being part of the rest.

    Searle, Casella and McCulloch (1992), chapter 3; `weight` is n_0 times the degrees of freedom.
    """
    n, n_units = scores.n, len(scores.by_unit)
    units = (scores.by_unit**2 / scores.per_unit).sum()
    return Analysis(
        between=_or_nothing(units, scores.squares),
        df_between=n_units - 1,
        weight=float(n - (scores.per_unit**2).sum() / n),
        within=_or_nothing(scores.squares - units, scores.squares),
        df_within=n - n_units,
    )


def two_way(scores: Scores) -> Analysis:
    """Return the analysis of units after coders, by fitting constants.

    Henderson (1953), method III; Searle, Casella and McCulloch (1992), chapter 5. With complete
    scores, its mean squares are those of the two-way analysis of variance.
    """
    coders, rank = _coders_after_units(scores)
    units = (scores.by_unit**2 / scores.per_unit).sum()
    first_coders = (scores.by_coder**2 / scores.per_coder).sum()
    n, (n_coders, n_units) = scores.n, scores.seen.shape
    return Analysis(
        between=_or_nothing(units + coders - first_coders, scores.squares),
        df_between=n_units - n_coders + rank,
        weight=float(n - n_coders),
        within=_or_nothing(scores.squares - units - coders, scores.squares),
        df_within=n - n_units - rank,
    )


def coder_variance(scores: Scores) -> float:
    """Return the variance of coders' leanings, fitted after units; sources as of `two_way`."""
    coders, rank = _coders_after_units(scores)
    within = two_way(scores).within_variance
    return (coders - rank * within) / (scores.n - len(scores.by_unit))


def variance_share_interval(
    scores: Scores, analysis: Analysis, *, coders_fixed: bool, level: float
) -> tuple[float, float]:
    """Return the exact F interval of the units' share of the variance of one score.

    Wald (1940, 1947), for any pattern of gaps: at the true ratio of the variances, what units add
    to the generalised residual sum of squares, against the rest, is an F. With complete scores it
    is the interval of Shrout and Fleiss (1979) for cases 1 and 3.

    Args:
        scores: The scores.
        analysis: Theirs: `one_way`, or `two_way` where coders are fixed.
        coders_fixed: Whether each coder has a mean of their own.
        level: Share of studies whose interval holds the truth.
    """
    if analysis.within == 0:
        return 1.0, 1.0
    tail = (1 - level) / 2

    def share_at(probability: float) -> float:
        wanted = f_quantile(probability, analysis.df_between, analysis.df_within)
        low, high = -1 / (scores.per_unit.max() - 1), 1.0
        for _ in range(_HALVINGS):
            share = (low + high) / 2
            residual = _generalised_residual(scores, share / (1 - share), coders_fixed)
            added = (residual - analysis.within) / analysis.df_between
            if added > wanted * analysis.within_variance:
                low = share
            else:
                high = share
        return float((low + high) / 2)

    return share_at(1 - tail), share_at(tail)


def _coders_after_units(scores: Scores) -> tuple[float, int]:
    """Return the sum of squares of coders, fitted after units, and its degrees of freedom."""
    shares = scores.seen / scores.per_unit
    normal = np.diag(scores.per_coder) - shares @ scores.seen.T
    left = scores.by_coder - shares @ scores.by_unit
    fitted = np.linalg.pinv(normal, rcond=NOTHING, hermitian=True) @ left
    return float(left @ fitted), int(np.linalg.matrix_rank(normal, tol=NOTHING * scores.n))


def _generalised_residual(scores: Scores, ratio: float, coders_fixed: bool) -> float:
    """Return the residual sum of squares if units vary by `ratio` times the rest.

    Generalised least squares with 1 + ratio on the diagonal and ratio between scores of a unit.
    """
    shrink = ratio / (1 + ratio * scores.per_unit)
    total = scores.squares - (shrink * scores.by_unit**2).sum()
    if coders_fixed:
        pooled = scores.seen * shrink
        normal = np.diag(scores.per_coder) - pooled @ scores.seen.T
        left = scores.by_coder - pooled @ scores.by_unit
        return float(total - left @ np.linalg.solve(normal, left))
    weights = 1 - shrink * scores.per_unit
    return float(total - (weights @ scores.by_unit) ** 2 / (weights @ scores.per_unit))


def _or_nothing(squares: float, total: float) -> float:
    return float(squares) if squares > NOTHING * total else 0.0
