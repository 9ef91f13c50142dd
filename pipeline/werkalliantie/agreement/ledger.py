"""The agreement ledger: coders with each other, and the model with the coders, code by code."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from werkalliantie.agreement.bootstrap import TapeInterval, tape_interval
from werkalliantie.agreement.ceiling import majority_ceiling, with_majority
from werkalliantie.agreement.figure import Figure, mean_figure
from werkalliantie.agreement.fleiss import fleiss_kappa
from werkalliantie.agreement.nominal import (
    Counts,
    contingency,
    defined,
    kappa_of,
    krippendorff_alpha,
    prevalence,
)
from werkalliantie.agreement.pair import PairFigures, pair_figures
from werkalliantie.agreement.ratings import Ratings
from werkalliantie.agreement.tape_sums import over_pairs

Figures = dict[str, Any]
Pair = tuple[str, str]
_OF_PAIRS = ("observed", "ac1", "pabak", "positive", "negative", "prevalence_index", "bias_index")
NO_PAIR: Figures = {
    **dict.fromkeys(("kappa", "ci", "ci_reason", "alpha", "fleiss", "prevalence", *_OF_PAIRS)),
    "n_pairs": 0,
    "n_tapes": 0,
    "n": 0,
}
"""The figures where no pair has a unit in common."""


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
    def n_tapes(self) -> int:
        """Number of tapes with such units."""
        return int((self.counts.sum(axis=1) > 0).sum())

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa over all tapes, or None where it is undefined."""
        return self.figures.kappa.value

    @property
    def interval(self) -> TapeInterval:
        """Kappa with its 95 % interval over tapes."""
        return mean_kappa_interval(self.counts[np.newaxis])

    @property
    def figures(self) -> PairFigures:
        """Kappa and its companions."""
        return pair_figures(self.counts.sum(axis=0))


def coder_pairs(coders: Sequence[str]) -> list[Pair]:
    """Return every pair of coders."""
    return list(itertools.combinations(coders, 2))


def pair_counts(ratings: Ratings, code: int, pairs: Sequence[Pair]) -> Counts:
    """Return the contingency counts of pairs per tape, shape `(n_pairs, n_tapes, 4)`."""
    numbers = ratings.tape_numbers
    n_tapes = int(numbers.max(initial=-1)) + 1
    row = {coder: ratings.answers[i, :, code] for i, coder in enumerate(ratings.coders)}
    tables = [_per_tape(row[first], row[second], numbers, n_tapes) for first, second in pairs]
    return np.array(tables).reshape(len(pairs), n_tapes, 4)


def mean_kappa(counts: Counts) -> float | None:
    """Return the mean kappa over pairs, of counts `(n_pairs, n_tapes, 4)`; None if undefined."""
    return _mean([defined(kappa) for kappa in kappa_of(counts.sum(axis=1))])


def mean_kappa_interval(counts: Counts) -> TapeInterval:
    """Return the mean kappa over pairs with its 95 % interval over tapes, of the same counts."""
    return tape_interval(np.moveaxis(counts, 0, 1), over_pairs(kappa_of), bounds=(-1, 1))


def agreement_on(
    ratings: Ratings, code: int, pairs: Sequence[Pair]
) -> tuple[Figures, list[PairAgreement]]:
    """Return the figures of one code over pairs of raters, and each pair by itself.

    Kappa and its companions are means over the pairs that share units. Alpha and Fleiss' kappa take
    all raters at once where every two of them are a pair, and are means over pairs otherwise, as of
    a model with each coder. What is undefined is None.
    """
    agreements = [
        PairAgreement(first=first, second=second, counts=counts)
        for (first, second), counts in zip(pairs, pair_counts(ratings, code, pairs), strict=True)
        if counts.any()
    ]
    if not agreements:
        return dict(NO_PAIR), []
    kappa = mean_kappa_interval(np.array([pair.counts for pair in agreements]))
    compared = _compared(ratings, code, [(pair.first, pair.second) for pair in agreements])
    each = [pair.figures for pair in agreements]
    figures = {
        "kappa": kappa.estimate,
        "ci": None if kappa.limits is None else list(kappa.limits),
        "ci_reason": kappa.reason,
        "n_pairs": len(agreements),
        "n_tapes": kappa.n_tapes,
        "n": compared.n,
        "alpha": _mean([krippendorff_alpha(table) for table in compared.tables]),
        "fleiss": _mean([fleiss_kappa(table).value for table in compared.tables]),
        "prevalence": compared.prevalence,
    }
    return figures | {name: _mean_of(each, name) for name in _OF_PAIRS}, agreements


