import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import special, stats

from werkalliantie.agreement.distributions import (
    f_quantile,
    incomplete_beta,
    t_probability,
    t_quantile,
)

degrees = st.one_of(st.integers(1, 60).map(float), st.floats(1, 5000))
probabilities = st.one_of(st.sampled_from([0.025, 0.05, 0.95, 0.975]), st.floats(1e-6, 1 - 1e-6))


@given(st.floats(0.3, 3000), st.floats(0.3, 3000), st.floats(0.001, 0.999))
def test_the_incomplete_beta_function_is_scipys(a: float, b: float, x: float) -> None:
    """To nine digits, on both sides of where the continued fraction is turned round."""
    ours = incomplete_beta(x / (1 - x), a, b)

    assert ours == pytest.approx(special.betainc(a, b, x), rel=1e-9, abs=1e-290)


def test_the_incomplete_beta_function_runs_from_nothing_to_all() -> None:
    """Odds of nothing and of infinity are the ends."""
    assert incomplete_beta(0, 2, 3) == 0
    assert incomplete_beta(math.inf, 2, 3) == 1


@given(probabilities, degrees, degrees)
def test_quantiles_of_f_are_scipys(probability: float, df1: float, df2: float) -> None:
    """To nine digits."""
    theirs = stats.f.ppf(probability, df1, df2)

    assert f_quantile(probability, df1, df2) == pytest.approx(theirs, rel=1e-9)


@given(probabilities, degrees)
def test_quantiles_of_t_are_scipys(probability: float, df: float) -> None:
    """To nine digits."""
    theirs = stats.t.ppf(probability, df)

    assert t_quantile(probability, df) == pytest.approx(theirs, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("t", [-2, -0.9, -0.1, 1e-9, 0.1, 0.9, 2])
@pytest.mark.parametrize("df", [1, 2.5, 19])
def test_probabilities_of_t_near_the_middle_are_scipys(t: float, df: float) -> None:
    """On either side."""
    assert t_probability(t, df) == pytest.approx(stats.t.cdf(t, df), rel=1e-9)


@given(st.floats(-40, 40), degrees)
@example(t=1.3e-8, df=1.0)
@example(t=-1.3e-8, df=1.0)
def test_probabilities_of_t_are_scipys(t: float, df: float) -> None:
    """To nine digits, far out in the tails too.

    Within 1e-6 of the middle scipy's `t.cdf` keeps only eight; its density, as good as even there,
    keeps them all.
    """
    near = abs(t) < 1e-4
    theirs = 0.5 + t * stats.t.pdf(0, df) if near else stats.t.cdf(t, df)

    assert t_probability(t, df) == pytest.approx(theirs, rel=1e-9)


def test_t_is_as_likely_below_nothing_as_above() -> None:
    """The middle is exact, and so are the ends."""
    assert t_probability(0, 3) == 0.5
    assert t_quantile(0.5, 3) == 0
    assert t_probability(math.inf, 3) == 1
    assert t_probability(-math.inf, 3) == 0


@given(st.floats(0.001, 0.999), degrees, degrees)
def test_f_turned_round_is_f(probability: float, df1: float, df2: float) -> None:
    """One divided by an F is an F with the degrees of freedom exchanged."""
    there, back = f_quantile(probability, df1, df2), f_quantile(1 - probability, df2, df1)

    assert there * back == pytest.approx(1)


def test_quantiles_are_in_the_tables() -> None:
    """Values that every table prints."""
    assert round(f_quantile(0.95, 5, 10), 2) == 3.33
    assert round(t_quantile(0.975, 10), 3) == 2.228
    assert np.isclose(f_quantile(0.95, 1, 10), t_quantile(0.975, 10) ** 2)


def test_a_quantile_may_be_next_to_nothing() -> None:
    """Where F hardly has degrees of freedom, its quantile is far below what a float rounds at."""
    ours, theirs = f_quantile(0.01, 0.02, 10), stats.f.ppf(0.01, 0.02, 10)

    assert 0 < ours < 1e-150
    assert np.log(ours) == pytest.approx(np.log(theirs), rel=1e-9)
