"""Studies made up to measure with: coders and a model who err, on tapes that differ.

Nothing is drawn utterance by utterance: given the tape, raters err independently, so a tape is how
many of its utterances got each pattern of answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from werkalliantie.agreement.alpha import alpha_of, coincidences, nominal_distances
from werkalliantie.agreement.nominal import (
    ac1_of,
    kappa_of,
    negative_agreement_of,
    pabak_of,
    positive_agreement_of,
)
from werkalliantie.agreement.tape_sums import Statistic, difference, over_pairs, share

Numbers = NDArray[np.float64]

N_CODERS = 3
N_RATERS = N_CODERS + 1
"""The last is the model."""

CODER_PAIRS = [(0, 1), (0, 2), (1, 2)]
MODEL_PAIRS = [(3, 0), (3, 1), (3, 2)]
PATTERNS = np.array([[number >> rater & 1 for rater in range(N_RATERS)] for number in range(16)])
"""Every way in which the raters can answer, `(n_patterns, n_raters)`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """How often a code applies and how raters find it; spreads are between tapes, in logits.

    Attributes:
        prevalence: How often it applies, on the middle tape.
        sensitivity: How often a coder gives it where it applies.
        specificity: How often a coder doesn't where it doesn't.
        model_less: By how much the model does worse than a coder, in logits.
        spread: Of the prevalence.
        tape_spread: Of how hard a tape is, for all raters alike.
        rater_spread: Of how hard it is for one rater.
    """

    prevalence: float = 0.3
    sensitivity: float = 0.7
    specificity: float = 0.92
    model_less: float = 0.3
    spread: float = 0.6
    tape_spread: float = 0.5
    rater_spread: float = 0.3


SCENARIOS = {
    "common": Scenario(),
    "rare": Scenario(prevalence=0.03, specificity=0.985, spread=1.0),
    "uneven": Scenario(prevalence=0.2, spread=1.2, tape_spread=1.0, rater_spread=0.6),
    "even": Scenario(spread=0.2, tape_spread=0.1, rater_spread=0.1),
}


def simulate(scenario: Scenario, n_tapes: int, random: np.random.Generator) -> Numbers:
    """Return how often each pattern was given on each tape, `(n_tapes, n_patterns)`."""
    sizes = random.integers(150, 301, n_tapes)
    counts: Numbers = random.multinomial(sizes, _chances(scenario, n_tapes, random)).astype(float)
    return counts


def expected(scenario: Scenario, random: np.random.Generator, n_tapes: int = 300_000) -> Numbers:
    """Return how often each pattern is given per tape in the long run, `(1, n_patterns)`."""
    mean: Numbers = _chances(scenario, n_tapes, random).mean(axis=0, keepdims=True)
    return mean


def pair_counts(patterns: Numbers) -> Numbers:
    """Return contingency counts of coder pairs, then model pairs, `(n_tapes, n_pairs, 4)`."""
    cells = np.zeros((len(PATTERNS), len(CODER_PAIRS + MODEL_PAIRS), 4))
    for pair, (first, second) in enumerate(CODER_PAIRS + MODEL_PAIRS):
        cell = 2 * (1 - PATTERNS[:, first]) + (1 - PATTERNS[:, second])
        cells[np.arange(len(PATTERNS)), pair, cell] = 1
    return np.tensordot(patterns, cells, 1)


def coder_coincidences(patterns: Numbers) -> Numbers:
    """Return the coincidences of the coders' answers, `(n_tapes, 2, 2)`."""
    yes = PATTERNS[:, :N_CODERS].sum(axis=1)
    counts = np.column_stack([N_CODERS - yes, yes]).astype(float)
    each = np.array([coincidences(row[None]) for row in counts])
    return np.tensordot(patterns, each, 1)


def _chances(scenario: Scenario, n_tapes: int, random: np.random.Generator) -> Numbers:
    """Return the chance of each pattern on each tape, `(n_tapes, n_patterns)`."""
    applies = _chance(_logit(scenario.prevalence) + scenario.spread * random.normal(size=n_tapes))
    ease = scenario.tape_spread * random.normal(size=(n_tapes, 1))
    less = scenario.model_less * (np.arange(N_RATERS) == N_CODERS)
    finds, spares = (
        _chance(
            _logit(chance)
            + ease
            - less
            + scenario.rater_spread * random.normal(size=(n_tapes, N_RATERS))
        )[:, None]
        for chance in (scenario.sensitivity, scenario.specificity)
    )
    if_applies = np.where(PATTERNS, finds, 1 - finds).prod(axis=-1)
    if_not = np.where(PATTERNS, 1 - spares, spares).prod(axis=-1)
    chances: Numbers = applies[:, None] * if_applies + (1 - applies[:, None]) * if_not
    return chances


def _logit(chance: float) -> float:
    return float(np.log(chance / (1 - chance)))


def _chance(logit: Numbers) -> Numbers:
    return 1 / (1 + np.exp(-logit))


def _of_coders(figure: Statistic) -> Statistic:
    mean = over_pairs(figure)
    return lambda counts: mean(counts[..., : len(CODER_PAIRS), :])


_KAPPA = over_pairs(kappa_of)
OF_PAIRS: Mapping[str, Statistic] = {
    "kappa": _of_coders(kappa_of),
    "difference": difference(_KAPPA, len(CODER_PAIRS)),
    "share": share(_KAPPA, len(CODER_PAIRS)),
    "ac1": _of_coders(ac1_of),
    "pabak": _of_coders(pabak_of),
    "positive": _of_coders(positive_agreement_of),
    "negative": _of_coders(negative_agreement_of),
}
"""Figures of `pair_counts`."""


def alpha(table: Numbers) -> Numbers:
    """Return Krippendorff's nominal alpha, of `coder_coincidences`."""
    return alpha_of(table, nominal_distances(np.arange(2.0)))
