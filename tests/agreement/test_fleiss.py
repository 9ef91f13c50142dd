import numpy as np
import pytest
from agreement.published import DIAGNOSES, FOUR_RATERS, NOT_SEEN, TEN_UNITS, answers_of
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from werkalliantie.agreement.figure import Figure, Reason
from werkalliantie.agreement.fleiss import (
    fleiss_kappa,
    fleiss_of,
    observed_of,
    shares_of,
    unit_sums,
)
from werkalliantie.agreement.tally import tally

answer = st.sampled_from([0.0, 1.0, 2.0, NOT_SEEN])
tables = st.tuples(st.integers(1, 5), st.integers(1, 8)).flatmap(
    lambda shape: st.lists(answer, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]).map(
        lambda flat: np.array(flat).reshape(shape)
    )
)


class TestFleissKappa:
    def test_of_the_textbook_table(self) -> None:
        """Ten units, fourteen raters, five categories: .210."""
        kappa = fleiss_kappa(answers_of(TEN_UNITS)).value

        assert kappa == pytest.approx(0.210, abs=5e-4)

    def test_of_fleiss_own_diagnoses(self) -> None:
        """Fleiss (1971): .430 over thirty patients, with agreement .556 and chance .220."""
        answers = np.array([[int(given) for given in patient] for patient in DIAGNOSES.split()]).T
        sums = unit_sums(tally(answers).counts).sum(axis=0)

        assert fleiss_kappa(answers).value == pytest.approx(0.430, abs=5e-4)
        assert observed_of(sums) == pytest.approx(0.556, abs=5e-4)
        assert (shares_of(sums) ** 2).sum() == pytest.approx(0.220, abs=5e-4)

    def test_with_gaps(self) -> None:
        """Gwet (2014): .76117 for four raters; a unit with one answer counts among the shares."""
        assert fleiss_kappa(FOUR_RATERS).value == pytest.approx(0.76117, abs=5e-6)

    def test_a_unit_nobody_saw_changes_nothing(self) -> None:
        """Not seen by anyone is no unit."""
        answers = np.column_stack([FOUR_RATERS, np.full(4, NOT_SEEN)])

        assert fleiss_kappa(answers) == fleiss_kappa(FOUR_RATERS)

    def test_a_single_answer_makes_the_rest_defined(self) -> None:
        """All pairs agree on one value, but another is known to exist: agreement is perfect."""
        assert fleiss_kappa([[1.0, 1, 0], [1, 1, NOT_SEEN]]) == Figure(1.0)

    @pytest.mark.parametrize("table", [[[1, NOT_SEEN], [NOT_SEEN, 0]], [[1, 0]], [[], []]])
    def test_without_pairs_says_so(self, table: list[list[float]]) -> None:
        """No unit in common, one coder, or no units."""
        assert fleiss_kappa(table) == Figure(None, Reason.NOTHING_SHARED)

    @pytest.mark.parametrize("n_units", [1, 3])
    @pytest.mark.parametrize("value", [0, 1])
    def test_of_one_value_says_so(self, value: int, n_units: int) -> None:
        """A code that nobody or everybody used has no kappa."""
        assert fleiss_kappa([[value] * n_units] * 4) == Figure(None, Reason.NOTHING_VARIES)

    @given(tables, st.integers(0, 2**32 - 1))
    def test_does_not_depend_on_order_or_names(
        self, answers: NDArray[np.float64], seed: int
    ) -> None:
        """Coders and units in any order, and other numbers for the values."""
        rng = np.random.default_rng(seed)
        kappa = fleiss_kappa(answers)

        for other in (rng.permutation(answers), rng.permutation(answers, axis=1), 7 - 3 * answers):
            assert fleiss_kappa(other).reason == kappa.reason
            assert fleiss_kappa(other).value == pytest.approx(kappa.value, abs=1e-12)


class TestSums:
    def test_of_each_unit(self) -> None:
        """Agreement among pairs, whether there are any, and the shares of the values."""
        counts = np.array([[2.0, 1, 1], [0, 1, 0], [0, 0, 0], [0, 3, 0]])

        assert unit_sums(counts).tolist() == [
            [pytest.approx(1 / 6), 1, 0.5, 0.25, 0.25],
            [0, 0, 0, 1, 0],
            [0, 0, 0, 0, 0],
            [1, 1, 0, 1, 0],
        ]

    def test_may_be_drawn_again_with_any_leading_axes(self) -> None:
        """Kappa of weighted sums is that of the units repeated; none drawn is NaN."""
        counts = np.array(TEN_UNITS, dtype=float)
        weights = np.array([[1.0] * 10, [2, 0, 0, 1, 3, 0, 1, 1, 0, 2], [0] * 10])

        kappas = fleiss_of(weights @ unit_sums(counts))
        repeated = np.repeat(counts, weights[1].astype(int), axis=0)
        assert kappas[1] == pytest.approx(fleiss_of(unit_sums(repeated).sum(axis=0)))
        assert kappas[0] == pytest.approx(0.210, abs=5e-4)
        assert np.isnan(kappas[2])
