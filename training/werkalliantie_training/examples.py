"""From stored codings to training examples: one utterance, its context, and each coder's answer."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from datasets import Dataset
from numpy.typing import NDArray

from werkalliantie.codebook import Codebook
from werkalliantie.coding import Coding, Mode
from werkalliantie.labeller import questions_of
from werkalliantie.pairs import PairTokenizer
from werkalliantie.store import Store

Answers = NDArray[np.float32]

# Of a coder's answers on one utterance the first of these counts.
_BEST_FIRST = (Mode.ADJUDICATED, Mode.BLIND, Mode.ASSISTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """The coded utterances of some tapes.

    Attributes:
        tapes: Tape id of each utterance, length `n_utterances`.
        indices: Index of each utterance on its tape.
        contexts: What was said before it, with a role marker.
        texts: The utterance.
        coders: Coder ids, blind and adjudicated first by name.
        answers: Per coder and code 1, 0 or NaN (not seen); `(n_coders, n_utterances, n_codes)`.
    """

    tapes: tuple[str, ...]
    indices: tuple[int, ...]
    contexts: tuple[str, ...]
    texts: tuple[str, ...]
    coders: tuple[str, ...]
    answers: Answers

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def targets(self) -> Answers:
        """Share of the coders who saw an utterance that gave each code; `(n_utterances, n_codes)`.

        Disagreement between coders is information: it becomes a target between 0 and 1.
        """
        return np.asarray(np.nanmean(self.answers, axis=0), dtype=np.float32)

    @property
    def decided(self) -> NDArray[np.bool_]:
        """What the majority of the coders gave, ties as given; `(n_utterances, n_codes)`."""
        return self.targets >= 0.5


def read_examples(
    store: Store, codebook: Codebook, tapes: Sequence[str], modes: Iterable[Mode] = tuple(Mode)
) -> Examples:
    """Return the coded utterances of `tapes`, in order.

    Codes are brought to the codebook's clusters. Every mode of coding may train, and a coder's
    adjudicated answer replaces their own; models are judged on blind ones only.
    """
    wanted = set(modes)
    codings = store.codings(codebook=codebook.key, tapes=tapes)
    answers = _answers((coding for coding in codings if coding.mode in wanted), codebook)
    rows, contexts, texts = [], [], []
    for tape_id in tapes:
        tape, utterances = store.tape(tape_id), store.utterances(tape_id)
        questions = questions_of(tape, utterances)
        for utterance, question in zip(utterances, questions, strict=True):
            if (tape_id, utterance.index) in answers:
                rows.append((tape_id, utterance.index))
                contexts.append(question.context)
                texts.append(question.text)
    coders = tuple(sorted({coder for given in answers.values() for coder in given}))
    table = np.full((len(coders), len(rows), len(codebook.codes)), np.nan, dtype=np.float32)
    for column, row in enumerate(rows):
        for coder, codes in answers[row].items():
            table[coders.index(coder), column] = [code in codes for code in codebook.codes]
    return Examples(
        tapes=tuple(tape for tape, _ in rows),
        indices=tuple(index for _, index in rows),
        contexts=tuple(contexts),
        texts=tuple(texts),
        coders=coders,
        answers=table,
    )


def as_dataset(examples: Examples, tokens: PairTokenizer) -> Dataset:
    """Return tokenised examples with the columns `input_ids`, `token_type_ids` and `labels`."""
    pairs = tokens.encode(list(zip(examples.contexts, examples.texts, strict=True)))
    return Dataset.from_dict(
        {
            "input_ids": [pair.ids for pair in pairs],
            "token_type_ids": [pair.types for pair in pairs],
            "labels": list(examples.targets),
        }
    )


def _answers(
    codings: Iterable[Coding], codebook: Codebook
) -> dict[tuple[str, int], dict[str, frozenset[str]]]:
    found: dict[tuple[str, int], dict[str, frozenset[str]]] = defaultdict(dict)
    for coding in sorted(codings, key=lambda coding: _BEST_FIRST.index(coding.mode)):
        codes = codebook.clusters_of(coding.codes)
        found[coding.tape, coding.utterance].setdefault(coding.coder, codes)
    return found
