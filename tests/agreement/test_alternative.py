import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.multitest import multipletests

from werkalliantie.agreement.alternative import (
    EPSILONS,
    AlternativeTest,
    NoTest,
    alternative_test,
)
from werkalliantie.agreement.duel import Scoring

Answers = NDArray[np.float64]
seeds = st.integers(0, 2**32 - 1)
N_UNITS = 80
TAPES = np.arange(N_UNITS) // 8


def raters(
    seed: int, *, n_coders: int = 3, model_errs: float = 0.2, gaps: float = 0
) -> tuple[Answers, Answers]:
    """Return a model's answers on two codes, and those of coders who err one time in five."""
    random = np.random.default_rng(seed)
    truth = random.random((N_UNITS, 2)) < 0.4
    errs = np.array([model_errs, *[0.2] * n_coders])[:, None, None]
    answers = (truth ^ (random.random((n_coders + 1, N_UNITS, 2)) < errs)).astype(float)
    answers[random.random(answers.shape[:2]) < gaps] = np.nan
    return answers[0], answers[1:]


def likeness(one: Answers, other: Answers, scoring: Scoring) -> float:
    """Return how like two answers are."""
    if scoring is Scoring.ACCURACY:
        return float((one == other).all())
    either = np.maximum(one, other).sum()
    return float(np.minimum(one, other).sum() / either) if either else 1.0


def as_published(
    model: Answers, coders: Answers, epsilon: float, scoring: Scoring
) -> tuple[float, float, list[float]]:
    """Return omega, rho and the p-values as the paper has it: unit by unit, coder by coder."""
    p_values, ahead = [], []
    for left, coder in enumerate(coders):
        differences, wins = [], []
        for unit in range(len(model)):
            others = [
                other[unit]
                for number, other in enumerate(coders)
                if number != left and not np.isnan(other[unit]).any()
            ]
            if np.isnan(model[unit]).any() or np.isnan(coder[unit]).any() or not others:
                continue
            of_model = np.mean([likeness(model[unit], other, scoring) for other in others])
            of_coder = np.mean([likeness(coder[unit], other, scoring) for other in others])
            tie = abs(of_model - of_coder) < 1e-9
            wins.append(tie or of_model > of_coder)
            differences.append(float(tie or of_coder > of_model) - wins[-1])
        p_values.append(stats.ttest_1samp(differences, epsilon, alternative="less").pvalue)
        ahead.append(np.mean(wins))
    falls = multipletests(p_values, 0.05, method="fdr_by")[0]
    return float(np.mean(falls)), float(np.mean(ahead)), p_values


def test_with_a_tape_for_each_unit_it_is_the_published_test() -> None:
    """Omega, rho and the p-values, by either scoring, with gaps."""
    for seed in range(20):
        for scoring in Scoring:
            for epsilon in (0, 0.15, 0.3):
                model, coders = raters(seed, n_coders=4, gaps=0.1)
                found = alternative_test(
                    model, coders, np.arange(N_UNITS), epsilon=epsilon, scoring=scoring
                )

                omega, rho, p_values = as_published(model, coders, epsilon, scoring)
                assert found.winning_rate == omega
                assert found.advantage == pytest.approx(rho)
                assert [one.p_value for one in found.coders] == pytest.approx(p_values)


def test_tapes_make_it_a_test_over_tapes() -> None:
    """Ten tapes of eight units have nine degrees of freedom, not seventy-nine."""
    model, coders = raters(1)
    by_tape = alternative_test(model, coders, TAPES)
    by_unit = alternative_test(model, coders, np.arange(N_UNITS))

    assert [one.n_tapes for one in by_tape.coders] == [10, 10, 10]
    assert [one.n_units for one in by_tape.coders] == [80, 80, 80]
    assert by_tape.advantage == by_unit.advantage
    assert [one.p_value for one in by_tape.coders] != [one.p_value for one in by_unit.coders]


def test_units_that_are_alike_within_a_tape_tell_no_more_than_one() -> None:
    """Every unit coded four times over leaves the test as it was."""
    model, coders = raters(2)
    once = alternative_test(model, coders, TAPES)
    again = alternative_test(
        np.repeat(model, 4, axis=0), np.repeat(coders, 4, axis=1), np.repeat(TAPES, 4)
    )

    assert [one.p_value for one in again.coders] == pytest.approx(
        [one.p_value for one in once.coders]
    )


def test_a_model_that_never_errs_passes() -> None:
    """It agrees better with each coder than other coders do."""
    found = alternative_test(*raters(3, model_errs=0), TAPES, epsilon=0)

    assert (found.winning_rate, found.passes, found.reason) == (1, True, None)
    assert found.epsilon == 0
    assert all(one.wins and one.model_ahead > one.coder_ahead for one in found.coders)


def test_a_model_that_guesses_fails() -> None:
    """It wins against nobody, even if it may be somewhat worse."""
    found = alternative_test(*raters(4, model_errs=0.5), TAPES)

    assert (found.winning_rate, found.passes) == (0, False)


def test_half_of_the_coders_is_enough() -> None:
    """Two of four coders guess, two hardly err: the model is in between, and wins against two."""
    model, coders = raters(5, n_coders=4, model_errs=0.15)
    truth = raters(5, n_coders=4, model_errs=0)[0]
    random = np.random.default_rng(5)
    coders[:2] = np.abs(truth - (random.random((2, N_UNITS, 2)) < 0.02))
    coders[2:] = random.integers(0, 2, (2, N_UNITS, 2))
    found = alternative_test(model, coders, TAPES, epsilon=0)

    assert [one.wins for one in found.coders] == [False, False, True, True]
    assert (found.winning_rate, found.passes) == (0.5, True)


