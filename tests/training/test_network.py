import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from training.tiny import FAMILIES, tiny_encoder

from werkalliantie.errors import EncoderError
from werkalliantie.pairs import PairTokenizer
from werkalliantie_training.encoders import load_tokenizer
from werkalliantie_training.fit import padded
from werkalliantie_training.network import CoderNetwork, _spread, load_network


def network_of(encoders: Path, family: str) -> CoderNetwork:
    """Return a network on a tiny encoder, ready to compute."""
    folder = str(encoders / f"tiny-{family}")
    return load_network(folder, n_codes=3, dropout=0.5, wants_types=True, seed=1).eval()


def separating(encoders: Path, family: str) -> tuple[PairTokenizer, CoderNetwork]:
    """Return a tokenizer, and a network that knows its separators."""
    folder = encoders / f"tiny-{family}"
    tokens = PairTokenizer(load_tokenizer(folder), max_context=8, max_utterance=8)
    network = load_network(
        str(folder), n_codes=3, dropout=0.0, wants_types=True, seed=1, separator=tokens.separator
    )
    return tokens, network


@pytest.mark.parametrize("family", FAMILIES)
def test_padding_is_never_looked_at(encoders: Path, family: str) -> None:
    """A short row scores the same alone and padded beside a long one."""
    network = network_of(encoders, family)
    short, long = [2, 7, 3], [2, *range(5, 30), 3]

    with torch.inference_mode():
        alone = network(**padded([short], None, pad_id=network.pad_id))
        beside = network(**padded([short, long], None, pad_id=network.pad_id))

    assert beside.shape == (2, 3)
    torch.testing.assert_close(beside[:1], alone, atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        ("bert", 512),
        ("roberta", 512),
        ("xlm-roberta", 512),
        ("deberta-v2", None),
        ("modernbert", 8192),
    ],
)
def test_the_most_tokens_an_encoder_takes(
    encoders: Path, family: str, expected: int | None
) -> None:
    """RoBERTa's first positions belong to padding; DeBERTa's relative ones have no end."""
    network = network_of(encoders, family)

    assert network.max_length == expected
    if expected == 512:
        full = padded([[7] * 512], None, pad_id=network.pad_id)
        with torch.inference_mode():
            assert network(**full).isfinite().all()
        with pytest.raises((IndexError, RuntimeError)), torch.inference_mode():
            network(**padded([[7] * 513], None, pad_id=network.pad_id))


@pytest.mark.parametrize("family", FAMILIES)
def test_segment_ids_only_where_the_encoder_has_them(encoders: Path, family: str) -> None:
    """Of these families only BERT tells the two segments apart."""
    assert network_of(encoders, family).uses_types is (family == "bert")


def test_segments_matter_to_bert(encoders: Path) -> None:
    """The same ids in another segment score differently."""
    network = network_of(encoders, "bert")

    with torch.inference_mode():
        one, two = (
            network(**padded([[2, 7, 3]], [types], pad_id=0)) for types in ([0, 0, 0], [0, 1, 1])
        )

    assert not torch.allclose(one, two)


def test_the_head_starts_from_the_seed(encoders: Path) -> None:
    """Loaded twice with one seed the heads are the same."""
    heads = [
        load_network(
            str(encoders / "tiny-bert"), n_codes=3, dropout=0.1, wants_types=True, seed=seed
        ).head.weight
        for seed in (1, 1, 2)
    ]

    assert torch.equal(heads[0], heads[1])
    assert not torch.equal(heads[0], heads[2])


def test_a_folder_that_is_no_encoder(tmp_path: Path) -> None:
    """What transformers can't load is named, with what was expected."""
    folder = tiny_encoder(tmp_path / "kapot", "bert")
    (folder / "config.json").write_text('{"model_type": "nergens"}', encoding="utf-8")

    with pytest.raises(EncoderError) as caught:
        load_network(str(folder), n_codes=3, dropout=0.1, wants_types=True, seed=1)

    assert caught.value.message == (
        f"{folder}: transformers can't load an encoder from it (ValueError)."
    )
    assert caught.value.hint is not None
    assert caught.value.hint.startswith("Expected a folder with config.json, weights and tokenizer")


def _cut_off(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1000])


def _pickled(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(b"geen gewichten")


def _of_another_shape(folder: Path) -> None:
    path = folder / "config.json"
    said = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(said | {"hidden_size": 2 * said["hidden_size"]}), encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "kind"),
    [
        (_cut_off, "SafetensorError"),
        (_pickled, "UnpicklingError"),
        (_of_another_shape, "RuntimeError"),
    ],
)
def test_a_folder_that_was_half_copied(
    tmp_path: Path, damage: Callable[[Path], None], kind: str
) -> None:
    """Weights that are cut off, or of another shape than the configuration, are said to be so."""
    folder = tiny_encoder(tmp_path / "kapot", "bert")
    damage(folder)

    with pytest.raises(EncoderError) as caught:
        load_network(str(folder), n_codes=3, dropout=0.0, wants_types=True, seed=1)

    assert caught.value.message == (
        f"{folder}: its weights are damaged, or not those of its config.json ({kind})."
    )
    assert caught.value.hint == "Copy the whole folder again from where it came."


