"""Our own training, as `train` does it, and `train --quick`."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from learning_curve.method import Decide, fingerprint
from learning_curve.thresholds import N_FOLDS, tape_folds
from werkalliantie.codebook import Codebook
from werkalliantie_training.codebook_examples import codebook_examples
from werkalliantie_training.coder import Fitted, fit_coder
from werkalliantie_training.crossvalidation import cross_validate
from werkalliantie_training.decisions import Scaling, fit_scaling
from werkalliantie_training.encoders import Encoder
from werkalliantie_training.examples import Examples
from werkalliantie_training.settings import TrainSettings
from werkalliantie_training.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """What `train` makes: the mean of networks that each learnt without one fold of the tapes.

    Or a head alone, where that did better out of fold.

    All of them learn from the codebook's examples as well, which peers have no place for.

    Temperatures and thresholds are chosen on what these networks say of the fold they didn't see.
    With no folds in the settings one network learns from all tapes, and heads alone, which cost
    little, stand in for it out of fold. With no epochs it is `train --quick`.
    """

    encoder: Encoder
    settings: TrainSettings
    codebook: Codebook
    tag: str = ""

    @property
    def recipe(self) -> str:
        """The tag, and a hash of encoder, settings and the codebook's examples."""
        hashed = fingerprint(
            self.encoder.sha256,
            self.settings.model_dump_json(exclude={"seed"}),
            codebook_examples(self.codebook, ()).texts,
        )
        return f"{self.tag}:{hashed}"

    def fit(self, train: Examples, *, seed: int) -> Decide:
        """Train on the training tapes, and choose on the same tapes out of fold."""
        settings = self.settings.model_copy(update={"seed": seed})
        said = train.texts_by_tape.values()
        learnt = train.joined(codebook_examples(self.codebook, said))
        n_codes = train.answers.shape[2]
        scaling = Scaling(offsets=np.zeros(n_codes), temperatures=np.ones(n_codes))
        thresholds = scaling.prior
        made: Fitted | None = None
        with tempfile.TemporaryDirectory() as name:
            folder = Workspace(folder=Path(name))
            whole = settings.evaluation.folds >= 2
            n_folds = settings.evaluation.folds if whole else N_FOLDS
            if folds := tape_folds(train, n_folds, seed=seed):
                recipe = settings if whole else heads_only(settings)
                found = cross_validate(learnt, train, folds, self.encoder, recipe, folder)
                logits = found.out_of_fold.logits
                scaling = fit_scaling(logits, train.targets)
                thresholds = scaling.thresholds(logits, train.answers, n_tapes=train.n_tapes)
                made = found.model if whole else None
            fitted = made or fit_coder(learnt, None, self.encoder, settings, folder)
        return lambda examples: scaling.probabilities(fitted.logits(examples)) >= thresholds


def heads_only(settings: TrainSettings) -> TrainSettings:
    """Return settings that leave the encoder as it is."""
    return settings.model_copy(update={"fit": settings.fit.model_copy(update={"epochs": 0})})


def quick(*, encoder: Encoder, settings: TrainSettings, codebook: Codebook, tag: str = "") -> Ours:
    """Return the method that fits the head only."""
    return Ours(encoder=encoder, settings=heads_only(settings), codebook=codebook, tag=tag)
