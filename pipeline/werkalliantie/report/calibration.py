"""Whether a model's probabilities mean what they say: how often coders gave the code."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from werkalliantie.agreement_report.material import Material

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


def calibration_of(material: Material) -> list[Calibration]:
    """Return the reliability curve of each code; none without a model."""
    machine = material.machine
    if machine is None:
        return []
    places = [place for place in material.places if place in machine.probabilities]
    curves = []
    for code in material.codebook.codes:
        said = np.array([machine.probabilities[place][code] for place in places])
        given = np.array([_given(material, place, code) for place in places])
        curves.append(_curve(code, said, given))
    return curves


def _given(material: Material, place: tuple[str, int], code: str) -> float:
    clusters = material.codebook.clusters_of
    answers = [
        code in clusters(codes[place]) for codes in material.blind.values() if place in codes
    ]
    return float(np.mean(answers))


def _curve(code: str, said: NDArray[np.float64], given: NDArray[np.float64]) -> Calibration:
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
