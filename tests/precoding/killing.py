"""Kills pre-coding at random moments; run by test_killed in a process of its own, not by pytest.

Everything is imported once. Each run is a fork of this process, which has no threads, and is killed
in its stride; the next run finds what it left. `python killing.py STUDY WORK N SEED` prints JSON.
"""

import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from werkalliantie import artefact
from werkalliantie.labeller import Computed, Device, Labeller
from werkalliantie.precoding import Shard, merge, precode, precode_shard
from werkalliantie.precoding.asking import Scored, read_each
from werkalliantie.precoding.stream import scored
from werkalliantie.sheets import Sheet, SheetFormat, delimited
from werkalliantie.store import Store
from werkalliantie.study import Study

Said = dict[str, tuple[str, ...]]
N_SHARDS = 2


class SmallChunks:
    """The local engine, but for chunks so small that the tapes of a test fill many."""

    device: Device = "cpu"
    precision: Computed = "fp32"

    def __init__(self, study: Path) -> None:
        model = artefact.read(study / "models" / "m1")
        self._labeller = Labeller(model, threads=1)

    def scored(self, store: Store, tapes: Iterable[str]) -> Iterator[Scored]:
        """Yield each tape with its scores."""
        return scored(read_each(store, tapes), self._labeller.probabilities, chunk=4)


def slow_disk() -> None:
    """Make writing a sheet take so long that some runs are killed in the middle of it."""
    at_once = delimited.write_sheet

    def slowly(path: Path, sheet: Sheet) -> None:
        at_once(path, sheet)
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 2])
        time.sleep(0.01)
        path.write_bytes(content)

    delimited.write_sheet = slowly


def store_all(study: Path) -> None:
    """Label every tape and write the sheets."""
    opened, model = Study.open(study), artefact.read(study / "models" / "m1")
    out, format = study / "uit", SheetFormat.CSV
    for _ in precode(
        opened, model, tapes_of(study), out=out, format=format, engine=lambda: SmallChunks(study)
    ):
        pass


def label_shards(study: Path) -> None:
    """Label every shard into its part."""
    opened, model = Study.open(study), artefact.read(study / "models" / "m1")
    for number in range(1, N_SHARDS + 1):
        shard = Shard(number=number, of=N_SHARDS)
        for _ in precode_shard(
            opened,
            model,
            tapes_of(study),
            shard=shard,
            folder=study / "delen",
            engine=lambda: SmallChunks(study),
        ):
            pass


def join_parts(study: Path) -> None:
    """Join the parts that are there."""
    opened, model = Study.open(study), artefact.read(study / "models" / "m1")
    out, format = study / "uit", SheetFormat.CSV
    for _ in merge(opened, model, parts=study / "delen", out=out, format=format):
        pass


def tapes_of(study: Path) -> list[str]:
    """Return the tapes of a study."""
    with sqlite3.connect(study / "data" / "werkalliantie.db") as database:
        return [tape for (tape,) in database.execute("SELECT id FROM tapes ORDER BY id")]


def files_of(study: Path) -> dict[str, bytes]:
    """Return the sheets and parts that a user sees."""
    paths = [*(study / "uit").glob("[!.]*"), *(study / "delen").glob("[!.]*")]
    return {path.name: path.read_bytes() for path in paths}


def rows_of(study: Path, *columns: str) -> Said:
    """Return the labellings and predictions in the store, by tape, as far as columns go."""
    said: Said = {}
    with sqlite3.connect(study / "data" / "werkalliantie.db") as database:
        for table in ("labellings", "predictions"):
            order = "tape" if table == "labellings" else "tape, utterance, model"
            query = f"SELECT tape, {', '.join(columns)} FROM {table} ORDER BY {order}"
            for tape, *values in database.execute(query):
                said[tape] = (*said.get(tape, ()), repr(values))
    return said


@dataclass
class Tally:
    """What became of the runs."""

    killed: int = 0
    finished: int = 0
    partly_done: int = 0
    faults: list[str] = field(default_factory=list)


def run(work: Callable[[Path], None], study: Path, seconds: float | None) -> bool:
    """Run in a fork, killed after some time unless it is done by then; return whether it is."""
    child = os.fork()
    if not child:
        try:
            work(study)
        except BaseException as error:
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            os._exit(1)
        os._exit(0)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return False
    if status:
        raise RuntimeError("a run failed")
    return True


def torture(work: Callable[[Path], None], template: Path, folder: Path, n_kills: int) -> Tally:
    """Kill runs until enough were killed, each time going on until the work is done."""
    whole = shutil.copytree(template, folder / "ongestoord")
    started = time.perf_counter()
    run(work, whole, None)
    seconds = time.perf_counter() - started
    files, said = files_of(whole), rows_of(whole, "model", "codebook")
    tally = Tally()
    while tally.killed < n_kills:
        study = shutil.copytree(template, folder / f"ronde-{tally.finished}")
        _until_done(work, study, seconds, files, tally)
        if files_of(study) != files or rows_of(study, "model", "codebook") != said:
            tally.faults.append("the end differs from an undisturbed run")
        if _probabilities(study) != _probabilities(whole):
            tally.faults.append("predictions differ from an undisturbed run")
        shutil.rmtree(study)
    return tally


def _until_done(
    work: Callable[[Path], None], study: Path, seconds: float, files: dict[str, bytes], tally: Tally
) -> None:
    done = False
    before: Said = {}
    while not done:
        done = run(work, study, random.uniform(0, 1.1 * seconds))
        tally.killed += not done
        tally.finished += done
        now = rows_of(study, "added_at")
        tally.partly_done += not done and 0 < len(now) + len(files_of(study)) < len(files)
        if any(now.get(tape) != rows for tape, rows in before.items()):
            tally.faults.append("a tape was labelled twice")
        if not files_of(study).items() <= files.items():
            tally.faults.append("a sheet or part that isn't whole")
        before = now


def _probabilities(study: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(study / "data" / "werkalliantie.db") as database:
        query = "SELECT tape, utterance, model, codebook, probabilities, codes FROM predictions"
        return sorted(database.execute(query))


def main() -> None:
    """Kill each kind of work."""
    template, folder, n, seed = sys.argv[1:]
    random.seed(int(seed))
    slow_disk()
    parts = shutil.copytree(template, Path(folder) / "met-delen")
    run(label_shards, parts, None)
    tallies = {
        "store": torture(store_all, Path(template), Path(folder) / "a", int(n)),
        "shards": torture(label_shards, Path(template), Path(folder) / "b", int(n) // 3),
        "merge": torture(join_parts, parts, Path(folder) / "c", int(n) // 3),
    }
    sys.stdout.write(json.dumps({name: vars(tally) for name, tally in tallies.items()}))


if __name__ == "__main__":
    main()
