"""Runs a measurement in a process of its own, so that its memory is its own."""

import multiprocessing
import resource
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any


def apart(function: Callable[..., Any], *arguments: object) -> tuple[Any, float]:
    """Return what `function` returns and the peak memory of its process in MB.

    Args:
        function: Of a module's top level; a new interpreter imports it.

    Raises:
        RuntimeError: The process ended without a result.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_answer, args=(theirs, function, arguments))
    process.start()
    theirs.close()
    try:
        outcome: tuple[Any, float] = ours.recv()
    except EOFError:
        raise RuntimeError(f"{function.__name__} ended without a result") from None
    finally:
        process.join()
    return outcome


def _answer(pipe: Connection, function: Callable[..., Any], arguments: tuple[object, ...]) -> None:
    value = function(*arguments)
    pipe.send((value, peak_rss_mb()))


def peak_rss_mb() -> float:
    """Return this process's peak resident memory in MB."""
    status = Path("/proc/self/status")
    if status.is_file():  # unlike getrusage, it doesn't count the process that started this one
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024**2 if sys.platform == "darwin" else 1024)
