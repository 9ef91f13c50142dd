"""How well a model does for each worker and each unit, where there is enough to say so."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from werkalliantie.agreement.bootstrap import tape_interval
from werkalliantie.agreement.nominal import contingency, kappa_of
from werkalliantie.agreement.tape_sums import Sums, over_pairs
from werkalliantie_training.evaluation import Metrics
from werkalliantie_training.examples import Examples

MIN_UTTERANCES = 50
"""Below this a kappa says more about chance than about a worker."""


def breakdown(
    examples: Examples,
    decided: NDArray[np.bool_],
    codes: tuple[str, ...],
    belongs: Mapping[str, str | None],
) -> dict[str, Metrics]:
    """Return kappas by what tapes belong to, with intervals over the tapes of each.

    Args:
        decided: `(n_utterances, n_codes)`.
        belongs: The worker, or the unit, of each tape; tapes without one are left out.

    Returns:
        By worker or unit `n_tapes`, `n_utterances` and `codes`: per code `kappa` (mean over
        coders), `ci` and, where one of them is None, `reason`.
    """
    found: dict[str, Metrics] = {}
    for name in sorted({name for tape in set(examples.tapes) if (name := belongs.get(tape))}):
        rows = np.flatnonzero([belongs.get(tape) == name for tape in examples.tapes])
        tapes = [examples.tapes[row] for row in rows]
        found[name] = {
            "n_tapes": len(set(tapes)),
            "n_utterances": len(rows),
            "codes": {
                code: _kappa(examples.answers[:, rows, column], decided[rows, column], tapes)
                for column, code in enumerate(codes)
            },
        }
    return found


def _kappa(answers: NDArray[np.float32], decided: NDArray[np.bool_], tapes: list[str]) -> Metrics:
    if len(decided) < MIN_UTTERANCES:
        few = f"fewer than {MIN_UTTERANCES} utterances"
        return {"kappa": None, "ci": None, "reason": few}
    interval = tape_interval(_sums(answers, decided, tapes), over_pairs(kappa_of), bounds=(-1, 1))
    ci = interval.limits
    return {
        "kappa": interval.estimate,
        "ci": None if ci is None else list(ci),
        "reason": None if interval.reason is None else str(interval.reason),
    }


def _sums(answers: NDArray[np.float32], decided: NDArray[np.bool_], tapes: list[str]) -> Sums:
    """Return the counts of each tape and coder, `(n_tapes, n_coders, 4)`."""
    of = np.array(tapes)
    return np.array(
        [
            [contingency(decided[of == tape], coder[of == tape]) for coder in answers]
            for tape in sorted(set(tapes))
        ],
        dtype=float,
    )
