"""What training costs: a step beside a bare torch loop, and a whole run: `bench training`."""

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import (
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)
from transformers.trainer_utils import SaveStrategy

from werkalliantie.study import Study
from werkalliantie_training.bench.process import apart
from werkalliantie_training.coder import prepare
from werkalliantie_training.data import TrainingData, read_training_data
from werkalliantie_training.encoders import resolve
from werkalliantie_training.examples import as_dataset
from werkalliantie_training.fit import precision_is_bf16, trainer_of, yes_weights
from werkalliantie_training.network import CoderNetwork
from werkalliantie_training.settings import TrainSettings
from werkalliantie_training.spoken_rows import spoken_rows_only
from werkalliantie_training.train import train
from werkalliantie_training.workspace import Workspace

Figures = dict[str, Any]
Batch = Mapping[str, Tensor]
_WARM_UP = 3
_CLIP = 1.0
"""Largest norm of a gradient, as the library's trainer has it."""


def measure_training(
    study: Study,
    settings: TrainSettings,
    *,
    steps: int,
    whole: bool,
    report: Callable[[str], None] = lambda stage: None,
) -> Figures:
    """Measure a training step beside a bare loop, and the whole of a training run.

    Args:
        steps: How many of each are timed, one of ours and one bare in turn.
        whole: Whether to train a model too, in a copy of the study.

    Returns:
        `step` with `ours_seconds`, `bare_seconds` (medians) and `ratio` (median of the pairs');
        `retrain_seconds` and `peak_rss_mb`, None without a whole run; `n_utterances`, `threads`,
        `precision`.
    """
    report(f"timing {steps} steps of ours and {steps} bare ones, in turn")
    (step, n_utterances), _ = apart(_time_steps, study.folder, settings, steps)
    seconds = peak = None
    if whole:
        report("training a model on all coded tapes")
        seconds, peak = apart(_train, study.folder, settings)
    return {
        "step": step,
        "retrain_seconds": seconds,
        "peak_rss_mb": None if peak is None else round(peak, 1),
        "n_utterances": n_utterances,
        "threads": settings.fit.threads or torch.get_num_threads(),
        "precision": "bf16" if precision_is_bf16(settings.fit.precision) else "fp32",
    }


def _train(folder: Path, settings: TrainSettings) -> float:
    """Train in a copy of the study, and return the seconds it took."""
    study = Study.open(folder)
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / "study"
        shutil.copytree(study.folder / "configs", copy / "configs")
        copy.joinpath("data").mkdir()
        for file in study.data.glob("werkalliantie.db*"):
            shutil.copyfile(file, copy / "data" / file.name)
        copy.joinpath("models").mkdir()
        if study.encoders.is_dir():
            (copy / "models" / "encoders").symlink_to(study.encoders.resolve())
        return train(Study.open(copy), settings).seconds


def _time_steps(folder: Path, settings: TrainSettings, steps: int) -> tuple[Figures, int]:
    study = Study.open(folder)
    if settings.fit.threads:
        torch.set_num_threads(settings.fit.threads)
    data = read_training_data(study, settings, tapes=None, codebook=None)
    with tempfile.TemporaryDirectory() as workspace:
        pairs = _pairs(study, data, settings, steps, Path(workspace))
    ours, bare = ([pair[place] for pair in pairs[_WARM_UP:]] for place in (0, 1))
    figures = {
        "ours_seconds": round(statistics.median(ours), 4),
        "bare_seconds": round(statistics.median(bare), 4),
        "ratio": round(statistics.median(a / b for a, b in zip(ours, bare, strict=True)), 3),
    }
    return figures, len(data.train) + len(data.validation) + len(data.test)


def _pairs(
    study: Study, data: TrainingData, settings: TrainSettings, steps: int, folder: Path
) -> list[tuple[float, float]]:
    """Return the seconds of steps of ours, each with that of a bare step on the same batch."""
    encoder = resolve(settings.encoder, study.encoders)
    fitted = prepare(encoder, settings, n_codes=data.train.answers.shape[2])
    network, examples = fitted.network, as_dataset(data.train, fitted.tokens)
    weights = yes_weights(data.train.targets, settings.fit.rare_code_weight)
    network.get_buffer("yes_weights").copy_(torch.from_numpy(weights))
    bare = _Bare.of(network, settings)
    steps += _WARM_UP
    n_epochs = 1 + steps * settings.fit.batch_size // len(examples)
    enough = settings.fit.model_copy(update={"epochs": n_epochs})
    with spoken_rows_only(network, examples["input_ids"]):
        trainer = trainer_of(
            network, examples, enough, Workspace(folder=folder), seed=settings.seed
        )
        trainer.args.save_strategy = SaveStrategy.NO
        pace = _Pace(trainer, bare, n=steps)
        trainer.add_callback(pace)
        trainer.train()
    return pace.pairs


@dataclass(kw_only=True)
class _Bare:
    """A training loop of the fewest lines, on a copy of the network."""

    network: CoderNetwork
    optimizer: torch.optim.Optimizer
    bf16: bool

    @classmethod
    def of(cls, network: CoderNetwork, settings: TrainSettings) -> "_Bare":
        copy = deepcopy(network).train().to("cuda" if torch.cuda.is_available() else "cpu")
        fit = settings.fit
        optimizer = torch.optim.AdamW(
            copy.parameters(), lr=fit.learning_rate, weight_decay=fit.weight_decay, fused=True
        )
        return cls(
            network=copy, optimizer=optimizer, bf16=precision_is_bf16(settings.fit.precision)
        )

    def step(self, batch: Batch) -> float:
        """Make a step, and return the seconds it took."""
        started = time.perf_counter()
        asked = {name: value for name, value in batch.items() if name not in ("labels", "bags")}
        kind = batch["labels"].device.type
        with torch.autocast(kind, torch.bfloat16, enabled=self.bf16):
            loss = self.network.loss(self.network(**asked), batch["labels"])
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), _CLIP)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return time.perf_counter() - started


class _Pace(TrainerCallback):
    """Times the library's trainer from the end of a step to the end of the next."""

    def __init__(self, trainer: Trainer, bare: _Bare, *, n: int) -> None:
        self.pairs: list[tuple[float, float]] = []
        self._bare = bare
        self._n = n
        self._batch: Batch = {}
        self._since = time.perf_counter()
        loss_of = trainer.compute_loss

        def compute_loss(model: nn.Module, inputs: Any, *rest: Any, **named: Any) -> Any:  # noqa: ANN401
            self._batch = inputs
            return loss_of(model, inputs, *rest, **named)

        trainer.compute_loss = compute_loss  # type: ignore[method-assign]

    def on_step_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **_: Any,  # noqa: ANN401 - the library passes whatever it has
    ) -> None:
        """Take the time, and let the bare loop step on the same batch."""
        ours = time.perf_counter() - self._since
        self.pairs.append((ours, self._bare.step(self._batch)))
        control.should_training_stop = len(self.pairs) >= self._n
        self._since = time.perf_counter()
