"""The agreement ledger: coders with each other, and the model with the coders, code by code."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from werkalliantie.agreement.bootstrap import mean_kappa_interval
from werkalliantie.agreement.nominal import (
    Counts,
    contingency,
    defined,
    gwet_ac1,
    kappa_of,
    krippendorff_alpha,
    pabak,
    prevalence,
)
from werkalliantie.agreement.ratings import Ratings

Figures = dict[str, Any]
_FIGURES = ("kappa", "ci", "n_pairs", "alpha", "ac1", "pabak", "prevalence")


@dataclass(frozen=True, slots=True, kw_only=True)
class PairAgreement:
    """Two raters on one code; `counts` are contingency counts per tape, shape `(n_tapes, 4)`."""

    first: str
    second: str
    counts: Counts

    @property
    def n(self) -> int:
        """Number of units both saw."""
        return int(self.counts.sum())

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa over all tapes, or None where it is undefined."""
        return defined(kappa_of(self.counts.sum(axis=0)))


def coder_pairs(coders: Sequence[str]) -> list[tuple[str, str]]:
    """Return every pair of coders."""
    return list(itertools.combinations(coders, 2))


def agreement_on(
    ratings: Ratings, code: int, pairs: Sequence[tuple[str, str]]
) -> tuple[Figures, list[PairAgreement]]:
    """Return the figures of one code over pairs of raters, and each pair by itself.

    The kappa, AC1 and PABAK are means over the pairs that share units; alpha takes all raters that
    are in a pair at once. What is undefined is None.
    """
    answers = ratings.answers[:, :, code]
    row = {coder: answers[number] for number, coder in enumerate(ratings.coders)}
    agreements = [
        PairAgreement(first=a, second=b, counts=_per_tape(ratings, row[a], row[b]))
        for a, b in pairs
    ]
    agreements = [pair for pair in agreements if pair.n]
    if not agreements:
        return dict.fromkeys(_FIGURES) | {"n_pairs": 0}, []
    raters = sorted({name for pair in agreements for name in (pair.first, pair.second)})
    table = np.array([row[name] for name in raters])
    interval = mean_kappa_interval(np.array([pair.counts for pair in agreements]))
    figures = {
        "kappa": _mean([pair.kappa for pair in agreements]),
        "ci": list(interval) if interval else None,
        "n_pairs": len(agreements),
        "alpha": krippendorff_alpha(table),
        "ac1": _mean([gwet_ac1(row[p.first], row[p.second]) for p in agreements]),
        "pabak": _mean([pabak(row[p.first], row[p.second]) for p in agreements]),
        "prevalence": prevalence(table),
    }
    return figures, agreements


def always_no(ratings: Ratings, code: int) -> float | None:
    """Return the mean kappa with the coders of a rater who never gives the code."""
    answers = ratings.answers[:, :, code]
    never = np.zeros(answers.shape[1])
    return _mean([defined(kappa_of(contingency(never, coder))) for coder in answers])


def _per_tape(ratings: Ratings, first: NDArray[np.float64], second: NDArray[np.float64]) -> Counts:
    numbers = ratings.tape_numbers
    n_tapes = int(numbers.max(initial=-1)) + 1
    return np.array(
        [contingency(first[numbers == t], second[numbers == t]) for t in range(n_tapes)]
    ).reshape(n_tapes, 4)


def _mean(values: Sequence[float | None]) -> float | None:
    numbers = [value for value in values if value is not None]
    return float(np.mean(numbers)) if numbers else None
