"""How well decisions agree with the coders, in numbers for people and machines."""

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from werkalliantie.agreement.nominal import cohen_kappa, defined, prevalence
from werkalliantie.promotion.heldout import CHALLENGER, CHAMPION, HeldOut, kappas
from werkalliantie_training.examples import Answers, Examples

Metrics = dict[str, Any]


def evaluate(examples: Examples, decided: NDArray[np.bool_], codes: tuple[str, ...]) -> Metrics:
    """Return the agreement of decisions with each coder, beside that between the coders.

    Args:
        decided: `(n_utterances, n_codes)`.

    Returns:
        `tapes`, `n_utterances`, `mean_kappa` and, per code, `kappa` (mean over coders),
        `coder_coder` (mean over pairs of coders), `prevalence` (of the coders' yeses) and `given`
        (share of utterances the model gave it). What is undefined is None.
    """
    per_code = {
        code: _one_code(examples.answers[:, :, column], decided[:, column])
        for column, code in enumerate(codes)
    }
    return {
        "tapes": sorted(set(examples.tapes)),
        "n_utterances": len(examples),
        "mean_kappa": _mean([numbers["kappa"] for numbers in per_code.values()]),
        "codes": per_code,
    }


def like_for_like(
    examples: Examples, decided: NDArray[np.bool_], floor: NDArray[np.bool_], codes: tuple[str, ...]
) -> Metrics:
    """Return the mean kappas of a model and of a floor over what is defined for both.

    A code that the coders never gave has no kappa where it isn't given either, and a kappa of 0
    where it is: means over other codes, or other coders, can't be compared.

    Args:
        decided: By the model, `(n_utterances, n_codes)`.
        floor: By the floor, likewise.

    Returns:
        `model` and `floor`; None where nothing is defined for both.
    """
    answers = examples.answers.astype(float)
    both = HeldOut(
        codes=codes, tapes=examples.tapes, answers=answers, champion=floor, challenger=decided
    )
    by_code = kappas(both.sums().sum(axis=0))
    means = [_mean([defined(value) for value in by_code[:, side]]) for side in (0, 1)]
    return {"model": means[CHALLENGER], "floor": means[CHAMPION]}


def average_precision(truth: NDArray[np.bool_], scores: NDArray[np.floating]) -> float:
    """Return the mean over codes of the area under precision by recall; 0 if it has none.

    Args:
        truth: What the majority of the coders gave, `(n_utterances, n_codes)`.
        scores: Likewise, the higher the surer. Codes given everywhere or nowhere are left out.
    """
    found = [
        average_precision_score(truth[:, code], scores[:, code])
        for code in range(truth.shape[1])
        if 0 < truth[:, code].sum() < len(truth)
    ]
    return float(np.mean(found)) if found else 0.0


def _one_code(answers: Answers, decided: NDArray[np.bool_]) -> Metrics:
    pairs = itertools.combinations(answers, 2)
    return {
        "kappa": _mean([cohen_kappa(decided, coder) for coder in answers]),
        "coder_coder": _mean([cohen_kappa(one, two) for one, two in pairs]),
        "prevalence": prevalence(answers),
        "given": float(decided.mean()) if len(decided) else None,
    }


def _mean(values: list[float | None]) -> float | None:
    numbers = [value for value in values if value is not None]
    return float(np.mean(numbers)) if numbers else None
