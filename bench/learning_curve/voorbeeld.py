"""The example corpus without its test tapes, divided by worker so that all tapes are judged."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from learning_curve.corpus import Corpus, Division
from werkalliantie.coding import Mode
from werkalliantie.example import ExampleCorpus
from werkalliantie_training.examples import read_examples

N_DIVISIONS = 5


def read_voorbeeld(*, seed: int) -> Corpus:
    """Read the shipped corpus into a study that is gone again afterwards.

    The test tapes stay out of it: a curve is looked at too often. Instead the workers of the other
    tapes are dealt over five parts; models are judged on one part and learn from the others.
    """
    with tempfile.TemporaryDirectory() as folder:
        study = ExampleCorpus.shipped().as_study(Path(folder) / "study")
        book = study.codebook()
        with study.store() as store:
            held_back = study.settings.split
            workers = {
                tape.id: tape.worker or tape.id
                for tape in store.summaries()
                if tape.worker not in held_back.test_workers and tape.id not in held_back.test_tapes
            }
            tapes = sorted(workers)
            return Corpus(
                name="voorbeeld",
                language="nl",
                codebook=book,
                learnt=read_examples(store, book, tapes),
                judged=read_examples(store, book, tapes, [Mode.BLIND]),
                divisions=_by_worker(workers, seed),
            )


def _by_worker(workers: Mapping[str, str], seed: int) -> tuple[Division, ...]:
    order = np.random.default_rng(seed).permutation(sorted(set(workers.values()))).tolist()
    part_of = {worker: place % N_DIVISIONS for place, worker in enumerate(order)}
    return tuple(
        Division(
            pool=tuple(sorted(t for t, worker in workers.items() if part_of[worker] != part)),
            judged=tuple(sorted(t for t, worker in workers.items() if part_of[worker] == part)),
        )
        for part in range(N_DIVISIONS)
    )
