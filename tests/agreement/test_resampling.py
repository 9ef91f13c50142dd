import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from werkalliantie.agreement.figure import ratio
from werkalliantie.agreement.resampling import Method, NoInterval, Resampled, resample
from werkalliantie.agreement.tape_sums import Sums

seeds = st.integers(0, 2**32 - 1)
methods = st.sampled_from(Method)


def mean(sums: Sums) -> Sums:
    """Return the mean of `(sum, number)`; undefined without any."""
    return ratio(sums[..., 0], sums[..., 1])


def tapes(*values: float) -> Sums:
    """Return tapes of one unit each."""
    return np.array([[value, 1.0] for value in values])


def drawn(sums: Sums, *, seed: int = 0, replicates: int = 10_000) -> Resampled:
    """Return a mean over draws of tapes that has one."""
    found = resample(sums, mean, seed=seed, replicates=replicates)
    assert isinstance(found, Resampled)
    return found


SOME = tapes(3, 5, 8, 2, 9, 4)


def test_it_holds_the_figure_of_all_and_without_each() -> None:
    """The estimate, and what it would be without the first, the second and so on."""
    found = drawn(SOME)

    assert found.estimate == pytest.approx(31 / 6)
    assert found.without == pytest.approx([28 / 5, 26 / 5, 23 / 5, 29 / 5, 22 / 5, 27 / 5])
    assert (found.n_tapes, found.n_undefined, len(found.draws)) == (6, 0, 10_000)


def test_draws_are_of_as_many_tapes_with_replacement() -> None:
    """Their mean and variance are those of a mean of six drawn tapes; and they are sorted."""
    found = drawn(SOME)
    values = SOME[:, 0]

    assert found.draws.mean() == pytest.approx(values.mean(), abs=0.05)
    assert found.draws.var() == pytest.approx(values.var() / 6, rel=0.05)
    assert (np.diff(found.draws) >= 0).all()
    assert found.draws[0] >= 2


def test_the_standard_error_of_a_mean_is_the_usual_one() -> None:
    """For a mean, leaving out each gives the standard error of textbooks."""
    assert drawn(SOME).standard_error == pytest.approx(stats.sem(SOME[:, 0]))


def test_the_jackknife_interval_of_a_mean_is_the_t_interval() -> None:
    """With as many degrees of freedom as tapes, less one."""
    values = SOME[:, 0]
    expected = stats.t.interval(0.9, 5, loc=values.mean(), scale=stats.sem(values))

    assert drawn(SOME).interval(0.9, Method.JACKKNIFE) == pytest.approx(expected)


def test_the_percentile_interval_is_quantiles_of_the_draws() -> None:
    """Half of what is left out on either side."""
    found = drawn(SOME)

    expected = np.quantile(found.draws, [0.1, 0.9])
    assert found.interval(0.8, Method.PERCENTILE) == pytest.approx(expected.tolist())


@pytest.mark.parametrize(("n", "tail"), [(10, 0.0086), (20, 0.0159), (34, 0.0194)])
def test_the_expanded_interval_goes_as_far_as_t_does(n: int, tail: float) -> None:
    """The normal tail beyond t times the root of n / (n - 1): with n = 20, 2.093 * 1.0260."""
    found = drawn(tapes(*np.random.default_rng(n).normal(size=n)))
    low, high = found.interval(0.95, Method.EXPANDED)

    assert (found.draws < low).mean() == pytest.approx(tail, abs=0.0002)
    assert (found.draws > high).mean() == pytest.approx(tail, abs=0.0002)


def test_the_outer_interval_goes_as_far_as_the_farther_of_two() -> None:
    """On each side by itself: skewed draws reach farther on one."""
    found = drawn(tapes(1, 1, 1, 2, 2, 40))
    expanded, jackknife = (
        found.interval(method=method) for method in (Method.EXPANDED, Method.JACKKNIFE)
    )

    assert found.interval() == (min(expanded[0], jackknife[0]), max(expanded[1], jackknife[1]))
    assert jackknife[0] < expanded[0]
    assert jackknife[1] < expanded[1]


@given(seeds, methods)
def test_intervals_go_along_with_the_scale(seed: int, method: Method) -> None:
    """Shifted, stretched and turned round; the same draws are taken."""
    values = np.random.default_rng(seed).normal(size=7)
    low, high = drawn(tapes(*values), replicates=500).interval(method=method)

    moved = drawn(tapes(*(3 - 2 * values)), replicates=500).interval(method=method)
    assert moved == pytest.approx((3 - 2 * high, 3 - 2 * low))


@given(seeds, methods)
def test_intervals_are_nested(seed: int, method: Method) -> None:
    """A higher level takes in a lower one."""
    found = drawn(tapes(*np.random.default_rng(seed).normal(size=5)), replicates=500)
    (low, high), (lower, higher) = found.interval(0.8, method), found.interval(0.95, method)

    assert lower <= low <= high <= higher


def test_the_same_seed_draws_the_same_tapes() -> None:
    """For any figure over as many tapes, so that figures may be compared draw by draw."""
    one, other, plain = drawn(SOME), drawn(2 * SOME), resample(SOME, mean)
    assert isinstance(plain, Resampled)

    assert plain.draws.tolist() == one.draws.tolist()
    assert one.draws == pytest.approx(other.draws)
    assert drawn(SOME, seed=1).draws.tolist() != one.draws.tolist()


def test_a_seed_draws_the_same_tapes_on_any_day() -> None:
    """Twenty sums of six drawn tapes, as they came when this was written."""
    found = drawn(SOME, seed=3, replicates=20)

    sums = [20, 22, 23, 25, 25, 25, 25, 27, 28, 28, 29, 30, 30, 31, 33, 33, 35, 37, 37, 41]
    assert 6 * found.draws == pytest.approx(sums)


