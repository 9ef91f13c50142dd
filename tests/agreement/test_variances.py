from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from werkalliantie.agreement.variances import (
    Analysis,
    Scores,
    coder_variance,
    one_way,
    scores_of,
    two_way,
    variance_share_interval,
)

Table = NDArray[np.float64]
seeds = st.integers(0, 2**32 - 1)


def gappy(seed: int) -> Table:
    """Return scores of some coders on some units, of which a third is missing."""
    random = np.random.default_rng(seed)
    table = random.normal(size=(int(random.integers(2, 6)), int(random.integers(2, 9))))
    table[random.random(table.shape) < 1 / 3] = np.nan
    return table


def projections(table: Table, *, after_coders: bool) -> tuple[float, ...]:
    """Return the same analysis by projecting on columns of 0 and 1, which takes them all."""
    coder, unit = np.nonzero(~np.isnan(table))
    y = table[coder, unit] - np.nanmean(table)
    units, coders = np.eye(table.shape[1])[unit], np.eye(table.shape[0])[coder]
    fixed = coders if after_coders else np.ones((len(y), 1))
    both = np.hstack([fixed, units])
    on_fixed, on_both = fixed @ np.linalg.pinv(fixed), both @ np.linalg.pinv(both)
    rank = int(np.linalg.matrix_rank(both))
    return (
        y @ (on_both - on_fixed) @ y,
        rank - int(np.linalg.matrix_rank(fixed)),
        np.trace(units.T @ (np.eye(len(y)) - on_fixed) @ units),
        y @ y - y @ on_both @ y,
        len(y) - rank,
    )


def parts(analysis: Analysis) -> tuple[float, ...]:
    """Return an analysis as its five numbers."""
    return (
        analysis.between,
        analysis.df_between,
        analysis.weight,
        analysis.within,
        analysis.df_within,
    )


@pytest.mark.parametrize(("analyse", "after_coders"), [(one_way, False), (two_way, True)])
@given(seed=seeds)
def test_it_is_what_projections_give(
    analyse: Callable[[Scores], Analysis], after_coders: bool, seed: int
) -> None:
    """Sums per unit and per coder say as much as the whole design, whatever the gaps."""
    table = gappy(seed)
    assume(not np.isnan(table).all())

    expected = projections(table, after_coders=after_coders)
    assert parts(analyse(scores_of(table))) == pytest.approx(expected, abs=1e-9)


def test_complete_scores_give_the_usual_table() -> None:
    """Shrout and Fleiss (1979), table 3: mean squares 11.24, 6.26 and 1.02."""
    table = [[9, 6, 8, 7, 10, 6], [2, 1, 4, 1, 5, 2], [5, 3, 6, 2, 6, 4], [8, 2, 8, 6, 9, 7]]
    scores = scores_of(table)
    units, rest = one_way(scores), two_way(scores)

    assert units.between / units.df_between == pytest.approx(11.24, abs=0.005)
    assert units.within_variance == pytest.approx(6.26, abs=0.005)
    assert rest.between / rest.df_between == pytest.approx(11.24, abs=0.005)
    assert rest.within_variance == pytest.approx(1.02, abs=0.005)
    assert coder_variance(scores) == pytest.approx((32.49 - 1.02) / 6, abs=0.005)


def test_variances_are_estimated_without_bias() -> None:
    """Over many tables with the same gaps the three variances come out on average."""
    random = np.random.default_rng(5)
    gaps = random.random((4, 12)) < 0.4
    found = []
    for _ in range(600):
        units, levels = 2 * random.normal(size=12), 1.5 * random.normal(size=(4, 1))
        table = units + levels + random.normal(size=(4, 12))
        scores = scores_of(np.where(gaps, np.nan, table))
        analysis = two_way(scores)
        found.append([analysis.unit_variance, coder_variance(scores), analysis.within_variance])

    # Standard errors of these means are .08, .08 and .01.
    assert np.mean(found, axis=0) == pytest.approx([4, 2.25, 1], abs=0.25)
    assert np.mean(found, axis=0)[2] == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize(("analyse", "fixed"), [(one_way, False), (two_way, True)])
def test_its_interval_holds_the_truth_as_often_as_it_says(
    analyse: Callable[[Scores], Analysis], fixed: bool
) -> None:
    """The F interval is exact with gaps too, where units have one to five scores."""
    random = np.random.default_rng(2)
    gaps = random.random((5, 15)) < np.linspace(0, 0.8, 15)
    gaps[0] = False
    below = above = 0
    for _ in range(500):
        table = random.normal(size=15) + random.normal(size=(5, 15))
        scores = scores_of(np.where(gaps, np.nan, table))
        low, high = variance_share_interval(scores, analyse(scores), coders_fixed=fixed, level=0.8)
        below += high < 0.5
        above += low > 0.5

    # 50 of each are expected; 4 standard deviations are 27.
    assert abs(below - 50) < 27
    assert abs(above - 50) < 27


