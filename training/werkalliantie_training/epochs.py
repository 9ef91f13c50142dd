"""What happens between the steps of a fit: scores kept, checkpoints marked, training stopped."""

from collections.abc import Callable, Iterator, Sequence, Sized
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import Sampler
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.trainer_pt_utils import get_length_grouped_indices

from werkalliantie_training.checkpoints import FitFolder
from werkalliantie_training.network import CoderNetwork

EVERY_STEPS = 200
"""A checkpoint is made after so many steps where an epoch has more, and after each epoch."""

Watch = Callable[[int, float], None]


class GroupedByLength(Sampler[int]):
    """Rows in an order that puts those of like length together, and hangs on the epoch only.

    The library's own draws from the generator that dropout draws from too. A run that goes on in
    the middle of an epoch would then see its rows in another order than it began with.
    """

    def __init__(self, rows: Sequence[Sized], *, batch_size: int, seed: int) -> None:
        self._lengths = [len(row) for row in rows]
        self._batch_size = batch_size
        self._seed = seed
        self.epoch = 0

    def __len__(self) -> int:
        return len(self._lengths)

    def __iter__(self) -> Iterator[int]:
        generator = torch.Generator().manual_seed(self._seed * 1000 + self.epoch)
        yield from get_length_grouped_indices(  # type: ignore[no-untyped-call]
            self._lengths, self._batch_size, generator=generator
        )


class Epochs(TrainerCallback):
    """Keeps the scores and the best weights, marks checkpoints and stops when nothing improves.

    Args:
        scores: Those of a run that goes on: of the network before the first epoch, then after each.
        sampler: Told which epoch it is.
        patience: Epochs without a better score before training stops.
        watch: Told of each epoch's score; 0 is the network before the first.
    """

    def __init__(
        self,
        folder: FitFolder,
        network: CoderNetwork,
        sampler: GroupedByLength,
        *,
        scores: Sequence[float],
        patience: int,
        watch: Watch | None,
    ) -> None:
        self.scores = list(scores)
        self._folder = folder
        self._network = network
        self._sampler = sampler
        self._patience = patience
        self._watch = watch or (lambda epoch, score: None)
        for epoch, score in enumerate(self.scores):
            self._watch(epoch, score)

    @property
    def exhausted(self) -> bool:
        """Whether the last epochs brought nothing; the network before the first has no say."""
        of_epochs = self.scores[1:]
        if not of_epochs:
            return False
        return len(of_epochs) - 1 - of_epochs.index(max(of_epochs)) >= self._patience

    def on_evaluate(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        metrics: dict[str, float] | None = None,
        **_: Any,  # noqa: ANN401 - the library passes whatever it has
    ) -> None:
        """Keep a score, and the weights that made it if there was no better one."""
        self.scores.append((metrics or {})["eval_average_precision"])
        if state.is_world_process_zero:
            self._folder.keep_best(self._network, self.scores)
        self._watch(len(self.scores) - 1, self.scores[-1])
        if self.exhausted:
            control.should_training_stop = True

    def on_epoch_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **_: Any,  # noqa: ANN401
    ) -> None:
        """Tell the sampler which epoch it is."""
        self._sampler.epoch = int(state.epoch or 0)

    def on_step_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **_: Any,  # noqa: ANN401
    ) -> None:
        """Ask for a checkpoint where an epoch is long."""
        steps = state.max_steps // int(args.num_train_epochs)
        if state.global_step % EVERY_STEPS == 0 and state.global_step % steps:
            control.should_save = True

    def on_save(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **_: Any,  # noqa: ANN401
    ) -> None:
        """Mark the checkpoint that was written, now that it is whole in every process."""
        if torch.distributed.is_initialized():
            torch.distributed.barrier()
        if state.is_world_process_zero:
            folder = Path(str(args.output_dir)) / f"checkpoint-{state.global_step}"
            self._folder.mark(folder, epoch=float(state.epoch or 0), scores=self.scores)
