"""A training run's data: the coded tapes, divided and read from the store."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from werkalliantie.codebook import Codebook
from werkalliantie.coding import Mode
from werkalliantie.errors import ConfigError
from werkalliantie.labeller import questions_of
from werkalliantie.store import Store
from werkalliantie.study import Study
from werkalliantie_training.examples import Examples, read_examples
from werkalliantie_training.settings import TrainSettings
from werkalliantie_training.split import TapeSplit, split_tapes


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingData:
    """The coded utterances of a run by what they are for, and a hash of each tape's content."""

    codebook: Codebook
    train: Examples
    validation: Examples
    test: Examples
    hashes: dict[str, dict[str, str]]

    @property
    def held_out(self) -> Examples:
        """What the model is judged on: the test tapes, or the validation tapes without any."""
        return self.test if len(self.test) else self.validation


def read_training_data(
    study: Study,
    settings: TrainSettings,
    *,
    tapes: Sequence[str] | None,
    codebook: str | None,
) -> TrainingData:
    """Read and divide the coded tapes of a study.

    Args:
        tapes: The tapes to use; every coded tape if None.
        codebook: Key of the codebook; the study's own if None.

    Raises:
        ConfigError: Too few coded tapes, or codes without a single yes to learn from.
        StoreError: A tape that isn't in the study.
    """
    book = study.codebook(codebook)
    with study.store() as store:
        coded = _coded_tapes(store, book, tapes)
        split = split_tapes(coded, study.settings.split, settings.holdout, seed=settings.seed)
        data = TrainingData(
            codebook=book,
            train=read_examples(store, book, split.train),
            validation=read_examples(store, book, split.validation, [Mode.BLIND]),
            test=read_examples(store, book, split.test, [Mode.BLIND]),
            hashes=_hashes(store, book, split),
        )
    if not len(data.validation):
        raise ConfigError(
            f"no blind codings on the validation tapes {', '.join(split.validation)}; thresholds "
            "are chosen, and models judged, on blind codings only.",
            hint="Have these tapes coded without suggestions, or hold back others under [split] in "
            "configs/study.toml.",
        )
    unused = [
        code for column, code in enumerate(book.codes) if not data.train.decided[:, column].any()
    ]
    if unused:
        raise ConfigError(
            f"no utterance of the training tapes carries {', '.join(unused)}; a model can't learn "
            "a code without examples.",
            hint="Code more tapes, or use a codebook without it.",
        )
    return data


def _coded_tapes(
    store: Store, codebook: Codebook, wanted: Sequence[str] | None
) -> dict[str, str | None]:
    codings = store.codings(codebook=codebook.key, tapes=wanted)
    coded = {coding.tape for coding in codings}
    if wanted is not None and (missing := [tape for tape in wanted if tape not in coded]):
        raise ConfigError(
            f"no codings under {codebook.key} for {', '.join(missing)}.",
            hint="Name coded tapes only, or import their codings first.",
        )
    return {tape.id: tape.worker for tape in store.summaries() if tape.id in coded}


def _hashes(store: Store, codebook: Codebook, split: TapeSplit) -> dict[str, dict[str, str]]:
    parts = {"train": split.train, "validation": split.validation, "test": split.test}
    return {
        part: {tape: _hash(store, codebook, tape) for tape in ids} for part, ids in parts.items()
    }


def _hash(store: Store, codebook: Codebook, tape: str) -> str:
    """Return a sha256 over what the model learns of a tape: utterances, contexts and codings."""
    utterances = store.utterances(tape)
    texts = [[q.context, q.text] for q in questions_of(store.tape(tape), utterances)]
    codings = [
        [c.utterance, c.coder, c.mode.value, sorted(c.codes)]
        for c in store.codings(codebook=codebook.key, tapes=[tape])
    ]
    return hashlib.sha256(json.dumps([texts, codings]).encode()).hexdigest()
