"""Whether a training run can be made again bit for bit, and what is done so that it can."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from threadpoolctl import threadpool_limits

from werkalliantie_training import processes


@contextmanager
def steady(threads: int) -> Iterator[None]:
    """Compute on so many threads, 0 for as many as the machine has, and in a fixed order on one."""
    before = torch.get_num_threads()
    fixed = torch.are_deterministic_algorithms_enabled()
    filled = torch.utils.deterministic.fill_uninitialized_memory  # type: ignore[attr-defined]
    with threadpool_limits(threads or None):
        try:
            if threads:
                torch.set_num_threads(threads)
            if torch.get_num_threads() == 1 and not torch.cuda.is_available():
                torch.use_deterministic_algorithms(True, warn_only=True)
                torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
            yield
        finally:
            torch.set_num_threads(before)
            torch.use_deterministic_algorithms(fixed)
            torch.utils.deterministic.fill_uninitialized_memory = filled  # type: ignore[attr-defined]


def reproducible() -> dict[str, Any]:
    """Return on how many threads this run computes, if it can be made again, and else why not.

    Returns:
        `threads`, `processes`, `deterministic` and `why`, None where it is deterministic.
    """
    threads, n_processes = torch.get_num_threads(), processes.count()
    why = None
    if torch.cuda.is_available():
        why = "it was trained on a GPU, which adds numbers up in no fixed order"
    elif n_processes > 1:
        why = f"{n_processes} processes added up their gradients in no promised order"
    elif threads > 1:
        why = f"{threads} threads add numbers up in no promised order"
    return {
        "threads": threads,
        "processes": n_processes,
        "deterministic": why is None,
        "why": why,
    }
