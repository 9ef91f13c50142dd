"""A figure: a number, or the reason why there is none."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Reason(StrEnum):
    """Why a figure is undefined, as a sentence; reports translate the member."""

    NOTHING_SHARED = "no unit was answered by two coders"
    NOTHING_VARIES = "all answers are alike, so chance alone would agree on everything"
    NEVER_GIVEN = "neither coder ever gave the code"
    ALWAYS_GIVEN = "both coders always gave the code"
    NO_OTHERS = "no unit of this coder has a majority of other coders"
    NOTHING_DEFINED = "the figure is undefined everywhere it was looked for"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, or None and the reason why there is none; never NaN."""

    value: float | None
    reason: Reason | None = None

    def __post_init__(self) -> None:
        """Refuse a figure with both a number and a reason, or with neither."""
        if (self.value is None) == (self.reason is None):
            raise ValueError("a figure has either a value or a reason")
        if self.value is not None and not np.isfinite(self.value):
            raise ValueError(f"a figure's value is a finite number, not {self.value}")


def figure(value: ArrayLike, reason: Reason) -> Figure:
    """Return a number as a figure, and NaN as the reason why there is none."""
    number = float(np.asarray(value))
    return Figure(None, reason) if np.isnan(number) else Figure(number)


def mean_figure(figures: Iterable[Figure]) -> Figure:
    """Return the mean of those that are defined."""
    values = [each.value for each in figures if each.value is not None]
    return Figure(float(np.mean(values))) if values else Figure(None, Reason.NOTHING_DEFINED)


def ratio(numerator: ArrayLike, denominator: ArrayLike) -> NDArray[np.float64]:
    """Divide element by element; NaN where there is nothing to divide by."""
    below = np.asarray(denominator, dtype=float)
    quotient: NDArray[np.float64] = np.divide(numerator, np.where(below == 0, np.nan, below))
    return quotient