def test_two_tapes_are_enough() -> None:
    """One of a pair may be drawn twice, and either may be left out."""
    found = drawn(tapes(1, 5))

    assert found.without.tolist() == [5, 1]
    assert set(found.draws.tolist()) == {1, 3, 5}


def test_p_values_of_a_mean_are_those_of_the_t_test_or_larger() -> None:
    """The larger of the jackknife's and the draws'."""
    found = drawn(SOME)
    for bound in (1, 3, 4.5, 5, 6):
        above = stats.ttest_1samp(SOME[:, 0], bound, alternative="greater").pvalue
        below = stats.ttest_1samp(SOME[:, 0], bound, alternative="less").pvalue

        assert above - 1e-12 <= found.p_above(bound) <= above + 0.06
        assert below - 1e-12 <= found.p_below(bound) <= below + 0.06


def test_p_values_agree_with_the_outer_interval() -> None:
    """A bound is rejected on a side where the interval stays clear of it."""
    found = drawn(tapes(1, 1, 1, 2, 2, 40, 3, 2, 1, 5))
    for level in (0.8, 0.9, 0.95):
        low, high = found.interval(level)

        tail = (1 - level) / 2
        assert found.p_above(low - 0.05) < tail < found.p_above(low + 0.05)
        assert found.p_below(high + 0.4) < tail < found.p_below(high - 0.4)


def test_p_values_by_draws_are_corrected_for_few_tapes() -> None:
    """Worked by hand: no draw of ten tapes is below; 1 in 10,001 is z = -3.719, of 9 in 10."""
    found = drawn(tapes(*[5, 5.01] * 5))

    expected = stats.t.cdf(stats.norm.ppf(1 / 10_001) * math.sqrt(9 / 10), 9)
    assert found.p_above(4) == pytest.approx(expected)
    assert found.p_above(6) == 1
    assert found.p_below(6) == pytest.approx(expected)
    assert found.p_below(4) == 1


@pytest.mark.parametrize("bound", [0.5, 2, 4, 7, 9])
def test_p_values_are_the_larger_of_two(bound: float) -> None:
    """Of that by the jackknife and that by the draws, which counts the bound itself as against."""
    skewed = np.array([1, 1, 1, 2, 2, 40])
    above, below = drawn(tapes(*skewed)), drawn(tapes(*-skewed))
    for found, p in ((above, above.p_below(bound)), (below, below.p_above(-bound))):
        against = (np.abs(found.draws) >= bound).sum()
        t = (np.abs(found.estimate) - bound) / found.standard_error
        assert p == pytest.approx(larger(against, t))
    for found, p in ((above, above.p_above(bound)), (below, below.p_below(-bound))):
        against = (np.abs(found.draws) <= bound).sum()
        t = (bound - np.abs(found.estimate)) / found.standard_error
        assert p == pytest.approx(larger(against, t))


def larger(against: int, t: float) -> float:
    """Return the larger p-value of six tapes, of 10,000 draws and of t."""
    z = stats.norm.ppf((against + 1) / 10_001)
    return float(max(stats.t.cdf(z * math.sqrt(5 / 6), 5), stats.t.cdf(t, 5)))


def test_a_figure_may_be_a_sum() -> None:
    """It is of all tapes added up, not of their mean."""
    found = resample(SOME, lambda sums: sums[..., 0])

    assert isinstance(found, Resampled)
    assert found.estimate == 31
    assert found.without.tolist() == [28, 26, 23, 29, 22, 27]
    assert found.draws.mean() == pytest.approx(31, abs=0.3)


def test_figures_that_are_the_same_everywhere_reject_by_draws_alone() -> None:
    """Without a spread there is no t; a bound that is met isn't rejected."""
    found = drawn(tapes(5, 5, 5))

    expected = stats.t.cdf(stats.norm.ppf(1 / 10_001) * math.sqrt(2 / 3), 2)
    assert found.standard_error == 0
    assert found.interval() == (5, 5)
    assert found.p_above(4) == pytest.approx(expected)
    assert found.p_above(5) == 1


def test_tapes_that_add_nothing_are_not_drawn() -> None:
    """A tape that nobody saw is none of the sample."""
    padded = np.vstack([SOME, np.zeros((3, 2))])

    assert drawn(padded).draws.tolist() == drawn(SOME).draws.tolist()
    assert drawn(padded).n_tapes == 6


def test_undefined_draws_are_left_out_and_counted() -> None:
    """The same tape drawn each time, where the figure needs two: 4 of 256 draws."""

    def of_two(sums: Sums) -> Sums:
        return np.where((sums > 0).sum(axis=-1) > 1, sums.sum(axis=-1), np.nan)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = resample(np.eye(4), of_two)
    assert isinstance(found, Resampled)
    assert found.n_undefined == pytest.approx(10_000 * 4 / 256, abs=60)
    assert len(found.draws) == 10_000 - found.n_undefined


@pytest.mark.parametrize(
    ("sums", "reason"),
    [
        (np.zeros((0, 2)), NoInterval.UNDEFINED),
        (np.zeros((3, 2)), NoInterval.UNDEFINED),
        (np.array([[1.0, 0], [2, 0]]), NoInterval.UNDEFINED),
        (tapes(4), NoInterval.ONE_TAPE),
        (np.array([[0.0, 0], [4, 1]]), NoInterval.ONE_TAPE),
        (np.array([[1.0, 0], [4, 1], [1, 0]]), NoInterval.RESTS_ON_ONE),
    ],
)
def test_what_cannot_be_drawn_says_why(sums: Sums, reason: NoInterval) -> None:
    """No tapes, nothing defined, one tape, or one tape that it all rests on."""
    assert resample(sums, mean) is reason
