import itertools

import numpy as np
import pytest
from agreement.comparing import assert_alike
from agreement.published import DATA_C, NOT_SEEN
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from werkalliantie.agreement.alpha import (
    Level,
    alpha,
    alpha_figure,
    alpha_of,
    coincidences,
    interval_distances,
    nominal_distances,
    ordinal_distances,
)
from werkalliantie.agreement.figure import Figure, Reason
from werkalliantie.agreement.nominal import krippendorff_alpha
from werkalliantie.agreement.tally import tally

answer = st.sampled_from([0.0, 1.0, 2.0, 5.0, NOT_SEEN])
tables = st.tuples(st.integers(1, 5), st.integers(1, 8)).flatmap(
    lambda shape: st.lists(answer, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]).map(
        lambda flat: np.array(flat).reshape(shape)
    )
)
levels = st.sampled_from(list(Level))


class TestAlpha:
    @pytest.mark.parametrize(
        ("level", "published"),
        [(Level.NOMINAL, 0.743), (Level.ORDINAL, 0.815), (Level.INTERVAL, 0.849)],
    )
    def test_is_as_published(self, level: Level, published: float) -> None:
        """Krippendorff (2011), data C: four observers, twelve units, gaps."""
        assert alpha(DATA_C, level).value == pytest.approx(published, abs=5e-4)

    def test_is_nominal_unless_said_otherwise(self) -> None:
        """Codes have no order."""
        assert alpha(DATA_C) == alpha(DATA_C, Level.NOMINAL)

    @pytest.mark.parametrize("level", Level)
    def test_of_a_unit_with_one_answer_counts_nothing(self, level: Level) -> None:
        """An answer that is paired with no other is left out altogether."""
        without = [row[:-1] for row in DATA_C]

        assert_alike(alpha(DATA_C, level), alpha(without, level))

    @pytest.mark.parametrize("level", Level)
    @pytest.mark.parametrize("table", [[[1, NOT_SEEN], [NOT_SEEN, 0]], [[1, 0]], [[], []]])
    def test_without_pairs_says_so(self, table: list[list[float]], level: Level) -> None:
        """No unit in common, one coder, or no units."""
        assert alpha(table, level) == Figure(None, Reason.NOTHING_SHARED)

    @pytest.mark.parametrize("level", Level)
    def test_of_one_paired_value_says_so(self, level: Level) -> None:
        """Another value that is in no pair doesn't make it defined."""
        table = [[1.0, 1, 0], [1, 1, NOT_SEEN]]

        assert alpha(table, level) == Figure(None, Reason.NOTHING_VARIES)

    @given(tables, levels, st.integers(0, 2**32 - 1))
    def test_does_not_depend_on_order(
        self, answers: NDArray[np.float64], level: Level, seed: int
    ) -> None:
        """Coders and units may come in any order."""
        rng = np.random.default_rng(seed)

        for other in (rng.permutation(answers), rng.permutation(answers, axis=1)):
            assert_alike(alpha(answers, level), alpha(other, level))

    @given(tables)
    def test_keeps_to_its_level(self, answers: NDArray[np.float64]) -> None:
        """Nominal needs no order, ordinal only the order, interval only the distances."""
        swapped = np.where(answers == 1, 5, np.where(answers == 5, 1, answers))

        assert_alike(alpha(answers), alpha(swapped))
        assert_alike(alpha(answers, Level.ORDINAL), alpha(np.exp(answers), Level.ORDINAL))
        assert_alike(alpha(answers, Level.ORDINAL), alpha(-answers, Level.ORDINAL))
        assert_alike(alpha(answers, Level.INTERVAL), alpha(7 - 3 * answers, Level.INTERVAL))

    @given(tables, levels)
    def test_of_yes_and_no_is_the_plain_one(
        self, answers: NDArray[np.float64], level: Level
    ) -> None:
        """With two values, every level gives the alpha of `nominal.py`."""
        binary = np.where(answers > 1, 1.0, answers)

        assert alpha(binary, level).value == pytest.approx(krippendorff_alpha(binary), abs=1e-9)


