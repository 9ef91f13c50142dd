"""Fine-tuning a coder network, with the best epoch kept."""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.utils.data import Sampler
from transformers import EvalPrediction, Trainer, TrainingArguments

from werkalliantie_training import processes
from werkalliantie_training.bags import noisy_or
from werkalliantie_training.checkpoints import FitFolder, fit_folder
from werkalliantie_training.epochs import Epochs, GroupedByLength, Watch
from werkalliantie_training.evaluation import average_precision
from werkalliantie_training.network import CoderNetwork
from werkalliantie_training.settings import Fit
from werkalliantie_training.spoken_rows import spoken_rows_only
from werkalliantie_training.workspace import Workspace

Row = dict[str, Any]


def fit(
    network: CoderNetwork,
    train: Dataset,
    validation: Dataset | None,
    settings: Fit,
    workspace: Workspace,
    *,
    seed: int,
    watch: Watch | None = None,
) -> CoderNetwork:
    """Fine-tune `network` in place and return it with the weights of its best epoch.

    The best epoch has the highest average precision on the validation set, averaged over codes. It
    may be the one before the first: where fine-tuning doesn't help, the network stays as it was.
    Without a validation set the last epoch is kept.

    Args:
        workspace: A run that was stopped goes on from the checkpoints there, and one that was
            finished isn't done again; another fit takes no notice of them.
        watch: Told of each epoch's score; epoch 0 is the network as it came.
    """
    if settings.epochs == 0:
        return network.eval()
    targets = np.asarray(train["labels"], dtype=np.float32)
    weights = yes_weights(targets, settings.rare_code_weight)
    network.get_buffer("yes_weights").copy_(torch.from_numpy(weights))
    n_processes = processes.count()
    folder = fit_folder(
        workspace.folder, network, train, validation, settings, seed=seed, n_processes=n_processes
    )
    # A watcher wants the scores of every epoch, which the outcome alone doesn't tell.
    if watch is not None or not folder.fitted.is_file():
        within = replace(workspace, folder=folder.path)
        with _filled(folder, network), spoken_rows_only(network, apart(train)[0]):
            trainer = trainer_of(network, train, settings, within, seed=seed, validation=validation)
            _train(trainer, network, folder, within.report, patience=settings.patience, watch=watch)
            # The trainer goes round in circles: what it holds of the optimiser would stay.
            del trainer
            network.zero_grad(set_to_none=True)
            gc.collect()
    network.load_state_dict(load_file(folder.fitted))
    return network.cpu().float().eval()


def trainer_of(
    network: CoderNetwork,
    train: Dataset,
    settings: Fit,
    workspace: Workspace,
    *,
    seed: int,
    validation: Dataset | None = None,
) -> "CoderTrainer":
    """Return the library's trainer with our loss, batches and order of the rows."""
    trainer = CoderTrainer(
        model=network,
        args=_arguments(settings, workspace, seed=seed, validates=validation is not None),
        train_dataset=train,
        eval_dataset=validation,
        data_collator=_Padding(network.pad_id, network.uses_types),
        compute_metrics=_average_precision,
    )
    trainer.sampler = GroupedByLength(
        train["input_ids"], batch_size=settings.batch_size * processes.count(), seed=seed
    )
    return trainer


@contextmanager
def _filled(folder: FitFolder, network: CoderNetwork) -> Iterator[None]:
    """Make a fit's folder, and put the network into it that comes of what is done meanwhile."""
    if processes.is_first():
        folder.path.mkdir(parents=True, exist_ok=True)
        folder.tidy()
    processes.wait()
    yield
    if processes.is_first():
        folder.finish(network)
    processes.wait()


