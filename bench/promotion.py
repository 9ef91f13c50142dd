"""Measures the promotion gate in simulated studies: `python bench/promotion.py` prints JSON.

How often a challenger is put in use, and called better, that truly is worse on one code, equal or
better, by number of held-out tapes; and so how many tapes a study needs to get a good one through.
"""

import argparse
import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray
from simulated_studies import N_CODERS, Scenario

from werkalliantie.agreement import resampling
from werkalliantie.configuration.study import PromotionRules
from werkalliantie.promotion.gate import judge_sums
from werkalliantie.promotion.heldout import gain, kappas

Numbers = NDArray[np.float64]

SIZES = (2, 3, 5, 8, 12, 20, 34, 60)
STUDIES, REPLICATES = 200, 1000
SAME = 0.95
POWER = 0.8
CODES: Mapping[str, Scenario] = {
    "common": Scenario(sensitivity=0.8, specificity=0.93),
    "uneven": Scenario(
        prevalence=0.2, sensitivity=0.82, specificity=0.95, spread=1.0, tape_spread=0.8
    ),
    "scarce": Scenario(prevalence=0.12, sensitivity=0.78, specificity=0.97),
}
"""A study's three codes: champions agree with the coders at kappas between .4 and .6."""

EFFECTS: Mapping[str, tuple[float, float, float]] = {
    "worse_by_.05_on_common": (-0.05, 0.0, 0.0),
    "worse_by_.05_on_uneven": (0.0, -0.05, 0.0),
    "worse_by_.05_on_scarce": (0.0, 0.0, -0.05),
    "worse_by_.05_on_common_better_on_others": (-0.05, 0.05, 0.05),
    "worse_by_.05_on_uneven_better_on_others": (0.05, -0.05, 0.05),
    "worse_by_.05_on_scarce_better_on_others": (0.05, 0.05, -0.05),
    "equal": (0.0, 0.0, 0.0),
    "better_by_.02": (0.02, 0.02, 0.02),
    "better_by_.05": (0.05, 0.05, 0.05),
    "better_by_.10": (0.10, 0.10, 0.10),
}
"""By how much the challenger's true kappa with the coders is higher, on each code."""

_RATERS = N_CODERS + 2
_PATTERNS = np.array([[number >> rater & 1 for rater in range(_RATERS)] for number in range(32)])
_KEPT = 0.8
"""Correlation over tapes of how hard champion and challenger find them: most of their tapes, and
their encoder, are the same."""
_CALIBRATION_TAPES, _CHECK_TAPES, _HALVINGS = 40_000, 200_000, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A champion and a challenger on one code.

    Attributes:
        shift: How much better the challenger finds the code than the champion, in logits.
        tied: Share of utterances on which one draw of luck decides for both: they go the same way
            unless their chances differ. Elsewhere they err independently.
    """

    scenario: Scenario
    shift: float
    tied: float


def main() -> None:
    """Run the simulation asked for and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=STUDIES, help="simulated for each figure")
    parser.add_argument("--tapes", type=int, nargs="+", default=SIZES, help="held out in a study")
    parser.add_argument("--effects", nargs="+", default=[*EFFECTS], choices=EFFECTS)
    parser.add_argument(
        "--same", type=float, default=SAME, help="share of decisions an equal pair has in common"
    )
    parser.add_argument("--margin", type=float, default=PromotionRules().margin)
    parser.add_argument("--confidence", type=float, default=PromotionRules().confidence)
    asked = parser.parse_args()
    started = time.perf_counter()
    rules = PromotionRules(margin=asked.margin, confidence=asked.confidence, min_tapes=2)
    # Quantiles of t by halving take two thirds of the time, and here they are always the same few.
    resampling.t_quantile = cache(resampling.t_quantile)
    tied = {code: _tie(scenario, asked.same) for code, scenario in CODES.items()}
    pairs = {name: _calibrated(EFFECTS[name], tied) for name in asked.effects}
    shares = {
        name: {n: _shares(pairs[name], n, asked.studies, rules) for n in asked.tapes}
        for name in asked.effects
    }
    result = {
        "rules": rules.model_dump(),
        "studies": asked.studies,
        "same_decisions": asked.same,
        "truth": {name: _truth(pairs[name]) for name in asked.effects},
        "shares": shares,
        "tapes_needed": {name: _needed(shares[name]) for name in asked.effects},
        "seconds": round(time.perf_counter() - started, 1),
    }
    print(json.dumps(result, indent=2))


def _needed(shares: Mapping[int, Mapping[str, float]]) -> dict[str, int | None]:
    """Return from which of the sizes on each share is at least the power asked for."""
    return {
        what: min(
            (n for n in shares if all(shares[m][what] >= POWER for m in shares if m >= n)),
            default=None,
        )
        for what in ("promoted", "called_better")
    }


def _shares(
    pairs: Sequence[Pair], n_tapes: int, n_studies: int, rules: PromotionRules
) -> dict[str, float]:
    random = np.random.default_rng(n_tapes)
    names = tuple(CODES)
    gates = []
    for _ in range(n_studies):
        sizes = random.integers(150, 301, n_tapes)
        patterns = [random.multinomial(sizes, _chances(pair, n_tapes, random)) for pair in pairs]
        sums = np.stack([_sums(counts) for counts in patterns], axis=1)
        gates.append(judge_sums(sums, names, rules, replicates=REPLICATES))
    return {
        "promoted": sum(gate.promoted for gate in gates) / n_studies,
        "refused": sum(not gate.promoted for gate in gates) / n_studies,
        "called_better": sum(gate.better for gate in gates) / n_studies,
    }


