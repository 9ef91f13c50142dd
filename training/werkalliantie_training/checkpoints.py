"""Checkpoints of a fit: marked when they are whole, so that one torn by a kill is never used.

A fit has a folder of its own, named after everything that its outcome depends on. There lie its
checkpoints, the weights of its best epoch so far and, once it is done, those of the outcome.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from datasets import Dataset
from safetensors.torch import load_file, save_file

import werkalliantie
from werkalliantie_training.network import CoderNetwork
from werkalliantie_training.settings import Fit

_MARK = "whole.json"
_FITTED = "fitted.safetensors"
_BEST = "best-*.safetensors"
_CHANGES_THE_OUTCOME = ("torch", "transformers", "accelerate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A whole checkpoint: how many epochs it is behind, and the scores until then.

    Attributes:
        scores: Of the network before the first epoch, and after each.
    """

    folder: Path
    epoch: float
    scores: tuple[float, ...]


class FitFolder:
    """The folder of one fit."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def fitted(self) -> Path:
        """Where the outcome's weights lie once the fit is done."""
        return self.path / _FITTED

    def newest(self) -> Checkpoint | None:
        """Return the newest whole checkpoint, or None where there is none."""
        found = [self._read(folder) for folder in self.path.glob("checkpoint-*")]
        whole = [checkpoint for checkpoint in found if checkpoint is not None]
        return max(whole, key=lambda checkpoint: checkpoint.epoch, default=None)

    def tidy(self) -> None:
        """Remove checkpoints that aren't whole, so that nothing is written over their remains."""
        newest = self.newest()
        for folder in self.path.glob("checkpoint-*"):
            if newest is None or folder != newest.folder:
                shutil.rmtree(folder)

    def mark(self, folder: Path, *, epoch: float, scores: Sequence[float]) -> None:
        """Mark a checkpoint as whole, and remove what is older."""
        sizes = {path.name: path.stat().st_size for path in folder.iterdir() if path.name != _MARK}
        said = {"epoch": epoch, "scores": list(scores), "sizes": sizes}
        partial = folder / f".{_MARK}"
        partial.write_text(json.dumps(said), encoding="utf-8")
        partial.replace(folder / _MARK)
        for other in self.path.glob("checkpoint-*"):
            if other.name != folder.name:
                shutil.rmtree(other)
        best = self._best(_first_highest(scores)) if scores else None
        for weights in self.path.glob(_BEST):
            if weights != best:
                weights.unlink()

    def keep_best(self, network: CoderNetwork, scores: Sequence[float]) -> None:
        """Keep the weights if the last score is the best; earlier ones stay until `mark`."""
        if _first_highest(scores) == len(scores) - 1:
            _save(network, self._best(len(scores) - 1))

    def load_best(self, network: CoderNetwork, scores: Sequence[float]) -> None:
        """Put the weights of the best epoch into the network."""
        network.load_state_dict(load_file(self._best(_first_highest(scores))))

    def finish(self, network: CoderNetwork) -> None:
        """Keep the outcome, and nothing else."""
        _save(network, self.fitted)
        for path in self.path.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path != self.fitted:
                path.unlink()

    def _best(self, epoch: int) -> Path:
        return self.path / _BEST.replace("*", str(epoch))

    def _read(self, folder: Path) -> Checkpoint | None:
        try:
            said = json.loads((folder / _MARK).read_text(encoding="utf-8"))
            sizes = {name: (folder / name).stat().st_size for name in said["sizes"]}
        except (FileNotFoundError, NotADirectoryError):
            return None
        if sizes != said["sizes"]:
            return None
        return Checkpoint(folder=folder, epoch=said["epoch"], scores=tuple(said["scores"]))


def fit_folder(
    workspace: Path,
    network: CoderNetwork,
    train: Dataset,
    validation: Dataset | None,
    settings: Fit,
    *,
    seed: int,
    n_processes: int,
) -> FitFolder:
    """Return the folder of the fit of a network on these examples; another fit has another."""
    sha = hashlib.sha256()
    for name, weights in sorted(network.encoder.state_dict().items()):
        sha.update(name.encode())
        sha.update(weights.detach().cpu().contiguous().numpy().data)
    for examples in (train, validation):
        sha.update(json.dumps(None if examples is None else examples[:]).encode())
    versions = [werkalliantie.__version__, *map(version, _CHANGES_THE_OUTCOME)]
    rest = [settings.model_dump(), seed, n_processes, network.head.out_features, versions]
    sha.update(json.dumps(rest).encode())
    return FitFolder(workspace / f"fit-{sha.hexdigest()[:24]}")


def _first_highest(scores: Sequence[float]) -> int:
    return max(range(len(scores)), key=lambda place: (scores[place], -place))


def _save(network: CoderNetwork, path: Path) -> None:
    partial = path.with_name(f".{path.name}")
    save_file({name: value.contiguous() for name, value in network.state_dict().items()}, partial)
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.replace(path)
