"""What the bench asks of a way to learn codes, and what every way is given."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from werkalliantie.codebook import Codebook
from werkalliantie_training.encoders import Encoder
from werkalliantie_training.examples import Examples
from werkalliantie_training.settings import TrainSettings

Decide = Callable[[Examples], NDArray[np.bool_]]
"""Returns decisions on utterances, `(n_utterances, n_codes)`."""


class Method(Protocol):
    """A way to learn codes from coded tapes, thresholds included."""

    @property
    def recipe(self) -> str:
        """What results hang on beside the data; results of another recipe don't count."""

    def fit(self, train: Examples, *, seed: int) -> Decide:
        """Learn from the training tapes alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a method may use.

    Attributes:
        settings: Of our own training.
        codebook: Its examples are what our own training learns from too.
        tag: Tells recipes of ours apart that the settings don't.
        setfit_steps: Most steps of contrastive learning.
    """

    encoder: Encoder
    settings: TrainSettings
    language: str
    codebook: Codebook
    tag: str = ""
    setfit_steps: int = 500


def fingerprint(*parts: object) -> str:
    """Return a short hash of what makes up a recipe."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]
