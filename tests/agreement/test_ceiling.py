import numpy as np
import pytest
from agreement.comparing import assert_alike
from agreement.published import NOT_SEEN
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from werkalliantie.agreement.ceiling import (
    MajorityAgreement,
    Ties,
    majority_ceiling,
    with_majority,
)
from werkalliantie.agreement.figure import Figure, Reason
from werkalliantie.agreement.nominal import cohen_kappa, contingency, kappa_of

answer = st.sampled_from([0.0, 1.0, NOT_SEEN])
tables = st.tuples(st.integers(2, 5), st.integers(1, 8)).flatmap(
    lambda shape: st.lists(answer, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]).map(
        lambda flat: np.array(flat).reshape(shape)
    )
)


def assert_is(found: MajorityAgreement, kappa: float, *, n: int, n_ties: int) -> None:
    """Compare kappa up to rounding, and the counts exactly."""
    assert_alike(found.kappa, Figure(kappa))
    assert (found.n, found.n_ties) == (n, n_ties)


class TestWithMajority:
    def test_is_kappa_with_what_most_say(self) -> None:
        """Three others always have a majority."""
        others = [[1, 1, 0, 0, 1], [1, 0, 0, 0, 1], [1, 1, 1, 0, 0]]

        expected = cohen_kappa([1, 0, 0, 1, 1], [1, 1, 0, 0, 1])
        assert expected is not None
        assert_is(with_majority([1, 0, 0, 1, 1], others), expected, n=5, n_ties=0)

    def test_shares_ties(self) -> None:
        """A tie counts half as yes and half as no: cells 1.5, .5, .5 and 1.5 of four units."""
        others = [[1, 1, 0, 0], [1, 0, 1, 0]]

        expected = float(kappa_of(np.array([1.5, 0.5, 0.5, 1.5])))
        assert_is(with_majority([1, 1, 0, 0], others), expected, n=4, n_ties=2)

    def test_leaves_ties_out_on_request(self) -> None:
        """Only the units with a majority remain, which are the easy ones."""
        others = [[1, 1, 0, 0], [1, 0, 1, 0]]

        found = with_majority([1, 1, 0, 0], others, ties=Ties.LEFT_OUT)
        assert_is(found, 1.0, n=2, n_ties=2)

    def test_shares_a_tie_of_three_in_three(self) -> None:
        """Categories: what is given most often wins, and the rest is shared among those tied."""
        others = [[0, 0, 2, 1], [1, 0, 2, 1], [2, 1, 2, 0]]

        # The first unit is a third of each, the others are 0, 2 and 1; shares of the own answer:
        # 0 twice, 2 once, 1 once. p_o = (1/3 + 1 + 1 + 1) / 4, p_e = (2 + 1 + 1)(4/3) / 16.
        found = with_majority([0, 0, 2, 1], others)
        assert_is(found, (10 / 12 - 1 / 3) / (1 - 1 / 3), n=4, n_ties=1)

    def test_compares_what_the_one_and_any_other_saw(self) -> None:
        """The majority is of those others who saw the unit; ties elsewhere aren't counted."""
        own = [1, 0, 1, NOT_SEEN]
        others = [[1, 0, NOT_SEEN, 1], [NOT_SEEN, NOT_SEEN, NOT_SEEN, 0]]

        assert_is(with_majority(own, others), 1.0, n=2, n_ties=0)

    def test_knows_answers_that_only_the_one_gives(self) -> None:
        """A category the others never give is still a disagreement."""
        assert_is(with_majority([2, 0, 1], [[0, 0, 1]]), 0.5, n=3, n_ties=0)

    @pytest.mark.parametrize(
        ("own", "others"),
        [([1, NOT_SEEN], [[NOT_SEEN, 1]]), ([1, 0], np.empty((0, 2))), ([], [[]])],
    )
    def test_without_others_says_so(self, own: list[float], others: list[list[float]]) -> None:
        """Nothing in common, no others, or no units."""
        expected = MajorityAgreement(kappa=Figure(None, Reason.NO_OTHERS), n=0, n_ties=0)

        assert with_majority(own, others) == expected

    def test_where_all_are_tied_nothing_is_left(self) -> None:
        """Leaving ties out may leave nothing."""
        found = with_majority([1, 0], [[1, 1], [0, 0]], ties=Ties.LEFT_OUT)

        assert found == MajorityAgreement(kappa=Figure(None, Reason.NO_OTHERS), n=0, n_ties=2)

    def test_where_nothing_varies_says_so(self) -> None:
        """A code that nobody gave has no ceiling."""
        found = with_majority([0, 0], [[0, 0], [0, 0]])

        assert found == MajorityAgreement(kappa=Figure(None, Reason.NOTHING_VARIES), n=2, n_ties=0)


class TestMajorityCeiling:
    def test_is_of_each_coder_with_the_others(self) -> None:
        """In the order of the coders, each left out of the majority in turn."""
        answers = np.array([[1, 1, 0, 0, 1], [1, 0, 0, 0, 1], [1, 1, 1, 0, 0], [0, 1, 0, 1, 1]])

        assert majority_ceiling(answers) == tuple(
            with_majority(answers[own], answers[[other for other in range(4) if other != own]])
            for own in range(4)
        )

    def test_passes_on_what_to_do_with_ties(self) -> None:
        """Two others are tied wherever they differ."""
        answers = [[1, 1, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0]]

        found = [coder.n for coder in majority_ceiling(answers, ties=Ties.LEFT_OUT)]
        assert found == [2, 2, 4]

    @given(tables, st.integers(0, 2**32 - 1))
    def test_does_not_depend_on_order(self, answers: NDArray[np.float64], seed: int) -> None:
        """Coders in another order have their own ceilings in that order; units in any order."""
        rng = np.random.default_rng(seed)
        order = rng.permutation(len(answers))
        found = majority_ceiling(answers)

        assert majority_ceiling(answers[order]) == tuple(found[coder] for coder in order)
        assert majority_ceiling(rng.permutation(answers, axis=1)) == found

    @given(tables.filter(lambda table: len(table) == 2))
    def test_of_two_coders_is_their_kappa(self, answers: NDArray[np.float64]) -> None:
        """The majority of one other is that other."""
        expected = cohen_kappa(*answers)

        for coder in majority_ceiling(answers):
            assert coder.kappa.value == pytest.approx(expected)
            assert coder.n == contingency(*answers).sum()

    @given(tables.map(lambda table: np.nan_to_num(table[:3])).filter(lambda t: len(t) == 3))
    def test_of_three_coders_is_kappa_over_both_pairs(self, answers: NDArray[np.float64]) -> None:
        """Two others with ties shared: the crosstables with each, added up."""
        first, second, third = answers
        both = contingency(first, second) + contingency(first, third)

        expected = float(kappa_of(both))
        found = majority_ceiling(answers)[0].kappa.value
        assert found == (None if np.isnan(expected) else pytest.approx(expected))
