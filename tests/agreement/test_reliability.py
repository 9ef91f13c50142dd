import numpy as np
import pytest
from agreement.scored import GAP, by_pingouin, kinds, scores, seeds
from hypothesis import assume, given
from hypothesis import strategies as st

from werkalliantie.agreement.reliability import (
    IccKind,
    NoIcc,
    icc,
    icc_2_1,
)

# Shrout and Fleiss (1979), table 2: six targets, four judges.
JUDGES = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]).T  # fmt: skip  # noqa: E501

PUBLISHED = {
    IccKind.ONE_1: 0.17,
    IccKind.TWO_1: 0.29,
    IccKind.THREE_1: 0.71,
    IccKind.ONE_K: 0.44,
    IccKind.TWO_K: 0.62,
    IccKind.THREE_K: 0.91,
}


class TestIcc:
    @pytest.mark.parametrize(("kind", "published"), PUBLISHED.items())
    def test_is_as_published(self, kind: IccKind, published: float) -> None:
        """Shrout and Fleiss (1979), table 4."""
        value = icc(JUDGES, kind).value

        assert value is not None
        assert round(value, 2) == published

    def test_is_pingouins(self) -> None:
        """Two hundred tables, every kind, with both ends of the interval.

        Known exceptions, where units hardly differ: a mean whose variance comes out negative, which
        pingouin calls a correlation above 1, and a lower end for one score too low to be stepped up
        to a mean, which it puts above the upper end. We give none.
        """
        for seed in range(200):
            table = scores(seed)
            for kind, theirs in by_pingouin(table).items():
                ours = icc(table, kind)
                if theirs[0] > 1 or theirs[1] > theirs[2]:
                    assert ours.reason is NoIcc.TOO_ALIKE
                else:
                    assert [ours.value, ours.low, ours.high] == pytest.approx(theirs, abs=1e-8)

    def test_is_pingouins_where_coders_differ_and_units_do_not(self) -> None:
        """Absolute agreement below nothing: Satterthwaite's degrees of freedom still hold."""
        table = np.array([[1.0, 3, 2, 1], [12, 10, 11, 12], [21, 22, 22, 21]])

        ours, theirs = icc(table, IccKind.TWO_1), by_pingouin(table)[IccKind.TWO_1]
        assert theirs[0] < 0
        assert [ours.value, ours.low, ours.high] == pytest.approx(theirs, abs=1e-8)

    @pytest.mark.parametrize("kind", IccKind)
    @pytest.mark.parametrize("stretch", [1e-9, 1e9])
    def test_does_not_take_small_for_nothing(self, kind: IccKind, stretch: float) -> None:
        """Seconds or years."""
        before, after = icc(JUDGES, kind), icc(stretch * JUDGES, kind)

        assert [after.value, after.low, after.high] == pytest.approx(
            [before.value, before.low, before.high]
        )

    @pytest.mark.parametrize(
        ("kind", "single", "table"),
        [
            (IccKind.ONE_K, IccKind.ONE_1, [[7, 5, GAP, 3], [6, 5, 1, GAP], [GAP, GAP, 7, 1]]),
            (
                IccKind.THREE_K,
                IccKind.THREE_1,
                [[1, 2, GAP, 4, GAP], [1, GAP, 3, 6, 1], [GAP, 5, 1, GAP, 2]],
            ),
        ],
    )
    def test_of_a_mean_has_no_interval_below_what_a_mean_can_have(
        self, kind: IccKind, single: IccKind, table: list[list[float]]
    ) -> None:
        """With two scores a unit, one may correlate by less than -1/2; a mean of three can't."""
        of_mean, of_one = icc(table, kind), icc(table, single)

        assert of_one.low is not None
        assert of_one.low < -1 / 2
        assert of_mean.value is not None
        assert (of_mean.low, of_mean.high, of_mean.reason) == (None, None, NoIcc.TOO_ALIKE)

    def test_says_how_many_scored_what(self) -> None:
        """Who scored nothing, and what nobody scored, doesn't count."""
        found = icc([[1, 2, 4, GAP], [GAP] * 4, [1, 3, 5, GAP]], IccKind.TWO_1)

        assert (found.n_coders, found.n_units, found.kind) == (2, 3, IccKind.TWO_1)
        assert found.reason is None

    @given(seeds, kinds, st.floats(-100, 100), st.floats(0.01, 100))
    def test_is_the_same_on_another_scale(
        self, seed: int, kind: IccKind, shift: float, stretch: float
    ) -> None:
        """Minutes or seconds, counted from any start."""
        table = scores(seed, gaps=True)
        before, after = icc(table, kind), icc(shift + stretch * table, kind)

        assert before.reason == after.reason
        assert [after.value, after.low, after.high] == [
            None if number is None else pytest.approx(number, rel=1e-5, abs=1e-5)
            for number in (before.value, before.low, before.high)
        ]

    @given(seeds, kinds)
    def test_does_not_go_by_order(self, seed: int, kind: IccKind) -> None:
        """Neither of coders nor of units."""
        table = scores(seed, gaps=True)
        random = np.random.default_rng(seed)
        mixed = table[random.permutation(len(table))][:, random.permutation(table.shape[1])]
        before, after = icc(table, kind).value, icc(mixed, kind).value

        assert after == (None if before is None else pytest.approx(before, abs=1e-9))

    @given(seeds, kinds)
    def test_lies_in_its_interval(self, seed: int, kind: IccKind) -> None:
        """Where it has one; an unbalanced one need not be centred, but this far it holds."""
        found = icc(scores(seed), kind)
        assume(found.value is not None and found.low is not None and found.high is not None)

        assert found.low <= found.value <= found.high  # type: ignore[operator]

    @given(seeds, kinds)
    def test_is_surer_of_less(self, seed: int, kind: IccKind) -> None:
        """A lower level gives a narrower interval."""
        table = scores(seed, gaps=True)
        wide, narrow = icc(table, kind), icc(table, kind, level=0.5)
        assume(wide.low is not None and narrow.low is not None)

        assert wide.low <= narrow.low  # type: ignore[operator]
        assert narrow.high <= wide.high  # type: ignore[operator]

    @pytest.mark.parametrize("kind", IccKind)
    def test_with_a_gap_stays_near(self, kind: IccKind) -> None:
        """Leaving one score of 24 out changes it little."""
        table = JUDGES.astype(float)
        table[0, 0] = GAP
        before, after = icc(JUDGES, kind), icc(table, kind)

        assert after.value == pytest.approx(before.value, abs=0.12)
        assert after.value != before.value

    def test_of_units_with_unequal_scores_goes_by_n0(self) -> None:
        """Worked by hand: units scored 3, 2 and 2 times.

        Sums are 6, 10 and 18, of 34: squares between them are 36/3 + 100/2 + 324/2 - 34 * 34/7,
        within them 2 + 1/2 + 1/2; n0 is (7 - (9 + 4 + 4) / 7) / 2.
        """
        found = icc([[1, 4.5, 8.5], [2, 5.5, 9.5], [3, GAP, GAP]], IccKind.ONE_1)

        between, within, n0 = (224 - 34 * 34 / 7) / 2, 3 / 4, (7 - 17 / 7) / 2
        unit = (between - within) / n0
        assert found.value == pytest.approx(unit / (unit + within))

    @pytest.mark.parametrize("kind", [IccKind.TWO_1, IccKind.TWO_K])
    def test_of_absolute_agreement_has_no_interval_with_gaps(self, kind: IccKind) -> None:
        """There is no F for it, and it says so."""
        table = JUDGES.astype(float)
        table[1, 2] = GAP
        found = icc(table, kind)

        assert found.value is not None
        assert (found.low, found.high, found.reason) == (None, None, NoIcc.HAS_GAPS)

    @pytest.mark.parametrize("kind", [IccKind.THREE_1, IccKind.THREE_K])
    def test_of_consistency_disregards_level(self, kind: IccKind) -> None:
        """Coders who differ by a constant are wholly consistent, and nothing is uncertain."""
        found = icc([[1, 5, 2], [4, 8, 5]], kind)

        assert (found.value, found.low, found.high) == (1, 1, 1)

    @pytest.mark.parametrize("kind", IccKind)
    def test_of_coders_who_are_alike_is_one(self, kind: IccKind) -> None:
        """The same counts from everybody."""
        found = icc([[1, 5, 2], [1, 5, 2]], kind)

        assert [found.value, found.low, found.high] == pytest.approx([1, 1, 1])

    @pytest.mark.parametrize("kind", IccKind)
    @pytest.mark.parametrize(
        ("table", "reason"),
        [
            ([[1, 2, 3]], NoIcc.FEW_CODERS),
            ([[1], [2]], NoIcc.FEW_UNITS),
            (np.zeros((0, 0)), NoIcc.FEW_UNITS),
            ([[2, 2], [2, 2]], NoIcc.NOTHING_VARIES),
            ([[1, GAP], [GAP, 2]], NoIcc.SCORED_ONCE),
        ],
    )
    def test_that_is_undefined_says_why(
        self, table: list[list[float]], reason: NoIcc, kind: IccKind
    ) -> None:
        """One coder, one unit, nothing at all, no variation, or nothing in common."""
        found = icc(table, kind)

        assert (found.value, found.low, found.high) == (None, None, None)
        assert found.reason is reason

    def test_of_coders_who_share_one_unit_each_is_undefined(self) -> None:
        """Two pairs of coders, one unit each: level and unit can't be told apart."""
        table = [[1, GAP], [2, GAP], [GAP, 5], [GAP, 7], [GAP, 6]]

        assert icc(table, IccKind.THREE_1).reason is NoIcc.SCORED_ONCE
        assert icc([*table[:2], *table[:2]], IccKind.THREE_1).reason is NoIcc.FEW_UNITS
        assert icc(table, IccKind.ONE_1).value is not None

    @pytest.mark.parametrize("kind", [IccKind.ONE_K, IccKind.TWO_K, IccKind.THREE_K])
    def test_of_a_mean_is_undefined_where_units_are_alike(self, kind: IccKind) -> None:
        """Nothing to be reliable about: the means of all units are the same."""
        found = icc([[1, 2, 3, 2], [3, 2, 1, 2]], kind)

        assert (found.value, found.reason) == (None, NoIcc.TOO_ALIKE)

    @pytest.mark.parametrize("table", [[[1, 1, 1], [2, 2, 2]], [[1, 0], [0, 2], [1, 0]]])
    def test_of_absolute_agreement_without_degrees_of_freedom_has_no_interval(
        self, table: list[list[int]]
    ) -> None:
        """Satterthwaite's two parts cancel out, but for what rounding leaves."""
        found = icc(table, IccKind.TWO_1)

        assert (found.low, found.high, found.reason) == (None, None, NoIcc.TOO_ALIKE)

    def test_of_absolute_agreement_has_an_interval_where_the_parts_are_equal(self) -> None:
        """Satterthwaite's two parts are the same here, which is nothing out of the ordinary."""
        table = np.array([[1.0, 4, 4], [1, 2, 2]])

        ours, theirs = icc(table, IccKind.TWO_1), by_pingouin(table)[IccKind.TWO_1]
        assert [ours.value, ours.low, ours.high] == pytest.approx(theirs, abs=1e-8)

    def test_of_a_million_units_is_defined(self) -> None:
        """However small one score's share of all squares is, it is more than rounding leaves."""
        random = np.random.default_rng(1)
        table = random.normal(size=1_200_000) + random.normal(size=(2, 1_200_000))

        assert icc(table, IccKind.ONE_1).value == pytest.approx(0.5, abs=0.01)


class TestIcc21:
    def test_leaves_out_units_that_one_did_not_see(self) -> None:
        """A gap takes the whole unit out, and changes nothing else."""
        gap = np.array([[3.0], [GAP], [9], [1]])

        assert icc_2_1(np.hstack([JUDGES, gap])) == icc_2_1(JUDGES)

    def test_is_lower_if_a_coder_always_counts_more(self) -> None:
        """It is about absolute agreement: a constant difference is a difference."""
        # Mean squares: units 8.667, coders 13.5, rest 0; so 8.667 / (8.667 + 2 * 13.5 / 3).
        assert icc_2_1([[1, 5, 2], [4, 8, 5]]) == pytest.approx(0.4906, abs=5e-5)

    @pytest.mark.parametrize(
        "table",
        [[[1, 2, 3]], [[1], [2]], [[2, 2], [2, 2]], [[1, GAP], [GAP, 2]], np.zeros((0, 0))],
    )
    def test_is_none_where_it_is_undefined(self, table: list[list[float]]) -> None:
        """One coder, one unit, no variation, nothing in common or nothing at all."""
        assert icc_2_1(table) is None
