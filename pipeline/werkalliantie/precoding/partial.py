"""A part that is being written, and goes on where a run that was stopped left it."""

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from werkalliantie.errors import StoreError
from werkalliantie.labelling import Labelling
from werkalliantie.precoding.part import Header, labelling_from, last_line, tape_line

if sys.platform != "win32":
    import fcntl


class Partial:
    """A file beside the part's own place, which gets that place when it is whole.

    Raises:
        StoreError: Another program on this machine is writing it.
    """

    def __init__(self, path: Path, header: Header) -> None:
        self._path = path
        self._header = header
        self._partial = path.with_name(f".{path.name}.part")
        self._sha = hashlib.sha256()

    def __enter__(self) -> Self:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file: BinaryIO = self._partial.open("a+b")
        try:
            self._lock()
        except BaseException:
            self._file.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def kept(self, is_next: Callable[[int, Labelling], bool]) -> Iterator[Labelling]:
        """Yield the tapes that an earlier run has written; what is behind them is cut off.

        Exhaust it before anything is added.

        Args:
            is_next: Whether a labelling is the one that belongs on this line, counted from 0.
        """
        self._file.seek(0)
        end = 0
        first = self._header.line()
        if self._file.readline() == first:
            end = self._take(first)
            for number, line in enumerate(self._file):
                labelling = _understood(line, self._header)
                if labelling is None or not is_next(number, labelling):
                    break
                end += self._take(line)
                yield labelling
        self._file.truncate(end)
        if not end:
            self._add(first)

    def add(self, labelling: Labelling) -> None:
        """Write a tape; it is kept whatever happens to this process after that."""
        self._add(tape_line(labelling, self._header.codes))

    def finish(self) -> None:
        """Close the part and give it its own name."""
        self._add(last_line(self._sha.hexdigest()))
        os.fsync(self._file.fileno())
        self._file.close()
        self._partial.replace(self._path)

    def _add(self, line: bytes) -> None:
        self._file.write(line)
        self._file.flush()
        self._take(line)

    def _take(self, line: bytes) -> int:
        self._sha.update(line)
        return len(line)

    def _lock(self) -> None:
        if sys.platform == "win32":  # which has no lock that a killed process lets go of
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StoreError(
                f"{self._path.name}: another program is making this part.",
                hint="Wait for it, or take another shard.",
            ) from None


def _understood(line: bytes, header: Header) -> Labelling | None:
    """Return what a line says; None for one that was cut off, or is no tape's."""
    try:
        return labelling_from(json.loads(line), header) if line.endswith(b"\n") else None
    except (KeyError, TypeError, ValueError):
        return None
