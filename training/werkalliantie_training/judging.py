"""Temperatures, thresholds and kappas of a fitted network, beside the floors on the same tapes."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from werkalliantie.calibration import reliability_curve
from werkalliantie_training.breakdown import breakdown
from werkalliantie_training.coder import Fitted
from werkalliantie_training.crossvalidation import Crossing
from werkalliantie_training.data import CrossData, TrainingData
from werkalliantie_training.decisions import fit_scaling, sigmoid
from werkalliantie_training.evaluation import Metrics, evaluate, like_for_like
from werkalliantie_training.examples import Examples
from werkalliantie_training.floors import bag_of_words

PLACES = {
    "test": "on the test tapes",
    "cross_validation": "in cross-validation",
    "validation": "on the validation tapes",
}
"""What a model was judged on, in words, the most telling first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossed:
    """A cross-validation, what it was done on, and what was kept together in it."""

    data: CrossData
    group: str
    found: Crossing


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """How a fitted network decides and how well; thresholds and temperatures by code.

    `metrics` and `floors` have the keys `validation`, `test` and `cross_validation`; None where
    there are no such tapes, or nothing was cross-validated.
    """

    temperatures: Mapping[str, float]
    thresholds: Mapping[str, float]
    metrics: Metrics
    floors: Metrics
    validation_logits: NDArray[np.float32]
    crossed: Crossed | None = None


def judge(fitted: Fitted, data: TrainingData, crossed: Crossed | None, *, seed: int) -> Judged:
    """Calibrate, choose thresholds, and measure agreement with the coders.

    Both are done out of fold where the model was cross-validated, else on the validation tapes. The
    offsets of the scaling go into the network: the temperatures are all that is left to do.
    """
    if crossed is None:
        scores, chosen_on = fitted.logits(data.validation).astype(np.float64), data.validation
    else:
        scores, chosen_on = crossed.found.out_of_fold.logits, crossed.found.out_of_fold.examples
    scaling = fit_scaling(scores, chosen_on.targets)
    thresholds = scaling.thresholds(scores, chosen_on.answers, n_tapes=chosen_on.n_tapes)
    fitted.network.shift(scaling.offsets)
    logits = fitted.logits(data.validation)
    return judge_as(fitted, data, scaling.temperatures, thresholds, logits, crossed, seed=seed)


def judge_as(
    fitted: Fitted,
    data: TrainingData,
    temperatures: NDArray[np.float64],
    thresholds: NDArray[np.float64],
    validation_logits: NDArray[np.float32],
    crossed: Crossed | None = None,
    *,
    seed: int,
) -> Judged:
    """Measure agreement with the coders under given temperatures and thresholds, `(n_codes,)`."""
    codes = data.codebook.codes
    metrics, floors = _by_part(fitted, data, validation_logits, temperatures, thresholds, seed)
    if crossed is not None:
        metrics["cross_validation"], floors["cross_validation"] = _crossed(crossed, codes)
    return Judged(
        temperatures=_by_code(codes, temperatures),
        thresholds=_by_code(codes, thresholds),
        metrics=metrics,
        floors=floors,
        validation_logits=validation_logits,
        crossed=crossed,
    )


def _by_part(
    fitted: Fitted,
    data: TrainingData,
    logits: NDArray[np.float32],
    temperatures: NDArray[np.float64],
    thresholds: NDArray[np.float64],
    seed: int,
) -> tuple[Metrics, Metrics]:
    codes = data.codebook.codes
    parts = {"validation": data.validation} | ({"test": data.test} if len(data.test) else {})
    bags = bag_of_words(data.learnt, data.validation, list(parts.values()), seed=seed)
    metrics: Metrics = {"validation": None, "test": None, "cross_validation": None}
    floors: Metrics = dict(metrics)
    for (part, examples), bag in zip(parts.items(), bags, strict=True):
        scores = logits if part == "validation" else fitted.logits(examples)
        decided = sigmoid(scores / temperatures) >= thresholds
        metrics[part] = evaluate(examples, decided, codes)
        floors[part] = _floors(examples, decided, bag, codes)
    return metrics, floors


def _crossed(crossed: Crossed, codes: tuple[str, ...]) -> tuple[Metrics, Metrics]:
    found, examples = crossed.found.out_of_fold, crossed.found.out_of_fold.examples
    decided, said = found.decided, found.probabilities
    curves = [
        reliability_curve(code, said[:, column], examples.targets[:, column])
        for column, code in enumerate(codes)
    ]
    metrics = evaluate(examples, decided, codes) | {
        "folds": int(found.folds.max()) + 1,
        "group": crossed.group,
        "ungrouped": crossed.data.without_worker if crossed.group == "worker" else [],
        "kept": crossed.found.kept,
        "average_precision": dict(crossed.found.precision),
        "loan": (loan := crossed.found.loan) and asdict(loan) | {"kept": loan.helps},
        "calibration": {
            curve.code: {
                "error": curve.error,
                "bins": [{"said": one.said, "given": one.given, "n": one.n} for one in curve.bins],
            }
            for curve in curves
        },
        "workers": breakdown(examples, decided, codes, crossed.data.workers),
        "units": breakdown(examples, decided, codes, crossed.data.units),
    }
    return metrics, _floors(examples, decided, found.words_decided, codes)


def _floors(
    examples: Examples, decided: NDArray[np.bool_], bag: NDArray[np.bool_], codes: tuple[str, ...]
) -> Metrics:
    """Return how the floors do, and like for like with the model, which decides as given."""
    return {
        name: evaluate(examples, floor, codes)
        | {"like_for_like": like_for_like(examples, decided, floor, codes)}
        for name, floor in (("always_no", np.zeros_like(bag)), ("bag_of_words", bag))
    }


def _by_code(codes: Sequence[str], values: NDArray[np.float64]) -> dict[str, float]:
    return {code: round(float(value), 6) for code, value in zip(codes, values, strict=True)}
