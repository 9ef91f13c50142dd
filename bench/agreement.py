"""Measures the bootstrap over tapes: `python bench/agreement.py [--coverage]` prints JSON.

How long all intervals of a study take, beside drawing its utterances again in a loop. With
`--coverage` how often a 95 % interval holds the truth instead, in simulated studies.
"""

import argparse
import itertools
import json
import os
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from simulated_studies import (
    CODER_PAIRS,
    OF_PAIRS,
    PATTERNS,
    SCENARIOS,
    Scenario,
    alpha,
    coder_coincidences,
    expected,
    pair_counts,
    simulate,
)

from werkalliantie.agreement import ledger
from werkalliantie.agreement.alpha import coincidences
from werkalliantie.agreement.bootstrap import tape_interval
from werkalliantie.agreement.nominal import cohen_kappa
from werkalliantie.agreement.ratings import Ratings
from werkalliantie.agreement.resampling import Method, Resampled, resample
from werkalliantie.agreement.tape_sums import Statistic, per_tape

N_TAPES, N_UTTERANCES, N_RATERS, N_CODES = 34, 250, 4, 3
REPLICATES, LOOPED = 10_000, 20
SIZES = (2, 3, 4, 5, 10, 20)
STUDIES, STUDY_REPLICATES = 1000, 2000
METHODS = (Method.PERCENTILE, Method.EXPANDED, Method.JACKKNIFE, Method.OUTER)


def main() -> None:
    """Run the measurement asked for and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--coverage", action="store_true", help="measure coverage, in some minutes")
    parser.add_argument("--studies", type=int, default=STUDIES, help="simulated for each figure")
    parser.add_argument("--tapes", type=int, nargs="+", default=SIZES, help="in a simulated study")
    parser.add_argument("--scenarios", nargs="+", default=[*SCENARIOS], choices=SCENARIOS)
    asked = parser.parse_args()
    if asked.coverage:
        result = {
            name: {n: _coverage(SCENARIOS[name], n, asked.studies) for n in asked.tapes}
            for name in asked.scenarios
        }
    else:
        result = _speed()
    print(json.dumps(result, indent=2))


def _speed() -> dict[str, Any]:
    ratings = _study()
    started = time.perf_counter()
    for code in range(N_CODES):
        tape_interval(_counts(ratings, code), OF_PAIRS["kappa"], replicates=REPLICATES)
    kappas = time.perf_counter() - started
    started = time.perf_counter()
    for code in range(N_CODES):
        _intervals(ratings, code)
    seconds = time.perf_counter() - started
    started = time.perf_counter()
    _looped(ratings, LOOPED)
    loop = (time.perf_counter() - started) * REPLICATES / LOOPED
    return {
        "cpu_count": os.cpu_count(),
        "n_tapes": N_TAPES,
        "n_utterances": N_TAPES * N_UTTERANCES,
        "n_raters": N_RATERS,
        "n_codes": N_CODES,
        "replicates": REPLICATES,
        "all_intervals_seconds": round(seconds, 2),
        "kappa_intervals_seconds": round(kappas, 3),
        "kappa_intervals_in_a_loop_seconds": round(loop, 1),
        "loop_to_kappa_intervals": round(loop / kappas),
    }


def _study() -> Ratings:
    """Return three coders and a model on one study's utterances, invented."""
    random = np.random.default_rng(1)
    answers = np.empty((N_RATERS, N_TAPES * N_UTTERANCES, N_CODES))
    for code in range(N_CODES):
        given = simulate(SCENARIOS["common"], N_TAPES, random)
        for tape, chances in enumerate(given / given.sum(axis=1, keepdims=True)):
            rows = random.choice(len(PATTERNS), N_UTTERANCES, p=chances)
            place = slice(tape * N_UTTERANCES, (tape + 1) * N_UTTERANCES)
            answers[:, place, code] = PATTERNS[rows].T
    tapes = np.repeat([f"{tape:02d}" for tape in range(N_TAPES)], N_UTTERANCES)
    return Ratings(coders=("a", "b", "c", "model"), tapes=tuple(tapes.tolist()), answers=answers)


def _intervals(ratings: Ratings, code: int) -> None:
    counts = _counts(ratings, code)
    for figure in OF_PAIRS.values():
        tape_interval(counts, figure, replicates=REPLICATES)
    yes = ratings.answers[:3, :, code].sum(axis=0)
    answers = np.column_stack([3 - yes, yes])
    table = per_tape(coincidences, answers, ratings.tape_numbers)
    tape_interval(table, alpha, replicates=REPLICATES)


def _counts(ratings: Ratings, code: int) -> NDArray[np.float64]:
    coders = ratings.coders[:3]
    pairs = [*itertools.combinations(coders, 2), *(("model", coder) for coder in coders)]
    return np.moveaxis(ledger.pair_counts(ratings, code, pairs), 0, 1)


def _looped(ratings: Ratings, replicates: int) -> None:
    """Draw tapes and compute the mean kappa of coder pairs anew from all utterances."""
    random = np.random.default_rng(0)
    numbers = ratings.tape_numbers
    places = [np.flatnonzero(numbers == tape) for tape in range(N_TAPES)]
    for code in range(N_CODES):
        answers = ratings.answers[:, :, code]
        for _ in range(replicates):
            drawn = np.concatenate([places[t] for t in random.integers(0, N_TAPES, N_TAPES)])
            np.mean([cohen_kappa(answers[a, drawn], answers[b, drawn]) for a, b in CODER_PAIRS])


def _coverage(scenario: Scenario, n_tapes: int, studies: int) -> dict[str, Any]:
    """Return how often intervals hold the truth, and tests at 5 % claim more or less than it."""
    random = np.random.default_rng(n_tapes)
    truth = expected(scenario, np.random.default_rng(0))
    true = {name: float(of(pair_counts(truth))[0]) for name, of in OF_PAIRS.items()}
    true["alpha"] = float(alpha(1e6 * coder_coincidences(truth))[0])
    tallies = {name: dict.fromkeys([*METHODS, "below", "above", "undefined"], 0) for name in true}
    for study in range(studies):
        patterns = simulate(scenario, n_tapes, random)
        counts, table = pair_counts(patterns), coder_coincidences(patterns)
        for name, of in OF_PAIRS.items():
            _tally(tallies[name], counts, of, true[name], study)
        _tally(tallies["alpha"], table, alpha, true["alpha"], study)
    return {name: _shares(true[name], tally, studies) for name, tally in tallies.items()}


def _tally(
    tally: dict[str, int], sums: NDArray[np.float64], of: Statistic, true: float, seed: int
) -> None:
    found = resample(sums, of, seed=seed, replicates=STUDY_REPLICATES)
    if not isinstance(found, Resampled):
        tally["undefined"] += 1
        return
    for method in METHODS:
        low, high = found.interval(method=method)
        tally[method] += low <= true <= high
    tally["above"] += found.p_above(true) < 0.05
    tally["below"] += found.p_below(true) < 0.05


def _shares(true: float, tally: Mapping[str, int], studies: int) -> dict[str, Any]:
    defined = studies - tally["undefined"]
    shares = {key: round(count / max(defined, 1), 3) for key, count in tally.items()}
    errors = {"claims_above": shares.pop("above"), "claims_below": shares.pop("below")}
    return {"true": round(true, 3), **shares, "one_sided_errors": errors} | {
        "undefined": tally["undefined"]
    }


if __name__ == "__main__":
    main()