def test_a_third_of_the_coders_is_not() -> None:
    """It wins against one of three."""
    found = alternative_test(*raters(1), TAPES)

    assert [one.wins for one in found.coders].count(True) == 1
    assert found.passes is False


def test_nothing_is_as_good_as_not_a_number() -> None:
    """Answers come as objects too, with None where a coder didn't see a unit."""
    model, coders = raters(3, gaps=0.1)

    def plain(answers: Answers) -> NDArray[np.object_]:
        """Return answers as objects, None where there is none."""
        objects = answers.astype(object)
        objects[np.isnan(answers)] = None
        return objects

    found = alternative_test(plain(model), plain(coders), TAPES)
    assert found == alternative_test(model, coders, TAPES)


def test_the_curve_goes_by_epsilon() -> None:
    """From 0 to .30; the point at epsilon is the test's own."""
    found = alternative_test(*raters(7, model_errs=0.24), TAPES)
    at = {point.epsilon: point.winning_rate for point in found.curve}

    assert tuple(at) == EPSILONS == (0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3)
    assert found.epsilon == 0.15
    assert at[0.15] == found.winning_rate
    assert at[0] < at[0.3]


@settings(max_examples=30)
@given(seeds, st.sampled_from(Scoring))
def test_a_larger_epsilon_never_shows_less(seed: int, scoring: Scoring) -> None:
    """The more a model may be worse, the more it wins."""
    rates = [point.winning_rate for point in run(seed, scoring).curve]

    assert rates == sorted(rates)


@settings(max_examples=30)
@given(seeds, st.sampled_from(Scoring))
def test_the_order_of_coders_codes_and_tapes_is_nothing(seed: int, scoring: Scoring) -> None:
    """Names are only names."""
    model, coders = raters(seed, gaps=0.1)
    turned = alternative_test(model[:, ::-1], coders[::-1, :, ::-1], 100 - TAPES, scoring=scoring)

    found = run(seed, scoring)
    assert turned.advantage == pytest.approx(found.advantage)
    assert [one.p_value for one in turned.coders][::-1] == pytest.approx(
        [one.p_value for one in found.coders]
    )


@settings(max_examples=30)
@given(seeds)
def test_a_code_may_be_turned_into_its_opposite(seed: int) -> None:
    """By accuracy, yes and no are alike."""
    model, coders = raters(seed, gaps=0.1)

    assert alternative_test(1 - model, 1 - coders, TAPES) == run(seed, Scoring.ACCURACY)


def run(seed: int, scoring: Scoring) -> AlternativeTest:
    """Test the raters of a seed, with gaps."""
    model, coders = raters(seed, gaps=0.1)
    return alternative_test(model, coders, TAPES, scoring=scoring)


def test_coders_with_few_units_are_not_tested_but_still_count_as_others() -> None:
    """Of four coders one saw 20 units: three are tested."""
    model, coders = raters(8, n_coders=4)
    coders[1, 20:] = np.nan
    found = alternative_test(model, coders, TAPES)

    assert [one.coder for one in found.coders] == [0, 2, 3]
    assert found.advantage == pytest.approx(np.mean([one.model_ahead for one in found.coders]))
    without = alternative_test(model, np.delete(coders, 1, axis=0), TAPES)
    assert found.advantage != without.advantage


def test_thirty_units_are_enough() -> None:
    """And twenty-nine aren't."""
    model, coders = raters(9)

    assert alternative_test(model[:30], coders[:, :30], TAPES[:30]).reason is None
    assert alternative_test(model[:29], coders[:, :29], TAPES[:29]).reason is NoTest.FEW_UNITS


@pytest.mark.parametrize(
    ("n_coders", "n_units", "n_tapes", "reason"),
    [
        (0, 80, 10, NoTest.FEW_CODERS),
        (1, 80, 10, NoTest.FEW_CODERS),
        (2, 80, 10, NoTest.FEW_CODERS),
        (3, 20, 10, NoTest.FEW_UNITS),
        (3, 0, 10, NoTest.FEW_UNITS),
        (3, 80, 1, NoTest.FEW_TAPES),
    ],
)
def test_it_says_why_it_cannot_be_done(
    n_coders: int, n_units: int, n_tapes: int, reason: NoTest
) -> None:
    """Too few coders, units or tapes."""
    model, coders = raters(10)
    coders[n_coders:] = np.nan
    model[n_units:] = np.nan
    found = alternative_test(model, coders, np.arange(N_UNITS) % n_tapes)

    assert found == AlternativeTest(
        epsilon=0.15,
        winning_rate=None,
        passes=None,
        advantage=None,
        coders=(),
        curve=(),
        reason=reason,
    )


def test_reasons_say_what_to_do_with_two_coders() -> None:
    """The paper's test needs three; there is another that doesn't."""
    assert str(NoTest.FEW_CODERS) == (
        "the alternative annotator test needs three coders; with two, see whether the model's "
        "agreement with them is noninferior to theirs with each other"
    )
    assert str(NoTest.FEW_UNITS) == (
        "fewer than three coders have 30 units that the model and another coder saw too"
    )
