from dataclasses import replace

from werkalliantie.configuration.study import PromotionRules
from werkalliantie.promotion import Difference, Gate, Verdict
from werkalliantie.promotion.sentences import reason_for

ALL_THE_SAME = "To put model-002 in use all the same: werkalliantie models promote model-002"
MEAN = "mean kappa 0.520 against 0.500, +0.020 (at least +0.005, at most +0.035)"


def difference(verdict: Verdict, found: float = 0.02, reach: float = 0.015) -> Difference:
    """Return a difference from a kappa of .5 with bounds as far away on both sides."""
    return Difference(
        champion=0.5,
        challenger=0.5 + found,
        difference=found,
        low=found - reach,
        high=found + reach,
        verdict=verdict,
    )


def gate(
    code: Verdict = Verdict.BETTER,
    found: float = 0.02,
    *,
    promoted: bool = False,
    n_tapes: int = 12,
    mean: Difference | None = None,
) -> Gate:
    """Return a gate with a verdict on the one code HC."""
    reach = 0.05 if code is Verdict.UNCLEAR else 0.015
    return Gate(
        codes={"HC": difference(code, found, reach)},
        mean=mean or difference(Verdict.BETTER),
        n_tapes=n_tapes,
        rules=PromotionRules(),
        promoted=promoted,
    )


def said(found: Gate) -> str:
    """Return the sentence on two models."""
    return reason_for(found, champion="model-001", challenger="model-002", tapes="test tapes")


def test_better() -> None:
    """The word is said only if it was shown."""
    assert said(gate(promoted=True)) == (
        f"model-002 is put in use: it is better than model-001 on 12 test tapes: {MEAN}, and on no "
        "code a loss of 0.05 kappa is possible (97.5% sure)."
    )


def test_no_worse() -> None:
    """Put in use, and not called better."""
    equal = difference(Verdict.NOT_WORSE, 0.01)

    assert said(gate(Verdict.NOT_WORSE, promoted=True, mean=equal)) == (
        "model-002 is put in use: it is no worse than model-001 on 12 test tapes, though not shown "
        "to be better: mean kappa 0.510 against 0.500, +0.010 (at least -0.005, at most +0.025), "
        "and on no code a loss of 0.05 kappa is possible (97.5% sure)."
    )


def test_worse() -> None:
    """The code that is worse is named with its figures."""
    assert said(gate(Verdict.WORSE, -0.06)) == (
        "model-001 stays in use: on 12 test tapes, HC is worse: 0.440 against 0.500, -0.060 (at "
        f"least -0.075, at most -0.045). {ALL_THE_SAME}"
    )


def test_unclear() -> None:
    """What would be needed is said with it."""
    assert said(gate(Verdict.UNCLEAR, -0.01)) == (
        "model-001 stays in use: on 12 test tapes, HC may be worse by 0.05 kappa or more: 0.490 "
        "against 0.500, -0.010 (at least -0.060, at most +0.040). Some 19 held-out tapes would "
        f"rule it out, if the difference stays. {ALL_THE_SAME}"
    )


def test_unclear_and_not_likely_to_become_clear() -> None:
    """More tapes don't help where the loss that was found is the margin."""
    assert said(gate(Verdict.UNCLEAR, -0.05)) == (
        "model-001 stays in use: on 12 test tapes, HC may be worse by 0.05 kappa or more: 0.450 "
        "against 0.500, -0.050 (at least -0.100, at most +0.000). More held-out tapes alone are "
        f"not likely to change that. {ALL_THE_SAME}"
    )


def test_unknown() -> None:
    """A code that hardly occurs on the held-out tapes is named."""
    assert said(gate(Verdict.UNKNOWN)) == (
        "model-001 stays in use: on 12 test tapes, HC can't be compared: coders and models gave it "
        f"on too few of the tapes. {ALL_THE_SAME}"
    )


def test_lower_on_average() -> None:
    """No code loses the margin, but the mean is lower."""
    lower = difference(Verdict.NOT_WORSE, -0.01)

    assert said(gate(Verdict.NOT_WORSE, -0.01, mean=lower)) == (
        "model-001 stays in use: on 12 test tapes, the new model is lower on average: mean kappa "
        f"0.490 against 0.500, -0.010 (at least -0.025, at most +0.005). {ALL_THE_SAME}"
    )


def test_too_few_tapes() -> None:
    """The figures are given all the same, without an interval where there is none."""
    bare = replace(difference(Verdict.UNKNOWN), low=None, high=None)

    assert said(gate(Verdict.UNKNOWN, n_tapes=1, mean=bare)) == (
        "model-001 stays in use: 1 blind-coded test tape can't show which model is better; it "
        "takes at least 3 (mean kappa 0.520 against 0.500). Have more tapes coded blind, or hold "
        f"more back (docs/configuration.md). {ALL_THE_SAME}"
    )


def test_a_caution_comes_before_the_command() -> None:
    """What is to be typed stands at the end, where nothing runs into it."""
    refused, promoted = (
        reason_for(
            found, champion="model-001", challenger="model-002", tapes="tapes", caution="Let op."
        )
        for found in (gate(Verdict.WORSE, -0.06), gate(promoted=True))
    )

    assert refused.endswith(f"at most -0.045). Let op. {ALL_THE_SAME}")
    assert promoted.endswith("(97.5% sure). Let op.")


def test_bounds_are_of_kappas() -> None:
    """With few tapes the bootstrap's bounds may lie where no difference of kappas can."""
    wide = difference(Verdict.UNCLEAR, -0.01, reach=2.5)

    assert "-0.010 (at least -2.000, at most +2.000)" in said(replace(gate(), mean=wide, n_tapes=1))
