"""The ceiling: how far each coder agrees with the majority of the others."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from werkalliantie.agreement.figure import Figure, Reason, figure, ratio
from werkalliantie.agreement.weighted import identity_weights, weighted_kappa_of


class Ties(StrEnum):
    """What to do with a unit on which the others have no single most given answer.

    SHARED counts it in equal parts for each answer tied, as a coin would on average. With two
    others, that is kappa over their two crosstables added up. LEFT_OUT takes only units with a
    majority: fewer, and the easier ones, so the ceiling comes out higher.
    """

    SHARED = "shared"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True, kw_only=True)
class MajorityAgreement:
    """A coder against the majority of others.

    Attributes:
        kappa: Cohen's kappa of the two.
        n: Number of units compared.
        n_ties: Units the others were tied on, compared or left out.
    """

    kappa: Figure
    n: int
    n_ties: int


def majority_ceiling(
    answers: ArrayLike, *, ties: Ties = Ties.SHARED
) -> tuple[MajorityAgreement, ...]:
    """Return for each coder how it agrees with the majority of all the other coders.

    With two coders, the majority of the others is the other one.

    Args:
        answers: Categories as numbers, NaN where not seen, shape `(n_coders, n_units)`.
        ties: What to do where the others are tied.
    """
    table = np.asarray(answers, dtype=float)
    return tuple(
        with_majority(table[coder], np.delete(table, coder, axis=0), ties=ties)
        for coder in range(len(table))
    )


def with_majority(
    own: ArrayLike, others: ArrayLike, *, ties: Ties = Ties.SHARED
) -> MajorityAgreement:
    """Return how one coder, or a model, agrees with the majority of others.

    A unit is compared if the one and at least one of the others saw it.

    Args:
        own: Shape `(n_units,)`.
        others: Shape `(n_others, n_units)`.
        ties: What to do where the others are tied.
    """
    table = np.vstack([own, others]).astype(float)
    given = table[:, :, None] == np.unique(table[~np.isnan(table)])
    mine, n_theirs = given[0].astype(float), given[1:].sum(axis=0)
    most = (n_theirs == n_theirs.max(axis=1, keepdims=True, initial=1)).astype(float)
    n_most = most.sum(axis=1)
    compared, tied = mine.any(axis=1) & (n_most > 0), n_most > 1
    kept = compared & ~tied if ties is Ties.LEFT_OUT else compared
    votes = ratio(most[kept], n_most[kept, None])
    kappa = weighted_kappa_of(mine[kept].T @ votes, identity_weights(given.shape[-1]))
    return MajorityAgreement(
        kappa=figure(kappa, Reason.NOTHING_VARIES if kept.any() else Reason.NO_OTHERS),
        n=int(kept.sum()),
        n_ties=int((compared & tied).sum()),
    )
