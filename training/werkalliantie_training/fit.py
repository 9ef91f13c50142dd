"""Fine-tuning a coder network, with the best epoch kept."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score
from torch import Tensor, nn
from transformers import EarlyStoppingCallback, EvalPrediction, Trainer, TrainingArguments

from werkalliantie_training.network import CoderNetwork
from werkalliantie_training.settings import Fit

Row = dict[str, Any]


def fit(
    network: CoderNetwork,
    train: Dataset,
    validation: Dataset | None,
    settings: Fit,
    *,
    pad_id: int,
    seed: int,
    workspace: Path,
    progress: bool,
) -> CoderNetwork:
    """Fine-tune `network` in place and return it with the weights of its best epoch.

    The best epoch has the highest average precision on the validation set, averaged over codes. It
    may be the one before the first: where fine-tuning doesn't help, the network stays as it was.
    Without a validation set the last epoch is kept.

    Args:
        workspace: A folder for checkpoints; emptied and removed again.
        progress: Whether to show a progress bar on stderr.
    """
    if settings.epochs == 0:
        return network.eval()
    targets = np.asarray(train["labels"], dtype=np.float32)
    weights = yes_weights(targets, settings.rare_code_weight)
    network.get_buffer("yes_weights").copy_(torch.from_numpy(weights))
    trainer = _Trainer(
        model=network,
        args=_arguments(
            settings,
            seed=seed,
            workspace=workspace,
            progress=progress,
            validates=validation is not None,
        ),
        train_dataset=train,
        eval_dataset=validation,
        data_collator=_Padding(pad_id, network.uses_types),
        compute_metrics=_average_precision,
        callbacks=[EarlyStoppingCallback(early_stopping_patience=settings.patience)]
        if validation is not None
        else [],
    )
    start = {name: value.clone() for name, value in network.state_dict().items()}
    try:
        before = trainer.evaluate()["eval_average_precision"] if validation is not None else -1.0
        trainer.train()
    finally:
        shutil.rmtree(workspace, ignore_errors=True)
    if before >= (trainer.state.best_metric or 0.0):
        network.load_state_dict(start)
    # Training put an autocast around `forward`; judging and exporting are to compute in fp32.
    trainer.accelerator.unwrap_model(trainer.model_wrapped, keep_fp32_wrapper=False)
    return network.cpu().float().eval()


def yes_weights(targets: NDArray[np.float32], strength: float) -> NDArray[np.float32]:
    """Return what a yes weighs against a no, per code, shape `(n_codes,)`.

    The ratio of noes to yeses to the power `strength`, within 1/10 and 10.
    """
    yes = targets.sum(axis=0)
    ratio = (len(targets) - yes + 1) / (yes + 1)
    return np.asarray(np.clip(ratio**strength, 0.1, 10), dtype=np.float32)


def precision_is_bf16(wanted: str) -> bool:
    """Return whether to train in bf16: as asked, or where this machine computes in it."""
    if wanted != "auto":
        return wanted == "bf16"
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported())
    checks = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, check, lambda: False)() for check in checks)


def _arguments(
    settings: Fit, *, seed: int, workspace: Path, progress: bool, validates: bool
) -> TrainingArguments:
    return TrainingArguments(
        output_dir=str(workspace),
        num_train_epochs=settings.epochs,
        per_device_train_batch_size=settings.batch_size,
        per_device_eval_batch_size=2 * settings.batch_size,
        learning_rate=settings.learning_rate,
        weight_decay=settings.weight_decay,
        warmup_steps=settings.warmup,
        lr_scheduler_type="linear",
        bf16=precision_is_bf16(settings.precision),
        use_cpu=not torch.cuda.is_available(),
        eval_strategy="epoch" if validates else "no",
        save_strategy="epoch" if validates else "no",
        save_total_limit=1,
        save_only_model=True,
        load_best_model_at_end=validates,
        metric_for_best_model="average_precision",
        train_sampling_strategy="group_by_length",
        remove_unused_columns=False,
        label_names=["labels"],
        seed=seed,
        data_seed=seed,
        dataloader_pin_memory=torch.cuda.is_available(),
        logging_strategy="no",
        report_to="none",
        disable_tqdm=not progress,
    )


class _Trainer(Trainer):
    """The library's trainer with our loss, which knows soft targets and the codes' weights."""

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, Tensor],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | int | None = None,
    ) -> Tensor | tuple[Tensor, dict[str, Tensor]]:
        targets = inputs["labels"]
        logits = model(**{name: value for name, value in inputs.items() if name != "labels"})
        loss = self.accelerator.unwrap_model(model).loss(logits, targets)
        return (loss, {"logits": logits}) if return_outputs else loss

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Print nothing: the progress bar is enough, and stdout belongs to the command."""


class _Padding:
    """Pads rows to the longest of their batch."""

    def __init__(self, pad_id: int, uses_types: bool) -> None:
        self.pad_id = pad_id
        self.uses_types = uses_types

    def __call__(self, rows: Sequence[Row]) -> dict[str, Tensor]:
        batch = padded(
            [row["input_ids"] for row in rows],
            [row["token_type_ids"] for row in rows] if self.uses_types else None,
            pad_id=self.pad_id,
        )
        batch["labels"] = torch.tensor(np.array([row["labels"] for row in rows]))
        return batch


def padded(
    ids: Sequence[Sequence[int]], types: Sequence[Sequence[int]] | None, *, pad_id: int
) -> dict[str, Tensor]:
    """Return model inputs of shape `(n_rows, longest)`, padded on the right."""
    shape = (len(ids), max(map(len, ids)))
    inputs = {"input_ids": torch.full(shape, pad_id), "attention_mask": torch.zeros(shape).long()}
    if types is not None:
        inputs["token_type_ids"] = torch.zeros(shape).long()
    for row, row_ids in enumerate(ids):
        inputs["input_ids"][row, : len(row_ids)] = torch.tensor(row_ids)
        inputs["attention_mask"][row, : len(row_ids)] = 1
        if types is not None:
            inputs["token_type_ids"][row, : len(row_ids)] = torch.tensor(types[row])
    return inputs


def padded_batches(
    ids: Sequence[Sequence[int]],
    types: Sequence[Sequence[int]] | None,
    *,
    pad_id: int,
    size: int = 32,
) -> Iterator[tuple[list[int], dict[str, Tensor]]]:
    """Yield the places of at most `size` rows, the shortest first, and their padded inputs."""
    order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
    for start in range(0, len(order), size):
        places = order[start : start + size]
        batch_types = None if types is None else [types[place] for place in places]
        yield places, padded([ids[place] for place in places], batch_types, pad_id=pad_id)


def _average_precision(outcome: EvalPrediction) -> dict[str, float]:
    predictions = outcome.predictions
    logits = np.asarray(predictions[0] if isinstance(predictions, tuple) else predictions)
    truth = np.asarray(outcome.label_ids) >= 0.5
    scores = [
        average_precision_score(truth[:, code], logits[:, code])
        for code in range(truth.shape[1])
        if 0 < truth[:, code].sum() < len(truth)
    ]
    return {"average_precision": float(np.mean(scores)) if scores else 0.0}
