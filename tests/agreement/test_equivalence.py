import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike
from scipy import stats

from werkalliantie.agreement.equivalence import Conclusion, equivalence
from werkalliantie.agreement.nominal import kappa_of
from werkalliantie.agreement.resampling import NoInterval, Resampled, resample
from werkalliantie.agreement.tape_sums import Sums, difference, over_pairs

RANDOM = np.random.default_rng(6)
SAME = np.concatenate([0.03 * np.array([-1.5, -1, -0.5, 0, 0, 0.5, 1, 1.5]), [0.01, -0.01]])


def mean(sums: Sums) -> Sums:
    """Return the mean of `(sum, number)`."""
    return sums[..., 0] / sums[..., 1]


def tapes(values: ArrayLike) -> Sums:
    """Return tapes of one unit each, whose mean is a difference."""
    return np.column_stack([values, np.ones(len(np.asarray(values)))])


def test_a_small_difference_is_equivalent() -> None:
    """Both tests reject: the difference is neither below minus nor above plus the margin."""
    found = equivalence(tapes(SAME), mean)

    assert found.conclusion is Conclusion.EQUIVALENT
    assert found.noninferior is True
    assert found.reason is None
    assert (found.n_tapes, found.margin) == (10, 0.1)
    assert found.difference == pytest.approx(0)
    assert found.p_lower is not None
    assert found.p_upper is not None
    assert max(found.p_lower, found.p_upper) < 0.05


def test_a_large_difference_is_not() -> None:
    """Better by more than the margin is not equal, but isn't inferior either."""
    found = equivalence(tapes(SAME + 0.2), mean)

    assert found.conclusion is Conclusion.NOT_SHOWN
    assert found.noninferior is True
    assert found.p_upper is not None
    assert found.p_upper > 0.95


def test_worse_by_more_than_the_margin_is_not_noninferior() -> None:
    """The test that matters to whoever would use the model."""
    found = equivalence(tapes(SAME - 0.2), mean)

    assert (found.conclusion, found.noninferior) == (Conclusion.NOT_SHOWN, False)
    assert found.p_lower is not None
    assert found.p_lower > 0.95


def test_few_tapes_show_nothing() -> None:
    """No difference found is not an equality shown."""
    found = equivalence(tapes([0.1, -0.1, 0.05]), mean)

    assert (found.conclusion, found.noninferior) == (Conclusion.NOT_SHOWN, False)


def test_its_tests_are_t_tests_or_stricter() -> None:
    """Two one-sided t-tests over tapes, for a mean."""
    found = equivalence(tapes(SAME), mean, margin=0.04)
    lower = stats.ttest_1samp(SAME, -0.04, alternative="greater").pvalue
    upper = stats.ttest_1samp(SAME, 0.04, alternative="less").pvalue

    assert found.p_lower == pytest.approx(lower, abs=0.01)
    assert found.p_upper == pytest.approx(upper, abs=0.01)
    assert found.p_lower >= lower - 1e-12
    assert found.p_upper >= upper - 1e-12


def test_its_interval_is_of_90_percent() -> None:
    """Two tests at 5 % go with the interval that leaves out 5 % on either side."""
    found, stricter = equivalence(tapes(SAME), mean), equivalence(tapes(SAME), mean, alpha=0.025)
    reach = stats.t.ppf(0.95, 9) * stats.sem(SAME)

    assert found.low is not None
    assert found.high is not None
    assert found.low == pytest.approx(-reach, abs=0.002)
    assert found.high == pytest.approx(reach, abs=0.002)
    assert stricter.low is not None
    assert stricter.low < found.low


@given(st.floats(0.005, 0.2), st.floats(-0.1, 0.1))
def test_turning_the_sides_round_turns_the_tests_round(margin: float, shift: float) -> None:
    """The model less the coders, or the coders less the model."""
    one = equivalence(tapes(SAME + shift), mean, margin=margin, replicates=500)
    other = equivalence(tapes(-SAME - shift), mean, margin=margin, replicates=500)

    assert (one.p_lower, one.p_upper) == pytest.approx((other.p_upper, other.p_lower), abs=0.01)
    assert one.conclusion is other.conclusion


@given(st.floats(0.01, 0.1), st.floats(1.1, 3))
def test_a_wider_margin_never_shows_less(margin: float, times: float) -> None:
    """What is within a margin is within a wider one."""
    near, wide = (
        equivalence(tapes(SAME + 0.02), mean, margin=width, replicates=500)
        for width in (margin, times * margin)
    )
    assert near.p_lower is not None
    assert wide.p_lower is not None
    assert near.p_upper is not None
    assert wide.p_upper is not None

    assert wide.p_lower <= near.p_lower
    assert wide.p_upper <= near.p_upper


def test_it_compares_a_model_with_coders() -> None:
    """Kappas of three coder pairs and three model pairs on twelve tapes, drawn together."""
    cells = np.array([[0.3, 0.05, 0.05, 0.6]] * 3 + [[0.29, 0.06, 0.06, 0.59]] * 3)
    counts = np.array([[RANDOM.multinomial(200, cell) for cell in cells] for _ in range(12)])

    found = equivalence(counts.astype(float), difference(over_pairs(kappa_of), 3), margin=0.15)
    assert found.difference is not None
    assert found.difference < 0
    assert found.conclusion is Conclusion.EQUIVALENT


def test_one_tape_has_a_difference_and_no_test() -> None:
    """It says why."""
    found = equivalence(tapes([0.3]), mean)

    assert (found.difference, found.n_tapes) == (0.3, 1)
    assert (found.low, found.high, found.p_lower, found.p_upper) == (None,) * 4
    assert (found.conclusion, found.noninferior) == (None, None)
    assert found.reason is NoInterval.ONE_TAPE


def test_it_tests_at_5_percent_a_margin_of_a_tenth() -> None:
    """Unless asked otherwise; a p-value of alpha itself shows nothing."""
    found = equivalence(tapes(SAME), mean)
    spelled_out = equivalence(tapes(SAME), mean, margin=0.1, alpha=0.05, seed=0, replicates=10_000)
    assert found.p_lower is not None
    assert found.p_upper is not None

    assert found == spelled_out
    strict = equivalence(tapes(SAME), mean, alpha=max(found.p_lower, found.p_upper))
    assert strict.conclusion is Conclusion.NOT_SHOWN
    assert equivalence(tapes(SAME), mean, alpha=found.p_lower).noninferior is False


def test_its_draws_are_those_of_the_seed() -> None:
    """As many as asked for; skewed differences, so that the draws decide how far it reaches."""
    skewed = tapes([0, 0, 0.01, 0.02, 0.01, 0.4])
    draws = resample(skewed, mean, seed=5, replicates=200)
    assert isinstance(draws, Resampled)

    found = equivalence(skewed, mean, seed=5, replicates=200)
    assert (found.low, found.high) == draws.interval(0.9)
    for other in (equivalence(skewed, mean, replicates=200), equivalence(skewed, mean, seed=5)):
        assert other.high != found.high


@pytest.mark.parametrize("margin", [0, -0.1])
def test_a_margin_is_above_nothing(margin: float) -> None:
    """Without a margin, equality can't be shown."""
    with pytest.raises(ValueError, match=f"^a margin above 0 was expected, not {margin}$"):
        equivalence(tapes(SAME), mean, margin=margin)
