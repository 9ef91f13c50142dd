"""Logistic regression where some answers are for bags of rows: that at least one is a yes."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array

Matrix = NDArray[np.float64]

_STEPS = 1000
_LEAST = 1e-300


def fit_bag_regression(
    features: NDArray[np.floating] | csr_array,
    bags: NDArray[np.int64],
    yes: NDArray[np.bool_],
    *,
    strength: float,
) -> tuple[NDArray[np.float32], float]:
    """Return weights, `(n_features,)`, and bias of the rows' logits.

    The loss is the bags' binary cross-entropy with their noisy-or (see `bags`), yeses and noes
    weighing the same in total, times `strength`, plus half the squared norm of the weights. Where
    every bag holds one row this is scikit-learn's `LogisticRegression(C=strength,
    class_weight="balanced")`.

    Args:
        features: `(n_rows, n_features)`.
        bags: The bag of each row, `(n_rows,)`; no bag is empty.
        yes: The bags' answers, `(n_bags,)`; both answers occur.
    """
    rows = features.astype(np.float64)
    balanced = np.where(yes, len(yes) / (2 * yes.sum()), len(yes) / (2 * (~yes).sum()))
    weights = strength * balanced

    def loss(parameters: Matrix) -> tuple[float, Matrix]:
        value, slopes = _cross_entropy(rows @ parameters[:-1] + parameters[-1], bags, yes, weights)
        gradient = np.append(rows.T @ slopes + parameters[:-1], slopes.sum())
        return value + 0.5 * float(parameters[:-1] @ parameters[:-1]), gradient

    start = np.zeros(rows.shape[1] + 1)
    options = {"maxiter": _STEPS, "gtol": 1e-6, "ftol": 1e-12}
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options=options).x
    return found[:-1].astype(np.float32), float(found[-1])


def _cross_entropy(
    logits: Matrix, bags: NDArray[np.int64], yes: NDArray[np.bool_], weights: Matrix
) -> tuple[float, Matrix]:
    """Return the weighted loss, and its derivative by each row's logit."""
    chances = 1 / (1 + np.exp(-np.clip(logits, -500, 500)))
    # Minus the logarithm of the chance that no row of a bag is a yes.
    total = np.bincount(bags, np.logaddexp(0, logits), minlength=len(yes)).clip(min=_LEAST)
    value = weights @ np.where(yes, -np.log(-np.expm1(-total)), total)
    by_total = np.where(yes, -1 / np.expm1(np.minimum(total, 700)), 1.0) * weights
    return float(value), by_total[bags] * chances