class TestCoincidences:
    def test_of_data_c(self) -> None:
        """Krippendorff (2011) prints them: forty pairable answers."""
        table = coincidences(tally(DATA_C).counts)

        assert table.round(2).tolist() == [
            [7, pytest.approx(4 / 3, abs=5e-3), pytest.approx(1 / 3, abs=5e-3), 0.33, 0],
            [1.33, 10, 1.33, 0.33, 0],
            [0.33, 1.33, 8, 0.33, 0],
            [0.33, 0.33, 0.33, 4, 0],
            [0, 0, 0, 0, 3],
        ]

    @given(tables)
    def test_add_up_to_the_pairable_answers(self, answers: NDArray[np.float64]) -> None:
        """Symmetric, and in rows as many as each value was given where paired."""
        counts = tally(answers).counts
        table = coincidences(counts)

        assert table == pytest.approx(table.T)
        assert table.sum(axis=0) == pytest.approx(counts[counts.sum(axis=1) > 1].sum(axis=0))


class TestDistances:
    def test_between_values(self) -> None:
        """Nominal: the same or not. Interval: squared differences."""
        values = np.array([1.0, 2, 5])

        assert nominal_distances(values).tolist() == [[0, 1, 1], [1, 0, 1], [1, 1, 0]]
        assert interval_distances(values).tolist() == [[0, 1, 16], [1, 0, 9], [16, 9, 0]]

    def test_in_rank(self) -> None:
        """Answers from the one to the other, with half of both ends: 4 / 2 + 6 + 2 / 2 = 9."""
        distances = ordinal_distances(np.diag([4.0, 6, 2]))

        assert distances.tolist() == [[0, 25, 81], [25, 0, 16], [81, 16, 0]]


class TestAlphaOf:
    @pytest.mark.parametrize("level", Level)
    def test_may_be_drawn_again_with_any_leading_axes(self, level: Level) -> None:
        """Alpha of weighted coincidences is that of the units repeated; none drawn is NaN."""
        counted = tally(DATA_C)
        per_unit = np.array([coincidences(unit[None]) for unit in counted.counts])
        weights = np.array([[1.0] * 12, [2, 0, 1, 1, 0, 3, 1, 0, 1, 0, 2, 1], [0] * 12])
        drawn = np.einsum("ru,uvw->rvw", weights, per_unit)

        distances = {
            Level.NOMINAL: nominal_distances(counted.values),
            Level.ORDINAL: ordinal_distances(drawn),
            Level.INTERVAL: interval_distances(counted.values),
        }[level]
        alphas = alpha_of(drawn, distances)
        repeated = np.repeat(DATA_C, weights[1].astype(int), axis=1)
        assert alphas[0] == pytest.approx(alpha(DATA_C, level).value)
        assert alphas[1] == pytest.approx(alpha(repeated, level).value)
        assert np.isnan(alphas[2])

    def test_has_any_number_of_leading_axes(self) -> None:
        """Two of them, of three values and of two tables that differ."""
        tables = np.array([np.diag([4.0, 6, 2]), [[2.0, 1, 0], [1, 4, 2], [0, 2, 6]]])[None]

        ranked = ordinal_distances(tables)
        assert ranked.shape == (1, 2, 3, 3)
        assert alpha_of(tables, ranked)[0] == pytest.approx(
            [alpha_of(each, ordinal_distances(each)) for each in tables[0]]
        )

    @given(tables, st.integers(0, 2**32 - 1))
    def test_under_any_distance(self, answers: NDArray[np.float64], seed: int) -> None:
        """It is 1 - D_o / D_e with both written out over ordered pairs of answers."""
        counted = tally(answers)
        distances = np.random.default_rng(seed).random((len(counted.values),) * 2)
        distances = np.triu(distances, 1) + np.triu(distances, 1).T
        place = {value: number for number, value in enumerate(counted.values)}
        units = [[place[a] for a in unit if a in place] for unit in answers.T]
        units = [unit for unit in units if len(unit) > 1]
        everything = [a for unit in units for a in unit]

        def mean_distance(given: list[int]) -> float:
            return float(np.mean([distances[a, b] for a, b in itertools.permutations(given, 2)]))

        found = alpha_figure(coincidences(counted.counts), distances)
        if len(set(everything)) < 2:
            assert found.value is None
        else:
            within = [len(unit) * mean_distance(unit) for unit in units]
            observed = sum(within) / len(everything)
            assert found.value == pytest.approx(1 - observed / mean_distance(everything))
