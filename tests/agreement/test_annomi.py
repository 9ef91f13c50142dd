"""Agreement of the ten annotators of the public AnnoMI set; it lies beside the checkout."""

import csv
import itertools
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from werkalliantie.agreement.figure import mean_figure
from werkalliantie.agreement.fleiss import fleiss_kappa
from werkalliantie.agreement.weighted import identity_weights, weighted_kappa

ANNOMI = Path(__file__).parents[3] / "shared" / "data" / "annomi" / "AnnoMI-full.csv"
N_ANNOTATORS = 10
pytestmark = pytest.mark.skipif(
    not ANNOMI.is_file(), reason="AnnoMI-full.csv is not in ../shared/data/annomi"
)


@cache
def answers_to(column: str) -> NDArray[np.float64]:
    """Read what all ten said of the therapist on the tapes all ten coded, numbered by answer."""
    with ANNOMI.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["interlocutor"] == "therapist"]
    annotators: dict[str, set[str]] = {}
    for row in rows:
        annotators.setdefault(row["transcript_id"], set()).add(row["annotator_id"])
    given = {
        (row["transcript_id"], row["utterance_id"], row["annotator_id"]): row[column]
        for row in rows
        if len(annotators[row["transcript_id"]]) == N_ANNOTATORS
    }
    units = sorted({(tape, utterance) for tape, utterance, _ in given})
    names = sorted({annotator for _, _, annotator in given})
    labels = sorted(set(given.values()))
    return np.array(
        [[labels.index(given[*unit, name]) for unit in units] for name in names], dtype=float
    )


def mean_pairwise(answers: NDArray[np.float64]) -> float | None:
    """Return the mean of Cohen's kappa over all pairs of coders."""
    weights = identity_weights(int(answers.max()) + 1)
    return mean_figure(
        weighted_kappa(one, other, weights) for one, other in itertools.combinations(answers, 2)
    ).value


def test_its_size() -> None:
    """Ten annotators on 216 utterances of seven tapes."""
    assert answers_to("question_exists").shape == (N_ANNOTATORS, 216)


def test_main_behaviour() -> None:
    """Question, input, reflection or other: .737."""
    assert fleiss_kappa(answers_to("main_therapist_behaviour")).value == pytest.approx(
        0.737, abs=5e-4
    )


@pytest.mark.parametrize(
    ("flag", "fleiss", "pairwise"),
    [
        ("question_exists", 0.869, 0.869),
        ("reflection_exists", 0.660, 0.663),
        ("therapist_input_exists", 0.644, 0.642),
    ],
)
def test_flags(flag: str, fleiss: float, pairwise: float) -> None:
    """Fleiss' kappa, and the mean of Cohen's over the 45 pairs."""
    assert fleiss_kappa(answers_to(flag)).value == pytest.approx(fleiss, abs=5e-4)
    assert mean_pairwise(answers_to(flag)) == pytest.approx(pairwise, abs=5e-4)
