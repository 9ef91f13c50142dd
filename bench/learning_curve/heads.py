"""Heads on the frozen encoder, cross-validated as in `train`: quick enough for many draws."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from werkalliantie_training.coder import prepare
from werkalliantie_training.encoders import resolve
from werkalliantie_training.examples import Examples, as_dataset
from werkalliantie_training.fit import precision_is_bf16
from werkalliantie_training.probe import STRENGTH, frozen_features
from werkalliantie_training.settings import TrainSettings

Features = NDArray[np.float32]
Rows = NDArray[np.intp]
Scores = NDArray[np.float64]
NO_ROWS: Rows = np.array([], dtype=np.intp)


def frozen(examples: Examples, encoder: str, folder: Path) -> Features:
    """Return what a head reads of each utterance, `(n_utterances, n_features)`."""
    settings = TrainSettings(encoder=encoder)
    fitted = prepare(resolve(encoder, folder), settings, n_codes=examples.answers.shape[2])
    return frozen_features(
        fitted.network,
        as_dataset(examples, fitted.tokens),
        bf16=precision_is_bf16(settings.fit.precision),
    ).pooled


def out_of_fold(
    features: Features,
    yes: NDArray[np.bool_],
    folds: Sequence[Rows],
    judged: Rows,
    always: Rows = NO_ROWS,
) -> tuple[Scores, Scores, Rows]:
    """Return logits of each fold's rows, the mean of all heads' for others, and the former rows.

    Args:
        yes: Whether each utterance carries the code.
        folds: Rows of each; a head learns from the other folds. Empty ones don't count.
        judged: Rows that the mean of the heads is asked about.
        always: Rows that every head learns from.
    """
    filled = [fold for fold in folds if len(fold)]
    rows = np.concatenate(filled)
    outside, meant = [], []
    for fold in filled:
        score = _head(features, yes, np.concatenate([np.setdiff1d(rows, fold), always]))
        outside.append(score(fold))
        meant.append(score(judged))
    return np.concatenate(outside), np.mean(meant, axis=0), rows


def _head(features: Features, yes: NDArray[np.bool_], rows: Rows) -> Callable[[Rows], Scores]:
    mean, scale = features[rows].mean(axis=0), features[rows].std(axis=0) + 1e-6
    if yes[rows].all() or not yes[rows].any():
        return lambda asked: np.zeros(len(asked))
    model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=1000)
    model.fit((features[rows] - mean) / scale, yes[rows])
    return lambda asked: np.asarray(model.decision_function((features[asked] - mean) / scale))