def always_no(ratings: Ratings, code: int) -> float | None:
    """Return the mean kappa with the coders of a rater who never gives the code."""
    answers = ratings.answers[:, :, code]
    never = np.zeros(answers.shape[1])
    return _mean([defined(kappa_of(contingency(never, coder))) for coder in answers])


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """How far a coder, and the model, agree with the majority of the other coders: mean kappas."""

    coders: Figure
    model: Figure | None


def ceiling_of(ratings: Ratings, code: int, coders: Sequence[str], model: str | None) -> Ceiling:
    """Return the majority-of-others ceiling of one code.

    Each coder in turn is compared with the majority of the others, and so is the model with the
    same majorities, on the units it saw. A tie counts half for either side.
    """
    human = ratings.of(coders).answers[:, :, code]
    if model is None:
        return Ceiling(coders=mean_figure(one.kappa for one in majority_ceiling(human)), model=None)
    machine = ratings.of([model]).answers[0, :, code]
    seen = ~np.isnan(machine)
    human, machine = human[:, seen], machine[seen]
    against = [with_majority(machine, np.delete(human, i, axis=0)) for i in range(len(human))]
    return Ceiling(
        coders=mean_figure(one.kappa for one in majority_ceiling(human)),
        model=mean_figure(one.kappa for one in against),
    )


def _per_tape(
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    numbers: NDArray[np.int64],
    n_tapes: int,
) -> Counts:
    seen = ~(np.isnan(first) | np.isnan(second))
    cell = 2 * (1 - first[seen]) + (1 - second[seen])
    place = 4 * numbers[seen] + cell.astype(np.int64)
    return np.bincount(place, minlength=4 * n_tapes).reshape(n_tapes, 4).astype(float)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compared:
    """The answers that pairs have to do with each other.

    Attributes:
        tables: Of all raters at once, or of each pair, `(n_raters, n_units)`.
        n: Number of units that some pair shares.
        prevalence: Share of yeses among the answers that were compared.
    """

    tables: list[NDArray[np.float64]]
    n: int
    prevalence: float | None


def _compared(ratings: Ratings, code: int, pairs: Sequence[Pair]) -> _Compared:
    raters = sorted({name for pair in pairs for name in pair})
    together = ratings.of(raters).answers[:, :, code]
    counted = np.zeros(together.shape, dtype=bool)
    each = []
    for pair in pairs:
        rows = [raters.index(name) for name in pair]
        both_saw = ~np.isnan(together[rows]).any(axis=0)
        counted[rows] |= both_saw
        each.append(together[rows][:, both_saw])
    kept = counted.any(axis=0)
    together, counted = together[:, kept], counted[:, kept]
    joint = len(pairs) == len(coder_pairs(raters))
    return _Compared(
        tables=[together] if joint else each,
        n=int(kept.sum()),
        prevalence=prevalence(together[counted]),
    )


def _mean_of(pairs: Sequence[PairFigures], name: str) -> float | None:
    return mean_figure(getattr(pair, name) for pair in pairs).value


def _mean(values: Sequence[float | None]) -> float | None:
    numbers = [value for value in values if value is not None]
    return float(np.mean(numbers)) if numbers else None
