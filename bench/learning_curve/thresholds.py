"""Thresholds from training tapes alone: chosen on what was said of each out of fold."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from werkalliantie.errors import ConfigError
from werkalliantie_training.crossvalidation import folds_of
from werkalliantie_training.decisions import choose_thresholds
from werkalliantie_training.examples import Examples

N_FOLDS = 5
Scores = NDArray[np.float64]


def tape_folds(train: Examples, n_folds: int, *, seed: int) -> dict[str, int] | None:
    """Return the fold of each tape, or None where there are too few tapes for two folds."""
    try:
        groups = {tape: tape for tape in train.tapes}
        return folds_of(train, groups, train.texts_by_tape, n_folds, seed=seed)
    except ConfigError:
        return None


def out_of_fold_thresholds(
    train: Examples, score: Callable[[Examples, Sequence[str]], Scores], *, seed: int
) -> Scores:
    """Return a threshold per code; one half where there are too few tapes for two folds.

    Args:
        score: Learns from examples and returns probabilities for texts, `(n_texts, n_codes)`.
    """
    folds = tape_folds(train, N_FOLDS, seed=seed)
    said = np.full((len(train), train.answers.shape[2]), 0.5)
    if folds is None:
        return np.full(said.shape[1], 0.5)
    fold_of_row = np.array([folds[tape] for tape in train.tapes])
    for fold in np.unique(fold_of_row):
        outside = train.of_tapes({tape for tape, of in folds.items() if of != fold})
        rows = np.flatnonzero(fold_of_row == fold)
        said[rows] = score(outside, [train.texts[row] for row in rows])
    return choose_thresholds(said, train.answers, n_tapes=train.n_tapes)
