"""From logits to decisions: what calibrates each code, and its threshold, chosen on coded tapes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from sklearn.linear_model import LogisticRegression

from werkalliantie.agreement.nominal import contingency, kappa_of

Answers = NDArray[np.float32]

PRIOR_TAPES = 8
"""On so many tapes a threshold lies halfway between the prior and what the tapes ask for."""
_SLOPES = (1 / 8, 5.0)  # one over the highest and the lowest temperature
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaling:
    """What makes probabilities of logits, per code.

    Attributes:
        offsets: Added to a logit first, `(n_codes,)`.
        temperatures: What the sum is divided by before the sigmoid, `(n_codes,)`.
    """

    offsets: NDArray[np.float64]
    temperatures: NDArray[np.float64]

    def probabilities(self, logits: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return calibrated probabilities, of the shape of the logits, `(..., n_codes)`."""
        return sigmoid((logits + self.offsets) / self.temperatures)

    @property
    def prior(self) -> NDArray[np.float64]:
        """Probability at a logit of 0, where the head weighs yes and no the same, `(n_codes,)`."""
        return self.probabilities(np.zeros_like(self.offsets))

    def thresholds(
        self, logits: NDArray[np.floating], answers: Answers, *, n_tapes: int
    ) -> NDArray[np.float64]:
        """Return what `choose_thresholds` makes of logits, drawn towards a logit of 0.

        Args:
            logits: `(n_utterances, n_codes)`.
            answers: `(n_coders, n_utterances, n_codes)`, NaN where not seen.
            n_tapes: How many tapes the utterances are of.
        """
        said = self.probabilities(logits)
        return choose_thresholds(said, answers, n_tapes=n_tapes, prior=self.prior)


def fit_scaling(logits: NDArray[np.floating], targets: Answers) -> Scaling:
    """Return what makes the logits tell how large a share of the coders gave each code.

    Platt scaling (Platt 1999), with his drawn-in targets: on these utterances the probabilities are
    on average what the targets are. The head is fitted with yes and no weighing the same, so that
    without an offset a rare code would seem likelier than it is.

    Logits stay as they are for a code that every coder gave everywhere, or none anywhere.

    Args:
        logits: `(n_utterances, n_codes)`.
        targets: Shares of coders who gave each code, `(n_utterances, n_codes)`.
    """
    lines = np.array([_line(logits[:, code], targets[:, code]) for code in range(targets.shape[1])])
    slopes, offsets = lines.T
    return Scaling(offsets=offsets / slopes, temperatures=1 / slopes)


def _line(logits: NDArray[np.floating], targets: NDArray[np.floating]) -> tuple[float, float]:
    """Return slope and offset of the log odds over the logits of one code."""
    yes, no = float(targets.sum()), float((1 - targets).sum())
    if not (yes and no):
        return 1.0, 0.0
    said = np.asarray(logits, dtype=np.float64)
    shares = (targets * (yes + 1) / (yes + 2) + (1 - targets) / (no + 2)).astype(np.float64)
    # Both answers to each utterance, weighed by the share of the coders.
    regression = LogisticRegression(C=np.inf, max_iter=1000).fit(
        np.concatenate([said, said])[:, None],
        np.repeat([1, 0], len(said)),
        np.concatenate([shares, 1 - shares]),
    )
    slope = float(regression.coef_[0, 0].clip(*_SLOPES))
    # Also where the slope was cut off: right on average.
    wide = np.abs(slope * said).max() + 50
    offset = brentq(lambda b: float((sigmoid(slope * said + b) - shares).mean()), -wide, wide)
    return slope, float(offset)


def choose_thresholds(
    probabilities: NDArray[np.floating],
    answers: Answers,
    *,
    n_tapes: int,
    prior: float | NDArray[np.floating] = 0.5,
) -> NDArray[np.float64]:
    """Return per code the probability from which it is given, shape `(n_codes,)`.

    With it the model gives a code as often as the coders did. On few tapes how often that is, and
    how sure a model is of itself, is mostly luck: there the threshold is drawn towards the prior,
    in log odds and with the weight of `PRIOR_TAPES` tapes. Both make for a higher kappa on other
    tapes than the threshold with the highest kappa on these does (`bench/decisions.py`).

    The prior for a code that every coder gave everywhere, or none anywhere, or that nobody judged.

    Args:
        probabilities: `(n_utterances, n_codes)`.
        answers: `(n_coders, n_utterances, n_codes)`, NaN where not seen.
        n_tapes: How many tapes the utterances are of.
        prior: Thresholds in want of tapes, `(n_codes,)`; a `Scaling` tells them.
    """
    expected = np.broadcast_to(_log_odds(np.asarray(prior)), probabilities.shape[1:])
    asked = np.array(
        [
            _log_odds_between(probabilities[:, code], answers[:, :, code], expected[code])
            for code in range(probabilities.shape[1])
        ]
    )
    return sigmoid((asked * n_tapes + expected * PRIOR_TAPES) / (n_tapes + PRIOR_TAPES))


def _log_odds_between(
    probabilities: NDArray[np.floating], answers: Answers, expected: float
) -> float:
    """Return the log odds halfway between the utterances to be given a code and the others."""
    seen = answers[np.isfinite(answers)]
    n_given = round(float(seen.mean()) * len(probabilities)) if len(seen) else 0
    if not 0 < n_given < len(probabilities):
        return expected
    return float(_log_odds(np.sort(probabilities)[::-1][n_given - 1 : n_given + 1]).mean())


def _log_odds(probabilities: NDArray[np.floating]) -> NDArray[np.float64]:
    kept = np.asarray(probabilities, dtype=np.float64).clip(_LEAST, 1 - _LEAST)
    return np.asarray(np.log(kept / (1 - kept)))


def mean_kappa(decided: NDArray[np.bool_], answers: Answers) -> float:
    """Return the mean of Cohen's kappa with each coder; NaN if it is undefined with all.

    Args:
        decided: `(n_utterances,)`.
        answers: `(n_coders, n_utterances)`, NaN where not seen.
    """
    kappas = np.array([kappa_of(contingency(decided, coder)) for coder in answers])
    return float(np.nanmean(kappas)) if np.isfinite(kappas).any() else float("nan")
