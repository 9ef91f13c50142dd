import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from werkalliantie.agreement.count_sums import count_sums, icc_of_sums, icc_over_tapes
from werkalliantie.agreement.reliability import icc_2_1

SHROUT_AND_FLEISS = [
    [9, 6, 8, 7, 10, 6],
    [2, 1, 4, 1, 5, 2],
    [5, 3, 6, 2, 6, 4],
    [8, 2, 8, 6, 9, 7],
]
"""Shrout and Fleiss (1979), table 2: four judges by six targets."""


def test_is_the_published_value() -> None:
    """ICC(2,1) .29, however the targets are spread over tapes."""
    for tapes in ([0] * 6, [0, 0, 1, 1, 2, 2], range(6)):
        found = icc_over_tapes(SHROUT_AND_FLEISS, list(tapes))
        assert found.estimate == pytest.approx(0.29, abs=0.005)


@given(
    st.integers(2, 4).flatmap(
        lambda k: st.lists(
            st.lists(st.integers(0, 9), min_size=k, max_size=k), min_size=2, max_size=8
        )
    )
)
def test_equals_the_icc_of_the_units(units: list[list[int]]) -> None:
    """Also where it is undefined."""
    table = np.array(units, dtype=float)

    expected = icc_2_1(table.T)
    value = float(icc_of_sums(count_sums(table)))
    assert (None if np.isnan(value) else value) == (
        None if expected is None else pytest.approx(expected, abs=1e-9)
    )


def test_sums_of_tapes_add_up() -> None:
    """Those of all units are those of the tapes together."""
    units = np.array(SHROUT_AND_FLEISS, dtype=float).T

    assert count_sums(units[:2]) + count_sums(units[2:]) == pytest.approx(count_sums(units))


def test_the_interval_is_over_tapes() -> None:
    """Units that always occur together say less than units that don't."""
    apart = icc_over_tapes(SHROUT_AND_FLEISS, range(6))
    together = icc_over_tapes(SHROUT_AND_FLEISS, [0, 0, 0, 1, 1, 1])

    assert apart.limits is not None
    assert (apart.n_tapes, together.n_tapes) == (6, 2)
    assert apart.limits[0] < 0.29 < apart.limits[1]


def test_the_interval_ends_where_correlations_do() -> None:
    """Two tapes leave room beyond 1 and -1, and it is cut off."""
    alike = icc_over_tapes([[1, 5, 1, 5, 2, 4], [1, 5, 2, 5, 2, 3]], [0, 0, 0, 1, 1, 1])
    opposed = icc_over_tapes([[1, 5, 1, 5, 2, 4], [4, 1, 4, 2, 3, 4]], [0, 0, 0, 1, 1, 1])

    assert alike.high == 1
    assert opposed.limits == (-1, 1)


def test_the_interval_holds_a_figure_beyond_that() -> None:
    """Coders who contradict each other on three units: an estimate below -1 ends the interval."""
    found = icc_over_tapes([[1, 2, 3], [3, 0, 0]], [0, 1, 2])

    assert found.estimate == pytest.approx(-1.125)
    assert found.limits == (found.estimate, 1)


@pytest.mark.parametrize(("shift", "stretch"), [(1e8, 1), (0, 1e-9), (0, 1e9)])
def test_does_not_go_by_the_scale_of_scores(shift: float, stretch: float) -> None:
    """Moved far from nothing, or in seconds or years, scores are as alike as they were."""
    moved = shift + stretch * np.array(SHROUT_AND_FLEISS, dtype=float)

    there = icc_over_tapes(moved, range(6))
    here = icc_over_tapes(SHROUT_AND_FLEISS, range(6))
    assert here.limits is not None
    assert there.estimate == pytest.approx(here.estimate, rel=1e-9)
    assert there.limits == pytest.approx(here.limits, rel=1e-9)


def test_many_sums_have_their_figures_at_once() -> None:
    """As the bootstrap asks for them: leading axes are draws."""
    units = np.array(SHROUT_AND_FLEISS, dtype=float).T
    parts = [units[:4], units[2:], units]

    found = icc_of_sums(np.array([count_sums(part) for part in parts]))
    assert found.tolist() == pytest.approx([icc_2_1(part.T) for part in parts])


def test_units_that_a_coder_did_not_score_are_left_out() -> None:
    """As by the published formula."""
    table = np.array(SHROUT_AND_FLEISS, dtype=float)
    table[2, 4] = np.nan

    found = icc_over_tapes(table, range(6))
    assert found.estimate == pytest.approx(icc_2_1(table))
    assert found.n_tapes == 5


@pytest.mark.parametrize(
    "counts", [[[1, 2]], [[3], [4]], [[2, 2], [2, 2]], np.full((2, 2), np.nan)]
)
def test_is_none_where_nothing_can_be_said(counts: list[list[float]]) -> None:
    """One coder, one unit, no variation, or nothing scored."""
    n_units = np.asarray(counts).shape[1]

    assert icc_over_tapes(counts, range(n_units)).estimate is None
