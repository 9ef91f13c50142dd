"""Compares ways to calibrate and to choose thresholds: `python bench/decisions.py [CSV]`.

Heads on the frozen encoder learn from tapes drawn as for a learning curve: one without each of
three folds of them, and their mean stands for the model, as in `train`. Each rule chooses on what
these heads say of the folds they didn't see, and is judged by the kappa with the coders on other
tapes: those of the curve, but never the example corpus's test tapes nor AnnoMI's seven. So is each
scaling of the logits, by its expected calibration error and its log loss. Prints JSON.
"""

import argparse
import json
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
from learning_curve.annomi import read_annomi
from learning_curve.command import ROOT
from learning_curve.heads import frozen, out_of_fold
from learning_curve.voorbeeld import read_voorbeeld
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from werkalliantie.calibration import reliability_curve
from werkalliantie_training.decisions import choose_thresholds, fit_scaling, mean_kappa, sigmoid
from werkalliantie_training.examples import Examples

SIZES, DRAWS, FOLDS = (2, 4, 8, 16, 24, 63), 10, 3
MANY = 10**9
Scores = NDArray[np.float64]
Rule = Callable[[Scores, NDArray[np.float32], int], float]
Rescaled = Callable[[Scores], Scores]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "csv", type=Path, nargs="?", help="AnnoMI-full.csv; else the example corpus"
    )
    parser.add_argument("--encoders", type=Path, default=ROOT / "models" / "encoders")
    asked = parser.parse_args()
    corpus = read_annomi(asked.csv) if asked.csv else read_voorbeeld(seed=13)
    name = "embedded-multilingual" if asked.csv else "embedded-nl"
    features = frozen(corpus.learnt, name, asked.encoders)
    tapes = sorted({*corpus.learnt.tapes})
    found = {
        str(size): _compared(corpus.learnt, features, tapes, size)
        for size in SIZES
        if size <= len(tapes) // 2
    }
    print(json.dumps({"corpus": corpus.name, "sizes": found}, indent=2))


def _best_kappa(said: Scores, answers: NDArray[np.float32], n_tapes: int) -> float:
    grid = np.arange(0.03, 0.98, 0.01)
    curve = np.nan_to_num([mean_kappa(said >= threshold, answers) for threshold in grid])
    return float(grid[np.convolve(np.pad(curve, 3, mode="edge"), np.ones(7), "valid").argmax()])


def _as_often(said: Scores, answers: NDArray[np.float32], n_tapes: int) -> float:
    return float(choose_thresholds(said[:, None], answers[:, :, None], n_tapes=n_tapes)[0])


RULES: dict[str, Rule] = {
    "highest kappa": _best_kappa,
    "one half": lambda said, answers, n_tapes: 0.5,
    "as often as the coders": lambda said, answers, n_tapes: _as_often(said, answers, MANY),
    "that, drawn to one half": _as_often,
}


def _temperature(logits: Scores, shares: Scores) -> Rescaled:
    """Divide logits, by what makes for the least log loss."""
    least = minimize_scalar(
        lambda log: _log_loss(sigmoid(logits / np.exp(log)), shares), bounds=(-2, 3)
    )
    return lambda asked: sigmoid(asked / np.exp(least.x))


def _slope_and_offset(logits: Scores, shares: Scores) -> Rescaled:
    scaling = fit_scaling(logits[:, None], shares[:, None].astype(np.float32))
    return lambda asked: scaling.probabilities(asked[:, None])[:, 0]


SCALINGS: dict[str, Callable[[Scores, Scores], Rescaled]] = {
    "none": lambda logits, shares: sigmoid,
    "temperature": _temperature,
    "slope and offset": _slope_and_offset,
}


def _compared(
    examples: Examples, features: NDArray[np.float32], tapes: list[str], size: int
) -> dict[str, dict[str, float]]:
    of_row = np.array(examples.tapes)
    kappas: dict[str, list[float]] = {rule: [] for rule in RULES}
    errors: dict[str, list[float]] = {scaling: [] for scaling in SCALINGS}
    losses: dict[str, list[float]] = {scaling: [] for scaling in SCALINGS}
    for draw in range(DRAWS):
        order = random.Random(f"{size} {draw}").sample(tapes, len(tapes))
        drawn, others = order[:size], order[len(tapes) // 2 :]
        judged = np.flatnonzero(np.isin(of_row, others))
        folds = [np.flatnonzero(np.isin(of_row, drawn[fold::FOLDS])) for fold in range(FOLDS)]
        for code in range(examples.answers.shape[2]):
            said, meant, rows = out_of_fold(features, examples.decided[:, code], folds, judged)
            for rule, choose in RULES.items():
                threshold = choose(sigmoid(said), examples.answers[:, rows, code], size)
                kappas[rule].append(
                    mean_kappa(sigmoid(meant) >= threshold, examples.answers[:, judged, code])
                )
            given = examples.targets[judged, code].astype(np.float64)
            for scaling, fit in SCALINGS.items():
                rescaled = fit(said, examples.targets[rows, code].astype(np.float64))(meant)
                errors[scaling].append(reliability_curve("", rescaled, given).error)
                losses[scaling].append(_log_loss(rescaled, given))
    return {
        "mean_kappa": _means(kappas),
        "calibration_error": _means(errors),
        "log_loss": _means(losses),
    }


def _means(found: dict[str, list[float]]) -> dict[str, float]:
    return {name: round(float(np.nanmean(values)), 3) for name, values in found.items()}


def _log_loss(said: Scores, shares: Scores) -> float:
    kept = said.clip(1e-7, 1 - 1e-7)
    return float(-(shares * np.log(kept) + (1 - shares) * np.log(1 - kept)).mean())


if __name__ == "__main__":
    main()
