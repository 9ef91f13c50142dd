"""A training run's workspace: where it goes on after a kill, and what keeps two from one model.

It lies in `models/.training/`, is named after data and settings, and is removed when the model is
filed. A lock beside it is let go of by a process that is killed. Other runs make and remove theirs
meanwhile; what lies around them stays.
"""

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from werkalliantie.errors import ModelError
from werkalliantie_training import processes

if sys.platform != "win32":
    import fcntl

WEEK = 7 * 24 * 3600
"""Seconds after which nobody is taken to come back to what was left for a next run."""
_BUSY = "the same training is under way already, in another process."
_WAIT = "Wait for it, or stop it; this command then goes on where it was."


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """Where a run works, and how it tells what it does.

    Attributes:
        folder: Of its checkpoints and what comes of them.
        report: Told what begins, in a few words.
        progress: Whether to show progress bars on stderr.
        features: Where features of tapes are kept from run to run; nowhere if None.
    """

    folder: Path
    report: Callable[[str], None] = lambda stage: None
    progress: bool = False
    features: Path | None = None


@contextmanager
def workspace(models: Path, name: str) -> Iterator[Path]:
    """Give the folder for a run; it goes when the run is done, and stays where a fit was cut off.

    Folders that nobody has worked in for a week are removed.

    Raises:
        ModelError: Another process is at the same run.
    """
    folder = models / ".training" / name
    with processes.first_before_others():
        lock = _open(folder) if processes.is_first() else None
    try:
        yield folder
    except BaseException:
        # A mistake too can show when all is trained, such as a name that was taken meanwhile.
        if lock is not None and not _begun(folder):
            _remove(folder)
        raise
    else:
        processes.wait()
        if lock is not None:
            _remove(folder)
    finally:
        if lock is not None:
            lock.close()


@contextmanager
def filing(models: Path) -> Iterator[None]:
    """Let one run at a time choose a name and file a model under it."""
    path = models / ".training" / ".filing"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        if sys.platform != "win32":
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _open(folder: Path) -> BinaryIO:
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = _locked(_lock_of(folder))
    if lock is None:
        raise ModelError(_BUSY, hint=_WAIT)
    for other in folder.parent.iterdir():
        if other.is_dir() and other != folder:
            _remove_if_stale(other)
    folder.mkdir(exist_ok=True)
    for left in folder.iterdir():  # half a model, of a run that was killed while it was filed
        if not left.name.startswith("fit-"):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
    os.utime(folder)
    return lock


def _locked(path: Path) -> BinaryIO | None:
    """Return the locked file, or None where another process holds it."""
    while True:
        file = path.open("a+b")
        try:
            if sys.platform != "win32":  # which has no lock that a killed process lets go of
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.exists() and os.fstat(file.fileno()).st_ino == path.stat().st_ino:
                return file
        except BlockingIOError:
            file.close()
            return None
        except FileNotFoundError:
            pass
        file.close()  # its holder was done with it and removed it: make it anew


def _lock_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.lock")


def _begun(folder: Path) -> bool:
    return any(folder.glob("fit-*/*"))


def _remove_if_stale(folder: Path) -> None:
    if not _is_stale(folder):
        return
    lock = _locked(_lock_of(folder))
    if lock is None:
        return
    with lock:
        if _is_stale(folder):  # still: a run may have gone on there before it was locked
            _remove(folder)


def _is_stale(folder: Path) -> bool:
    """Return whether nobody has worked in a folder for a week; what goes meanwhile is old."""
    newest = 0.0
    for parent, _, files in os.walk(folder):
        for name in ("", *files):
            with suppress(FileNotFoundError):
                newest = max(newest, Path(parent, name).stat().st_mtime)
    return time.time() - newest >= WEEK


def _remove(folder: Path) -> None:
    """Remove a workspace whose lock this process holds."""
    shutil.rmtree(folder, ignore_errors=True)
    _lock_of(folder).unlink(missing_ok=True)
