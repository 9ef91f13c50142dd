import numpy as np
import pytest
from agreement.comparing import assert_alike
from agreement.published import ABSTRACTORS, NOT_SEEN, SAS_TABLE
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from werkalliantie.agreement.figure import Figure, Reason
from werkalliantie.agreement.nominal import contingency, kappa_of
from werkalliantie.agreement.weighted import (
    crosstable,
    identity_weights,
    linear_weights,
    quadratic_weights,
    standard_error_of,
    weighted_kappa,
    weighted_kappa_of,
)

answer = st.sampled_from([0.0, 1.0, 2.0, NOT_SEEN])
pairs = st.lists(st.tuples(answer, answer), max_size=30).map(
    lambda rows: np.array(rows, dtype=float).reshape(-1, 2).T
)
weights = st.sampled_from([identity_weights(3), linear_weights(3), quadratic_weights(3)])


class TestWeights:
    def test_of_every_kind(self) -> None:
        """0 on the diagonal; off it 1, the distance, or its square."""
        assert identity_weights(3).tolist() == [[0, 1, 1], [1, 0, 1], [1, 1, 0]]
        assert linear_weights(3).tolist() == [[0, 1, 2], [1, 0, 1], [2, 1, 0]]
        assert quadratic_weights(3).tolist() == [[0, 1, 4], [1, 0, 1], [4, 1, 0]]


class TestCrosstable:
    def test_has_the_first_coder_in_rows(self) -> None:
        """Only utterances both saw."""
        table = crosstable([0, 0, 2, NOT_SEEN, 1], [0, 1, 0, 2, NOT_SEEN], 3)

        assert table.tolist() == [[1, 1, 0], [0, 0, 0], [1, 0, 0]]

    def test_of_nothing_is_zeros(self) -> None:
        """Coders without utterances still have a table."""
        assert crosstable([], [], 2).tolist() == [[0, 0], [0, 0]]

    @pytest.mark.parametrize("odd", [-1, 3, 0.5])
    def test_refuses_what_is_no_category(self, odd: float) -> None:
        """A number outside the categories would otherwise land in another cell."""
        with pytest.raises(ValueError, match=r"^answers are category numbers from 0 to 2, or NaN$"):
            crosstable([0, odd], [0, 1], 3)


