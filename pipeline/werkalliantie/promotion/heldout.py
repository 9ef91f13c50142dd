"""Champion and challenger on the same held-out utterances, counted against each coder by tape."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from werkalliantie.agreement.figure import ratio
from werkalliantie.agreement.nominal import kappa_of
from werkalliantie.agreement.tape_sums import Sums

CHAMPION, CHALLENGER = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """What coders, champion and challenger said of utterances that trained neither model.

    Attributes:
        codes: Length `n_codes`.
        tapes: Tape of each utterance, length `n_utterances`.
        answers: The coders' blind answers, 1, 0 or NaN (not seen);
            `(n_coders, n_utterances, n_codes)`.
        champion: What the model in use decides, `(n_utterances, n_codes)`.
        challenger: What the new model decides, `(n_utterances, n_codes)`.
    """

    codes: tuple[str, ...]
    tapes: tuple[str, ...]
    answers: NDArray[np.floating]
    champion: NDArray[np.bool_]
    challenger: NDArray[np.bool_]

    def __post_init__(self) -> None:
        """Refuse answers and decisions that aren't on the same utterances and codes."""
        shape = (len(self.tapes), len(self.codes))
        if not self.answers.shape[1:] == self.champion.shape == self.challenger.shape == shape:
            raise ValueError(f"answers or decisions that are not {shape}, utterances by codes")

    def sums(self) -> Sums:
        """Return contingency counts, `(n_tapes, n_codes, 2, n_coders, 4)`, the champion first."""
        names = sorted(set(self.tapes))
        numbers = np.array([names.index(tape) for tape in self.tapes], dtype=np.int64)
        models = np.stack([self.champion, self.challenger]).astype(float)
        return _counts(models, self.answers, numbers, len(names))


def kappas(sums: Sums) -> Sums:
    """Return mean kappas with the coders, `(..., 2)`, of counts `(..., 2, n_coders, 4)`.

    A coder with whom either model's kappa is undefined counts for neither, so that the two are
    always means over the same coders; NaN where no coder is left.
    """
    each = kappa_of(sums)
    usable = np.isfinite(each).all(axis=-2, keepdims=True)
    return ratio(np.where(usable, each, 0).sum(axis=-1), usable.sum(axis=-1))


def gain(sums: Sums) -> Sums:
    """Return the challenger's mean kappa less the champion's, of counts `(..., 2, n_coders, 4)`."""
    both = kappas(sums)
    return both[..., CHALLENGER] - both[..., CHAMPION]


def mean_gain(sums: Sums) -> Sums:
    """Return the mean gain over codes, of counts `(..., n_codes, 2, n_coders, 4)`.

    NaN where that of any code is: a mean over fewer codes would be another figure.
    """
    mean: Sums = gain(sums).mean(axis=-1)
    return mean


def _counts(
    models: NDArray[np.float64],
    answers: NDArray[np.floating],
    tapes: NDArray[np.int64],
    n_tapes: int,
) -> Sums:
    sums = np.zeros((n_tapes, models.shape[2], len(models), len(answers), 4))
    for number, decided in enumerate(models):
        for coder, given in enumerate(answers):
            seen = ~np.isnan(given)
            cells = 2 * (1 - decided) + (1 - np.where(seen, given, 0))
            for cell in range(4):
                hit = seen & (cells == cell)
                np.add.at(sums[:, :, number, coder, cell], tapes, hit)
    return sums
