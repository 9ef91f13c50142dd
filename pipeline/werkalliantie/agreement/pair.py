"""Everything two coders' yes and no on one code say about their agreement, with the reasons."""

from dataclasses import dataclass

from werkalliantie.agreement.figure import Figure, Reason, figure
from werkalliantie.agreement.nominal import (
    Counts,
    ac1_of,
    agreement_of,
    bias_index_of,
    kappa_of,
    negative_agreement_of,
    pabak_of,
    positive_agreement_of,
    prevalence_index_of,
)
from werkalliantie.agreement.weighted import identity_weights, standard_error_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PairFigures:
    """The figures of two coders on one code; their sources are in `nominal.py`.

    A kappa is read beside its companions: a low one with a high `positive` and `negative` comes
    from prevalence or bias, a low one with a low `positive` from disagreement on the code.

    Attributes:
        n: Number of utterances both saw.
        kappa_error: Large-sample standard error of kappa, for independent utterances; utterances of
            one tape aren't, so for inference prefer the interval over tapes in `bootstrap.py`.
    """

    n: int
    observed: Figure
    kappa: Figure
    kappa_error: Figure
    ac1: Figure
    pabak: Figure
    positive: Figure
    negative: Figure
    prevalence_index: Figure
    bias_index: Figure


def pair_figures(counts: Counts) -> PairFigures:
    """Return the figures of contingency counts, shape `(4,)`."""
    none = Reason.NOTHING_SHARED
    shared = bool(counts.any())
    alike = Reason.NOTHING_VARIES if shared else none
    error = standard_error_of(counts.reshape(2, 2), identity_weights(2))
    return PairFigures(
        n=int(counts.sum()),
        observed=figure(agreement_of(counts), none),
        kappa=figure(kappa_of(counts), alike),
        kappa_error=figure(error, alike),
        ac1=figure(ac1_of(counts), none),
        pabak=figure(pabak_of(counts), none),
        positive=figure(positive_agreement_of(counts), Reason.NEVER_GIVEN if shared else none),
        negative=figure(negative_agreement_of(counts), Reason.ALWAYS_GIVEN if shared else none),
        prevalence_index=figure(prevalence_index_of(counts), none),
        bias_index=figure(bias_index_of(counts), none),
    )
