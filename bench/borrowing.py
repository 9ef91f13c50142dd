"""Measures what borrowed tapes are worth: `python bench/borrowing.py`.

The fourteen writers of the example corpus are dealt over two halves: one makes the study, the other
is what it borrows. Heads on the frozen encoder learn from tapes drawn from the study, with and
without what is borrowed, and are judged on the study's other tapes; calibration and thresholds come
from the tapes drawn alone. As in `train`, the loan is kept where heads do better with it out of
fold. Once the coders are the same on both sides; once the study has the codes of k1 alone and
borrows those of k2, who reads otherwise; and once what is borrowed does harm, its codes having
changed places. The test tapes stay out of it. Prints mean kappas as JSON.
"""

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from learning_curve.command import ROOT
from learning_curve.heads import NO_ROWS, Features, Rows, Scores, frozen, out_of_fold
from learning_curve.voorbeeld import read_voorbeeld
from numpy.typing import NDArray

from werkalliantie_training.decisions import fit_scaling, mean_kappa
from werkalliantie_training.evaluation import average_precision
from werkalliantie_training.examples import Examples

Head = tuple[Scores, Scores, Rows]
SIZES, DRAWS, FOLDS = (2, 4, 8, 16, 24), 10, 3
WRITERS = 14


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoders", type=Path, default=ROOT / "models" / "encoders")
    parser.add_argument("--draws", type=int, default=DRAWS)
    asked = parser.parse_args()
    corpus = read_voorbeeld(seed=13).learnt
    features = frozen(corpus, "embedded-nl", asked.encoders)
    k1, k2 = (corpus.answers[[corpus.coders.index(coder)]] for coder in ("k1", "k2"))
    sides = {
        "same coders": (corpus.answers, corpus.answers),
        "other coder": (k1, k2),
        "other codes": (corpus.answers, np.roll(corpus.answers, 1, axis=2)),
    }
    found = {
        name: {str(size): _at(size, corpus, features, *answers, asked.draws) for size in SIZES}
        for name, answers in sides.items()
    }
    print(json.dumps({"draws": asked.draws, "mean_kappa": found}, indent=2))


def _at(
    size: int,
    corpus: Examples,
    features: Features,
    own: NDArray[np.float32],
    lent: NDArray[np.float32],
    draws: int,
) -> dict[str, float]:
    """Return the mean kappa over codes and draws, without the loan, with it, and as kept."""
    of_row = np.array(corpus.tapes)
    writers = np.array([_writer(tape) for tape in corpus.tapes])
    decided, lent_decided = _decided(own), _decided(lent)
    kappas: dict[str, list[float]] = {"own tapes": [], "and borrowed": [], "as kept": []}
    for draw in range(draws):
        lots = random.Random(f"{size} {draw}")
        ours = np.isin(writers, lots.sample(range(WRITERS), WRITERS // 2))
        tapes = sorted({*of_row[ours].tolist()})
        order = lots.sample(tapes, len(tapes))
        folds = [_rows(of_row, order[:size][fold::FOLDS]) for fold in range(FOLDS)]
        judged = _rows(of_row, order[size:])
        yes = np.where(ours[:, None], decided, lent_decided)
        alone, both = (
            [out_of_fold(features, code, folds, judged, always) for code in yes.T]
            for always in (NO_ROWS, np.flatnonzero(~ours))
        )
        kept = both if _precision(both, decided) >= _precision(alone, decided) else alone
        for name, heads in zip(kappas, (alone, both, kept), strict=True):
            kappas[name] += [
                _kappa(*head, own[:, :, code], judged, size) for code, head in enumerate(heads)
            ]
    return {name: round(float(np.nanmean(found)), 3) for name, found in kappas.items()}


def _precision(heads: Sequence[Head], decided: NDArray[np.bool_]) -> float:
    """Return the average precision out of fold of the heads of all codes."""
    rows = heads[0][2]
    return average_precision(decided[rows], np.stack([said for said, _, _ in heads], axis=1))


def _kappa(
    said: Scores, meant: Scores, rows: Rows, answers: NDArray[np.float32], judged: Rows, size: int
) -> float:
    """Return the mean kappa with the study's coders on the judged rows, for one code."""
    scaling = fit_scaling(said[:, None], np.nanmean(answers[:, rows], axis=0)[:, None])
    threshold = scaling.thresholds(said[:, None], answers[:, rows, None], n_tapes=size)
    decided = scaling.probabilities(meant[:, None]) >= threshold
    return mean_kappa(decided[:, 0], answers[:, judged])


def _rows(of_row: NDArray[np.str_], tapes: Sequence[str]) -> Rows:
    return np.flatnonzero(np.isin(of_row, tapes))


def _decided(answers: NDArray[np.float32]) -> NDArray[np.bool_]:
    return np.asarray(np.nanmean(answers, axis=0) >= 0.5)


def _writer(tape: str) -> int:
    """Return who wrote a tape: six writers wrote six each, eight more four each (datasheet)."""
    number = int(tape.removeprefix("t")) - 1
    return number // 6 if number < 36 else 6 + (number - 36) // 4


if __name__ == "__main__":
    main()