class TestWeightedKappa:
    def test_of_the_abstractors(self) -> None:
        """Gwet (2014): kappa .7964 with error .0589, and .8922 with quadratic weights."""
        kappa = weighted_kappa_of(ABSTRACTORS, identity_weights(3))
        error = standard_error_of(ABSTRACTORS, identity_weights(3))
        quadratic = weighted_kappa_of(ABSTRACTORS, quadratic_weights(3))

        assert kappa == pytest.approx(0.7964094, abs=5e-8)
        assert error == pytest.approx(0.05891072, abs=5e-9)
        assert quadratic == pytest.approx(0.8921569, abs=5e-8)

    def test_is_what_sas_prints(self) -> None:
        """Kappa .4842 with error .1380; with linear weights .4701 and .1457."""
        plain, linear = identity_weights(3), linear_weights(3)

        assert weighted_kappa_of(SAS_TABLE, plain).round(4) == 0.4842
        assert standard_error_of(SAS_TABLE, plain).round(4) == 0.1380
        assert weighted_kappa_of(SAS_TABLE, linear).round(4) == 0.4701
        assert standard_error_of(SAS_TABLE, linear).round(4) == 0.1457

    def test_with_weights_that_are_not_symmetric(self) -> None:
        """Weights are of rows by columns: the first coder's category by the second's.

        Shares .4 .1 / .2 .3: D_o = 3 x .1 + 1 x .2, D_e = 3 x .5 x .4 + 1 x .5 x .6.
        """
        table, weight = np.array([[4.0, 1], [2, 3]]), np.array([[0.0, 3], [1, 0]])
        first, second = np.repeat([[0, 0, 1, 1], [0, 1, 0, 1]], [4, 1, 2, 3], axis=1)

        assert weighted_kappa_of(table, weight) == pytest.approx(1 - 0.5 / 0.9)
        assert_alike(weighted_kappa(first, second, weight), Figure(1 - 0.5 / 0.9))

    def test_error_shrinks_with_the_root_of_the_count(self) -> None:
        """Four times the utterances, half the error."""
        error = standard_error_of(ABSTRACTORS, linear_weights(3))

        assert standard_error_of(4 * ABSTRACTORS, linear_weights(3)) == pytest.approx(error / 2)

    def test_error_is_of_what_kappa_varies_by(self) -> None:
        """Tables drawn again and again have kappas as far apart as the error says."""
        rng, table = (
            np.random.default_rng(1),
            np.array([[90.0, 30, 10], [20, 80, 40], [5, 25, 100]]),
        )
        weight = np.array([[0.0, 1, 4], [2, 0, 1], [5, 3, 0]])

        drawn = rng.multinomial(400, table.ravel() / 400, size=20_000).reshape(-1, 3, 3)
        spread = weighted_kappa_of(drawn.astype(float), weight).std()
        assert standard_error_of(table, weight) == pytest.approx(spread, rel=0.03)

    def test_error_is_zero_where_coders_never_differ(self) -> None:
        """No variance can be seen; not a number just below 0, whose root would be NaN."""
        assert standard_error_of(np.diag([7.0, 3, 11]), identity_weights(3)) == 0

    def test_of_many_tables_at_once_is_that_of_each(self) -> None:
        """Leading axes are kept; an undefined one is NaN."""
        tables = np.array([[ABSTRACTORS, SAS_TABLE], [np.zeros((3, 3)), np.diag([0.0, 5, 0])]])

        kappas = weighted_kappa_of(tables, linear_weights(3))
        errors = standard_error_of(tables, linear_weights(3))
        assert kappas[0] == pytest.approx(
            [weighted_kappa_of(each, linear_weights(3)) for each in tables[0]]
        )
        assert errors[0] == pytest.approx(
            [standard_error_of(each, linear_weights(3)) for each in tables[0]]
        )
        assert np.isnan(kappas[1]).all() and np.isnan(errors[1]).all()

    def test_says_why_it_is_undefined(self) -> None:
        """Nothing in common, or nothing to tell apart."""
        nothing = weighted_kappa([0, NOT_SEEN], [NOT_SEEN, 2], identity_weights(3))
        alike = weighted_kappa([1, 1], [1, 1], identity_weights(3))

        assert nothing == Figure(None, Reason.NOTHING_SHARED)
        assert alike == Figure(None, Reason.NOTHING_VARIES)

    @given(pairs, weights, st.integers(0, 2**32 - 1))
    def test_does_not_depend_on_any_order(
        self, coders: NDArray[np.float64], weight: NDArray[np.float64], seed: int
    ) -> None:
        """Whoever is the first, and in whatever order the utterances come."""
        first, second = coders
        order = np.random.default_rng(seed).permutation(len(first))
        kappa = weighted_kappa(first, second, weight)

        assert_alike(kappa, weighted_kappa(second, first, weight))
        assert_alike(kappa, weighted_kappa(first[order], second[order], weight))

    @given(pairs, st.permutations([0.0, 1.0, 2.0]))
    def test_unweighted_does_not_depend_on_names(
        self, coders: NDArray[np.float64], names: list[float]
    ) -> None:
        """Numbering the categories otherwise changes nothing."""
        seen = np.nan_to_num(coders).astype(int)
        renamed = np.where(np.isnan(coders), NOT_SEEN, np.array(names)[seen])

        assert_alike(
            weighted_kappa(coders[0], coders[1], identity_weights(3)),
            weighted_kappa(renamed[0], renamed[1], identity_weights(3)),
        )

    @given(pairs, weights)
    def test_takes_only_the_proportions_of_weights(
        self, coders: NDArray[np.float64], weight: NDArray[np.float64]
    ) -> None:
        """Weights ten times as large are the same weights."""
        first, second = coders
        table = crosstable(first, second, 3)

        assert_alike(
            weighted_kappa(first, second, weight), weighted_kappa(first, second, 10 * weight)
        )
        assert standard_error_of(table, weight) == pytest.approx(
            standard_error_of(table, 10 * weight), abs=1e-9, nan_ok=True
        )

    @given(pairs)
    def test_of_two_categories_is_cohens(self, coders: NDArray[np.float64]) -> None:
        """With yes and no, every weight gives the kappa of `nominal.py`."""
        first, second = np.where(coders == 2, 1, coders)

        expected = float(kappa_of(contingency(first, second)))
        for weight in (identity_weights(2), linear_weights(2), quadratic_weights(2)):
            value = weighted_kappa(first, second, weight).value
            assert value == (None if np.isnan(expected) else pytest.approx(expected, abs=1e-12))
