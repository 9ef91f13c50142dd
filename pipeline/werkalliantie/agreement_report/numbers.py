"""How figures are written: in Dutch, in English, and in English after the APA."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """A way to write figures of two decimals, such as kappas.

    Attributes:
        point: What stands before the decimals.
        leading_zero: Whether one stands before the point; the APA leaves it out of figures that
            can't exceed 1.
        interval: How an interval is written, with `{low}` and `{high}`.
        undefined: What is written where there is no figure.
    """

    point: str
    leading_zero: bool
    interval: str
    undefined: str

    def number(self, number: float | None) -> str:
        """Return a figure."""
        if number is None:
            return self.undefined
        written = f"{abs(number):.2f}"
        if not self.leading_zero:
            written = written.removeprefix("0")
        sign = "−" if number < 0 and float(f"{number:.2f}") else ""
        return sign + written.replace(".", self.point)

    def ends(self, interval: Sequence[float] | None) -> str:
        """Return an interval, or nothing where there is none."""
        if interval is None:
            return ""
        return self.interval.format(low=self.number(interval[0]), high=self.number(interval[1]))

    def with_interval(self, number: float | None, interval: Sequence[float] | None) -> str:
        """Return a figure with its interval, where it has one."""
        ends = self.ends(interval)
        return f"{self.number(number)}, {ends}" if ends else self.number(number)


DUTCH = Writing(
    point=",", leading_zero=True, interval="95 %-BI [{low}; {high}]", undefined="onbepaald"
)
ENGLISH = Writing(
    point=".", leading_zero=True, interval="95 % CI [{low}, {high}]", undefined="undefined"
)
APA = Writing(
    point=".", leading_zero=False, interval="95% CI [{low}, {high}]", undefined="undefined"
)
