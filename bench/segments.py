"""Measures what is left when only stretches are coded: `python bench/segments.py STUDY`.

The utterance codes of the training tapes are hidden, and each coder's codes in a window are given
for the window as a whole. Heads on the frozen encoder, as `train --quick` fits them, learn from
windows of several lengths and are judged on the coded utterances of the other tapes, beside a head
and a bag of words for which every utterance carries the codes of its window. With `--fine-tune`
the encoder learns as well, once a length, without cross-validation. Prints JSON.
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from werkalliantie.study import Study
from werkalliantie_training.bags import Bags
from werkalliantie_training.coder import Fitted, fit_coder, prepare
from werkalliantie_training.data import TrainingData, read_training_data
from werkalliantie_training.decisions import fit_scaling
from werkalliantie_training.encoders import resolve
from werkalliantie_training.evaluation import evaluate
from werkalliantie_training.examples import Examples, as_dataset
from werkalliantie_training.fit import precision_is_bf16
from werkalliantie_training.floors import bag_of_words
from werkalliantie_training.probe import Frozen, frozen_features, head_logits, set_head
from werkalliantie_training.settings import load_train_settings
from werkalliantie_training.workspace import Workspace

SIZES = (1, 2, 5, 10, 20)
MINUTES, WITHOUT_TIMES = 5, 25
"""A window of five minutes, or of so many utterances on a tape without times, as in `agree`."""

Scores = dict[str, NDArray[np.float32]]
Tuned = Callable[[Examples], Scores]
WindowOf = Callable[[str, int], int]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("study", type=Path, help="a study with coded tapes")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="utterances a window")
    parser.add_argument("--fine-tune", action="store_true", help="the encoder too, in minutes")
    asked = parser.parse_args()
    study = Study.open(asked.study)
    settings = load_train_settings(study.folder / "configs" / "train.toml")
    data = read_training_data(study, settings, tapes=None, codebook=None)
    encoder = resolve(settings.encoder, study.encoders)
    fitted = prepare(encoder, settings, n_codes=len(data.codebook.codes))
    bf16 = precision_is_bf16(settings.fit.precision)
    features = {
        name: frozen_features(fitted.network, as_dataset(part, fitted.tokens), bf16=bf16)
        for name, part in ({"train": data.train} | _held_out(data)).items()
    }

    def tuned(learnt: Examples) -> Scores:
        """Fine-tune from the head that `_head` fitted last, on the same."""
        with tempfile.TemporaryDirectory() as name:
            place = Workspace(folder=Path(name))
            made = fit_coder(learnt, None, encoder, settings, place, head=fitted.network)
        return {part: made.logits(examples) for part, examples in _held_out(data).items()}

    tune = tuned if asked.fine_tune else None
    found = {"utterances": _judged(data, _head(fitted, features, data.train.targets))}
    if tune is not None:
        found["utterances"]["fine_tuned"] = _judged(data, tune(data.train))
    for size in asked.sizes:
        numbers = _numbers(data.train, _by(size))
        found[f"{size} utterances"] = _learnt(fitted, data, features, numbers, tune)
    by_clock = _numbers(data.train, _clock(study, data.train))
    found[f"{MINUTES} minutes"] = _learnt(fitted, data, features, by_clock, tune)
    print(json.dumps(found, indent=2))


def _held_out(data: TrainingData) -> dict[str, Examples]:
    parts = {"validation": data.validation, "test": data.test}
    return {name: part for name, part in parts.items() if len(part)}


def _by(size: int) -> WindowOf:
    return lambda tape, place: place // size


def _clock(study: Study, train: Examples) -> WindowOf:
    with study.store() as store:
        times = {tape: [u.time for u in store.utterances(tape)] for tape in {*train.tapes}}
    indices = {tape: [i for t, i in _rows(train) if t == tape] for tape in times}

    def window(tape: str, place: int) -> int:
        index = indices[tape][place]
        time = times[tape][index]
        if time is None or None in times[tape]:
            return index // WITHOUT_TIMES
        return int(time // (60 * MINUTES))

    return window


def _rows(train: Examples) -> list[tuple[str, int]]:
    return list(zip(train.tapes, train.indices, strict=True))


def _numbers(train: Examples, window: WindowOf) -> NDArray[np.int64]:
    """Return the number of each utterance's window, in the order of the utterances."""
    seen: dict[str, int] = {}
    windows = []
    for tape in train.tapes:
        windows.append((tape, window(tape, seen.get(tape, 0))))
        seen[tape] = seen.get(tape, 0) + 1
    numbered = {one: number for number, one in enumerate(dict.fromkeys(windows))}
    return np.array([numbered[one] for one in windows])


