"""A coder network with half the layers of another, to learn from it what it says."""

import copy
from typing import Any

import numpy as np
from torch import nn

from werkalliantie.errors import ModelError
from werkalliantie_training.network import CoderNetwork


def halved(network: CoderNetwork, *, dropout: float) -> CoderNetwork:
    """Return a network on every second layer of another's encoder, the first and last included.

    Its head knows nothing yet. Starting from a finished encoder's own layers spares most of the
    learning (Sanh et al. 2019, DistilBERT).

    Raises:
        ModelError: The encoder has a single layer, or its layers aren't found.
    """
    encoder = copy.deepcopy(network.encoder)
    config: Any = encoder.config
    layers = _layers(encoder, config.num_hidden_layers)
    kept = np.linspace(0, len(layers) - 1, len(layers) // 2).round().astype(int).tolist()
    for place in reversed(range(len(layers))):
        if place not in kept:
            del layers[place]
    config.num_hidden_layers = len(kept)
    if getattr(config, "layer_types", None):
        config.layer_types = [config.layer_types[place] for place in kept]
    return CoderNetwork(
        encoder,
        n_codes=network.head.out_features,
        dropout=dropout,
        uses_types=network.uses_types,
        separator=network.separator,
    )


def _layers(encoder: nn.Module, n_layers: int) -> nn.ModuleList:
    found = (part for part in encoder.modules() if isinstance(part, nn.ModuleList))
    layers = next((part for part in found if len(part) == n_layers), None)
    if layers is None or n_layers < 2:
        raise ModelError(
            f"an encoder of {n_layers} layer{'s' * (n_layers != 1)} can't be halved.",
            hint="Use a model with a deeper encoder, such as the embedded one.",
        )
    return layers
