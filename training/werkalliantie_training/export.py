"""From a torch network to an fp32 ONNX file, and what either says of an input."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch.export import Dim

from werkalliantie.errors import ModelError
from werkalliantie.labeller import open_session
from werkalliantie.pairs import TokenPair, inputs_of
from werkalliantie_training.fit import padded_batches
from werkalliantie_training.network import CoderNetwork


def export(network: CoderNetwork, path: Path, metadata: Mapping[str, str]) -> None:
    """Write `network` as an fp32 ONNX file with dynamic batch and length.

    Args:
        metadata: What the file says of itself: codebook, codes, thresholds.
    """
    ids = torch.ones((2, 8), dtype=torch.long)
    names = ["input_ids", "attention_mask"] + ["token_type_ids"] * network.uses_types
    values = (ids, torch.ones_like(ids), torch.zeros_like(ids))[: len(names)]
    axes = {0: Dim("batch"), 1: Dim("length", min=2, max=512)}
    program = torch.onnx.export(
        network.eval(),
        values,
        input_names=names,
        output_names=["logits"],
        dynamic_shapes=tuple(axes for _ in names),
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    if program is None:
        raise ModelError("torch gave no ONNX program for this encoder.", hint="Use another one.")
    program.save(str(path), external_data=False)
    model = onnx.load(path)
    _forget_origin(model.graph)
    onnx.helper.set_model_props(model, dict(metadata))
    onnx.save(model, path)


def _forget_origin(graph: onnx.GraphProto) -> None:
    """Drop the exporter's notes: among them are stack traces with this machine's paths."""
    for part in (graph, *graph.node, *graph.value_info, *graph.initializer, *graph.input):
        part.ClearField("metadata_props")
    for output in graph.output:
        output.ClearField("metadata_props")


@torch.inference_mode()
def torch_logits(network: CoderNetwork, pairs: Sequence[TokenPair]) -> NDArray[np.float32]:
    """Return the network's fp32 logits, shape `(n_pairs, n_codes)`, in the order given."""
    ids = [pair.ids.tolist() for pair in pairs]
    types = [pair.types.tolist() for pair in pairs] if network.uses_types else None
    scores = np.empty((len(pairs), network.head.out_features), dtype=np.float32)
    for places, batch in padded_batches(ids, types, pad_id=network.pad_id):
        scores[places] = network(**batch).numpy()
    return scores


def onnx_logits(path: Path, pairs: Sequence[TokenPair], *, uses_types: bool) -> NDArray[np.float32]:
    """Return the ONNX file's logits, shape `(n_pairs, n_codes)`, scored as a labeller scores."""
    session = open_session(path)
    feeds = [inputs_of([pair], uses_types=uses_types) for pair in pairs]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        rows = pool.map(lambda feed: session.run(["logits"], feed)[0], feeds)
        return np.concatenate([*rows])
