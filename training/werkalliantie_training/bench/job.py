"""What every run of the inference bench is given, and how it is timed."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from werkalliantie.labeller import Question

BATCH = 32
Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is labelled, and with which model."""

    model: Path
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """Seconds that labelling took, and logits `(n_questions, n_codes)`."""

    seconds: float
    logits: Scores


def timed(run: Callable[[Sequence[Question]], Scores], questions: Sequence[Question]) -> Timed:
    """Return how long `run` takes over the questions, after a short warming up."""
    run(questions[:BATCH])
    started = time.perf_counter()
    logits = run(questions)
    return Timed(seconds=time.perf_counter() - started, logits=logits)
