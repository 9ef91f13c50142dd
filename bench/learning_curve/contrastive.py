"""A peer: SetFit, contrastive learning on pairs of utterances and a logistic head (extra `bench`).

SetFit as it comes makes a pair of every two utterances, some ten million of the whole AnnoMI set;
its own setting for the most steps keeps that within bounds.
"""

import logging
import tempfile
from dataclasses import dataclass

import numpy as np
from datasets import Dataset
from transformers import set_seed

from learning_curve.method import Decide, fingerprint
from werkalliantie.errors import extra
from werkalliantie_training.encoders import Encoder
from werkalliantie_training.examples import Examples

BATCH = 16
"""Pairs, as SetFit has it by itself; what may not exceed `steps` is counted in these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetFit:
    """SetFit with every setting as it comes, but for the most steps; one half as threshold.

    It takes one text, so it is given the utterance alone.
    """

    encoder: Encoder
    steps: int

    @property
    def recipe(self) -> str:
        """The most steps, and a hash of the encoder."""
        return f"{self.steps}:{fingerprint(self.encoder.sha256)}"

    def fit(self, train: Examples, *, seed: int) -> Decide:
        """Learn from pairs of utterances, then fit a logistic regression per code.

        Raises:
            MissingExtra: SetFit isn't installed.
        """
        with extra("bench", purpose="The peer setfit"):
            from setfit import SetFitModel, Trainer, TrainingArguments
        logging.getLogger("setfit").setLevel(logging.ERROR)
        set_seed(seed)
        model = SetFitModel.from_pretrained(
            str(self.encoder.folder), multi_target_strategy="one-vs-rest", local_files_only=True
        )
        rows = Dataset.from_dict(
            {"text": list(train.texts), "label": train.decided.astype(int).tolist()}
        )
        with tempfile.TemporaryDirectory() as workspace:
            arguments = TrainingArguments(
                output_dir=workspace,
                batch_size=(BATCH, 2),
                max_steps=self.steps,
                save_strategy="no",
                logging_strategy="no",
                report_to="none",
                seed=seed,
                show_progress_bar=False,
            )
            Trainer(model=model, args=arguments, train_dataset=rows).train()

        def decide(examples: Examples) -> np.ndarray:
            said = model.predict(list(examples.texts), as_numpy=True, show_progress_bar=False)
            return np.asarray(said).astype(bool)

        return decide
