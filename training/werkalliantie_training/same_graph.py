"""The ONNX file of a network that only its head tells from an earlier model.

An export takes twenty seconds, whatever the numbers are. Between two runs of `train --quick`
nothing but the head differs: its numbers are put in the place of the other's, and the file is the
same to the bit as a new export would be.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from safetensors import safe_open

from werkalliantie import artefact
from werkalliantie.artefact import Artefact
from werkalliantie.errors import ModelError
from werkalliantie.registry import Registry
from werkalliantie_training.coder import Fitted
from werkalliantie_training.network import HEAD, CoderNetwork


def write_as_before(
    registry: Registry,
    fitted: Fitted,
    path: Path,
    metadata: Mapping[str, str],
    *,
    versions: Mapping[str, str],
) -> bool:
    """Write an fp32 ONNX file from that of an earlier model, and return whether there was one.

    Args:
        registry: Where earlier models are.
        fitted: The network to write.
        path: Where to.
        metadata: What the file says of itself: codebook, codes, thresholds.
        versions: Those of the program and its libraries; models made by others are passed over.
    """
    for model in _made_alike(registry, fitted, versions):
        if _same_encoder(fitted.network, model):
            made = onnx.load(model.file(artefact.ONNX))
            if _put_head(made, fitted.network):
                onnx.helper.set_model_props(made, dict(metadata))
                onnx.save(made, path)
                return True
    return False


def _made_alike(
    registry: Registry, fitted: Fitted, versions: Mapping[str, str]
) -> Iterator[Artefact]:
    for name in registry.names():
        try:
            said = artefact.manifest_of(registry.folder / name)
            alike = (
                said["encoder"]["sha256"] == fitted.encoder.sha256
                and said["settings"]["fit"]["epochs"] == 0
                and said["versions"] == versions
            )
            if alike:
                yield artefact.read(registry.folder / name)
        except (ModelError, KeyError, TypeError):  # broken, or made by an older version
            continue


def _same_encoder(network: CoderNetwork, model: Artefact) -> bool:
    """Return whether all but the head of a model's weights are the network's."""
    own = {name: value for name, value in network.state_dict().items() if name not in HEAD}
    weights = model.file(artefact.WEIGHTS)
    if not weights.is_file():
        return False
    with safe_open(weights, framework="pt") as theirs:
        if own.keys() != {*theirs.keys()} - {*HEAD}:
            return False
        return all(torch.equal(value, theirs.get_tensor(name)) for name, value in own.items())


def _put_head(made: onnx.ModelProto, network: CoderNetwork) -> bool:
    """Put the network's head in a file, and return whether all of it has a place of its size."""
    own, places = network.state_dict(), {tensor.name: tensor for tensor in made.graph.initializer}
    if any(name not in places or [*own[name].shape] != [*places[name].dims] for name in HEAD):
        return False
    for name in HEAD:
        places[name].CopyFrom(numpy_helper.from_array(own[name].numpy(), name))
    return True
