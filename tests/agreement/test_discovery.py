from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from werkalliantie.agreement.discovery import rejected


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.sampled_from([0.01, 0.05, 0.2]))
def test_the_false_discovery_rate_is_held_as_statsmodels_does(
    p_values: list[float], rate: float
) -> None:
    """Benjamini and Yekutieli's procedure."""
    theirs = multipletests(p_values, rate, method="fdr_by")[0]

    assert rejected(p_values, rate).tolist() == theirs.tolist()


def test_a_p_value_may_fall_with_a_smaller_one() -> None:
    """Worked by hand, of three at 5 %: limits .0091, .0182 and .0273; the third is met."""
    assert rejected([0.027, 0.02, 0.026], 0.05).tolist() == [True, True, True]
    assert rejected([0.027, 0.02, 0.028], 0.05).tolist() == [False, False, False]
    assert rejected([0.5, 0.009, 0.6], 0.05).tolist() == [False, True, False]


def test_a_p_value_at_its_limit_falls() -> None:
    """For a single test the limit is the rate itself."""
    assert rejected([0.05], 0.05).tolist() == [True]
    assert rejected([], 0.05).tolist() == []
