"""How well decisions agree with the coders, in numbers for people and machines."""

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from werkalliantie.agreement.nominal import cohen_kappa, prevalence
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