def _train(
    trainer: "CoderTrainer",
    network: CoderNetwork,
    folder: FitFolder,
    report: Callable[[str], None],
    *,
    patience: int,
    watch: Watch | None,
) -> None:
    """Train from the newest checkpoint, or from the start, and take the best epoch."""
    checkpoint = folder.newest()
    epochs = Epochs(
        folder,
        network,
        trainer.sampler,
        scores=() if checkpoint is None else checkpoint.scores,
        patience=patience,
        watch=watch,
    )
    trainer.add_callback(epochs)
    n_epochs = int(trainer.args.num_train_epochs)
    if checkpoint is None:
        if trainer.eval_dataset is not None:
            trainer.evaluate()
        trainer.train()
    elif checkpoint.epoch >= n_epochs or epochs.exhausted:
        network.load_state_dict(load_file(checkpoint.folder / "model.safetensors"))
    else:
        report(f"going on from epoch {_shown(checkpoint.epoch)} of {n_epochs}")
        trainer.train(resume_from_checkpoint=str(checkpoint.folder))
    # Training put an autocast around `forward`; judging and exporting are to compute in fp32.
    trainer.accelerator.unwrap_model(trainer.model_wrapped, keep_fp32_wrapper=False)
    processes.wait()
    if epochs.scores:
        folder.load_best(network, epochs.scores)
    processes.wait()


def _shown(epoch: float) -> str:
    return f"{epoch:.1f}".removesuffix(".0")


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
    settings: Fit, workspace: Workspace, *, seed: int, validates: bool
) -> TrainingArguments:
    return TrainingArguments(
        output_dir=str(workspace.folder),
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
        save_strategy="epoch",
        train_sampling_strategy="group_by_length",
        remove_unused_columns=False,
        label_names=["labels"],
        seed=seed,
        data_seed=seed,
        dataloader_pin_memory=torch.cuda.is_available(),
        logging_strategy="no",
        report_to="none",
        disable_tqdm=not workspace.progress,
    )


class CoderTrainer(Trainer):
    """The library's trainer with our loss, which knows soft targets and the codes' weights."""

    sampler: GroupedByLength

    def _get_train_sampler(self, train_dataset: Any = None) -> Sampler[int]:  # noqa: ANN401
        return self.sampler

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, Tensor],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | int | None = None,
    ) -> Tensor | tuple[Tensor, dict[str, Tensor]]:
        """Return the loss of a batch, of which some rows may be bags of utterances."""
        targets = inputs["labels"]
        asked = {name: inputs[name] for name in inputs if name not in ("labels", "bags")}
        if "bags" in inputs:
            at_once = self.args.per_device_train_batch_size
            logits = noisy_or(model(**asked, at_once=at_once), inputs["bags"], len(targets))
        else:
            logits = model(**asked)
        loss = self.accelerator.unwrap_model(model).loss(logits, targets)
        return (loss, {"logits": logits}) if return_outputs else loss

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Print nothing: the progress bar is enough, and stdout belongs to the command."""


class _Padding:
    """Pads rows to the longest of their batch.

    Where some are bags of several utterances, these become rows of their own, the shortest first,
    and `bags` says which bag each belongs to.
    """

    def __init__(self, pad_id: int, uses_types: bool) -> None:
        self.pad_id = pad_id
        self.uses_types = uses_types

    def __call__(self, rows: Sequence[Row]) -> dict[str, Tensor]:
        ids, types, bags = apart(rows)
        batch = padded(ids, types if self.uses_types else None, pad_id=self.pad_id)
        if len(bags) > len(rows):
            order = sorted(range(len(bags)), key=lambda place: len(ids[place]))
            batch = {name: values[order] for name, values in batch.items()}
            batch["bags"] = torch.tensor([bags[place] for place in order])
        batch["labels"] = torch.tensor(np.array([row["labels"] for row in rows]))
        return batch


def apart(rows: Iterable[Row]) -> tuple[list[Sequence[int]], list[Sequence[int]], list[int]]:
    """Return ids and types of every utterance of some rows, and the place of its row."""
    ids, types, places = [], [], []
    for place, row in enumerate(rows):
        start = 0
        for size in row.get("sizes", [len(row["input_ids"])]):
            ids.append(row["input_ids"][start : start + size])
            types.append(row["token_type_ids"][start : start + size])
            places.append(place)
            start += size
    return ids, types, places


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
    return {"average_precision": average_precision(truth, logits)}
