"""From stored codings to training examples: one utterance, its context, and each coder's answer."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from datasets import Dataset
from numpy.typing import NDArray

from werkalliantie.codebook import Codebook
from werkalliantie.coding import Coding, Mode
from werkalliantie.labeller import questions_of
from werkalliantie.pairs import PairTokenizer
from werkalliantie.segment import SegmentCoding
from werkalliantie.store import Store
from werkalliantie.unknown_codes import refuse_unknown_codes
from werkalliantie_training.bags import NO_BAGS, Bags, bags_of

Answers = NDArray[np.float32]
Answered = TypeVar("Answered", Coding, SegmentCoding)

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
        bags: Stretches of the tapes that were coded as a whole; for training only.
    """

    tapes: tuple[str, ...]
    indices: tuple[int, ...]
    contexts: tuple[str, ...]
    texts: tuple[str, ...]
    coders: tuple[str, ...]
    answers: Answers
    bags: Bags = NO_BAGS

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def targets(self) -> Answers:
        """Share of the coders who saw an utterance that gave each code; `(n_utterances, n_codes)`.

        Disagreement between coders is information: it becomes a target between 0 and 1.
        """
        if not len(self):
            return np.zeros(self.answers.shape[1:], dtype=np.float32)
        return np.asarray(np.nanmean(self.answers, axis=0), dtype=np.float32)

    @property
    def decided(self) -> NDArray[np.bool_]:
        """What the majority of the coders gave, ties as given; `(n_utterances, n_codes)`."""
        return self.targets >= 0.5

    @property
    def n_tapes(self) -> int:
        """How many tapes the utterances are of."""
        return len({*self.tapes})

    @property
    def texts_by_tape(self) -> dict[str, list[str]]:
        """The utterances of each tape, in order."""
        found: dict[str, list[str]] = {}
        for tape, text in zip(self.tapes, self.texts, strict=True):
            found.setdefault(tape, []).append(text)
        return found

    def of_tapes(self, tapes: Collection[str]) -> "Examples":
        """Return the utterances of only some tapes, with every coder kept."""
        rows = [row for row, tape in enumerate(self.tapes) if tape in tapes]
        return Examples(
            tapes=tuple(self.tapes[row] for row in rows),
            indices=tuple(self.indices[row] for row in rows),
            contexts=tuple(self.contexts[row] for row in rows),
            texts=tuple(self.texts[row] for row in rows),
            coders=self.coders,
            answers=self.answers[:, rows],
            bags=self.bags.of_tapes(tapes),
        )

    def joined(self, other: "Examples") -> "Examples":
        """Return these utterances and behind them others, which have no coded stretches.

        Coders of either didn't see the other's, also where they go by the same name.
        """
        if len(other.bags):
            raise ValueError("only utterances can be joined, not coded stretches")
        shape = (len(self.coders) + len(other.coders), len(self) + len(other))
        answers = np.full((*shape, self.answers.shape[2]), np.nan, dtype=np.float32)
        answers[: len(self.coders), : len(self)] = self.answers
        answers[len(self.coders) :, len(self) :] = other.answers
        return Examples(
            tapes=self.tapes + other.tapes,
            indices=self.indices + other.indices,
            contexts=self.contexts + other.contexts,
            texts=self.texts + other.texts,
            coders=self.coders + other.coders,
            answers=answers,
            bags=self.bags,
        )


def read_examples(
    store: Store, codebook: Codebook, tapes: Sequence[str], modes: Iterable[Mode] = tuple(Mode)
) -> Examples:
    """Return the coded utterances of `tapes`, in order, and their coded stretches.

    Codes are brought to the codebook's clusters. Every mode of coding may train, and a coder's
    adjudicated answer replaces their own; models are judged on blind ones only.

    Raises:
        ConfigError: Codings hold codes that the codebook doesn't have.
    """
    wanted = set(modes)
    codings = store.codings(codebook=codebook.key, tapes=tapes)
    on_stretches = store.segment_codings(codebook=codebook.key, tapes=tapes)
    refuse_unknown_codes([*codings, *on_stretches], codebook)
    answers = _answers((coding for coding in codings if coding.mode in wanted), codebook)
    rows, contexts, texts, asked = [], [], [], {}
    for tape_id in tapes:
        tape, utterances = store.tape(tape_id), store.utterances(tape_id)
        questions = questions_of(tape, utterances)
        asked[tape_id] = [*zip(utterances, questions, strict=True)]
        for utterance, question in asked[tape_id]:
            if (tape_id, utterance.index) in answers:
                rows.append((tape_id, utterance.index))
                contexts.append(question.context)
                texts.append(question.text)
    stretches = (coding for coding in on_stretches if coding.mode in wanted)
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
        bags=bags_of(_best_first(stretches), asked, answers, codebook),
    )


def as_dataset(examples: Examples, tokens: PairTokenizer) -> Dataset:
    """Return tokenised examples; columns `input_ids`, `token_type_ids`, `labels` and `tape`.

    Where there are coded stretches each is a row behind those of the utterances, with the tokens of
    all its utterances behind each other; the column `sizes` then says where to cut the rows.
    """
    pairs = tokens.encode(list(zip(examples.contexts, examples.texts, strict=True)))
    columns = {
        "input_ids": [pair.ids for pair in pairs],
        "token_type_ids": [pair.types for pair in pairs],
        "labels": list(examples.targets),
        "tape": list(examples.tapes),
    }
    if len(examples.bags):
        columns = _with_bags(columns, examples.bags, tokens)
    return Dataset.from_dict(columns)


def _with_bags(
    columns: dict[str, list[Any]], bags: Bags, tokens: PairTokenizer
) -> dict[str, list[Any]]:
    pairs = iter(tokens.encode(bags.pairs))
    rows = [[next(pairs) for _ in texts] for texts in bags.texts]
    ids = [np.concatenate([pair.ids for pair in row]) for row in rows]
    types = [np.concatenate([pair.types for pair in row]) for row in rows]
    sizes = [[len(pair.ids) for pair in row] for row in rows]
    return {
        "input_ids": columns["input_ids"] + ids,
        "token_type_ids": columns["token_type_ids"] + types,
        "labels": columns["labels"] + list(bags.targets),
        "tape": columns["tape"] + list(bags.tapes),
        "sizes": [[len(row)] for row in columns["input_ids"]] + sizes,
    }


def _best_first(codings: Iterable[Answered]) -> list[Answered]:
    return sorted(codings, key=lambda coding: _BEST_FIRST.index(coding.mode))


def _answers(
    codings: Iterable[Coding], codebook: Codebook
) -> dict[tuple[str, int], dict[str, frozenset[str]]]:
    found: dict[tuple[str, int], dict[str, frozenset[str]]] = defaultdict(dict)
    for coding in _best_first(codings):
        codes = codebook.clusters_of(coding.codes)
        found[coding.tape, coding.utterance].setdefault(coding.coder, codes)
    return found
