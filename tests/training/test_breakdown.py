"""Kappa by worker and unit."""

import numpy as np
import pytest

from werkalliantie_training.breakdown import MIN_UTTERANCES, breakdown
from werkalliantie_training.examples import Examples


def examples(sizes: dict[str, int], answers: np.ndarray) -> Examples:
    """Return utterances of tapes of those sizes, one code, with the coders' answers."""
    tapes = [tape for tape, size in sizes.items() for _ in range(size)]
    return Examples(
        tapes=tuple(tapes),
        indices=tuple(range(len(tapes))),
        contexts=("",) * len(tapes),
        texts=("",) * len(tapes),
        coders=tuple(f"k{place}" for place in range(len(answers))),
        answers=answers[:, :, None].astype(np.float32),
    )


def test_each_worker_has_their_own_kappa() -> None:
    """Full agreement for one worker and chance for another stay apart, each with an interval."""
    yes = np.tile([1, 0, 0, 1], 40)
    decided = yes.astype(bool)
    decided[80:] = np.tile([1, 1, 0, 0], 20)
    found = breakdown(
        examples({"a": 40, "b": 40, "c": 40, "d": 40}, yes[None]),
        decided[:, None],
        ("DT",),
        {"a": "w1", "b": "w1", "c": "w2", "d": "w2"},
    )

    assert found["w1"]["codes"]["DT"] == {"kappa": 1.0, "ci": [1.0, 1.0], "reason": None}
    assert found["w2"]["codes"]["DT"]["kappa"] == pytest.approx(0.0)
    assert (found["w2"]["n_tapes"], found["w2"]["n_utterances"]) == (2, 80)


def test_too_few_utterances_give_no_kappa() -> None:
    """Below the minimum there is a reason instead of a figure."""
    n = MIN_UTTERANCES - 1
    yes = np.arange(n) % 2
    found = breakdown(examples({"a": n}, yes[None]), yes[:, None] == 1, ("DT",), {"a": "unit-1"})

    assert found["unit-1"]["codes"]["DT"] == {
        "kappa": None,
        "ci": None,
        "reason": f"fewer than {MIN_UTTERANCES} utterances",
    }


def test_one_tape_has_no_interval() -> None:
    """A single tape gives a kappa, and the reason why it has no interval; others are left out."""
    yes = np.arange(60) % 2
    table = np.stack([yes, yes])
    sizes = {"a": 59, "zonder": 1}
    found = breakdown(examples(sizes, table), yes[:, None] == 1, ("DT",), {"a": "w1"})

    assert [*found] == ["w1"]
    assert found["w1"]["codes"]["DT"] == {
        "kappa": 1.0,
        "ci": None,
        "reason": "a single tape doesn't show how tapes differ",
    }
