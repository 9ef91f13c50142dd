"""Several processes that train one model together, as `accelerate launch` starts them.

The first of them writes, locks and speaks; the others compute along and wait.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import torch
from accelerate import PartialState

from werkalliantie.errors import ConfigError

T = TypeVar("T")


def refuse_several(what: str, *, hint: str) -> None:
    """Refuse several processes for work that one does.

    Args:
        what: The work, such as `a search`.

    Raises:
        ConfigError: There are several.
    """
    if (n_processes := _launched()) > 1:
        raise ConfigError(
            f"{what} runs in one process; `accelerate launch` started {n_processes}.", hint=hint
        )


def join() -> None:
    """Meet the other processes, where there are any."""
    if _launched() > 1:
        PartialState(cpu=not torch.cuda.is_available())


def leave() -> None:
    """Part from the other processes, so that none ends while another still counts on it."""
    if _together():
        wait()
        torch.distributed.destroy_process_group()
        PartialState._reset_state()


def count() -> int:
    """Return how many processes there are."""
    return torch.distributed.get_world_size() if _together() else 1


def is_first() -> bool:
    """Return whether this is the process that writes and speaks."""
    return not _together() or torch.distributed.get_rank() == 0


def wait() -> None:
    """Wait until every process has come this far."""
    if _together():
        torch.distributed.barrier()


@contextmanager
def first_before_others() -> Iterator[None]:
    """Let the first process do something before the others do."""
    if not is_first():
        wait()
    yield
    if is_first():
        wait()


def of_first(value: T | None) -> T:
    """Return, in every process, what the first one has."""
    values = [value]
    if _together():
        torch.distributed.broadcast_object_list(values)
    (found,) = values
    assert found is not None
    return found


def _launched() -> int:
    return int(os.environ.get("WORLD_SIZE", "1"))  # set by `accelerate launch`


def _together() -> bool:
    return torch.distributed.is_available() and torch.distributed.is_initialized()
