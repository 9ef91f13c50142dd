"""One method's result on one draw, and the file that keeps results for a run that was stopped."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

Figures = Mapping[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What a result is of; one with the same key need not be computed again."""

    corpus: str
    method: str
    recipe: str
    size: int
    number: int
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How well a method did after one draw; None where a figure is undefined.

    Attributes:
        kappa: Per code the mean of the method's kappas with each coder.
        coder_coder: Per code the mean of the kappas between coders, on the same utterances.
        given: Per code the share of utterances that the method gave it.
        seconds: Of learning, thresholds included.
        cpu_seconds: Of all cores together; what else a busy machine does isn't in it.
        deciding_seconds: Of deciding on the utterances that are judged.
    """

    key: Key
    kappa: Figures
    coder_coder: Figures
    given: Figures
    n_train: int
    n_judged: int
    seconds: float
    cpu_seconds: float
    deciding_seconds: float


class Journal:
    """Results in a file, a line of JSON each, which only grows; without a path in memory only.

    Several processes may add to one file. It holds figures, never what people said.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.results: dict[Key, Result] = {}
        if path is not None and path.is_file():
            for line in path.read_text(encoding="utf-8").splitlines():
                self._take(line)

    def add(self, result: Result) -> None:
        """Keep a result, on disk when this returns."""
        self.results[result.key] = result
        if self.path is None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a+b") as file:
            # A run that was killed while writing may have left half a line.
            file.seek(0, os.SEEK_END)
            if file.tell() and not _ends_line(file.fileno(), file.tell()):
                file.write(b"\n")
            file.write(json.dumps(asdict(result)).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def _take(self, line: str) -> None:
        try:
            row = json.loads(line)
            result = Result(**row | {"key": Key(**row["key"])})
        except (ValueError, TypeError, KeyError):
            return  # half a line, or of another version: computed again
        self.results[result.key] = result


def _ends_line(file: int, size: int) -> bool:
    return os.pread(file, 1, size - 1) == b"\n"
