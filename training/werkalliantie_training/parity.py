"""The parity gate: an ONNX file must say what the network it was made from says."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from werkalliantie.errors import ModelError
from werkalliantie_training.decisions import mean_kappa
from werkalliantie_training.evaluation import Metrics
from werkalliantie_training.examples import Answers

TOLERANCE = 1e-4
"""Largest difference between the logits of torch and fp32 ONNX that passes."""
FP16_TOLERANCE = 1e-3
"""Largest difference in a probability between fp32 and fp16 that passes."""
SAME_DECISIONS = 0.99
"""Smallest share of decisions on which int8 has to agree with fp32."""
KAPPA_LOSS = 0.01
"""Most kappa with the coders that int8 may lose on a code."""

NOT_MADE: Metrics = {
    "passed": False,
    "reason": "none was made, as a head alone is fitted to be used at once",
}
"""What is said of copies that nobody waited for."""


def check_parity(from_torch: NDArray[np.float32], from_onnx: NDArray[np.float32]) -> float:
    """Return the largest difference between two sets of logits.

    Raises:
        ModelError: It is over the tolerance, so the export can't be trusted.
    """
    difference = float(np.abs(from_torch - from_onnx).max(initial=0.0))
    if not difference < TOLERANCE:
        raise ModelError(
            f"parity gate: the ONNX model's logits differ from torch by {difference:.1e}; expected "
            f"less than {TOLERANCE:.0e}.",
            hint="This encoder can't be exported faithfully; use another one.",
        )
    return difference


def judge_fp16(fp32: NDArray[np.floating], fp16: NDArray[np.floating]) -> Metrics:
    """Return whether fp16 gives the probabilities of fp32 on the validation tapes.

    Args:
        fp32: Probabilities, `(n_utterances, n_codes)`.
        fp16: Probabilities of the same.

    Returns:
        `max_probability_difference`, `tolerance`, `n`, `passed`; the difference is null where fp16
        gave a value that isn't finite.
    """
    difference = float(np.abs(fp32 - fp16).max(initial=0.0))
    return {
        "max_probability_difference": difference if np.isfinite(difference) else None,
        "tolerance": FP16_TOLERANCE,
        "n": len(fp32),
        "passed": difference <= FP16_TOLERANCE,
    }


def judge_int8(
    fp32: NDArray[np.bool_], int8: NDArray[np.bool_], answers: Answers, codes: Sequence[str]
) -> Metrics:
    """Return whether int8 decides as fp32 does on the validation tapes, and the figures of it.

    Args:
        fp32: Decisions, `(n_utterances, n_codes)`.
        int8: Decisions on the same.
        answers: `(n_coders, n_utterances, n_codes)`, NaN where not seen.

    Returns:
        `same_decisions` (share), `kappa_loss` by code, `n`, `passed`, and `reason` where it didn't.
    """
    same = float((fp32 == int8).mean()) if fp32.size else 1.0
    losses = {
        code: _loss(fp32[:, column], int8[:, column], answers[:, :, column])
        for column, code in enumerate(codes)
    }
    faults = []
    if same < SAME_DECISIONS:
        faults.append(f"{same:.2%} of its decisions are those of fp32, under {SAME_DECISIONS:.0%}")
    faults += [
        f"it loses {loss:.4f} kappa on {code}, over {KAPPA_LOSS}"
        for code, loss in losses.items()
        if loss > KAPPA_LOSS
    ]
    return {
        "same_decisions": same,
        "kappa_loss": losses,
        "n": len(fp32),
        "passed": not faults,
        "reason": "; ".join(faults) or None,
    }


def _loss(fp32: NDArray[np.bool_], int8: NDArray[np.bool_], answers: Answers) -> float:
    """Return the kappa lost; 0 where it is undefined for either."""
    return float(np.nan_to_num(mean_kappa(fp32, answers) - mean_kappa(int8, answers)))
