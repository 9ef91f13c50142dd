"""From logits to decisions: a temperature and a threshold per code, chosen on coded tapes."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from werkalliantie.agreement.nominal import contingency, kappa_of

Answers = NDArray[np.float32]

_TEMPERATURES = np.geomspace(0.2, 8.0, 75)
PRIOR_TAPES = 8
"""On so many tapes a threshold lies halfway between one half and what the tapes ask for."""
_LEAST = 0.01  # the lowest threshold there is; the highest is as far from 1


def sigmoid(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return 1 / (1 + exp(-logits))."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.asarray(logits, dtype=np.float64))))


class Chosen(Protocol):
    """Temperatures and thresholds by code, as a model folder and a judgement have them."""

    @property
    def temperatures(self) -> Mapping[str, float]:
        """What a code's logit is divided by before the sigmoid."""

    @property
    def thresholds(self) -> Mapping[str, float]:
        """The calibrated probability from which a code is given."""


def decide_as(
    chosen: Chosen, logits: NDArray[np.floating], codes: Sequence[str]
) -> NDArray[np.bool_]:
    """Return the decisions that temperatures and thresholds make of logits.

    Args:
        logits: `(n_utterances, n_codes)`, in the order of the codes.
    """
    temperatures = np.array([chosen.temperatures[code] for code in codes])
    thresholds = np.array([chosen.thresholds[code] for code in codes])
    return sigmoid(logits / temperatures) >= thresholds


def fit_temperatures(logits: NDArray[np.floating], targets: Answers) -> NDArray[np.float64]:
    """Return per code what to divide its logits by, shape `(n_codes,)`.

    Temperature scaling (Guo et al. 2017), per code: the value of a fixed grid with the least binary
    cross-entropy against the share of coders who gave the code.
    """
    scaled = sigmoid(logits[None] / _TEMPERATURES[:, None, None]).clip(1e-7, 1 - 1e-7)
    losses = -(targets * np.log(scaled) + (1 - targets) * np.log(1 - scaled)).mean(axis=1)
    return np.asarray(_TEMPERATURES[losses.argmin(axis=0)])


def choose_thresholds(
    probabilities: NDArray[np.floating], answers: Answers, *, n_tapes: int
) -> NDArray[np.float64]:
    """Return per code the probability from which it is given, shape `(n_codes,)`.

    With it the model gives a code as often as the coders did. On few tapes how often that is, and
    how sure a model is of itself, is mostly luck: there the threshold is drawn towards one half, in
    log odds and with the weight of `PRIOR_TAPES` tapes. Both make for a higher kappa on other tapes
    than the threshold with the highest kappa on these does (`bench/threshold_rules.py`).

    One half for a code that every coder gave everywhere, or none anywhere, or that nobody judged.

    Args:
        probabilities: `(n_utterances, n_codes)`.
        answers: `(n_coders, n_utterances, n_codes)`, NaN where not seen.
        n_tapes: How many tapes the utterances are of.
    """
    asked = np.array(
        [
            _log_odds_between(probabilities[:, code], answers[:, :, code])
            for code in range(probabilities.shape[1])
        ]
    )
    return sigmoid(asked * n_tapes / (n_tapes + PRIOR_TAPES))


def _log_odds_between(probabilities: NDArray[np.floating], answers: Answers) -> float:
    """Return the log odds halfway between the utterances to be given a code and the others."""
    seen = answers[np.isfinite(answers)]
    n_given = round(float(seen.mean()) * len(probabilities)) if len(seen) else 0
    if not 0 < n_given < len(probabilities):
        return 0.0
    highest = np.sort(probabilities)[::-1].clip(_LEAST, 1 - _LEAST)
    around = highest[n_given - 1 : n_given + 1]
    return float(np.log(around / (1 - around)).mean())


def mean_kappa(decided: NDArray[np.bool_], answers: Answers) -> float:
    """Return the mean of Cohen's kappa with each coder; NaN if it is undefined with all.

    Args:
        decided: `(n_utterances,)`.
        answers: `(n_coders, n_utterances)`, NaN where not seen.
    """
    kappas = np.array([kappa_of(contingency(decided, coder)) for coder in answers])
    return float(np.nanmean(kappas)) if np.isfinite(kappas).any() else float("nan")
