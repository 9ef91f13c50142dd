"""10,000 random matrices, against other people's implementations.

How many each comparison gets stands in its parameters and adds up to 10,000; they are small, so
that what is undefined comes up often. The oracles are for tests only: two of them are GPL.

Known exceptions, each with a test or in the code of its oracle below: what is undefined is NaN in
scikit-learn and statsmodels and a ValueError in krippendorff; irrCAC's "ordinal" weights aren't
Krippendorff's ordinal distance, and with pandas 3 it takes a gap for a category unless it is told
the categories.
"""

import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import krippendorff
import numpy as np
import pandas as pd
import pytest
from agreement.published import DATA_C, NOT_SEEN
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats import inter_rater

from werkalliantie.agreement.alpha import Level, alpha, alpha_figure, coincidences
from werkalliantie.agreement.figure import Figure
from werkalliantie.agreement.fleiss import fleiss_kappa
from werkalliantie.agreement.gwet import ac1
from werkalliantie.agreement.nominal import ac1_of, pabak_of
from werkalliantie.agreement.tally import tally
from werkalliantie.agreement.weighted import (
    identity_weights,
    linear_weights,
    quadratic_weights,
    standard_error_of,
    weighted_kappa,
    weighted_kappa_of,
)

Matrix = NDArray[np.float64]
WEIGHTS = {None: identity_weights, "linear": linear_weights, "quadratic": quadratic_weights}
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::UserWarning")


def matrices(n: int, seed: int, *, n_values: int = 3, gaps: float = 0.3) -> Iterator[Matrix]:
    """Make answers of 2-4 coders on 1-8 units, some of them far from evenly spread."""
    rng = np.random.default_rng(seed)
    for _ in range(n):
        shape = (rng.integers(2, 5), rng.integers(1, 9))
        answers = rng.choice(n_values, shape, p=rng.dirichlet(np.full(n_values, 0.7))).astype(float)
        answers[rng.random(shape) < gaps] = NOT_SEEN
        yield answers


def tables(n: int, seed: int, n_categories: int) -> Iterator[Matrix]:
    """Make crosstables of few utterances, the cells of some of them empty."""
    rng = np.random.default_rng(seed)
    for _ in range(n):
        shares = rng.dirichlet(np.full(n_categories**2, 0.5))
        counts = rng.multinomial(rng.integers(1, 30), shares)
        yield counts.reshape(n_categories, n_categories).astype(float)


def number(value: float) -> float | None:
    """Return what an oracle found, its NaN as None."""
    return None if np.isnan(value) else float(value)


def assert_same(found: list[Figure], expected: list[float | None]) -> None:
    """Fail unless all agree, and unless both defined and undefined values were compared."""
    assert [figure.value for figure in found] == [
        None if value is None else pytest.approx(value, abs=1e-9) for value in expected
    ]
    assert 0 < expected.count(None) < len(expected) / 2


@pytest.mark.parametrize("name", WEIGHTS)
def test_kappa_is_that_of_scikit_learn(name: str | None, n: int = 500) -> None:
    """1,500 matrices: plain, linear and quadratic weights over what both of two coders saw."""
    pairs = [answers[:2] for answers in matrices(n, seed=1, gaps=0.1)]

    found = [weighted_kappa(one, two, WEIGHTS[name](3)) for one, two in pairs]
    expected = []
    for pair in pairs:
        one, two = pair[:, ~np.isnan(pair).any(axis=0)]
        empty = len(one) == 0  # which scikit-learn doesn't take
        kappa = np.nan if empty else cohen_kappa_score(one, two, labels=[0, 1, 2], weights=name)
        expected.append(number(kappa))
    assert_same(found, expected)


@pytest.mark.parametrize("name", WEIGHTS)
def test_kappa_and_its_error_are_those_of_statsmodels(name: str | None, n: int = 400) -> None:
    """1,200 crosstables, all at once on our side."""
    drawn = list(tables(n, seed=2, n_categories=3))
    weights = WEIGHTS[name](3)

    oracles = [inter_rater.cohens_kappa(table, wt=name) for table in drawn]
    kappas = [oracle.kappa for oracle in oracles]
    variances = [oracle.var_kappa for oracle in oracles]
    errors = standard_error_of(np.array(drawn), weights)
    assert weighted_kappa_of(np.array(drawn), weights) == pytest.approx(kappas, nan_ok=True)
    assert errors**2 == pytest.approx(variances, abs=1e-12, nan_ok=True)
    assert 0 < np.isnan(kappas).sum() < n / 2


def test_kappa_of_any_weights_is_that_of_statsmodels(n: int = 300) -> None:
    """300 crosstables of four categories, each with weights of its own."""
    rng = np.random.default_rng(3)

    for table in tables(n, seed=3, n_categories=4):
        weights = rng.random((4, 4)) * identity_weights(4)
        oracle = inter_rater.cohens_kappa(table, weights=weights)
        error = standard_error_of(table, weights)
        assert weighted_kappa_of(table, weights) == pytest.approx(oracle.kappa, nan_ok=True)
        assert error**2 == pytest.approx(oracle.var_kappa, abs=1e-12, nan_ok=True)


