"""A network on half of another's layers."""

from pathlib import Path

import pytest
import torch
from training.tiny import FAMILIES, tiny_encoder

from werkalliantie.errors import ModelError
from werkalliantie_training.fewer_layers import halved
from werkalliantie_training.fit import padded
from werkalliantie_training.network import (
    CoderNetwork,
    encoder_config,
    load_network,
    rebuild_network,
)

BATCH = padded([[2, 7, 9, 3], [2, *range(5, 30), 3]], None, pad_id=0)


def deep_network(folder: Path, family: str, n_layers: int) -> CoderNetwork:
    """Return a network on a tiny encoder of so many layers."""
    encoder = tiny_encoder(folder / family, family, num_hidden_layers=n_layers)
    return load_network(str(encoder), n_codes=3, dropout=0.1, wants_types=True, seed=1).eval()


def layers_of(network: CoderNetwork) -> list[torch.Tensor]:
    """Return a weight that every layer has of its own."""
    names = ("mlp.Wi.weight", "intermediate.dense.weight")
    return [value for name, value in network.state_dict().items() if name.endswith(names)]


@pytest.mark.parametrize("family", FAMILIES)
def test_half_the_layers_are_kept(tmp_path: Path, family: str) -> None:
    """The first and the last among them; the network they are of stays as it was."""
    whole = deep_network(tmp_path, family, 5)
    before = [layer.clone() for layer in layers_of(whole)]

    half = halved(whole, dropout=0.2)

    assert (half.n_layers, whole.n_layers) == (2, 5)
    kept = layers_of(half)
    assert len(kept) == 2
    assert torch.equal(kept[0], before[0])
    assert torch.equal(kept[1], before[4])
    assert all(map(torch.equal, layers_of(whole), before))
    assert half.dropout.p == 0.2
    with torch.no_grad():
        layers_of(half)[0].zero_()
    assert torch.equal(layers_of(whole)[0], before[0])


def test_of_twelve_layers_six_are_spread_evenly(tmp_path: Path) -> None:
    """As DistilBERT took them."""
    whole = deep_network(tmp_path, "bert", 12)

    half = halved(whole, dropout=0.0)

    same = [
        [torch.equal(one, other) for other in layers_of(whole)].index(True)
        for one in layers_of(half)
    ]
    assert same == [0, 2, 4, 7, 9, 11]


@pytest.mark.parametrize("family", FAMILIES)
def test_it_is_rebuilt_from_its_configuration(tmp_path: Path, family: str) -> None:
    """As a model folder is: a layer that attends to all tokens goes on doing so."""
    half = halved(deep_network(tmp_path, family, 5), dropout=0.0).eval()

    again = rebuild_network(
        encoder_config(half), n_codes=3, uses_types=half.uses_types, separator=None
    ).eval()
    again.load_state_dict(half.state_dict())

    with torch.inference_mode():
        assert torch.equal(again(**BATCH), half(**BATCH))


def test_a_single_layer_has_no_half(tmp_path: Path) -> None:
    """It is refused, and not taken for a network without layers."""
    with pytest.raises(ModelError, match="an encoder of 1 layer can't be halved"):
        halved(deep_network(tmp_path, "bert", 1), dropout=0.0)
