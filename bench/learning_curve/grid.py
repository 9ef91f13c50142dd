"""The whole of a run: every method on every draw that has no result yet."""

import contextlib
import sys
import time
from collections.abc import Callable, Mapping, Sequence

from learning_curve.corpus import Corpus, of_tapes
from learning_curve.drawing import Draw
from learning_curve.method import Method
from learning_curve.result import Journal, Key, Result
from werkalliantie_training.evaluation import evaluate


def key_of(corpus: Corpus, name: str, method: Method, draw: Draw) -> Key:
    """Return what the result of a method on a draw goes by."""
    return Key(
        corpus=corpus.fingerprint,
        method=name,
        recipe=method.recipe,
        size=draw.size,
        number=draw.number,
        seed=draw.seed,
    )


def run(
    corpus: Corpus,
    methods: Mapping[str, Method],
    draws: Sequence[Draw],
    journal: Journal,
    report: Callable[[str], None],
) -> None:
    """Compute what the journal lacks, the smallest training sets first."""
    wanted = [(draw, name) for draw in draws for name in methods]
    for place, (draw, name) in enumerate(wanted, start=1):
        key = key_of(corpus, name, methods[name], draw)
        if key in journal.results:
            continue
        # Libraries that print would spoil the JSON on stdout.
        with contextlib.redirect_stdout(sys.stderr):
            result = _result(corpus, methods[name], draw, key)
        journal.add(result)
        report(
            f"{place} of {len(wanted)}: {name}, {draw.size} tapes, draw {draw.number}: "
            f"{result.seconds:.0f} s, {result.cpu_seconds:.0f} s of processor"
        )


def _result(corpus: Corpus, method: Method, draw: Draw, key: Key) -> Result:
    train, judged = of_tapes(corpus.learnt, draw.tapes), of_tapes(corpus.judged, draw.judged)
    started, worked = time.perf_counter(), time.process_time()
    decide = method.fit(train, seed=draw.seed)
    learnt, worked = time.perf_counter(), time.process_time() - worked
    decided = decide(judged)
    ended = time.perf_counter()
    by_code = evaluate(judged, decided, corpus.codes)["codes"]
    return Result(
        key=key,
        kappa={code: by_code[code]["kappa"] for code in corpus.codes},
        coder_coder={code: by_code[code]["coder_coder"] for code in corpus.codes},
        given={code: by_code[code]["given"] for code in corpus.codes},
        n_train=len(train),
        n_judged=len(judged),
        seconds=round(learnt - started, 2),
        cpu_seconds=round(worked, 2),
        deciding_seconds=round(ended - learnt, 2),
    )