def _learnt(
    fitted: Fitted,
    data: TrainingData,
    features: dict[str, Frozen],
    numbers: NDArray[np.int64],
    tune: Tuned | None,
) -> dict[str, Any]:
    targets = _targets(data.train, numbers)
    # What the floor and fine-tuning see: no coded utterance, and the windows with their codes.
    hidden = replace(data.train.of_tapes(()), bags=_bags(data.train, numbers, targets))
    floors = bag_of_words(hidden, data.validation, [data.validation, data.test], seed=1)
    pooled = _judged(data, _head(fitted, features, targets, numbers))
    fine_tuned = {} if tune is None else {"fine_tuned": _judged(data, tune(hidden))}
    copied = _judged(data, _head(fitted, features, targets[numbers]))
    words = {
        part: evaluate(examples, decided, data.codebook.codes)["mean_kappa"]
        for part, examples, decided in zip(
            ("validation", "test"), (data.validation, data.test), floors, strict=True
        )
    }
    return {
        "n_windows": len(targets),
        "share_yes": dict(zip(data.codebook.codes, targets.mean(axis=0).tolist(), strict=True)),
        **pooled,
        **fine_tuned,
        "copied_codes": copied,
        "bag_of_words": words,
    }


def _targets(train: Examples, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return for each window the share of its coders who gave a code anywhere in it."""
    rows = []
    for number in range(numbers.max() + 1):
        answers = train.answers[:, numbers == number]
        saw = ~np.isnan(answers[:, :, 0]).all(axis=1)
        rows.append(np.nanmax(answers[saw], axis=1).mean(axis=0))
    return np.array(rows, dtype=np.float32)


def _bags(train: Examples, numbers: NDArray[np.int64], targets: NDArray[np.float32]) -> Bags:
    members = [np.flatnonzero(numbers == number).tolist() for number in range(len(targets))]

    def of(values: Sequence[Any]) -> tuple[tuple[Any, ...], ...]:
        return tuple(tuple(values[row] for row in rows) for rows in members)

    return Bags(
        tapes=tuple(train.tapes[rows[0]] for rows in members),
        indices=of(train.indices),
        contexts=of(train.contexts),
        texts=of(train.texts),
        coders=train.coders,
        targets=targets,
    )


def _head(
    fitted: Fitted,
    features: dict[str, Frozen],
    targets: NDArray[np.float32],
    bags: NDArray[np.int64] | None = None,
) -> Scores:
    """Fit a head on the training tapes; return its logits for the other utterances."""
    network = fitted.network
    set_head(network, features["train"], targets, bags)
    return {
        part: head_logits(network, values) for part, values in features.items() if part != "train"
    }


def _judged(data: TrainingData, logits: Scores) -> dict[str, Any]:
    codes = data.codebook.codes
    scaling = fit_scaling(logits["validation"], data.validation.targets)
    thresholds = scaling.thresholds(
        logits["validation"], data.validation.answers, n_tapes=data.validation.n_tapes
    )
    found = {}
    for part, examples in _held_out(data).items():
        decided = scaling.probabilities(logits[part]) >= thresholds
        kappas = evaluate(examples, decided, codes)
        found[part] = {
            "mean_kappa": kappas["mean_kappa"],
            "kappa": {code: kappas["codes"][code]["kappa"] for code in codes},
        }
    return found


if __name__ == "__main__":
    main()
