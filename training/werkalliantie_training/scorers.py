"""Scorers of folds: kinds of models that learn from some tapes and are asked about others."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from werkalliantie_training.averaging import WeightMean
from werkalliantie_training.coder import Fitted, fit_coder, prepare
from werkalliantie_training.encoders import Encoder
from werkalliantie_training.examples import Examples, as_dataset
from werkalliantie_training.fit import precision_is_bf16
from werkalliantie_training.network import CoderNetwork
from werkalliantie_training.probe import frozen_features, head_logits, set_head
from werkalliantie_training.settings import TrainSettings
from werkalliantie_training.shelf import shelf_in
from werkalliantie_training.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a scorer of folds is given.

    Attributes:
        own: The study's utterances and stretches, and the codebook's examples, to learn from.
        lent: Utterances of other studies, to learn from too.
        judged: Utterances of `own` that the models are asked about.
        encoder: What to start from.
        settings: Those of the model that is cross-validated.
        workspace: Where fits go on after a kill.
    """

    own: Examples
    lent: Examples
    judged: Examples
    encoder: Encoder
    settings: TrainSettings
    workspace: Workspace

    @property
    def learnt(self) -> Examples:
        """All that the models learn from, what was lent behind the rest."""
        return self.own.joined(self.lent)

    @property
    def without_loan(self) -> "Job":
        """The same for models that learn from the study alone."""
        return replace(self, lent=self.lent.of_tapes(()))


def heads_of(job: Job) -> "Heads | None":
    """Return a scorer by heads; None with stretches among the examples, as its rows are utterances.

    A head costs next to nothing where fine-tuning starts from one.
    """
    return None if len(job.own.bags) else Heads(job)


def scorers_of(job: Job, heads: "Heads | None") -> dict[str, "FineTuned | Heads"]:
    """Return the kinds of models to try; in a draw the first is kept.

    Without heads each fold runs the whole recipe.
    """
    if job.settings.fit.epochs == 0:
        return {"head": heads or FineTuned(job, None)}
    if heads is None:
        return {"fine-tuned": FineTuned(job, None)}
    return {"fine-tuned": FineTuned(job, heads), "head": heads}


class FineTuned:
    """Scores folds by fine-tuning on the others, and keeps the mean of the networks."""

    def __init__(self, job: Job, heads: "Heads | None") -> None:
        self._job, self._learnt = job, job.learnt
        self._heads = heads
        self._weights = WeightMean()
        self._last: Fitted | None = None

    def score(self, train: set[str], test: set[str]) -> NDArray[np.float32]:
        """Return logits of what is judged on some tapes, having learnt from others."""
        job, self._last = self._job, None  # not two networks at a time
        self._last = fit_coder(
            self._learnt.of_tapes(train),
            None,
            job.encoder,
            job.settings,
            job.workspace,
            head=None if self._heads is None else self._heads.fitted_on(train),
        )
        self._weights.add(self._last.network)
        return self._last.logits(job.judged.of_tapes(test))

    def whole(self) -> Fitted:
        """Return the mean of the networks that scored folds."""
        if self._last is None:
            raise ValueError("no fold was scored")
        self._weights.put_into(self._last.network)
        return self._last


class Heads:
    """Scores folds by heads on the frozen encoder, which it reads once for all of them."""

    def __init__(self, job: Job) -> None:
        self._fitted = prepare(job.encoder, job.settings, n_codes=job.judged.answers.shape[2])
        self._learnt, self._judged, self._workspace = job.learnt, job.judged, job.workspace
        self._tapes: set[str] = set()
        bf16 = precision_is_bf16(job.settings.fit.precision)
        self._features = frozen_features(
            self._fitted.network,
            as_dataset(self._learnt, self._fitted.tokens),
            bf16=bf16,
            shelf=shelf_in(job.workspace.features, encoder=job.encoder.sha256, bf16=bf16),
        )
        # What is judged was learnt from too, if not in the same fold.
        places = {key: row for row, key in enumerate(_keys(job.own))}
        self._row_of_judged = np.array([places[key] for key in _keys(job.judged)], dtype=np.int64)

    def learn_from(self, learnt: Examples) -> None:
        """Learn from these from now on: all that was read, or the first part of it."""
        self._learnt, self._tapes = learnt, set()

    def fitted_on(self, train: set[str]) -> CoderNetwork:
        """Return the network with a head fitted on some tapes; the encoder is as it came."""
        if train != self._tapes:
            rows = _rows(self._learnt, train)
            set_head(self._fitted.network, self._features[rows], self._learnt.targets[rows])
            self._tapes = train
        return self._fitted.network

    def score(self, train: set[str], test: set[str]) -> NDArray[np.float32]:
        """Return logits of what is judged on some tapes, having learnt from others."""
        judged = self._row_of_judged[_rows(self._judged, test)]
        return head_logits(self.fitted_on(train), self._features[judged])

    def whole(self) -> Fitted:
        """Return the network with a head fitted on all tapes."""
        self.fitted_on({*self._learnt.tapes})
        return self._fitted.with_head_only(self._workspace)


def _keys(examples: Examples) -> list[tuple[str, int]]:
    return [*zip(examples.tapes, examples.indices, strict=True)]


def _rows(examples: Examples, tapes: set[str]) -> NDArray[np.int64]:
    return np.flatnonzero([tape in tapes for tape in examples.tapes])
