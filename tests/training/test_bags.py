from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from samples import a_tape, utterances_of
from training.tiny import CODEBOOK, tiny_tokenizer

from werkalliantie.codebook import Codebook
from werkalliantie.coding import Coding, Mode
from werkalliantie.configuration.codebooks import load_codebook
from werkalliantie.pairs import PairTokenizer
from werkalliantie.resources import shipped
from werkalliantie.segment import SegmentCoding
from werkalliantie.store import Store
from werkalliantie_training.bags import noisy_or
from werkalliantie_training.examples import Examples, as_dataset, read_examples
from werkalliantie_training.fit import _Padding, apart
from werkalliantie_training.network import CoderNetwork, load_network

TAPE = "gesprek-01"


@pytest.fixture
def codebook() -> Codebook:
    """The codebook with the clusters DT, ZBV and HC."""
    return load_codebook(shipped("configs") / "codebooks" / f"{CODEBOOK}.toml")


def segment(
    first: int, last: int, coder: str, *codes: str, mode: Mode = Mode.BLIND
) -> SegmentCoding:
    """Return a coded stretch of the sample conversation."""
    return SegmentCoding(
        tape=TAPE,
        first=first,
        last=last,
        coder=coder,
        codebook=CODEBOOK,
        codes=frozenset(codes),
        mode=mode,
    )


def coding(utterance: int, coder: str, *codes: str) -> Coding:
    """Return a coded utterance of the sample conversation."""
    return Coding(
        tape=TAPE, utterance=utterance, coder=coder, codebook=CODEBOOK, codes=frozenset(codes)
    )


def examples_of(
    store: Store,
    codebook: Codebook,
    segments: Sequence[SegmentCoding],
    codings: Sequence[Coding] = (),
) -> Examples:
    """Store the sample conversation (utterance 1 is a backchannel) and read its examples."""
    tape = a_tape()
    store.add([(tape, utterances_of(tape))])
    store.add_answers(codings, segments)
    return read_examples(store, codebook, [TAPE])


def test_a_stretch_is_a_bag_without_its_backchannels(store: Store, codebook: Codebook) -> None:
    """The share of its coders is its target; a backchannel, never coded, is no member."""
    examples = examples_of(
        store, codebook, [segment(0, 2, "ann", "DT", "HC1"), segment(0, 2, "bo", "DT")]
    )

    assert len(examples) == 0
    assert examples.bags.indices == ((0, 2),)
    np.testing.assert_array_equal(examples.bags.targets, [[1, 0, 0.5]])
    assert examples.bags.contexts == (("", "C: Dus ben ik weer naar huis gegaan."),)


def test_a_stretch_that_tells_nothing_new_is_left_out(store: Store, codebook: Codebook) -> None:
    """Who coded each utterance has said all; who coded some hasn't, and the stretch stays whole."""
    examples = examples_of(
        store,
        codebook,
        [segment(0, 2, "ann", "DT"), segment(0, 2, "bo", "HC"), segment(1, 1, "bo", "HC")],
        [coding(0, "ann", "DT"), coding(2, "ann"), coding(0, "bo")],
    )

    assert examples.bags.indices == ((0, 2),)
    assert examples.bags.coders == ("bo",)
    np.testing.assert_array_equal(examples.bags.targets, [[0, 0, 1]])
    assert len(examples) == 2


def test_an_adjudicated_answer_goes_first(store: Store, codebook: Codebook) -> None:
    """Of a coder's two answers for one stretch the settled one trains."""
    examples = examples_of(
        store,
        codebook,
        [segment(0, 2, "ann", "DT"), segment(0, 2, "ann", "HC", mode=Mode.ADJUDICATED)],
    )

    np.testing.assert_array_equal(examples.bags.targets, [[0, 0, 1]])


def test_bags_go_with_their_tapes(store: Store, codebook: Codebook) -> None:
    """Of other tapes there are no bags, and the targets keep their width."""
    examples = examples_of(store, codebook, [segment(0, 2, "ann", "DT")])

    assert len(examples.of_tapes([TAPE]).bags) == 1
    assert examples.of_tapes(["elders"]).bags.targets.shape == (0, 3)


def test_a_batch_of_bags_is_taken_apart(store: Store, codebook: Codebook) -> None:
    """A bag's utterances become rows of the batch, with the bag that each belongs to."""
    examples = examples_of(
        store, codebook, [segment(0, 2, "ann", "DT"), segment(0, 0, "ann")], [coding(2, "ann")]
    )
    tokens = PairTokenizer(tiny_tokenizer("bert"), max_context=8, max_utterance=8)
    rows = [*as_dataset(examples, tokens)]

    batch = _Padding(0, uses_types=True)(rows)

    wanted = tokens.encode([*zip(examples.contexts, examples.texts, strict=True)])
    wanted += tokens.encode(examples.bags.pairs)
    assert [ids for ids in apart(rows)[0]] == [pair.ids.tolist() for pair in wanted]
    assert apart(rows)[2] == [0, 1, 2, 2]
    assert sorted(batch["bags"].tolist()) == [0, 1, 2, 2]
    assert batch["labels"].tolist() == [[0, 0, 0], [0, 0, 0], [1, 0, 0]]
    lengths = batch["attention_mask"].sum(dim=1).tolist()
    assert lengths == sorted(lengths)


def test_the_pooled_logit_is_that_of_at_least_one() -> None:
    """A bag's chance is one minus the product of its utterances' chances of a no."""
    random = torch.Generator().manual_seed(4)
    logits = torch.randn(5, 3, generator=random) * 3
    bags = torch.tensor([0, 1, 0, 2, 0])

    pooled = noisy_or(logits, bags, 3)

    no = 1 - torch.sigmoid(logits)
    torch.testing.assert_close(torch.sigmoid(pooled[0]), 1 - no[0] * no[2] * no[4])
    assert torch.equal(pooled[1:], logits[[1, 3]])


@pytest.mark.parametrize("logit", [-200.0, -60.0, 60.0, 200.0])
def test_pooling_stays_finite(logit: float) -> None:
    """However sure a network is, there are no infinities, in the logit or on the way back."""
    logits = torch.full((4, 1), logit, requires_grad=True)

    pooled = noisy_or(logits, torch.tensor([0, 0, 0, 1]), 2)
    pooled.sum().backward()  # type: ignore[no-untyped-call]

    assert torch.isfinite(pooled).all()
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()


def test_activations_in_parts_change_nothing(encoders: Path) -> None:
    """A few rows at a time, cut to their longest, give the logits and slopes of all at once."""
    network = load_network(
        str(encoders / "tiny-bert"), n_codes=2, dropout=0.0, wants_types=True, seed=3
    )
    for module in network.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    ids = torch.tensor([[2, 7, 3, 0, 0], [2, 8, 3, 0, 0], [2, 9, 7, 6, 3]])
    mask = (ids != 0).long()
    inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": torch.zeros_like(ids)}

    whole, slopes = _logits_and_slopes(network.train(), inputs, None)
    parts, again = _logits_and_slopes(network, inputs, 2)

    torch.testing.assert_close(parts, whole)
    torch.testing.assert_close(again, slopes)


def _logits_and_slopes(
    network: CoderNetwork, inputs: dict[str, torch.Tensor], at_once: int | None
) -> tuple[torch.Tensor, torch.Tensor]:
    network.zero_grad()
    logits = network(**inputs, at_once=at_once)
    (logits**2).sum().backward()
    slopes = network.encoder.get_parameter("embeddings.word_embeddings.weight").grad
    assert slopes is not None
    return logits.detach(), slopes.clone()
