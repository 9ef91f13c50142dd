from dataclasses import replace

import numpy as np
import pytest
from promotion.comparisons import compared

from werkalliantie.agreement.resampling import NoInterval
from werkalliantie.configuration.study import PromotionRules
from werkalliantie.promotion import Difference, HeldOut, Verdict, judge
from werkalliantie.promotion.gate import tapes_needed

RULES = PromotionRules()


def only_on(held_out: HeldOut, tapes: set[str]) -> HeldOut:
    """Return the same with HC heard and given on some tapes only."""
    away = np.array([tape not in tapes for tape in held_out.tapes])
    answers = held_out.answers.copy()
    answers[:, away, 1] = 0
    models = {}
    for name in ("champion", "challenger"):
        models[name] = getattr(held_out, name).copy()
        models[name][away, 1] = False
    return replace(held_out, answers=answers, **models)


def test_a_better_one_is_promoted_and_called_better() -> None:
    """Its mean kappa is higher, and the lower bound of that is above 0."""
    gate = judge(compared(challenger=(0.08, 0.08)), RULES)

    assert gate.promoted
    assert gate.better
    assert gate.n_tapes == 12
    assert [one.verdict for one in gate.codes.values()] == [Verdict.BETTER, Verdict.BETTER]
    assert gate.mean.low is not None
    assert gate.mean.low > 0


def test_the_same_decisions_are_promoted_and_not_called_better() -> None:
    """No difference at all is no loss, and no gain."""
    gate = judge(compared(), RULES)

    assert gate.promoted
    assert not gate.better
    assert (gate.mean.difference, gate.mean.low, gate.mean.high) == (0, 0, 0)


def test_one_code_that_is_worse_is_enough_to_refuse() -> None:
    """However much the other one gains."""
    gate = judge(compared(challenger=(0.02, 0.25)), RULES)

    assert not gate.promoted
    assert not gate.better
    assert gate.codes["DT"].verdict is Verdict.BETTER
    assert gate.codes["HC"].verdict is Verdict.WORSE
    assert gate.mean.difference is not None
    assert gate.mean.difference > 0


def test_a_code_that_may_be_worse_is_unclear() -> None:
    """With few tapes a loss can't be ruled out that with many can."""
    few = judge(compared(n_tapes=3, n=60, challenger=(0.15, 0.165)), RULES)
    many = judge(compared(n_tapes=60, challenger=(0.15, 0.165)), RULES)

    assert few.codes["HC"].verdict is Verdict.UNCLEAR
    assert many.codes["HC"].verdict is Verdict.NOT_WORSE


def test_a_lower_mean_is_refused_though_no_code_loses_the_margin() -> None:
    """Else a study would lose a little at every retraining."""
    gate = judge(compared(n_tapes=40, challenger=(0.155, 0.155)), RULES)

    assert all(one.acceptable for one in gate.codes.values())
    assert gate.mean.difference is not None
    assert gate.mean.difference < 0
    assert not gate.promoted


def test_a_wider_margin_lets_a_loss_through() -> None:
    """The margin is the study's to set; the mean still has to hold."""
    held_out = compared(challenger=(0.02, 0.2))

    assert not judge(held_out, RULES).promoted
    assert judge(held_out, PromotionRules(margin=0.15)).promoted


@pytest.mark.parametrize("n_tapes", [1, 2])
def test_under_the_least_number_of_tapes_the_champion_stays(n_tapes: int) -> None:
    """However good the challenger looks there."""
    gate = judge(compared(n_tapes=n_tapes, challenger=(0.01, 0.01)), RULES)

    assert not gate.promoted
    assert gate.n_tapes == n_tapes
    assert gate.mean.difference is not None
    assert gate.mean.difference > 0


def test_one_tape_gives_no_interval() -> None:
    """It says so instead of failing."""
    gate = judge(compared(n_tapes=1), RULES)

    assert gate.mean.missing is NoInterval.ONE_TAPE
    assert (gate.mean.low, gate.mean.verdict) == (None, Verdict.UNKNOWN)


def test_without_any_tape_nothing_is_known() -> None:
    """And the champion stays."""
    gate = judge(compared(n_tapes=0), RULES)

    assert (gate.n_tapes, gate.promoted) == (0, False)
    assert gate.mean.difference is None
    assert {one.verdict for one in gate.codes.values()} == {Verdict.UNKNOWN}


@pytest.mark.parametrize("tapes", [set(), {"t03"}])
def test_a_code_on_one_tape_or_none_cannot_be_judged(tapes: set[str]) -> None:
    """The other code's gain doesn't make up for not knowing."""
    gate = judge(only_on(compared(challenger=(0.05, 0.05)), tapes), RULES)

    assert gate.codes["DT"].verdict is Verdict.BETTER
    assert gate.codes["HC"].verdict is Verdict.UNKNOWN
    assert not gate.promoted


def test_the_seed_decides_the_draws() -> None:
    """Judged twice, the bounds are the same to the last bit."""
    held_out = compared(challenger=(0.12, 0.16))

    assert judge(held_out, RULES).mean == judge(held_out, RULES).mean


def unclear(difference: float, low: float) -> Difference:
    """Return a difference with a lower bound."""
    return Difference(
        champion=0.5,
        challenger=0.5 + difference,
        difference=difference,
        low=low,
        high=0.1,
        verdict=Verdict.UNCLEAR,
    )


def test_tapes_needed_grow_with_the_square_of_the_distance() -> None:
    """Twice too wide an interval takes four times the tapes; a loss of the margin stays one."""
    assert tapes_needed(unclear(0.0, -0.1), 5, 0.05) == 20
    assert tapes_needed(unclear(-0.02, -0.08), 10, 0.05) == 40
    assert tapes_needed(unclear(-0.05, -0.2), 5, 0.05) is None
