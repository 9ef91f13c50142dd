"""A training run's data: the coded tapes, divided and read from the store."""

from collections.abc import Sequence
from dataclasses import dataclass

from werkalliantie.codebook import Codebook
from werkalliantie.coding import Mode
from werkalliantie.errors import ConfigError
from werkalliantie.store import Store
from werkalliantie.study import Study
from werkalliantie_training.borrowing import Borrowed, borrow
from werkalliantie_training.codebook_examples import codebook_examples
from werkalliantie_training.duplicates import near_duplicates
from werkalliantie_training.examples import Examples, read_examples
from werkalliantie_training.settings import TrainSettings
from werkalliantie_training.split import TapeSplit, split_tapes
from werkalliantie_training.tape_hash import tape_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingData:
    """The coded utterances of a run by what they are for, and a hash of each tape's content.

    Attributes:
        borrowed: What other studies lent, which is no part of `train`.
    """

    codebook: Codebook
    train: Examples
    validation: Examples
    test: Examples
    hashes: dict[str, dict[str, str]]
    borrowed: Borrowed

    @property
    def own(self) -> Examples:
        """What there is to learn from here: the training tapes and the codebook's examples."""
        return self.train.joined(codebook_examples(self.codebook))

    @property
    def learnt(self) -> Examples:
        """What the model learns from: that, and what was borrowed."""
        return self.own.joined(self.borrowed.examples)

    @property
    def held_out(self) -> Examples:
        """What the model is judged on: the test tapes, or the validation tapes without any."""
        return self.test if len(self.test) else self.validation


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossData:
    """What a model is cross-validated on: its training tapes.

    Attributes:
        learnt: The coded utterances, of every mode, and the codebook's examples.
        judged: Those coded blind.
        workers: Worker of each tape, None where the study doesn't say.
        units: Unit, likewise.
    """

    learnt: Examples
    judged: Examples
    workers: dict[str, str | None]
    units: dict[str, str | None]


def read_cross_data(study: Study, data: TrainingData) -> CrossData:
    """Read what else cross-validation takes of the training tapes of a run."""
    tapes = sorted(data.hashes["train"])
    with study.store() as store:
        known = [tape for tape in store.summaries() if tape.id in tapes]
        return CrossData(
            learnt=data.own,
            judged=read_examples(store, data.codebook, tapes, [Mode.BLIND]),
            workers={tape.id: tape.worker for tape in known},
            units={tape.id: tape.unit for tape in known},
        )


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
        split = split_tapes(
            coded,
            study.settings.split,
            settings.holdout,
            seed=settings.seed,
            only_train=tapes_by_stretch(store, book, tapes),
        )
        data = TrainingData(
            codebook=book,
            train=read_examples(store, book, split.train),
            validation=read_examples(store, book, split.validation, [Mode.BLIND]),
            test=read_examples(store, book, split.test, [Mode.BLIND]),
            hashes=_hashes(store, book, split),
            borrowed=borrow(study, settings.borrow, book),
        )
    if not len(data.validation):
        raise ConfigError(
            f"no blind codings on the validation tapes {', '.join(split.validation)}; thresholds "
            "are chosen, and models judged, on blind codings only.",
            hint="Have these tapes coded without suggestions, or hold back others under [split] in "
            "configs/study.toml.",
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


def _refuse_near_duplicates(data: TrainingData) -> None:
    held_out = data.validation.texts_by_tape | data.test.texts_by_tape
    found = near_duplicates(data.train.texts_by_tape, held_out.items())
    found += near_duplicates(data.train.bags.texts_by_tape, held_out.items())
    found += near_duplicates(data.validation.texts_by_tape, data.test.texts_by_tape.items())
    if found:
        pairs = ", ".join(f"{one} and {other}" for one, other in dict.fromkeys(found))
        raise ConfigError(
            f"tapes on two sides of the split hold nearly the same text: {pairs}. A model judged "
            "on what it learnt from looks better than it is.",
            hint="Leave one of each pair out with --tapes, or keep both on one side under [split] "
            "in configs/study.toml.",
        )


def coded_tapes(
    store: Store, codebook: Codebook, wanted: Sequence[str] | None
) -> dict[str, str | None]:
    """Return the tapes with coded utterances, each with its worker.

    Args:
        wanted: Only these; every tape if None.

    Raises:
        ConfigError: A wanted tape is coded in no way.
    """
    coded = {coding.tape for coding in store.codings(codebook=codebook.key, tapes=wanted)}
    known = coded | tapes_by_stretch(store, codebook, wanted).keys()
    if wanted is not None and (missing := [tape for tape in wanted if tape not in known]):
        raise ConfigError(
            f"no codings under {codebook.key} for {', '.join(missing)}.",
            hint="Name coded tapes only, or import their codings first.",
        )
    return {tape.id: tape.worker for tape in store.summaries() if tape.id in coded}


def tapes_by_stretch(
    store: Store, codebook: Codebook, wanted: Sequence[str] | None
) -> dict[str, str | None]:
    """Return the tapes with coded stretches and no coded utterances, each with its worker.

    They can be trained on; no model can be judged on them.
    """
    key = codebook.key
    stretches = {coding.tape for coding in store.segment_codings(codebook=key, tapes=wanted)}
    if not stretches:
        return {}
    only = stretches - {coding.tape for coding in store.codings(codebook=key, tapes=stretches)}
    return {tape.id: tape.worker for tape in store.summaries() if tape.id in only}


def _hashes(store: Store, codebook: Codebook, split: TapeSplit) -> dict[str, dict[str, str]]:
    parts = {"train": split.train, "validation": split.validation, "test": split.test}
    return {
        part: {tape: tape_hash(store, codebook, tape) for tape in ids}
        for part, ids in parts.items()
    }
