"""Agreement in a part of the material: the few figures that are compared between parts."""

import math
from collections.abc import Sequence

from werkalliantie.agreement.ledger import (
    Figures,
    Pair,
    agreement_on,
    coder_pairs,
    mean_kappa,
    pair_counts,
)
from werkalliantie.agreement.ratings import Ratings
from werkalliantie.codebook import Codebook


def agreement_in(
    ratings: Ratings, codebook: Codebook, coders: Sequence[str], model: str | None
) -> Figures:
    """Return kappa between the coders, and the model's with them, code by code."""
    beside = [(model, coder) for coder in coders] if model is not None else None
    return both_in(ratings, codebook, coder_pairs(coders), beside)


def both_in(
    ratings: Ratings, codebook: Codebook, human: Sequence[Pair], machine: Sequence[Pair] | None
) -> Figures:
    """Return kappa over pairs of coders, and over those of a model with coders, code by code."""
    return {
        code: {
            "coder_coder": kappa_in(ratings, column, human),
            "model_coder": None if machine is None else kappa_in(ratings, column, machine),
        }
        for column, code in enumerate(codebook.codes)
    }


def kappa_in(ratings: Ratings, column: int, pairs: Sequence[Pair]) -> Figures:
    """Return the mean kappa of pairs on one code, with its interval and what it rests on."""
    figures, _ = agreement_on(ratings, column, pairs)
    return {name: figures[name] for name in ("kappa", "ci", "n", "n_tapes")}


def kappas_in(
    ratings: Ratings, codebook: Codebook, human: Sequence[Pair], machine: Sequence[Pair] | None
) -> Figures:
    """Return the mean kappa over pairs, of coders and of a model with coders, without intervals."""
    return {
        code: {
            "coder_coder": mean_kappa(pair_counts(ratings, column, human)),
            "model_coder": None
            if machine is None
            else mean_kappa(pair_counts(ratings, column, machine)),
        }
        for column, code in enumerate(codebook.codes)
    }


def ends(interval: Sequence[float] | None) -> list[float] | None:
    """Return an interval as JSON has it."""
    if interval is None or not all(map(math.isfinite, interval)):
        return None
    return [float(end) for end in interval]
