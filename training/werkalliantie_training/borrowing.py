"""Coded tapes of other studies to learn from too, while a study has few of its own.

What is borrowed only teaches. It is in no fold and on neither side of the split: models are judged,
calibrated and given thresholds on the study's own tapes. What nearly equals a tape that is here,
coded or not, isn't taken, since it could be what a model is judged on. Cross-validation gives a
loan back that does harm.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from werkalliantie.codebook import Codebook
from werkalliantie.duplicates import near_duplicates
from werkalliantie.errors import ConfigError, gather
from werkalliantie.example import ExampleCorpus
from werkalliantie.seen import texts_hash
from werkalliantie.study import Study
from werkalliantie_training.bags import NO_BAGS
from werkalliantie_training.examples import Examples, read_examples
from werkalliantie_training.settings import EXAMPLE_CORPUS
from werkalliantie_training.tape_hash import tape_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    """What a study lent.

    Attributes:
        study: Its name.
        tapes: Hash of each of its tapes, by id there.
        n_utterances: How many coded utterances these hold.
        n_left_out: How many of its coded tapes weren't taken, because they are here too.
        said: Hash of the words of each tape, which tells it wherever it turns up; earlier models
            don't say.
    """

    study: str
    tapes: dict[str, str]
    n_utterances: int
    n_left_out: int
    said: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Borrowed:
    """The coded utterances that were borrowed, of no tape here, and who lent them.

    Attributes:
        examples: The utterances; none where they were given back.
        loans: Who lent them.
        kept: Whether models learn from them; False once they were found to do harm.
    """

    examples: Examples
    loans: tuple[Loan, ...] = ()
    kept: bool = True

    @property
    def given_back(self) -> "Borrowed":
        """The same loans with nothing to learn from them."""
        return replace(self, examples=self.examples.of_tapes(()), kept=False)


def borrow(study: Study, lenders: Sequence[str], codebook: Codebook) -> Borrowed:
    """Read the coded utterances of other studies under the same codebook.

    Coded stretches stay where they are.

    Args:
        lenders: Folders of studies, seen from this one's; or `voorbeeld`, for the example corpus.

    Raises:
        ConfigError: Of some lenders there is nothing to learn; each is named, with the reason.
    """
    examples, loans, faults = _nothing(codebook), [], []
    for name in dict.fromkeys(lenders):
        try:
            with _opened(study, name) as lender:
                lent, loan = _lent(lender, codebook, study)
        except ConfigError as error:
            faults.append(f"{name}: {error.message}")
        else:
            examples = examples.joined(lent)
            loans.append(loan)
    gather(
        "can't borrow",
        faults,
        ConfigError,
        f"Name folders of other studies, or {EXAMPLE_CORPUS} for the example corpus, in --borrow "
        "or in `borrow` in configs/train.toml; or leave it out.",
    )
    return Borrowed(examples=examples, loans=tuple(loans))


@contextmanager
def _opened(study: Study, name: str) -> Iterator[Study]:
    if name == EXAMPLE_CORPUS:
        with tempfile.TemporaryDirectory() as made:
            yield ExampleCorpus.shipped().as_study(Path(made) / name)
        return
    folder = study.folder / name
    if not (folder / "configs" / "study.toml").is_file():
        raise ConfigError("no study there; expected configs/study.toml in that folder.")
    lender = Study.open(folder)
    if not lender.database.is_file():  # opening it would make it
        raise ConfigError("no tapes in that study yet.")
    yield lender


def _lent(lender: Study, codebook: Codebook, study: Study) -> tuple[Examples, Loan]:
    with lender.store() as store:
        coded = [tape.id for tape in store.summaries()]
        examples = replace(read_examples(store, codebook, coded), bags=NO_BAGS)
        if not len(examples):
            raise ConfigError(f"no utterance there is coded under {codebook.key}.")
        known = store.said({*examples.tapes})
        taken = sorted(known.keys() - _also_here(known, study))
        if not taken:
            raise ConfigError("all of its coded tapes are in this study too.")
        hashes = {tape: tape_hash(store, codebook, tape) for tape in taken}
        said = {tape: texts_hash(known[tape]) for tape in taken}
    lent = examples.of_tapes(taken)
    loan = Loan(
        study=lender.settings.name,
        tapes=hashes,
        n_utterances=len(lent),
        n_left_out=len(known) - len(taken),
        said=said,
    )
    # No tape here goes by such a name: a slash can't be in one.
    return replace(lent, tapes=tuple(f"{loan.study}/{tape}" for tape in lent.tapes)), loan


def _also_here(texts: Mapping[str, Sequence[str]], study: Study) -> set[str]:
    # Tapes of two studies may go by one name, and a tape isn't compared with itself.
    theirs = {f"{tape} there": said for tape, said in texts.items()}
    return {tape.removesuffix(" there") for tape, _ in near_duplicates(theirs, _said_in(study))}


def _said_in(study: Study) -> Iterator[tuple[str, list[str]]]:
    with study.store() as store:
        for tape in store.summaries():
            yield tape.id, [utterance.text for utterance in store.utterances(tape.id)]


def _nothing(codebook: Codebook) -> Examples:
    return Examples(
        tapes=(),
        indices=(),
        contexts=(),
        texts=(),
        coders=(),
        answers=np.empty((0, 0, len(codebook.codes)), dtype=np.float32),
    )
