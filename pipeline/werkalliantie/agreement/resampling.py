"""A figure over draws of tapes and without each tape: its intervals, and its p-values.

Whole tapes are drawn with replacement (cluster bootstrap; Field and Welsh 2007), since utterances
within a tape are alike.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from werkalliantie.agreement.distributions import t_probability, t_quantile
from werkalliantie.agreement.tape_sums import Statistic, Sums

REPLICATES = 10_000
LEVEL = 0.95
_NORMAL = NormalDist()


class NoInterval(StrEnum):
    """Why nothing can be said of how a figure varies over tapes; reports translate the member."""

    UNDEFINED = "the figure is undefined on all tapes together"
    ONE_TAPE = "a single tape doesn't show how tapes differ"
    RESTS_ON_ONE = "without one of the tapes the figure is undefined"


class Method(StrEnum):
    """How an interval is made of draws of tapes, and of leaving out each tape.

    PERCENTILE takes the quantiles of the draws (Efron 1979), too narrow with few tapes. EXPANDED
    takes them further out, as far as a t interval is beyond a normal one (Hesterberg 2015).
    JACKKNIFE is the estimate and t times its standard error without each tape (Tukey 1958). OUTER
    goes as far as the farther of those two on each side: the first follows the skewness of the
    draws, the second doesn't run out of different draws when there are few tapes.
    """

    PERCENTILE = "percentile"
    EXPANDED = "expanded percentile"
    JACKKNIFE = "jackknife t"
    OUTER = "outer"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Resampled:
    """A figure over all tapes, over draws of them, and without each in turn.

    Attributes:
        draws: Ascending; draws in which the figure is undefined are left out.
        without: The figure without each tape, `(n_tapes,)`.
        n_undefined: Number of draws left out.
    """

    estimate: float
    draws: NDArray[np.float64]
    without: NDArray[np.float64]
    n_undefined: int

    @property
    def n_tapes(self) -> int:
        """Number of tapes drawn from."""
        return len(self.without)

    @property
    def standard_error(self) -> float:
        """By the jackknife over tapes; Tukey (1958), about the mean of the figures without one."""
        return float(np.sqrt((self.n_tapes - 1) * self.without.var()))

    def interval(self, level: float = LEVEL, method: Method = Method.OUTER) -> tuple[float, float]:
        """Return the two-sided interval."""
        tail = (1 - level) / 2
        if method is Method.PERCENTILE:
            return self._between(tail)
        t = t_quantile(tail, self.n_tapes - 1)
        expanded = self._between(_NORMAL.cdf(t / self._narrowing))
        reach = -t * self.standard_error
        jackknife = self.estimate - reach, self.estimate + reach
        if method is Method.EXPANDED:
            return expanded
        if method is Method.JACKKNIFE:
            return jackknife
        return min(expanded[0], jackknife[0]), max(expanded[1], jackknife[1])

    def p_above(self, bound: float) -> float:
        """Return the one-sided p-value against the figure being `bound` or less.

        The larger of those of the expanded percentiles and the jackknife, so that it is below a
        tail where the OUTER interval that leaves out that tail lies above the bound.
        """
        return self._p(int((self.draws <= bound).sum()), self.estimate - bound)

    def p_below(self, bound: float) -> float:
        """Return the one-sided p-value against the figure being `bound` or more, likewise."""
        return self._p(int((self.draws >= bound).sum()), bound - self.estimate)

    @property
    def _narrowing(self) -> float:
        # The draws of n tapes vary as tapes do about their own mean: by n - 1 of n parts.
        return math.sqrt((self.n_tapes - 1) / self.n_tapes)

    def _between(self, tail: float) -> tuple[float, float]:
        low, high = np.quantile(self.draws, [tail, 1 - tail])
        return float(low), float(high)

    def _p(self, n_against: int, distance: float) -> float:
        share = (n_against + 1) / (len(self.draws) + 1)  # Davison and Hinkley (1997), ch. 4
        if share == 1:
            return 1.0
        df, error = self.n_tapes - 1, self.standard_error
        by_draws = t_probability(_NORMAL.inv_cdf(share) * self._narrowing, df)
        return max(by_draws, t_probability(-distance / error, df)) if error else by_draws


def resample(
    sums: Sums, statistic: Statistic, *, seed: int = 0, replicates: int = REPLICATES
) -> Resampled | NoInterval:
    """Draw tapes, and leave out each, or say why that gives nothing.

    A tape that adds nothing is no part of the sample, and is not drawn.

    Args:
        sums: What each tape adds up to, `(n_tapes, *shape)`.
        statistic: From sums `(..., *shape)` to figures `(...)`.
        seed: Of the draws; figures over as many tapes with the same seed are of the same draws.
        replicates: Number of draws.
    """
    sums = without_empty(sums)
    estimate = estimate_of(sums, statistic)
    if estimate is None:
        return NoInterval.UNDEFINED
    if len(sums) < 2:
        return NoInterval.ONE_TAPE
    without = statistic(sums.sum(axis=0) - sums)
    if not np.isfinite(without).all():
        return NoInterval.RESTS_ON_ONE
    weights = _draws(len(sums), seed, replicates)
    drawn = statistic((weights @ sums.reshape(len(sums), -1)).reshape(-1, *sums.shape[1:]))
    defined = np.sort(drawn[np.isfinite(drawn)])
    n_undefined = replicates - len(defined)
    return Resampled(estimate=estimate, draws=defined, without=without, n_undefined=n_undefined)


def estimate_of(sums: Sums, statistic: Statistic) -> float | None:
    """Return a figure over all tapes together, or None where it is undefined."""
    estimate = float(statistic(sums.sum(axis=0)))
    return estimate if math.isfinite(estimate) else None


def without_empty(sums: Sums) -> Sums:
    """Return the sums of only those tapes that add something."""
    return sums[sums.any(axis=tuple(range(1, sums.ndim)))]


@lru_cache(maxsize=8)
def _draws(n_tapes: int, seed: int, replicates: int) -> NDArray[np.float64]:
    """Return how often each tape was drawn, `(replicates, n_tapes)`."""
    random = np.random.default_rng(seed)
    often = random.multinomial(n_tapes, np.full(n_tapes, 1 / n_tapes), size=replicates)
    draws = often.astype(float)
    draws.flags.writeable = False  # many figures share them
    return draws
