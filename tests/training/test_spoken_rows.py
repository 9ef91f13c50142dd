"""Training only the token vectors that are used comes to the same as training all of them."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from training.tiny import FAMILIES

from werkalliantie_training.fit import padded
from werkalliantie_training.network import CoderNetwork, load_network
from werkalliantie_training.spoken_rows import spoken_rows_only

SPOKEN = [[2, 7, 9, 11, 3], [2, 8, 3]]
OTHER = [[2, 21, 9, 3]]


def embedding_of(network: CoderNetwork) -> Any:  # noqa: ANN401 - of whatever encoder it is
    """Return what looks a network's token vectors up."""
    encoder: Any = network.encoder
    return encoder.get_input_embeddings()


def network_of(encoders: Path, family: str) -> CoderNetwork:
    """Return a network on a tiny encoder, without dropout."""
    folder = str(encoders / f"tiny-{family}")
    return load_network(folder, n_codes=3, dropout=0.0, wants_types=False, seed=1).eval()


def train(network: CoderNetwork) -> None:
    """Take three steps on the spoken rows."""
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-2, weight_decay=0.0)
    for _ in range(3):
        logits = network(**padded(SPOKEN, None, pad_id=network.pad_id))
        network.loss(logits, torch.tensor([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]])).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        optimizer.zero_grad()


@pytest.mark.parametrize("family", FAMILIES)
def test_the_outcome_is_that_of_training_all(encoders: Path, family: str) -> None:
    """To the bit, in the same tensors by the same names."""
    one, other = (network_of(encoders, family) for _ in range(2))
    names = [name for name, _ in one.named_parameters()]

    with spoken_rows_only(one, SPOKEN):
        train(one)
    train(other)

    assert [name for name, _ in one.named_parameters()] == names
    states = one.state_dict(), other.state_dict()
    assert states[0].keys() == states[1].keys()
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_only_the_tokens_in_use_are_parameters(encoders: Path) -> None:
    """Those of the rows, and the one that pads; what isn't in use keeps its vector."""
    network = network_of(encoders, "bert")
    embedding = embedding_of(network)
    before = embedding.weight.detach().clone()
    used = {network.pad_id, *(id for row in SPOKEN for id in row)}

    with spoken_rows_only(network, SPOKEN):
        sizes = {name: value.shape[0] for name, value in network.named_parameters()}
        train(network)

    (size,) = (size for name, size in sizes.items() if "word_embeddings" in name)
    assert size == len(used)
    changed = (embedding.weight != before).any(dim=1).nonzero().flatten().tolist()
    assert changed
    assert {*changed} <= used


def test_other_tokens_are_still_understood(encoders: Path) -> None:
    """Validation tapes hold words that the training tapes don't."""
    network = network_of(encoders, "bert")
    batch = padded(OTHER, None, pad_id=network.pad_id)

    with torch.inference_mode():
        before = network(**batch)
        with spoken_rows_only(network, SPOKEN):
            inside = network(**batch)

    assert torch.equal(inside, before)


def test_what_was_learnt_stays_where_training_breaks_off(encoders: Path) -> None:
    """The network is whole again, whatever happened."""
    network = network_of(encoders, "bert")
    embedding = embedding_of(network)

    with pytest.raises(KeyboardInterrupt), spoken_rows_only(network, SPOKEN):
        raise KeyboardInterrupt

    assert embedding_of(network) is embedding


def test_an_embedding_of_another_kind_is_left_alone(encoders: Path) -> None:
    """It may do more than look vectors up."""

    class Scaled(nn.Embedding):
        """An embedding that does more."""

    network = network_of(encoders, "bert")
    scaled = Scaled(64, 32)
    encoder: Any = network.encoder
    encoder.set_input_embeddings(scaled)

    with spoken_rows_only(network, SPOKEN):
        assert embedding_of(network) is scaled
