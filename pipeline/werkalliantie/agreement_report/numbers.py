"""How figures are written: in Dutch, in English, and in English after the APA."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_MOST_DECIMALS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """A way to write figures of two decimals or more, such as kappas.

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

    def number(self, number: float | None, *, decimals: int = 2) -> str:
        """Return a figure."""
        if number is None:
            return self.undefined
        written = f"{abs(number):.{decimals}f}"
        if not self.leading_zero:
            written = written.removeprefix("0")
        sign = "−" if number < 0 and float(written) else ""
        return sign + written.replace(".", self.point)

    def bound(self, bound: float) -> str:
        """Return a bound that figures are held against, with every decimal that it has."""
        return self.number(bound, decimals=max(2, len(f"{bound:g}".partition(".")[2])))

    def below(self, number: float | None, bounds: Iterable[float]) -> str:
        """Return a figure, with the decimals that it takes to look less than what it is less of."""
        missed = [bound for bound in bounds if number is not None and number < bound]
        decimals = 2
        while missed and decimals < _MOST_DECIMALS and round(number or 0, decimals) >= min(missed):
            decimals += 1
        return self.number(number, decimals=decimals)

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
