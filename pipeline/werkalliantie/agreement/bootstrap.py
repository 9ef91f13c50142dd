"""Confidence intervals by bootstrap over tapes, of any figure of what tapes add up to.

`bench/agreement.py --coverage` measures how often they hold the truth.
"""

import math
from dataclasses import dataclass

import numpy as np

from werkalliantie.agreement.resampling import (
    LEVEL,
    REPLICATES,
    Method,
    NoInterval,
    Resampled,
    estimate_of,
    resample,
    without_empty,
)
from werkalliantie.agreement.tape_sums import Statistic, Sums


@dataclass(frozen=True, slots=True, kw_only=True)
class TapeInterval:
    """A figure and its interval over tapes, or the reason why it has none.

    Attributes:
        estimate: None where undefined.
        n_tapes: Number of tapes that add something.
        n_undefined: Number of draws in which the figure is undefined; they were left out.
    """

    estimate: float | None
    low: float | None
    high: float | None
    n_tapes: int
    n_undefined: int
    reason: NoInterval | None

    @property
    def limits(self) -> tuple[float, float] | None:
        """Both ends, or None."""
        return None if self.low is None or self.high is None else (self.low, self.high)


def tape_interval(
    sums: Sums,
    statistic: Statistic,
    *,
    bounds: tuple[float, float] = (-math.inf, math.inf),
    level: float = LEVEL,
    method: Method = Method.OUTER,
    seed: int = 0,
    replicates: int = REPLICATES,
) -> TapeInterval:
    """Return a figure with its interval over tapes.

    Args:
        sums: What each tape adds up to, `(n_tapes, *shape)`; see `tape_sums.py`.
        statistic: From sums `(..., *shape)` to figures `(...)`, NaN where undefined.
        bounds: What the figure hardly lies beyond; the interval is cut off there, or at the figure.
        level: Share of studies whose interval holds the truth.
        method: How the interval is made of the draws.
        seed: Of the draws.
        replicates: Number of draws.
    """
    found = resample(sums, statistic, seed=seed, replicates=replicates)
    n_tapes = len(without_empty(sums))
    if isinstance(found, Resampled):
        least, most = min(bounds[0], found.estimate), max(bounds[1], found.estimate)
        low, high = np.clip(found.interval(level, method), least, most).tolist()
        return TapeInterval(
            estimate=found.estimate,
            low=low,
            high=high,
            n_tapes=n_tapes,
            n_undefined=found.n_undefined,
            reason=None,
        )
    return TapeInterval(
        estimate=estimate_of(sums, statistic),
        low=None,
        high=None,
        n_tapes=n_tapes,
        n_undefined=0,
        reason=found,
    )
