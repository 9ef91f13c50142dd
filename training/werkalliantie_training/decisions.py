"""From logits to decisions: a temperature and a threshold per code, chosen on validation tapes."""

import numpy as np
from numpy.typing import NDArray

from werkalliantie.agreement.nominal import contingency, kappa_of

Answers = NDArray[np.float32]

_TEMPERATURES = np.geomspace(0.2, 8.0, 75)
_THRESHOLDS = np.round(np.arange(0.03, 0.971, 0.01), 2)
_SMOOTHING = 7
# A kappa of 0, as for a code that nobody gave, may come out a hair above it.
_ROUNDING = 1e-9


def sigmoid(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return 1 / (1 + exp(-logits))."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.asarray(logits, dtype=np.float64))))


def fit_temperatures(logits: NDArray[np.floating], targets: Answers) -> NDArray[np.float64]:
    """Return per code what to divide its logits by, shape `(n_codes,)`.

    Temperature scaling (Guo et al. 2017), per code: the value of a fixed grid with the least binary
    cross-entropy against the share of coders who gave the code.
    """
    scaled = sigmoid(logits[None] / _TEMPERATURES[:, None, None]).clip(1e-7, 1 - 1e-7)
    losses = -(targets * np.log(scaled) + (1 - targets) * np.log(1 - scaled)).mean(axis=1)
    return np.asarray(_TEMPERATURES[losses.argmin(axis=0)])


def choose_thresholds(probabilities: NDArray[np.floating], answers: Answers) -> NDArray[np.float64]:
    """Return per code the probability from which it is given, shape `(n_codes,)`.

    The threshold with the highest mean kappa with the coders, the curve smoothed first: on few
    tapes the single highest point is mostly luck. 0.5 where kappa is undefined.

    Args:
        probabilities: `(n_utterances, n_codes)`.
        answers: `(n_coders, n_utterances, n_codes)`, NaN where not seen.
    """
    n_codes = probabilities.shape[1]
    chosen = np.full(n_codes, 0.5)
    for code in range(n_codes):
        curve = np.array(
            [mean_kappa(probabilities[:, code] >= t, answers[:, :, code]) for t in _THRESHOLDS]
        )
        if np.nanmax(curve, initial=-1.0) > _ROUNDING:
            chosen[code] = _THRESHOLDS[_smooth(np.nan_to_num(curve)).argmax()]
    return chosen


def mean_kappa(decided: NDArray[np.bool_], answers: Answers) -> float:
    """Return the mean of Cohen's kappa with each coder; NaN if it is undefined with all.

    Args:
        decided: `(n_utterances,)`.
        answers: `(n_coders, n_utterances)`, NaN where not seen.
    """
    kappas = np.array([kappa_of(contingency(decided, coder)) for coder in answers])
    return float(np.nanmean(kappas)) if np.isfinite(kappas).any() else float("nan")


def _smooth(curve: NDArray[np.float64]) -> NDArray[np.float64]:
    half = _SMOOTHING // 2
    return np.convolve(
        np.pad(curve, half, mode="edge"), np.full(_SMOOTHING, 1 / _SMOOTHING), "valid"
    )
