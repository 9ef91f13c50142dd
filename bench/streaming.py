"""Shows that pre-coding's memory is flat: `python bench/streaming.py [--model DIR]` prints JSON.

Peak memory of a process that pre-codes 1,000 to 1,000,000 utterances: read from a study, scored,
stored, and written to sheets. Up to a million by a stand-in for the model that answers at once,
some thousands by the model itself.
"""

import argparse
import json
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tapes import UTTERANCES_PER_TAPE, names, study_of

from werkalliantie import artefact
from werkalliantie.artefact import Artefact
from werkalliantie.labeller import Computed, Device, Question, Scores
from werkalliantie.precoding import precode
from werkalliantie.precoding.asking import Scored, read_each
from werkalliantie.precoding.engine import Engine, LocalEngine
from werkalliantie.precoding.stream import scored
from werkalliantie.sheets import SheetFormat
from werkalliantie.store import Store
from werkalliantie.study import Study


class StandIn:
    """Scores without a model, by the length of the text."""

    device: Device = "cpu"
    precision: Computed = "fp32"

    def __init__(self, n_codes: int) -> None:
        self._n_codes = n_codes

    def scored(self, store: Store, tapes: Iterable[str]) -> Iterator[Scored]:
        """Yield each tape with its scores."""
        return scored(read_each(store, tapes), self._probabilities)

    def _probabilities(self, questions: Sequence[Question]) -> Scores:
        lengths = np.array([len(question.text) for question in questions], dtype=np.float32)
        return np.repeat((lengths / lengths.max())[:, None], self._n_codes, axis=1)


def main() -> None:
    """Run each size in a process of its own and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10**n for n in (3, 4, 5, 6)])
    parser.add_argument("--model", type=Path, default=Path("data/demo/models/model-001"))
    parser.add_argument("--model-sizes", type=int, nargs="*", default=[1000, 4000])
    parser.add_argument("--folder", type=Path, help="where the study goes; 3 GB for a million")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        folder, model = Path(name) / "study", arguments.model
        sizes = [(n, False) for n in arguments.sizes] + [(n, True) for n in arguments.model_sizes]
        _alone(_make, folder, max(size for size, _ in sizes))
        runs = [_alone(_run, folder, model, size, by_model) for size, by_model in sizes]
    print(json.dumps({"utterances_per_tape": UTTERANCES_PER_TAPE, "runs": runs}, indent=2))


def _alone(work: Any, *arguments: Any) -> Any:  # noqa: ANN401 - passed through to a process
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, arguments)


def _make(folder: Path, n_utterances: int) -> None:
    study_of(folder, _n_tapes(n_utterances))


def _run(folder: Path, model: Path, n_utterances: int, by_model: bool) -> dict[str, Any]:
    study, read = Study.open(folder), artefact.read(model)
    started = time.perf_counter()
    done = precode(
        study,
        read,
        names(_n_tapes(n_utterances)),
        out=folder / "sheets",
        format=SheetFormat.JSONL,
        force=True,
        again=True,
        engine=lambda: _engine(read, by_model),
    )
    n_done = sum(len(one.predictions) for one in done)
    return {
        "scored_by": "the model" if by_model else "a stand-in",
        "utterances": n_done,
        "tapes": _n_tapes(n_utterances),
        "seconds": round(time.perf_counter() - started, 1),
        "peak_rss_mb": round(_peak_mb(), 1),
    }


def _engine(model: Artefact, by_model: bool) -> Engine:
    return LocalEngine(model) if by_model else StandIn(len(model.codes))


def _n_tapes(n_utterances: int) -> int:
    return max(1, round(n_utterances / UTTERANCES_PER_TAPE))


def _peak_mb() -> float:
    # What getrusage says of a new process counts the memory of the one that started it.
    status = Path("/proc/self/status")
    if status.is_file():
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return float(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


if __name__ == "__main__":
    main()
