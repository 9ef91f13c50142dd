"""A model against one coder: which of the two agrees better with the other coders."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from werkalliantie.agreement.distributions import t_probability
from werkalliantie.agreement.figure import ratio

Numbers = NDArray[np.float64]
_DECIMALS = 12


class Scoring(StrEnum):
    """How like two answers are: 1 if all codes are the same, or the share of codes in common.

    JACCARD is the codes both gave among those either gave, and 1 if neither gave any.
    """

    ACCURACY = "accuracy"
    JACCARD = "jaccard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duel:
    """The model against one coder; `by_tape` is by how much more often the coder is ahead."""

    coder: int
    n_units: int
    model_ahead: float
    coder_ahead: float
    by_tape: Numbers

    def p_value(self, epsilon: float) -> float:
        """Return that of the t-test over tapes against the model being epsilon or more behind."""
        n = len(self.by_tape)
        error = self.by_tape.std(ddof=1) / np.sqrt(n)
        behind = self.by_tape.mean() - epsilon
        return t_probability(behind / error, n - 1) if error else float(behind >= 0)


def likenesses(model: Numbers, coders: Numbers, scoring: Scoring) -> Numbers:
    """Return how like answers of the model, and of each coder, are to each coder's.

    Shape `(1 + n_coders, n_coders, n_units)`, the model first; NaN where either didn't see a unit.
    """
    raters = np.concatenate([model[None], coders])
    one, other = raters[:, None], coders[None]
    unseen = np.isnan(one + other).any(axis=-1)
    if scoring is Scoring.ACCURACY:
        like = (one == other).all(axis=-1).astype(float)
    else:
        either = np.maximum(one, other).sum(axis=-1)
        like = np.where(either == 0, 1, ratio(np.minimum(one, other).sum(axis=-1), either))
    return np.where(unseen, np.nan, like)


def duel_with(likeness: Numbers, coder: int, tapes: NDArray[np.int64]) -> Duel:
    """Leave a coder out, and compare the model with that coder on the units both saw.

    Args:
        likeness: Of `likenesses`.
        coder: Row of the coder.
        tapes: Tape of each unit, `(n_units,)`.
    """
    others = np.delete(likeness, coder, axis=1)
    # Mean likenesses of different raters that are equal may differ in the last digit.
    ahead = np.sign(np.round(_mean(others[1 + coder]) - _mean(others[0]), _DECIMALS))
    both = np.isfinite(ahead)
    ahead, numbers = ahead[both], np.unique(tapes[both], return_inverse=True)[1]
    sums, sizes = np.bincount(numbers, weights=ahead), np.bincount(numbers)
    return Duel(
        coder=coder,
        n_units=len(ahead),
        model_ahead=float(ratio((ahead <= 0).sum(), len(ahead))),
        coder_ahead=float(ratio((ahead >= 0).sum(), len(ahead))),
        by_tape=sums / sizes,
    )


def _mean(likeness: Numbers) -> Numbers:
    """Return the mean over coders, of those who saw a unit; NaN where nobody did."""
    return ratio(np.nansum(likeness, axis=0), np.isfinite(likeness).sum(axis=0))