def test_layers_without_weights(tmp_path: Path) -> None:
    """An encoder whose last layers would be drawn at random isn't one."""
    folder = tiny_encoder(tmp_path / "half", "bert")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 3}))

    with pytest.raises(EncoderError) as caught:
        load_network(str(folder), n_codes=3, dropout=0.0, wants_types=True, seed=1)

    assert caught.value.message == (
        f"{folder}: of the weights that its config.json asks for 16 aren't there, such as "
        "encoder.layer.2.attention.output.LayerNorm.bias."
    )


@pytest.mark.parametrize("family", FAMILIES)
def test_context_and_utterance_are_held_apart(encoders: Path, family: str) -> None:
    """The template's separators tell which tokens are context and which are the utterance."""
    tokens, network = separating(encoders, family)
    (pair,) = tokens.encode([("plan de", "fijn")])
    ids = torch.tensor(pair.ids)[None]

    context, utterance = network._parts(ids, torch.ones_like(ids))

    (word,) = tokens.encode([("", "fijn")])[0].ids[-2:-1]
    assert ids[utterance.bool()].tolist() == [word]
    assert ids[context.bool()].tolist() == pair.ids[:3].tolist()


def test_without_separators_every_token_counts(encoders: Path) -> None:
    """A tokenizer that sets no separators leaves one mean of all tokens."""
    network = network_of(encoders, "bert")
    mask = torch.tensor([[1, 1, 1, 0]])

    context, utterance = network._parts(torch.tensor([[5, 6, 7, 0]]), mask)

    assert context.tolist() == utterance.tolist() == mask.tolist()


@pytest.mark.parametrize("family", FAMILIES)
def test_the_words_of_the_utterance_add_to_the_logits(encoders: Path, family: str) -> None:
    """Each as often as it is said; not those of the context, and not in training."""
    tokens, network = separating(encoders, family)
    (pair,) = tokens.encode([("plan de", "de fijn de")])
    types = [pair.types.tolist()] if network.uses_types else None
    asked = padded([pair.ids.tolist()], types, pad_id=network.pad_id)
    de, plan = (int(tokens.encode([("", word)])[0].ids[-2]) for word in ("de", "plan"))
    added = torch.tensor([0.5, -1.0, 2.0])

    def logits(*, training: bool) -> torch.Tensor:
        torch.manual_seed(1)
        with torch.inference_mode():
            said: torch.Tensor = network.train(training)(**asked)
        return said

    without, trained = logits(training=False), logits(training=True)
    network.token_weights[de], network.token_weights[plan] = added, 100.0
    network.token_bias.fill_(0.25)

    torch.testing.assert_close(logits(training=False), without + 2 * added + 0.25)
    torch.testing.assert_close(logits(training=True), trained)


def test_a_shift_adds_to_every_logit(encoders: Path) -> None:
    """To each code's its own."""
    _, network = separating(encoders, "bert")
    asked = padded([[2, 5, 3]], [[0, 0, 0]], pad_id=network.pad_id)

    with torch.inference_mode():
        before = network.eval()(**asked)
        network.shift(np.array([0.5, -1.0, 2.0]))
        after = network(**asked)

    torch.testing.assert_close(after, before + torch.tensor([0.5, -1.0, 2.0]))


@pytest.mark.parametrize(("n_layers", "layers"), [(1, [1]), (2, [1, 2]), (12, [6, 8, 10, 12])])
def test_the_head_reads_from_the_middle_up(n_layers: int, layers: list[int]) -> None:
    """Four layers from the middle to the last, fewer where there aren't as many."""
    assert _spread(n_layers) == layers


@pytest.mark.parametrize("family", ["bert", "roberta", "xlm-roberta"])
def test_training_holds_no_attention_weights(encoders: Path, family: str) -> None:
    """Twice the tokens take twice the memory, not four times: there's no dropout on attention."""

    def held(length: int) -> int:
        """Return how many numbers are held for the backward pass."""
        made = network_of(encoders, family).train()
        ids = torch.full((2, length), 7)
        numbers = 0

        def hold(tensor: torch.Tensor) -> torch.Tensor:
            nonlocal numbers
            numbers += 0 if isinstance(tensor, torch.nn.Parameter) else tensor.numel()
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(hold, lambda tensor: tensor):
            made(ids, torch.ones_like(ids))
        return numbers

    assert held(480) - held(240) < 1.2 * (held(240) - held(120)) * 2
