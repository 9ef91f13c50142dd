import numpy as np
import pytest
from scipy.optimize import approx_fprime
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression

from werkalliantie_training.bag_regression import _cross_entropy, fit_bag_regression


def test_bags_of_one_give_the_logistic_regression() -> None:
    """Where every bag is one row, weights and bias are scikit-learn's."""
    random = np.random.default_rng(3)
    features = random.normal(size=(300, 12))
    yes = features[:, 0] + random.normal(size=300) > 1.2
    known = LogisticRegression(C=0.01, class_weight="balanced", max_iter=1000, tol=1e-8)
    known.fit(features, yes)

    weights, bias = fit_bag_regression(features, np.arange(300), yes, strength=0.01)

    np.testing.assert_allclose(weights, known.coef_[0], atol=1e-3)
    assert bias == pytest.approx(known.intercept_[0], abs=1e-3)


def test_it_finds_which_row_of_a_bag_it_is() -> None:
    """From answers for bags alone, rows that carry the code come before those that don't."""
    random = np.random.default_rng(5)
    features = random.normal(size=(900, 6))
    row_is_yes = features[:, 2] > 1.2
    bags = np.arange(900) // 6
    yes = np.bincount(bags, row_is_yes) > 0

    weights, bias = fit_bag_regression(features, bags, yes, strength=1.0)

    assert np.abs(weights).argmax() == 2
    logits = features @ weights + bias
    assert (logits[row_is_yes][:, None] > logits[~row_is_yes]).mean() > 0.97


def test_a_sparse_table_gives_the_same() -> None:
    """Counts that are nearly all zero needn't be written out."""
    random = np.random.default_rng(4)
    counts = random.poisson(0.2, size=(400, 30)).astype(np.float32)
    bags = np.arange(400) // 4
    yes = np.bincount(bags, counts[:, 3] > 0) > 0

    dense, bias = fit_bag_regression(counts, bags, yes, strength=0.1)
    weights, other_bias = fit_bag_regression(csr_array(counts), bags, yes, strength=0.1)

    np.testing.assert_allclose(weights, dense, atol=1e-4)
    assert other_bias == pytest.approx(bias, abs=1e-4)


def test_the_slope_is_that_of_the_loss() -> None:
    """What the search is told of its way down agrees with differences of the loss."""
    random = np.random.default_rng(6)
    logits, bags = random.normal(size=8), np.array([0, 1, 1, 2, 2, 2, 3, 3])
    yes, weights = np.array([True, True, False, False]), random.uniform(size=4)

    _, slopes = _cross_entropy(logits, bags, yes, weights)

    numeric = approx_fprime(logits, lambda z: _cross_entropy(z, bags, yes, weights)[0], 1e-7)
    np.testing.assert_allclose(slopes, numeric, atol=1e-5)
