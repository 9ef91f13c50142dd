"""Two mean kappas on the same tapes: their difference and their ratio, with intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from werkalliantie.agreement.bootstrap import TapeInterval, tape_interval
from werkalliantie.agreement.equivalence import MARGIN, Equivalence, equivalence
from werkalliantie.agreement.ledger import coder_pairs, mean_kappa, pair_counts
from werkalliantie.agreement.nominal import Counts, kappa_of
from werkalliantie.agreement.ratings import Ratings
from werkalliantie.agreement.tape_sums import difference, over_pairs, share


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two mean kappas over pairs, `one` set against `other`; what is undefined is None.

    Attributes:
        difference: `one - other`.
        n_other: How many pairs of the other side share units.
        share: `one / other`, where the other is above chance.
        equivalence: The tests that the two differ by less than a margin.
    """

    one: float | None
    other: float | None
    n_other: int
    difference: TapeInterval
    share: TapeInterval
    equivalence: Equivalence

    @property
    def n_tapes(self) -> int:
        """Number of tapes on which either side shares units."""
        return self.difference.n_tapes


def compare(one: Counts, other: Counts, *, margin: float = MARGIN) -> Comparison:
    """Compare the mean kappas of two sets of pairs, counted on the same tapes.

    Each draw of tapes is taken of both sides at once, so that what the sides have in common falls
    out of the difference.

    Args:
        one: Contingency counts, shape `(n_pairs, n_tapes, 4)`.
        other: The same on the other side; the pairs may be others, the tapes are the same.
        margin: Smallest difference that matters.
    """
    sums = np.moveaxis(np.concatenate([other, one]), 0, 1)
    kappa = over_pairs(kappa_of)
    less, by = difference(kappa, len(other)), share(kappa, len(other))
    return Comparison(
        one=mean_kappa(one),
        other=mean_kappa(other),
        n_other=sum(bool(counts.any()) for counts in other),
        difference=tape_interval(sums, less, bounds=(-2, 2)),
        share=tape_interval(sums, by),
        equivalence=equivalence(sums, less, margin=margin),
    )


def model_beside_coders(
    ratings: Ratings, code: int, coders: Sequence[str], model: str, *, margin: float = MARGIN
) -> Comparison:
    """Compare a model's mean kappa with the coders to that between them, on what the model saw."""
    row = ratings.answers[ratings.coders.index(model), :, code]
    seen = ratings.where(~np.isnan(row))
    machine = pair_counts(seen, code, [(model, coder) for coder in coders])
    return compare(machine, pair_counts(seen, code, coder_pairs(coders)), margin=margin)
