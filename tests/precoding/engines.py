"""Engines for tests: they answer at once, and remember what they were asked."""

from collections.abc import Iterable, Iterator

import numpy as np

from werkalliantie.labeller import Computed, Device
from werkalliantie.precoding.asking import Scored, read
from werkalliantie.precoding.engine import Engine
from werkalliantie.store import Store


class Counted:
    """An engine that gives every code the same probability.

    Args:
        stop_before: The tape at which it is interrupted.
        precision: What it says that it computes in.
    """

    device: Device = "cpu"

    def __init__(
        self,
        probability: float = 0.75,
        *,
        stop_before: str | None = None,
        precision: Computed = "fp32",
    ) -> None:
        self.precision: Computed = precision
        self.probability = probability
        self.stop_before = stop_before
        self.asked: list[str] = []

    def __call__(self) -> Engine:
        """Return the engine: itself."""
        return self

    def scored(self, store: Store, tapes: Iterable[str]) -> Iterator[Scored]:
        """Score tapes up to the one to stop before."""
        for tape in tapes:
            if tape == self.stop_before:
                raise KeyboardInterrupt
            self.asked.append(tape)
            asked = read(store, tape)
            scores = np.full((len(asked.utterances), 3), self.probability, dtype=np.float32)
            yield Scored(asked=asked, scores=scores)
