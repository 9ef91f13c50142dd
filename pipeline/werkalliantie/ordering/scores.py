"""How much there is to learn from a coder's answer to an utterance: three scores, each 0 to 1."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Scores = NDArray[np.float64]


def uncertainty(probabilities: ArrayLike, thresholds: ArrayLike) -> Scores:
    """Return how unsure the decisions are: entropy in bits, the mean over codes.

    A threshold is where a decision tips, so probabilities are moved on the scale of log odds until
    theirs is one half: the entropy is 1 at the threshold, whatever that is. The mean, not the
    maximum, since a review settles every code of an utterance at once: two doubtful codes are worth
    twice one.

    Args:
        probabilities: Calibrated, `(n_utterances, n_codes)`.
        thresholds: From which a code is given, `(n_codes,)`. At 0 or below, or at 1 or above,
            nothing is uncertain.

    Returns:
        Shape `(n_utterances,)`.
    """
    bar = np.clip(np.asarray(thresholds, dtype=float), 0, 1)
    chance = np.asarray(probabilities, dtype=float)
    above, below = chance * (1 - bar), bar * (1 - chance)
    total = above + below
    moved: Scores = np.divide(above, total, out=np.zeros_like(total), where=total > 0)
    mean: Scores = entropy(moved).mean(axis=-1)
    return mean


def disagreement(probabilities: ArrayLike) -> Scores:
    """Return how far models differ: Jensen-Shannon divergence in bits, the mean over codes.

    The entropy of the mean probability less the mean entropy; Lin (1991), for equal weights. It is
    0 where all say the same, however unsure they are, so it adds to `uncertainty` what that can't
    know.

    Args:
        probabilities: NaN where a model didn't label, `(n_models, n_utterances, n_codes)`.

    Returns:
        Shape `(n_utterances,)`; NaN where fewer than two models labelled.
    """
    said = np.asarray(probabilities, dtype=float)
    there = ~np.isnan(said).any(axis=-1)
    n = there.sum(axis=0)
    weights = there / np.maximum(n, 1)
    filled = np.where(there[..., None], said, 0.0)
    together = (weights[..., None] * filled).sum(axis=0)
    apart = (weights[..., None] * entropy(filled)).sum(axis=0)
    divergence = np.maximum(entropy(together) - apart, 0.0).mean(axis=-1)
    return np.where(n > 1, divergence, np.nan)


def rarity(given: ArrayLike, surprises: ArrayLike) -> Scores:
    """Return the surprise of the rarest code that the model gives; 0 where it gives none.

    Args:
        given: The model's codes, `(n_utterances, n_codes)`.
        surprises: Of each code, `(n_codes,)`.

    Returns:
        Shape `(n_utterances,)`.
    """
    mask = np.asarray(given, dtype=bool)
    rarest: Scores = np.where(mask, np.asarray(surprises, dtype=float), 0.0).max(axis=-1)
    return rarest


def surprise(n_carrying: ArrayLike, n_coded: int) -> Scores:
    """Return how rare each code is among coded utterances: 1 if none carries it, near 0 if all do.

    The information in meeting it, as a share of that in meeting a code nobody gave yet; counts have
    one added on either side, so that few utterances say little.

    Args:
        n_carrying: Coded utterances that carry each code, `(n_codes,)`.
        n_coded: Coded utterances.
    """
    share = (np.asarray(n_carrying, dtype=float) + 1) / (n_coded + 2)
    return np.asarray(np.log2(share) / np.log2(1 / (n_coded + 2)), dtype=float)


def entropy(chances: Scores) -> Scores:
    """Return the entropy in bits of yes or no, of any shape; 0 where the answer is sure."""
    inner = np.clip(chances, 0.0, 1.0)
    unsure = (inner > 0) & (inner < 1)
    p = np.where(unsure, inner, 0.5)
    return np.where(unsure, -(p * np.log2(p) + (1 - p) * np.log2(1 - p)), 0.0)
