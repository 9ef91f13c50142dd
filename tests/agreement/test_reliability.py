import numpy as np
import pytest

from werkalliantie.agreement.reliability import icc_2_1

# Shrout and Fleiss (1979), table 2: six targets, four judges.
JUDGES = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]).T  # fmt: skip  # noqa: E501


def test_it_is_as_published() -> None:
    """Shrout and Fleiss print .29 for case 2."""
    icc = icc_2_1(JUDGES)

    assert icc is not None
    assert round(icc, 2) == 0.29


def test_units_that_one_did_not_see_are_left_out() -> None:
    """A gap takes the whole unit out, and changes nothing else."""
    gap = np.array([[3.0], [np.nan], [9], [1]])

    assert icc_2_1(np.hstack([JUDGES, gap])) == icc_2_1(JUDGES)


def test_coders_who_count_alike_have_one() -> None:
    """The same counts from everybody are perfect agreement."""
    assert icc_2_1([[1, 5, 2], [1, 5, 2]]) == pytest.approx(1)


def test_a_coder_who_always_counts_more_lowers_it() -> None:
    """It is about absolute agreement: a constant difference is a difference."""
    icc = icc_2_1([[1, 5, 2], [4, 8, 5]])

    # Mean squares: units 8.667, coders 13.5, rest 0; so 8.667 / (8.667 + 2 * 13.5 / 3).
    assert icc == pytest.approx(0.4906, abs=5e-5)


@pytest.mark.parametrize(
    "scores",
    [[[1, 2, 3]], [[1], [2]], [[2, 2], [2, 2]], [[1, np.nan], [np.nan, 2]], np.zeros((0, 0))],
)
def test_it_is_none_where_it_is_undefined(scores: list[list[float]]) -> None:
    """One coder, one unit, no variation, nothing in common or nothing at all."""
    assert icc_2_1(scores) is None
