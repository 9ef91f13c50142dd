import numpy as np
import pytest
from agreement.published import CODES, NOT_SEEN, sets_of
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from werkalliantie.agreement.alpha import alpha, nominal_distances
from werkalliantie.agreement.figure import Figure, Reason
from werkalliantie.agreement.sets import (
    dice_distances,
    jaccard_distances,
    masi_distances,
    set_alpha,
    set_fleiss,
)

SETS = ["", "a", "ab", "bc", "abc", "def"]
code_sets = st.one_of(st.none(), st.sets(st.sampled_from(CODES)).map("".join))
coded = st.tuples(st.integers(1, 4), st.integers(1, 6)).flatmap(
    lambda shape: st.lists(
        st.lists(code_sets, min_size=shape[0], max_size=shape[0]),
        min_size=shape[1],
        max_size=shape[1],
    ).map(lambda units: sets_of(*units))
)


def rows(sets: list[str]) -> NDArray[np.float64]:
    """Return sets as rows of 0 and 1."""
    return sets_of(sets)[:, 0]


def masi(one: set[str], other: set[str]) -> float:
    """Return the MASI distance as Passonneau (2006) puts it in words."""
    if one == other:
        return 0.0
    if not one & other:
        return 1.0
    monotonicity = 2 / 3 if one <= other or other <= one else 1 / 3
    return 1 - len(one & other) / len(one | other) * monotonicity


class TestDistances:
    def test_of_jaccard(self) -> None:
        """One less what is shared of what either holds."""
        assert jaccard_distances(rows(SETS))[2] == pytest.approx([1, 1 / 2, 0, 2 / 3, 1 / 3, 1])

    def test_of_masi(self) -> None:
        """Held: 1 - 1/2 x 2/3 and 1 - 2/3 x 2/3. Crossing: 1 - 1/3 x 1/3."""
        assert masi_distances(rows(SETS))[2] == pytest.approx([1, 2 / 3, 0, 8 / 9, 5 / 9, 1])

    def test_of_dice(self) -> None:
        """One less twice what is shared of both sizes."""
        assert dice_distances(rows(SETS))[2] == pytest.approx([1, 1 / 3, 0, 1 / 2, 1 / 5, 1])

    def test_no_code_twice_is_the_same_answer(self) -> None:
        """Two empty sets are at distance 0, an empty one and any other at 1."""
        for distances in (jaccard_distances, masi_distances, dice_distances):
            assert distances(rows(SETS))[0].tolist() == [0, 1, 1, 1, 1, 1]

    @given(st.lists(st.sets(st.sampled_from(CODES)), min_size=2, max_size=2))
    def test_of_masi_in_words(self, pair: list[set[str]]) -> None:
        """The matrix is the definition."""
        found = masi_distances(rows(["".join(each) for each in pair]))

        assert found[0, 1] == found[1, 0] == pytest.approx(masi(*pair))


class TestSetAlpha:
    def test_by_hand(self) -> None:
        """Three units by two coders, MASI: D_o = (0 + 2/3 + 1) / 3 over the pairs of each unit.

        Expected, over the thirty ordered pairs of six sets a, a, ab, b, a, "": aa 0, and per pair
        of different ones a-ab and b-ab 2/3, the others 1.
        """
        answers = sets_of(["a", "a"], ["ab", "b"], ["a", ""])

        expected = 2 * (3 * (2 / 3 + 1 + 1) + (2 / 3 + 1) + 1) / 30
        assert set_alpha(answers).value == pytest.approx(1 - (5 / 9) / expected)

    def test_takes_other_distances(self) -> None:
        """Under Jaccard, the near miss of ab and b is 1/2 instead of 2/3."""
        answers = sets_of(["a", "a"], ["ab", "b"], ["a", ""])

        expected = 2 * (3 * (1 / 2 + 1 + 1) + (1 / 2 + 1) + 1) / 30
        found = set_alpha(answers, jaccard_distances).value
        assert found == pytest.approx(1 - (3 / 2 / 3) / expected)

    def test_of_single_codes_is_nominal(self) -> None:
        """Sets of one code each are categories."""
        units = ["aab", "cb-", "ccc", "a--"]
        numbers = [
            [NOT_SEEN if a == "-" else CODES.index(a) for a in coder]
            for coder in zip(*units, strict=True)
        ]
        coded = [[None if a == "-" else a for a in unit] for unit in units]

        assert set_alpha(sets_of(*coded)).value == pytest.approx(alpha(numbers).value)

    def test_says_why_it_is_undefined(self) -> None:
        """No pairs, or no code ever."""
        assert set_alpha(sets_of(["a", None])) == Figure(None, Reason.NOTHING_SHARED)
        assert set_alpha(sets_of(["", ""], ["", ""])) == Figure(None, Reason.NOTHING_VARIES)

    @given(coded, st.integers(0, 2**32 - 1))
    def test_does_not_depend_on_order_or_names(
        self, answers: NDArray[np.float64], seed: int
    ) -> None:
        """Coders, units and codes in any order."""
        rng = np.random.default_rng(seed)
        found = set_alpha(answers)

        for axis in range(3):
            other = set_alpha(rng.permutation(answers, axis=axis))
            assert other.reason == found.reason
            assert other.value == pytest.approx(found.value, abs=1e-9)

    @given(coded)
    def test_forgives_more_than_all_or_nothing_only_by_distance(
        self, answers: NDArray[np.float64]
    ) -> None:
        """Under the nominal distance it is the alpha of sets as categories."""
        numbers = (answers @ 2.0 ** np.arange(len(CODES))).astype(float)

        found = set_alpha(answers, nominal_distances).value
        assert found == pytest.approx(alpha(numbers).value, abs=1e-9)


def test_fleiss_takes_each_whole_set_for_a_value() -> None:
    """Worked by hand: two of three units agree, chance is 2 (1/3)^2 + 2 (1/6)^2; "ab" isn't "a"."""
    assert set_fleiss(sets_of(["ab", "ab"], ["a", "b"], ["", ""])).value == pytest.approx(7 / 13)
