"""A random encoder wide enough to have channels that stand out, and one that does."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from onnx import ModelProto
from training.tiny import tiny_encoder

from werkalliantie.pairs import TokenPair
from werkalliantie_training.export import export
from werkalliantie_training.network import CoderNetwork, load_network

OUTLIER = 7
SAID = {"codebook": "proef-1", "codes": "[]"}
_GAIN = 150.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wide:
    """A network of one layer, its encoder's folder and its fp32 ONNX file."""

    folder: Path
    network: CoderNetwork
    file: Path


def wide_network(folder: Path) -> Wide:
    """Make a BERT in which one channel of what the first products read is far above the others."""
    encoder = tiny_encoder(
        folder / "breed",
        "bert",
        hidden_size=128,
        intermediate_size=256,
        num_hidden_layers=1,
        initializer_range=0.1,
    )
    network = load_network(str(encoder), n_codes=3, dropout=0.0, wants_types=True, seed=3).eval()
    with torch.no_grad():
        network.encoder.get_parameter("embeddings.LayerNorm.weight")[OUTLIER] *= _GAIN
    export(network, folder / "breed.onnx", SAID)
    return Wide(folder=encoder, network=network, file=folder / "breed.onnx")


def random_pairs(lengths: Sequence[int]) -> list[TokenPair]:
    """Return inputs of known words with the given numbers of tokens, in two segments."""
    random = np.random.default_rng(11)
    return [
        TokenPair(
            ids=random.integers(4, 40, length),
            types=(np.arange(length) >= length // 2).astype(np.int64),
        )
        for length in lengths
    ]


def operators(model: ModelProto) -> list[str]:
    """Return the kinds of operators in a model, in order."""
    return [node.op_type for node in model.graph.node]
