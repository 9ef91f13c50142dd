"""Measures the main job: `python bench/spine.py [--study DIR] [--demo]` prints JSON.

With the study that `make demo` made: `label` on a tape of 300 worker utterances, from a cold
start, and its peak memory. With `--demo` also the whole of `werkalliantie demo` in a new folder.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROGRAM = [sys.executable, "-m", "werkalliantie"]
N_UTTERANCES = 300
ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Run the measurements asked for and print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--study", type=Path, default=Path("data/demo"))
    parser.add_argument("--demo", action="store_true", help="measure the whole demo too")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        tape = Path(name) / "uur.txt"
        tape.write_text(_hour_of_talk(), encoding="utf-8")
        label = [*PROGRAM, "label", str(tape), "--study", str(arguments.study)]
        runs = [_measure(label) for _ in range(3)]
        result = {
            "cpu_count": os.cpu_count(),
            "label": {
                "n_worker_utterances": N_UTTERANCES,
                "seconds": [run["seconds"] for run in runs],
                "peak_rss_mb": max(run["peak_rss_mb"] for run in runs),
            },
        }
        if arguments.demo:
            result["demo"] = _measure([*PROGRAM, "demo", "--out", str(Path(name) / "demo")])
    print(json.dumps(result, indent=2))


def _hour_of_talk() -> str:
    """Return the example tapes' turns one after the other, up to 300 worker utterances."""
    markers = {"worker": "R", "client": "C", "other": "O"}
    lines, n = [], 0
    for tape in (ROOT / "data/voorbeeld/tapes.jsonl").read_text(encoding="utf-8").splitlines():
        for turn in json.loads(tape)["turns"]:
            lines.append(f"{markers[turn['role']]}: {turn['text']}")
            n += turn["role"] == "worker"
            if n == N_UTTERANCES:
                return "\n".join(lines) + "\n"
    raise RuntimeError("the example corpus is too small")


def _measure(command: list[str]) -> dict[str, float]:
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status:
        raise RuntimeError(f"{command[3]} failed")
    return {"seconds": round(seconds, 2), "peak_rss_mb": round(_megabytes(usage), 1)}


def _megabytes(usage: resource.struct_rusage) -> float:
    # Linux counts kilobytes, macOS bytes.
    return usage.ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)


if __name__ == "__main__":
    main()
