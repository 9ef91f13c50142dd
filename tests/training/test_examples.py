from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from samples import a_tape, utterances_of
from training.tiny import CODEBOOK, tiny_tokenizer

from werkalliantie.codebook import Codebook
from werkalliantie.coding import Coding, Mode
from werkalliantie.configuration.codebooks import load_codebook
from werkalliantie.errors import ConfigError
from werkalliantie.pairs import PairTokenizer
from werkalliantie.resources import shipped
from werkalliantie.segment import SegmentCoding
from werkalliantie.store import Store
from werkalliantie_training.examples import Examples, as_dataset, read_examples

TAPE = "gesprek-01"
# The worker utterances of the sample conversation.
GREETING, BACKCHANNEL, WARNING = 0, 1, 2


@pytest.fixture
def codebook() -> Codebook:
    """The codebook with the clusters DT, ZBV and HC."""
    return load_codebook(shipped("configs") / "codebooks" / f"{CODEBOOK}.toml")


def coded(
    utterance: int, coder: str, codes: Iterable[str], mode: Mode = Mode.BLIND, tape: str = TAPE
) -> Coding:
    """Return a coding of the sample conversation."""
    return Coding(
        tape=tape,
        utterance=utterance,
        coder=coder,
        codebook=CODEBOOK,
        codes=frozenset(codes),
        mode=mode,
    )


def examples_of(
    store: Store, codebook: Codebook, codings: Sequence[Coding], modes: Iterable[Mode] = tuple(Mode)
) -> Examples:
    """Store the sample conversation with codings, and read its examples."""
    tape = a_tape()
    store.add([(tape, utterances_of(tape))])
    store.add_codings(codings)
    return read_examples(store, codebook, [TAPE], modes)


def test_targets_are_shares_of_the_coders_who_saw_it(store: Store, codebook: Codebook) -> None:
    """A code given by one of two coders is a target of a half; who didn't see it doesn't count."""
    examples = examples_of(
        store,
        codebook,
        [
            coded(GREETING, "ann", ["ZBV"]),
            coded(GREETING, "bo", []),
            coded(WARNING, "ann", ["HC", "DT"]),
        ],
    )

    assert examples.coders == ("ann", "bo")
    np.testing.assert_array_equal(examples.targets, [[0, 0.5, 0], [1, 0, 1]])
    assert examples.decided.tolist() == [[False, True, False], [True, False, True]]


def test_codes_that_the_codebook_lost_are_refused(store: Store, codebook: Codebook) -> None:
    """Also those of stretches, and of modes that aren't asked for."""
    stretch = SegmentCoding(
        tape=TAPE, first=0, last=2, coder="bo", codebook=CODEBOOK, codes=frozenset({"HC1"})
    )
    tape = a_tape()
    store.add([(tape, utterances_of(tape))])
    store.add_answers([coded(WARNING, "ann", ["HC"], Mode.ASSISTED)], [stretch])
    edited = replace(codebook, clusters=codebook.clusters[:2], maps=())

    with pytest.raises(ConfigError, match=r"HC \(1 coding, by ann\), HC1 \(1 coding, by bo\)\.$"):
        read_examples(store, edited, [TAPE], [Mode.BLIND])


def test_not_seen_is_not_no(store: Store, codebook: Codebook) -> None:
    """Seen without a code is 0, not seen is NaN, and what nobody saw is no example."""
    examples = examples_of(
        store, codebook, [coded(GREETING, "ann", []), coded(WARNING, "bo", ["HC"])]
    )

    assert examples.indices == (GREETING, WARNING)
    np.testing.assert_array_equal(
        examples.answers, [[[0, 0, 0], [np.nan] * 3], [[np.nan] * 3, [0, 0, 1]]]
    )


def test_an_adjudicated_answer_replaces_the_coders_own(store: Store, codebook: Codebook) -> None:
    """Of a coder's two answers for an utterance the settled one trains, and that one only."""
    examples = examples_of(
        store,
        codebook,
        [
            coded(WARNING, "ann", ["HC"], Mode.ADJUDICATED),
            coded(WARNING, "ann", ["DT"], Mode.BLIND),
        ],
    )

    np.testing.assert_array_equal(examples.answers, [[[0, 0, 1]]])


def test_only_the_modes_asked_for(store: Store, codebook: Codebook) -> None:
    """Judged on blind codings, an assisted one is as if it weren't there."""
    codings = [
        coded(GREETING, "ann", ["ZBV"], Mode.ASSISTED),
        coded(WARNING, "ann", ["DT"], Mode.ASSISTED),
        coded(WARNING, "ann", ["HC"], Mode.BLIND),
    ]

    examples = examples_of(store, codebook, codings, [Mode.BLIND])

    assert examples.indices == (WARNING,)
    np.testing.assert_array_equal(examples.answers, [[[0, 0, 1]]])


def test_items_count_as_their_clusters(store: Store, codebook: Codebook) -> None:
    """Two items of one cluster and an item of another are these two clusters."""
    examples = examples_of(store, codebook, [coded(WARNING, "ann", ["HC2", "DT1", "DT4"])])

    np.testing.assert_array_equal(examples.targets, [[1, 0, 1]])


def test_the_context_is_the_clients_turn_before(store: Store, codebook: Codebook) -> None:
    """The context is marked with the role; at the start of a tape there is none."""
    examples = examples_of(
        store, codebook, [coded(GREETING, "ann", []), coded(WARNING, "ann", ["HC"])]
    )

    assert examples.contexts == ("", "C: Dus ben ik weer naar huis gegaan.")
    assert examples.texts == (
        "Goedemorgen, ga zitten.",
        "Als je er donderdag niet bent, moet ik dat melden.",
    )


def test_tapes_come_in_the_order_asked(store: Store, codebook: Codebook) -> None:
    """Examples follow the given tapes, each named on its rows."""
    for name in ("een", "twee"):
        tape = a_tape("R: Dag.", id=name)
        store.add([(tape, utterances_of(tape))])
        store.add_codings([coded(0, "ann", ["ZBV"], tape=name)])

    assert read_examples(store, codebook, ["twee", "een"]).tapes == ("twee", "een")
    assert read_examples(store, codebook, ["een"]).tapes == ("een",)


def test_no_tapes_give_no_examples(store: Store, codebook: Codebook) -> None:
    """A part without tapes is empty, with the codebook's number of codes."""
    examples = read_examples(store, codebook, [])

    assert len(examples) == 0
    assert examples.answers.shape == (0, 0, 3)


def test_the_dataset_holds_what_the_model_is_asked(store: Store, codebook: Codebook) -> None:
    """Rows are the token ids and types of the pair, and the soft targets."""
    examples = examples_of(
        store, codebook, [coded(GREETING, "ann", ["ZBV"]), coded(GREETING, "bo", [])]
    )
    tokenizer = tiny_tokenizer("bert")

    dataset = as_dataset(examples, PairTokenizer(tokenizer, max_context=8, max_utterance=8))

    expected = tokenizer.encode("", "Goedemorgen, ga zitten.")
    assert dataset["input_ids"][0] == expected.ids
    assert dataset["token_type_ids"][0] == expected.type_ids
    assert dataset["labels"][0] == [0, 0.5, 0]
