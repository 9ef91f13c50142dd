"""Kills training at random moments; run by test_killed_training in a process of its own.

Everything is imported once. Each run is a fork of this process, which has no threads yet, and is
killed in its stride; the next run finds what it left. `python killing.py STUDY ENCODER N SEED`
prints JSON. Only the first, undisturbed run exports; the others take its ONNX files, which the
parity gate refuses unless they trained to the same weights.
"""

import json
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

import torch
from training.runs import settings_for

from werkalliantie import artefact
from werkalliantie.registry import Registry
from werkalliantie.study import Study
from werkalliantie_training import filing
from werkalliantie_training.train import train


def run(study: Path, encoder: Path, *, seconds: float | None, log: Path) -> bool:
    """Train in a fork, killed after some time unless it is done by then; return whether it is."""
    child = os.fork()
    if not child:
        try:
            torch.set_num_threads(1)
            with log.open("a", buffering=1) as file:
                settings = settings_for(encoder, epochs=3)
                train(Study.open(study), settings, report=lambda stage: print(stage, file=file))
        except BaseException as error:
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            os._exit(1)
        os._exit(0)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status) and status:
        raise RuntimeError("a run failed")
    return not os.WIFSIGNALED(status)


def take_exports_of(model: artefact.Artefact) -> None:
    """Let what is exported be copied from a model."""

    def export(network: object, path: Path, metadata: object) -> None:
        shutil.copyfile(model.file(artefact.ONNX), path)

    def quantise(source: Path, target: Path, pairs: object, **_: object) -> None:
        shutil.copyfile(source, target)

    for put in (export, quantise):
        setattr(filing, put.__name__, put)


def faults_in(models: Path) -> list[str]:
    """Return what is wrong with the models that are there, and what lies about beside them."""
    listed = Registry(models).list()
    known = {".training", "champion.json", "promotions.jsonl", "encoders"}
    known |= {listing.name for listing in listed}
    faults = [f"{listing.name}: {listing.fault}" for listing in listed if listing.fault]
    faults += [f"left behind: {path.name}" for path in models.iterdir() if path.name not in known]
    n_checkpoints = len([*models.glob(".training/*/fit-*/checkpoint-*")])
    return faults + ([f"{n_checkpoints} checkpoints"] if n_checkpoints > 2 else [])


def main() -> None:
    """Kill until enough runs were killed, each time going on until the model is there."""
    template, encoder, n_kills, seed = sys.argv[1:]
    random.seed(int(seed))
    whole = Path(shutil.copytree(template, f"{template}-ongestoord"))
    log = Path(f"{template}.log")
    run(whole, Path(encoder), seconds=None, log=log)
    undisturbed = artefact.read(whole / "models" / "model-001")
    take_exports_of(undisturbed)
    again = Path(shutil.copytree(template, f"{template}-duur"))
    started = time.perf_counter()
    run(again, Path(encoder), seconds=None, log=log)
    seconds = time.perf_counter() - started
    log.unlink()
    killed, rounds, faults = 0, 0, []
    while killed < int(n_kills):
        rounds += 1
        study = Path(shutil.copytree(template, f"{template}-{rounds}"))
        done = False
        while not done:
            moment = random.uniform(0, 1.1 * seconds)
            done = run(study, Path(encoder), seconds=moment, log=log)
            killed += not done
            faults += faults_in(study / "models")
            done = done or bool(Registry(study / "models").names())
        model = artefact.read(study / "models" / "model-001")
        weights = [one.manifest["files"][artefact.WEIGHTS] for one in (model, undisturbed)]
        faults += ["other weights"] * (weights[0] != weights[1])
    said = log.read_text()
    tally = {"killed": killed, "rounds": rounds, "went_on": said.count("going on from epoch")}
    sys.stdout.write(json.dumps(tally | {"faults": faults, "seconds": seconds}))


if __name__ == "__main__":
    main()
