"""A peer: the script that most users would write around the Hugging Face `Trainer`."""

import tempfile
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    DataCollatorWithPadding,
    PrinterCallback,
    Trainer,
    TrainingArguments,
    set_seed,
)

from learning_curve.method import Decide, fingerprint
from werkalliantie_training.encoders import Encoder
from werkalliantie_training.examples import Examples


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainTrainer:
    """A sequence classifier with every training argument as it comes.

    That is 3 epochs, batches of 8, a learning rate of 5e-5, and one half as threshold. The client's
    turn before it is given as the first text of the pair, as our own training has it.
    """

    encoder: Encoder

    @property
    def recipe(self) -> str:
        """A hash of the encoder."""
        return fingerprint(self.encoder.sha256)

    def fit(self, train: Examples, *, seed: int) -> Decide:
        """Fine-tune on the majority's answers."""
        set_seed(seed)
        folder = str(self.encoder.folder)
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = AutoModelForSequenceClassification.from_pretrained(
            folder,
            num_labels=train.answers.shape[2],
            problem_type="multi_label_classification",
            local_files_only=True,
        )
        with tempfile.TemporaryDirectory() as workspace:
            trainer = Trainer(
                model=model,
                args=_arguments(workspace, seed),
                train_dataset=_dataset(train, tokenizer, labels=train.decided),
                data_collator=DataCollatorWithPadding(tokenizer),
            )
            trainer.remove_callback(PrinterCallback)
            trainer.train()

        def decide(examples: Examples) -> np.ndarray:
            said: Any = trainer.predict(_dataset(examples, tokenizer)).predictions
            return np.asarray(said > 0)

        return decide


def _arguments(workspace: str, seed: int) -> TrainingArguments:
    """Return the defaults, but for what would write files, print, or look for a GPU in vain."""
    return TrainingArguments(
        output_dir=workspace,
        seed=seed,
        save_strategy="no",
        logging_strategy="no",
        report_to="none",
        disable_tqdm=True,
        use_cpu=not torch.cuda.is_available(),
        dataloader_pin_memory=torch.cuda.is_available(),
    )


def _dataset(
    examples: Examples,
    tokenizer: Any,  # noqa: ANN401 - one of many classes without a common type
    labels: np.ndarray | None = None,
) -> Dataset:
    columns = dict(tokenizer(list(examples.contexts), list(examples.texts), truncation=True))
    if labels is not None:
        columns["labels"] = labels.astype(np.float32).tolist()
    return Dataset.from_dict(columns)
