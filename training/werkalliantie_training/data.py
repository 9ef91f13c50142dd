"""A training run's data: the coded tapes, divided and read from the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from werkalliantie.codebook import Codebook
from werkalliantie.coding import Mode
from werkalliantie.duplicates import near_duplicates
from werkalliantie.errors import ConfigError
from werkalliantie.store import Store
from werkalliantie.study import Study
from werkalliantie.unknown_codes import refuse_unknown_codes
from werkalliantie_training.borrowing import Borrowed, borrow
from werkalliantie_training.codebook_examples import codebook_examples
from werkalliantie_training.examples import Examples, read_examples
from werkalliantie_training.settings import TrainSettings
from werkalliantie_training.split import CodedTapes, TapeSplit, split_tapes
from werkalliantie_training.tape_hash import tape_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossData:
    """What a model is cross-validated on, of its training tapes.

    Attributes:
        judged: The utterances that were coded blind.
        workers: Worker of each tape, None where the study doesn't say.
        units: Unit, likewise.
    """

    judged: Examples
    workers: dict[str, str | None]
    units: dict[str, str | None]

    @property
    def without_worker(self) -> list[str]:
        """The tapes of which the worker isn't known."""
        return [tape for tape, worker in self.workers.items() if worker is None]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingData:
    """The coded utterances of a run by what they are for, and a hash of each tape's content.

    Attributes:
        cross: What cross-validation judges by, of the tapes of `train`.
        codebook_examples: The codebook's own, but for those quoted from these tapes.
        said: All that was said on each tape, coded or not.
        borrowed: What other studies lent, which is no part of `train`.
    """

    codebook: Codebook
    train: Examples
    validation: Examples
    test: Examples
    cross: CrossData
    codebook_examples: Examples
    said: Mapping[str, Sequence[str]]
    hashes: dict[str, dict[str, str]]
    borrowed: Borrowed

    @property
    def own(self) -> Examples:
        """What there is to learn from here: the training tapes and the codebook's examples."""
        return self.train.joined(self.codebook_examples)

    @property
    def learnt(self) -> Examples:
        """What the model learns from: that, and what was borrowed."""
        return self.own.joined(self.borrowed.examples)

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
        ConfigError: Too few coded tapes, codes without a single yes to learn from, or nothing to
            borrow where the settings say so.
        StoreError: A tape that isn't in the study.
    """
    book = study.codebook(codebook)
    with study.store() as store:
        coded = coded_tapes(store, book, tapes)
        split = split_tapes(coded, study.settings.split, settings.holdout, seed=settings.seed)
        said = store.said((*split.train, *split.validation, *split.test))
        data = TrainingData(
            codebook=book,
            train=read_examples(store, book, split.train),
            validation=read_examples(store, book, split.validation, [Mode.BLIND]),
            test=read_examples(store, book, split.test, [Mode.BLIND]),
            cross=_read_cross(store, book, split.train),
            codebook_examples=codebook_examples(book, said.values()),
            said=said,
            hashes=_hashes(store, book, split),
            borrowed=borrow(study, settings.borrow, book),
        )
    _refuse_near_duplicates(data)
    bags = data.train.bags
    unused = [
        code
        for column, code in enumerate(book.codes)
        if not data.train.decided[:, column].any()
        and not (len(bags) and bags.decided[:, column].any())
    ]
    if unused:
        raise ConfigError(
            f"no utterance of the training tapes carries {', '.join(unused)}; a model can't learn "
            "a code without examples.",
            hint="Code more tapes, or use a codebook without it.",
        )
    return data


def _read_cross(store: Store, codebook: Codebook, tapes: Sequence[str]) -> CrossData:
    known = [tape for tape in store.summaries() if tape.id in tapes]
    return CrossData(
        judged=read_examples(store, codebook, tapes, [Mode.BLIND]),
        workers={tape.id: tape.worker for tape in known},
        units={tape.id: tape.unit for tape in known},
    )


def _refuse_near_duplicates(data: TrainingData) -> None:
    train, validation, test = (
        {tape: data.said[tape] for tape in data.hashes[part]}
        for part in ("train", "validation", "test")
    )
    found = near_duplicates(train, (validation | test).items())
    found += near_duplicates(validation, test.items())
    if found:
        pairs = ", ".join(f"{one} and {other}" for one, other in found)
        raise ConfigError(
            f"tapes on two sides of the split hold nearly the same text: {pairs}. A model judged "
            "on what it learnt from looks better than it is.",
            hint="Leave one of each pair out with --tapes, or keep both on one side under [split] "
            "in configs/study.toml.",
        )


def coded_tapes(store: Store, codebook: Codebook, wanted: Sequence[str] | None) -> CodedTapes:
    """Return the tapes that are coded, by what they can be used for.

    Args:
        wanted: Only these; every tape if None.

    Raises:
        ConfigError: A wanted tape is coded in no way, or codings hold codes that the codebook
            doesn't have.
    """
    codings = store.codings(codebook=codebook.key, tapes=wanted)
    stretches = store.segment_codings(codebook=codebook.key, tapes=wanted)
    refuse_unknown_codes([*codings, *stretches], codebook)  # of every part of the split at once
    blind = {coding.tape for coding in codings if coding.mode is Mode.BLIND}
    coded = {coding.tape for coding in codings} | {coding.tape for coding in stretches}
    if wanted is not None and (missing := [tape for tape in wanted if tape not in coded]):
        raise ConfigError(
            f"no codings under {codebook.key} for {', '.join(missing)}.",
            hint="Name coded tapes only, or import their codings first.",
        )
    workers = {tape.id: tape.worker for tape in store.summaries() if tape.id in coded}
    return CodedTapes(
        judging={tape: worker for tape, worker in workers.items() if tape in blind},
        teaching={tape: worker for tape, worker in workers.items() if tape not in blind},
    )


def _hashes(store: Store, codebook: Codebook, split: TapeSplit) -> dict[str, dict[str, str]]:
    parts = {"train": split.train, "validation": split.validation, "test": split.test}
    return {
        part: {tape: tape_hash(store, codebook, tape) for tape in ids}
        for part, ids in parts.items()
    }
