"""Whether probabilities mean what they say: how often coders gave the code."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

N_BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Utterances with about the same probability.

    Attributes:
        said: Mean probability.
        given: Mean share of the coders who gave the code.
        n: Number of utterances.
    """

    said: float
    given: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """The reliability curve of one code.

    Attributes:
        error: Mean distance between what was said and what was given, weighted by utterances
            (expected calibration error; Naeini et al. 2015).
    """

    code: str
    bins: tuple[Bin, ...]
    error: float


def reliability_curve(
    code: str, said: NDArray[np.floating], given: NDArray[np.floating]
) -> Calibration:
    """Return the reliability curve of one code, in ten bins of equal width; empty bins left out.

    Args:
        code: What the probabilities are of.
        said: Probabilities, `(n_utterances,)`, at least one.
        given: Share of the coders who gave the code, `(n_utterances,)`.
    """
    number = np.minimum((said * N_BINS).astype(int), N_BINS - 1)
    bins = [
        Bin(
            said=float(said[number == i].mean()),
            given=float(given[number == i].mean()),
            n=int((number == i).sum()),
        )
        for i in range(N_BINS)
        if (number == i).any()
    ]
    return Calibration(code=code, bins=tuple(bins), error=_error(bins, len(said)))


def _error(bins: Sequence[Bin], n: int) -> float:
    return sum(abs(one.said - one.given) * one.n for one in bins) / n
