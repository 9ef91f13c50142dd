"""Training runs on tiny encoders."""

from dataclasses import dataclass
from pathlib import Path

from werkalliantie.study import Study
from werkalliantie_training.settings import Evaluation, Fit, TrainSettings
from werkalliantie_training.train import Trained


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A training run to look at: what went in and what came out."""

    study: Study
    settings: TrainSettings
    encoder: Path
    trained: Trained


def settings_for(encoder: Path, *, epochs: int = 1) -> TrainSettings:
    """Return settings that train a tiny encoder within seconds."""
    return TrainSettings(
        encoder=str(encoder),
        evaluation=Evaluation(folds=0),
        fit=Fit(epochs=epochs, batch_size=8, learning_rate=3e-3, precision="fp32"),
    )