@pytest.mark.parametrize(("analyse", "fixed"), [(one_way, False), (two_way, True)])
@given(seed=seeds)
def test_its_ends_are_where_f_is_at_its_quantiles(
    analyse: Callable[[Scores], Analysis], fixed: bool, seed: int
) -> None:
    """Worked with whole matrices: the generalised residual at either end, for any gaps."""
    table = gappy(seed)
    table[:2] = np.where(np.isnan(table[:2]), 0.5, table[:2])
    scores = scores_of(table)
    analysis = analyse(scores)
    ends = variance_share_interval(scores, analysis, coders_fixed=fixed, level=0.9)

    assume(table.shape[1] > 2 and analysis.within > 1e-6)
    coder, unit = np.nonzero(~np.isnan(table))
    y, same = table[coder, unit], (unit[:, None] == unit).astype(float)
    columns = np.eye(len(table))[coder] if fixed else np.ones((len(y), 1))
    least = -1 / (scores.per_unit.max() - 1)
    for end, probability in zip(ends, (0.95, 0.05), strict=True):
        inverse = np.linalg.inv(np.eye(len(y)) + end / (1 - end) * same)
        fitted = columns @ np.linalg.pinv(columns.T @ inverse @ columns) @ columns.T @ inverse @ y
        added = (y - fitted) @ inverse @ (y - fitted) - analysis.within
        f = added / analysis.df_between / analysis.within_variance
        wanted = stats.f.ppf(probability, analysis.df_between, analysis.df_within)
        assert f == pytest.approx(wanted, rel=1e-4) or end == pytest.approx(least, abs=1e-6)


@pytest.mark.parametrize("seed", [0, 4, 7])
def test_many_units_are_no_matter(seed: int) -> None:
    """Rounding in the sums of a thousand units passes for no difference between coders."""
    random = np.random.default_rng(seed)
    table = random.integers(0, 5, (7, 1000)).astype(float)
    table[random.random(table.shape) < 0.4] = np.nan
    analysis = two_way(scores_of(table))

    table = table[:, ~np.isnan(table).all(axis=0)]
    coder, unit = np.nonzero(~np.isnan(table))
    present = np.eye(7)[coder]
    by_unit = np.array([present[unit == one].mean(axis=0) for one in range(table.shape[1])])
    y = table[coder, unit] - np.nanmean(table, axis=0)[unit]
    within = (present - by_unit[unit])[:, 1:]  # the last coder's place follows from the others'
    rest = y - within @ np.linalg.lstsq(within, y, rcond=None)[0]
    assert analysis.within == pytest.approx(rest @ rest, rel=1e-12)
    assert analysis.df_within == len(y) - table.shape[1] - 6


@given(seeds, st.floats(-5, 5), st.floats(0.1, 9))
def test_it_is_the_same_on_another_scale(seed: int, shift: float, stretch: float) -> None:
    """Adding to all scores changes nothing; stretching them stretches sums by the square."""
    table = gappy(seed)
    assume(not np.isnan(table).all())
    before, after = two_way(scores_of(table)), two_way(scores_of(shift + stretch * table))

    assert after.between == pytest.approx(before.between * stretch**2, abs=1e-7)
    assert after.within == pytest.approx(before.within * stretch**2, abs=1e-7)


def test_coders_and_units_without_scores_fall_out() -> None:
    """Who scored nothing is not there."""
    scores = scores_of([[1, np.nan, 3], [np.nan] * 3, [2, np.nan, np.nan]])

    assert scores.seen.tolist() == [[1, 1], [1, 0]]
    assert scores.n == 3
    assert not scores.complete


@given(st.floats(-9, 9), st.integers(1, 7), st.integers(1, 7))
def test_scores_that_are_all_alike_vary_nothing_at_all(
    score: float, n_coders: int, n_units: int
) -> None:
    """Not even by what rounding leaves: a tenth has no exact binary form."""
    assert scores_of(np.full((n_coders, n_units), score)).squares == 0


def test_no_scores_add_up_to_nothing() -> None:
    """An empty table is no reason to fail."""
    scores = scores_of(np.full((2, 2), np.nan))

    assert scores.n == 0
    assert scores.squares == 0


def test_an_interval_without_variance_within_is_a_point() -> None:
    """Coders who differ in level alone are wholly consistent."""
    scores = scores_of([[1, 5, 2], [4, 8, 5]])

    interval = variance_share_interval(scores, two_way(scores), coders_fixed=True, level=0.95)
    assert interval == (1, 1)
