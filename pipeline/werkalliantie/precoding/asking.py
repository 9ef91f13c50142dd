"""A tape as a model is asked about it, and the scores that come back."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from werkalliantie.labeller import Question, Scores, questions_of
from werkalliantie.labelling import text_sha
from werkalliantie.store import Store
from werkalliantie.transcript import Tape, Utterance


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A tape with its utterances, read from the store."""

    tape: Tape
    utterances: tuple[Utterance, ...]

    @property
    def questions(self) -> list[Question]:
        """What the model is asked, one for each utterance."""
        return questions_of(self.tape, self.utterances)

    @property
    def text_sha(self) -> str:
        """The hash of all that decides the questions."""
        return text_sha(self.tape, self.utterances)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A tape and its probabilities, shape `(n_utterances, n_codes)`."""

    asked: Asked
    scores: Scores


def read(store: Store, tape: str) -> Asked:
    """Read a tape of the study.

    Raises:
        StoreError: There is no such tape.
    """
    return Asked(tape=store.tape(tape), utterances=store.utterances(tape))


def read_each(store: Store, tapes: Iterable[str]) -> Iterator[Asked]:
    """Read tapes one at a time, as they are asked for."""
    return (read(store, tape) for tape in tapes)