def _calibrated(effects: Sequence[float], tied: Mapping[str, float]) -> list[Pair]:
    return [
        Pair(scenario=scenario, shift=_shift(scenario, effect), tied=tied[code])
        for (code, scenario), effect in zip(CODES.items(), effects, strict=True)
    ]


@lru_cache
def _shift(scenario: Scenario, effect: float) -> float:
    """Return the shift that makes the true difference in kappa the one asked for."""
    if not effect:
        return 0.0
    low, high = -3.0, 3.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        pair = Pair(scenario=scenario, shift=middle, tied=0.0)
        low, high = (middle, high) if _true_gain(pair) < effect else (low, middle)
    return (low + high) / 2


def _tie(scenario: Scenario, same: float) -> float:
    """Return the share of tied luck with which an equal pair decides the same so often."""
    shares = [_same(Pair(scenario=scenario, shift=0.0, tied=tied)) for tied in (0.0, 1.0)]
    return float(np.clip((same - shares[0]) / (shares[1] - shares[0]), 0, 1))  # linear in it


def _same(pair: Pair) -> float:
    alike = _PATTERNS[:, N_CODERS] == _PATTERNS[:, N_CODERS + 1]
    return float(_expected(pair, _CALIBRATION_TAPES)[alike].sum())


def _true_gain(pair: Pair, n_tapes: int = _CALIBRATION_TAPES) -> float:
    return float(gain(_sums(_expected(pair, n_tapes)[None]))[0])


def _truth(pairs: Sequence[Pair]) -> dict[str, dict[str, float]]:
    """Return true kappas, measured on far more tapes than they were calibrated on."""
    found = {}
    for code, pair in zip(CODES, pairs, strict=True):
        patterns = _expected(pair, _CHECK_TAPES, seed=1)
        champion, challenger = kappas(_sums(patterns[None]))[0]
        alike = _PATTERNS[:, N_CODERS] == _PATTERNS[:, N_CODERS + 1]
        found[code] = {
            "champion": round(float(champion), 4),
            "challenger": round(float(challenger), 4),
            "difference": round(float(challenger - champion), 4),
            "same_decisions": round(float(patterns[alike].sum()), 4),
        }
    return found


def _expected(pair: Pair, n_tapes: int, *, seed: int = 0) -> Numbers:
    """Return how often each pattern of answers is given in the long run, `(n_patterns,)`."""
    mean: Numbers = _chances(pair, n_tapes, np.random.default_rng(seed)).mean(axis=0)
    return mean


def _sums(patterns: Numbers) -> Numbers:
    """Return counts of each model with each coder, `(n_tapes, 2, n_coders, 4)`."""
    cells = np.zeros((len(_PATTERNS), 2, N_CODERS, 4))
    for model in range(2):
        for coder in range(N_CODERS):
            cell = 2 * (1 - _PATTERNS[:, N_CODERS + model]) + (1 - _PATTERNS[:, coder])
            cells[np.arange(len(_PATTERNS)), model, coder, cell] = 1
    return np.tensordot(patterns, cells, 1)


def _chances(pair: Pair, n_tapes: int, random: np.random.Generator) -> Numbers:
    """Return the chance of each pattern on each tape, `(n_tapes, n_patterns)`."""
    made = pair.scenario
    applies = _chance(_logit(made.prevalence) + made.spread * random.normal(size=n_tapes))
    ease = made.tape_spread * random.normal(size=(n_tapes, 1))
    skill = np.array([0.0] * N_CODERS + [-made.model_less, pair.shift - made.model_less])
    finds, spares = (
        _chance(_logit(chance) + ease + skill + made.rater_spread * _moods(n_tapes, random))
        for chance in (made.sensitivity, made.specificity)
    )
    chances: Numbers = applies[:, None] * _together(finds, pair.tied)
    return chances + (1 - applies)[:, None] * _together(1 - spares, pair.tied)


def _moods(n_tapes: int, random: np.random.Generator) -> Numbers:
    """Return what a tape does to each rater, `(n_tapes, n_raters)`; to both models much alike."""
    moods: Numbers = random.normal(size=(n_tapes, _RATERS))
    moods[:, -1] = _KEPT * moods[:, -2] + math.sqrt(1 - _KEPT**2) * moods[:, -1]
    return moods


def _together(yes: Numbers, tied: float) -> Numbers:
    """Return the chance of each pattern, given each rater's of a yes, `(n_tapes, n_patterns)`."""
    alone = np.where(_PATTERNS, yes[:, None], 1 - yes[:, None])
    first, second = yes[:, N_CODERS], yes[:, N_CODERS + 1]
    both = tied * np.minimum(first, second) + (1 - tied) * first * second
    models = np.stack([1 - first - second + both, first - both, second - both, both], axis=1)
    which = _PATTERNS[:, N_CODERS] + 2 * _PATTERNS[:, N_CODERS + 1]
    chances: Numbers = alone[:, :, :N_CODERS].prod(axis=-1) * models[:, which]
    return chances


def _logit(chance: float) -> float:
    return math.log(chance / (1 - chance))


def _chance(logit: Numbers) -> Numbers:
    return 1 / (1 + np.exp(-logit))


if __name__ == "__main__":
    main()
