"""What the frozen encoder made of tapes, kept between runs: reading them takes most of a quick one.

It lies beside the store, in `data/features/`, since it comes of what was said. The folder may be
removed at any time; what nobody asked for in a week is removed from it.
"""

import hashlib
import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import transformers
from numpy.typing import NDArray

from werkalliantie.written import replacing
from werkalliantie_training import network
from werkalliantie_training.workspace import WEEK

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Arrays by what they come of.

    Attributes:
        folder: Where they lie; nowhere, and each is made anew, if None.
        reader: What makes them. Another one would make others of the same.
    """

    folder: Path | None = None
    reader: str = ""

    def kept(self, asked: object, make: Callable[[], Array]) -> Array:
        """Return what comes of something, as it lies here, or as it is made now.

        Args:
            asked: What it comes of, such as token ids; anything that JSON can say.
            make: Makes it. What it makes is the same each time.
        """
        if self.folder is None:
            return make()
        said = json.dumps([self.reader, asked])
        path = self.folder / f"{hashlib.sha256(said.encode()).hexdigest()}.npy"
        if (found := _read(path)) is not None:
            return found
        made = make()
        _write(path, made)
        return made


def shelf_in(folder: Path | None, *, encoder: str, bf16: bool) -> Shelf:
    """Return the shelf in a folder for one encoder on this machine, and sweep the folder.

    Args:
        encoder: Its sha256.
        bf16: Whether it computes in bf16.
    """
    if folder is None:
        return Shelf()
    _sweep(folder)
    program = hashlib.sha256(Path(network.__file__).read_bytes()).hexdigest()
    versions = (torch.__version__, transformers.__version__)
    # A study may be copied to a machine whose processor adds up otherwise.
    machine = (torch.backends.cpu.get_cpu_capability(), torch.get_num_threads())
    reader = json.dumps([encoder, bf16, *machine, *versions, program])
    return Shelf(folder=folder, reader=reader)


def _read(path: Path) -> Array | None:
    try:
        os.utime(path)
        found = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None  # there is none, or it is torn
    return np.asarray(found, dtype=np.float32)


def _write(path: Path, made: Array) -> None:
    """Write it whole or not at all; a run can do without."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:  # swept up with the others, should the run be killed here
            np.save(file, made)


def _sweep(folder: Path) -> None:
    for path in folder.glob("*.npy"):
        with suppress(OSError):  # another process sweeps too
            if time.time() - path.stat().st_mtime > WEEK:
                path.unlink()
