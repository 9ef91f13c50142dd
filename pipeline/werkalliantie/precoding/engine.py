"""What computes the scores of tapes: here the cores or the GPU of this machine."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from werkalliantie.artefact import Artefact
from werkalliantie.labeller import Computed, Device, Labeller, Precision
from werkalliantie.precoding.asking import Scored, read_each
from werkalliantie.precoding.stream import scored
from werkalliantie.store import Store


class Engine(Protocol):
    """Reads tapes from the store and scores them, in order, a bounded number at a time."""

    @property
    def device(self) -> Device:
        """Where it computes."""

    @property
    def precision(self) -> Computed:
        """What it computes in."""

    def scored(self, store: Store, tapes: Iterable[str]) -> Iterator[Scored]:
        """Yield each tape with its scores, in order."""


class LocalEngine:
    """Scores on this machine, in this process.

    Args:
        threads: Utterances scored side by side on the CPU; 0 takes every core.
        precision: What to compute in.

    Raises:
        ModelError: The model can't be loaded, or the device isn't there.
    """

    def __init__(
        self,
        model: Artefact,
        *,
        device: Device = "cpu",
        threads: int = 0,
        precision: Precision = "auto",
    ) -> None:
        self.device: Device = device
        self._labeller = Labeller(model, device=device, threads=threads, precision=precision)
        self.precision: Computed = self._labeller.precision

    def scored(self, store: Store, tapes: Iterable[str]) -> Iterator[Scored]:
        """Yield each tape with its scores, in order."""
        return scored(read_each(store, tapes), self._labeller.probabilities)