def test_fleiss_is_that_of_statsmodels(n: int = 2_500) -> None:
    """2,500 matrices without gaps, as Fleiss has them."""
    drawn = list(matrices(n, seed=4, gaps=0))

    expected = [inter_rater.fleiss_kappa(tally(answers).counts) for answers in drawn]
    assert_same([fleiss_kappa(answers) for answers in drawn], [number(k) for k in expected])


def krippendorffs(answers: Matrix, level: Level | Callable[..., Matrix]) -> float | None:
    """Return the alpha of krippendorff at a level, or under a metric of one's own."""
    kind: Any = level.value if isinstance(level, Level) else level
    try:
        return number(krippendorff.alpha(answers, level_of_measurement=kind))
    except ValueError:  # no pairs, or one value
        return None


@pytest.mark.parametrize("level", Level)
def test_alpha_is_that_of_krippendorff(level: Level, n: int = 1_000) -> None:
    """3,000 matrices with gaps, on four values, in three levels."""
    drawn = [answers**2 for answers in matrices(n, seed=5, n_values=4)]

    expected = [krippendorffs(answers, level) for answers in drawn]
    assert_same([alpha(answers, level) for answers in drawn], expected)


def test_alpha_under_any_distance_is_that_of_krippendorff(n: int = 500) -> None:
    """500 matrices with gaps, each with distances of its own."""
    rng, found, expected = np.random.default_rng(6), [], []

    for answers in matrices(n, seed=6):
        counted = tally(answers)
        upper = np.triu(rng.random((len(counted.values),) * 2), 1)
        distances = upper + upper.T
        found.append(alpha_figure(coincidences(counted.counts), distances))
        expected.append(krippendorffs(answers, partial(looked_up, distances)))
    assert_same(found, expected)


def looked_up(distances: Matrix, *_: object, **__: object) -> Matrix:
    """Return distances to krippendorff, which asks for those of all values at once."""
    return distances


def irrcac(module: str) -> Any:  # noqa: ANN401 - it carries no types
    """Return the coefficients of irrCAC, which no dependency group can name; see the Makefile."""
    return pytest.importorskip(f"irrCAC.{module}").CAC


def of_irrcac(answers: Matrix, statistic: str) -> float:
    """Return a statistic of irrCAC; it rounds to as many digits as it is told."""
    oracle = irrcac("raw")(pd.DataFrame(answers.T), categories=[0.0, 1.0, 2.0], digits=12)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(getattr(oracle, statistic)()["est"]["coefficient_value"])


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(fleiss_kappa, "fleiss"), (lambda answers: ac1(answers, n_categories=3), "gwet")],
)
def test_fleiss_and_ac1_with_gaps_are_those_of_irrcac(
    ours: Callable[[Matrix], Figure], theirs: str, n: int = 300
) -> None:
    """600 matrices of what irrCAC can take: two units seen or more, one of them by two coders."""
    seen = ((answers, (~np.isnan(answers)).sum(axis=0)) for answers in matrices(9 * n, seed=7))
    usable = [answers for answers, n_seen in seen if n_seen.max() > 1 and (n_seen > 0).sum() > 1]

    values = [ours(answers).value for answers in usable[:n]]
    for answers, value in zip(usable, values, strict=False):
        if value is not None:
            assert value == pytest.approx(of_irrcac(answers, theirs), abs=1e-9)
    assert len(values) == n
    assert values.count(None) < n / 4


def test_ac1_and_pabak_of_two_coders_are_those_of_irrcac(n: int = 400) -> None:
    """400 crosstables of yes and no; PABAK is Brennan and Prediger's coefficient of those."""
    for table in tables(n, seed=8, n_categories=2):
        oracle = irrcac("table")(pd.DataFrame(table), digits=12)

        assert ac1_of(table.ravel()) == pytest.approx(value_of(oracle.gwet()), abs=1e-9)
        assert pabak_of(table.ravel()) == pytest.approx(value_of(oracle.bp()), abs=1e-9)


def value_of(report: dict[str, dict[str, float]]) -> float:
    """Return the coefficient in a report of irrCAC."""
    return report["est"]["coefficient_value"]


def test_irrcac_calls_something_else_ordinal() -> None:
    """Data C is .815 by Krippendorff (2011); irrCAC's weights count categories, not answers."""
    ratings, scale = pd.DataFrame(np.transpose(DATA_C)), [1.0, 2.0, 3.0, 4.0, 5.0]
    theirs = irrcac("raw")(ratings, weights="ordinal", categories=scale).krippendorff()

    assert round(alpha(DATA_C, Level.ORDINAL).value or 0, 3) == 0.815
    assert round(value_of(theirs), 3) == 0.834
