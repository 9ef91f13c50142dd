"""The promotion gate: a paired bootstrap over held-out tapes, and the rule it serves.

A challenger is put in use if no code may be worse by the margin (non-inferiority: the one-sided
lower bound of its difference lies above minus the margin) and the mean over codes isn't worse.
`bench/promotion.py` measures how often the rule is wrong.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from werkalliantie.agreement.nominal import defined
from werkalliantie.agreement.resampling import REPLICATES, NoInterval, Resampled, resample
from werkalliantie.agreement.tape_sums import Statistic, Sums
from werkalliantie.configuration.study import PromotionRules
from werkalliantie.promotion.heldout import CHALLENGER, CHAMPION, HeldOut, gain, kappas, mean_gain


class Verdict(StrEnum):
    """What the held-out tapes say of a challenger beside the champion.

    BETTER: shown to be higher. NOT_WORSE: shown not to be lower by the margin. WORSE:
    shown to be lower. UNCLEAR: may be lower by the margin, or not. UNKNOWN: can't be measured on
    these tapes.
    """

    BETTER = "better"
    NOT_WORSE = "not worse"
    WORSE = "worse"
    UNCLEAR = "unclear"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Mean kappas with the coders of champion and challenger, and how far they lie apart.

    Attributes:
        difference: `challenger - champion`.
        low: One-sided lower bound of the difference; with few tapes it may lie below -2.
        high: One-sided upper bound, likewise.
        missing: Why there are no bounds.
    """

    champion: float | None
    challenger: float | None
    difference: float | None
    low: float | None
    high: float | None
    verdict: Verdict
    missing: NoInterval | None = None

    @property
    def interval(self) -> tuple[float, float] | None:
        """From the lower bound to the upper, within the 2 that kappas can differ."""
        if self.low is None or self.high is None:
            return None
        return max(self.low, -2.0), min(self.high, 2.0)

    @property
    def acceptable(self) -> bool:
        """Whether a loss as large as the margin is ruled out."""
        return self.verdict in {Verdict.BETTER, Verdict.NOT_WORSE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What came of comparing two models.

    Attributes:
        codes: By code.
        mean: Of the means over the codes that can be measured.
        promoted: Whether the challenger is to be put in use.
    """

    codes: Mapping[str, Difference]
    mean: Difference
    n_tapes: int
    rules: PromotionRules
    promoted: bool

    @property
    def better(self) -> bool:
        """Whether the challenger may be called better, and not just no worse."""
        return self.promoted and self.mean.verdict is Verdict.BETTER


def judge(
    held_out: HeldOut, rules: PromotionRules, *, seed: int = 0, replicates: int = REPLICATES
) -> Gate:
    """Compare challenger and champion on held-out tapes, and decide.

    Args:
        held_out: Blind answers only, on tapes that trained neither.
        rules: Margin, confidence and least number of tapes.
        seed: Of the draws of tapes, which are the same for every code.
        replicates: Number of draws.
    """
    sums = held_out.sums()
    return judge_sums(sums, held_out.codes, rules, seed=seed, replicates=replicates)


def judge_sums(
    sums: Sums,
    codes: tuple[str, ...],
    rules: PromotionRules,
    *,
    seed: int = 0,
    replicates: int = REPLICATES,
) -> Gate:
    """Decide on contingency counts; see `HeldOut.sums` for their shape."""
    found = {
        code: _difference(sums[:, column], gain, rules, seed, replicates)
        for column, code in enumerate(codes)
    }
    measured = [n for n, code in enumerate(codes) if found[code].difference is not None]
    mean = _difference(sums[:, measured], mean_gain, rules, seed, replicates) if measured else None
    n_tapes = int(sums.any(axis=(1, 2, 3, 4)).sum())
    enough = n_tapes >= rules.min_tapes
    return Gate(
        codes=found,
        mean=mean or next(iter(found.values())),
        n_tapes=n_tapes,
        rules=rules,
        promoted=enough
        and mean is not None
        and _no_worse(mean)
        and all(one.acceptable for one in found.values()),
    )


def tapes_needed(difference: Difference, n_tapes: int, margin: float) -> int | None:
    """Return how many held-out tapes would rule out a loss of the margin, or None if none would.

    Were the difference to stay, its bound would come nearer by the square root of their number.
    """
    found, low = difference.difference, difference.low
    if found is None or low is None or found <= -margin:
        return None
    return math.ceil(n_tapes * ((found - low) / (found + margin)) ** 2)


def _no_worse(mean: Difference) -> bool:
    """Return whether the mean over codes isn't worse: bounded like a code, and not lower.

    The bound alone would let equal challengers through (9 in 10 with 20 tapes), and with them, one
    retraining after another, a slow decline that no single comparison sees.
    """
    return mean.acceptable and mean.difference is not None and mean.difference >= 0


def _difference(
    sums: Sums, statistic: Statistic, rules: PromotionRules, seed: int, replicates: int
) -> Difference:
    both = kappas(sums.sum(axis=0)).reshape(-1, 2).mean(axis=0)
    resampled = resample(sums, statistic, seed=seed, replicates=replicates)
    champion, challenger = defined(both[CHAMPION]), defined(both[CHALLENGER])
    if isinstance(resampled, NoInterval):
        less = None if champion is None or challenger is None else challenger - champion
        return Difference(
            champion=champion,
            challenger=challenger,
            difference=less,
            low=None,
            high=None,
            verdict=Verdict.UNKNOWN,
            missing=resampled,
        )
    low, high = resampled.interval(2 * rules.confidence - 1)
    return Difference(
        champion=champion,
        challenger=challenger,
        difference=resampled.estimate,
        low=low,
        high=high,
        verdict=_verdict(resampled, rules),
    )


def _verdict(resampled: Resampled, rules: PromotionRules) -> Verdict:
    low, high = resampled.interval(2 * rules.confidence - 1)
    if low > 0:
        return Verdict.BETTER
    if low > -rules.margin:
        return Verdict.NOT_WORSE
    return Verdict.WORSE if high < 0 else Verdict.UNCLEAR
