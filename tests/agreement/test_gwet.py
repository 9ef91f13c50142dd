import numpy as np
import pytest
from agreement.published import FOUR_RATERS, NOT_SEEN
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from werkalliantie.agreement.figure import Figure, Reason
from werkalliantie.agreement.fleiss import unit_sums
from werkalliantie.agreement.gwet import ac1, ac1_from
from werkalliantie.agreement.nominal import gwet_ac1
from werkalliantie.agreement.tally import tally

answer = st.sampled_from([0.0, 1.0, 2.0, NOT_SEEN])
tables = st.tuples(st.integers(1, 5), st.integers(1, 8)).flatmap(
    lambda shape: st.lists(answer, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]).map(
        lambda flat: np.array(flat).reshape(shape)
    )
)


def test_of_four_raters_with_gaps() -> None:
    """Gwet (2014): .77544 on five categories."""
    assert ac1(FOUR_RATERS, n_categories=5).value == pytest.approx(0.77544, abs=5e-6)


def test_counts_categories_that_nobody_used() -> None:
    """A scale with more categories leaves less to chance: chance is the same sum over k - 1."""
    observed, spread = 2 / 3, 2 * (1 / 2) * (1 / 2)
    answers = [[0, 1, 0], [0, 1, 1]]

    assert ac1(answers).value == pytest.approx((observed - spread) / (1 - spread))
    assert ac1(answers, n_categories=4).value == pytest.approx(
        (observed - spread / 3) / (1 - spread / 3)
    )


def test_counts_single_answers_among_the_shares() -> None:
    """Where the second coder didn't see it, the first one's yes still tells how common yes is."""
    answers = [[1.0, 0, 1, 1], [0, 0, NOT_SEEN, NOT_SEEN]]

    # The shares of yes by unit are .5, 0, 1 and 1, .625 on average.
    chance = 2 * 0.625 * 0.375
    assert ac1(answers).value == pytest.approx((0.5 - chance) / (1 - chance))


def test_is_one_where_nothing_varies() -> None:
    """Unlike kappa, it is defined for a code that nobody used."""
    assert ac1([[0, 0], [0, 0], [0, 0]]) == Figure(1.0)


@pytest.mark.parametrize("table", [[[1, NOT_SEEN], [NOT_SEEN, 0]], [[1, 0]], [[], []]])
def test_without_pairs_says_so(table: list[list[float]]) -> None:
    """No unit in common, one coder, or no units."""
    assert ac1(table) == Figure(None, Reason.NOTHING_SHARED)


@pytest.mark.parametrize(
    ("answers", "n_categories", "fewest"), [([[0, 1], [2, 1]], 2, 3), ([[0, 0], [0, 0]], 1, 2)]
)
def test_refuses_too_few_categories(
    answers: list[list[float]], n_categories: int, fewest: int
) -> None:
    """The number of categories is that of the scale: no less than was given, and two or more."""
    message = f"^at least {fewest} categories were expected, not {n_categories}$"

    with pytest.raises(ValueError, match=message):
        ac1(answers, n_categories=n_categories)


def test_of_sums_drawn_again() -> None:
    """Leading axes are kept, and none drawn is NaN."""
    sums = unit_sums(tally(FOUR_RATERS).counts)

    twice = ac1_from(np.array([[2.0] * 12, [0.0] * 12]) @ sums, n_categories=5)
    assert twice[0] == pytest.approx(0.77544, abs=5e-6)
    assert np.isnan(twice[1])


@given(tables, st.integers(0, 2**32 - 1))
def test_does_not_depend_on_order_or_names(answers: NDArray[np.float64], seed: int) -> None:
    """Coders and units in any order, and other numbers for the values."""
    rng = np.random.default_rng(seed)
    value = ac1(answers, n_categories=3).value

    for other in (rng.permutation(answers), rng.permutation(answers, axis=1), 7 - 3 * answers):
        assert ac1(other, n_categories=3).value == pytest.approx(value, abs=1e-12)


@given(st.lists(st.tuples(st.sampled_from([0.0, 1.0]), st.sampled_from([0.0, 1.0])), max_size=20))
def test_of_two_coders_without_gaps_is_the_plain_one(pairs: list[tuple[float, float]]) -> None:
    """With yes and no from both everywhere, it is the AC1 of `nominal.py`."""
    first, second = [a for a, _ in pairs], [b for _, b in pairs]

    assert ac1([first, second]).value == pytest.approx(gwet_ac1(first, second))
