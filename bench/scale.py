"""Time against tapes and workers, and a million tapes on paper: `python bench/scale.py`, JSON.

Runs `werkalliantie precode --shard` with a real model on 1, 2, ... processes of one core each, each
labelling its shard of the same tapes; then `--merge`. A line through the times gives what starting
and what a tape costs; from those follows what 1,000,000 tapes would take.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from tapes import UTTERANCES_PER_TAPE, names, study_of

PROGRAM = [sys.executable, "-m", "werkalliantie", "precode"]
MILLION = 1_000_000
HOURS = 3600.0


def main() -> None:
    """Run every number of tapes on every number of workers and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("data/demo/models/model-001"))
    parser.add_argument("--tapes", type=int, nargs="+", default=[4, 8, 16])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--cores", type=int, default=16, help="cores of a machine on paper")
    parser.add_argument("--euro", type=float, default=0.04, help="price of a core for an hour")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "study"
        study_of(folder, max(arguments.tapes))
        runs = [
            _run(folder, arguments.model.resolve(), n_tapes, n_workers)
            for n_workers in arguments.workers
            for n_tapes in arguments.tapes
        ]
    lines = [_line(runs, n_workers) for n_workers in arguments.workers]
    result = {
        "cpu_count": os.cpu_count(),
        "utterances_per_tape": UTTERANCES_PER_TAPE,
        "runs": runs,
        "lines": lines,
        "million_tapes_on_paper": _on_paper(lines, runs[-1], arguments.cores, arguments.euro),
    }
    print(json.dumps(result, indent=2))


def _run(folder: Path, model: Path, n_tapes: int, n_workers: int) -> dict[str, Any]:
    out = folder.parent / f"{n_workers}-{n_tapes}"
    common = ["--model", str(model), "--study", str(folder), "--out", str(out), "--json"]
    common += ["--threads", "1"]
    started = time.perf_counter()
    shards = [
        subprocess.Popen(
            [*PROGRAM, *names(n_tapes), "--shard", f"{number}/{n_workers}", *common],
            stdout=subprocess.PIPE,
        )
        for number in range(1, n_workers + 1)
    ]
    said = [json.loads(shard.communicate()[0]) for shard in shards]
    labelled = time.perf_counter()
    merge = [*PROGRAM, "--merge", "--again", *common]
    subprocess.run(merge, stdout=subprocess.DEVNULL, check=True)
    seconds = labelled - started
    parts = [path.stat().st_size for path in (out / "parts").iterdir()]
    n_utterances = sum(tape["utterances"] for shard in said for tape in shard["tapes"])
    return {
        "workers": n_workers,
        "tapes": n_tapes,
        "utterances": n_utterances,
        "largest_shard": max(len(shard["tapes"]) for shard in said),
        "seconds": round(seconds, 2),
        "utterances_per_second": round(n_utterances / seconds, 1),
        "merge_seconds": round(time.perf_counter() - labelled, 2),
        "part_bytes_per_tape": round(sum(parts) / n_tapes),
    }


def _line(runs: list[dict[str, Any]], n_workers: int) -> dict[str, Any]:
    """Fit seconds = start + tapes x slope, over the tapes of the largest shard."""
    own = [run for run in runs if run["workers"] == n_workers]
    tapes = [run["largest_shard"] for run in own]
    slope, start = np.polyfit(tapes, [run["seconds"] for run in own], 1)
    merge, _ = np.polyfit([run["tapes"] for run in own], [run["merge_seconds"] for run in own], 1)
    return {
        "workers": n_workers,
        "start_seconds": round(float(start), 2),
        "seconds_per_tape_and_worker": round(float(slope), 3),
        "utterances_per_second_and_worker": round(UTTERANCES_PER_TAPE / float(slope), 1),
        "merge_seconds_per_tape": round(float(merge), 3),
    }


def _on_paper(
    lines: list[dict[str, Any]], run: dict[str, Any], cores: int, euro: float
) -> dict[str, Any]:
    """Model a million tapes from the line of the most workers, which had the least room."""
    line = lines[-1]
    core_hours = MILLION * line["seconds_per_tape_and_worker"] / HOURS
    return {
        "utterances": MILLION * UTTERANCES_PER_TAPE,
        "core_hours": round(core_hours),
        "euros": round(core_hours * euro),
        "days_on_one_machine": round(core_hours / cores / 24, 1),
        "machines_to_do_it_in_a_day": int(-(-core_hours // (cores * 24))),
        "cores_of_a_machine": cores,
        "euros_per_core_hour": euro,
        "parts_gb": round(MILLION * run["part_bytes_per_tape"] / 1e9, 1),
        "merge_hours": round(MILLION * line["merge_seconds_per_tape"] / HOURS),
        "assumes": "each core of a machine works as fast as one here while all are busy; shards of "
        "equal size; a merge on one machine, one core",
    }


if __name__ == "__main__":
    main()
