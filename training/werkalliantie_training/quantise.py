"""An int8 copy of an fp32 ONNX file, for the CPU.

Weights get a scale per output channel, activations one per tensor, found as they pass (dynamic
quantisation). One scale for a whole tensor is coarse where a few channels are much larger than all
others, as they are in transformers; those channels are multiplied apart, in fp32 (Dettmers et al.
2022, LLM.int8()). The others are made more alike: each is divided by a number that its weights are
multiplied by (Xiao et al. 2023, SmoothQuant, with alpha one half). How large channels are shows on
utterances of the training tapes.

Such a file is for sequences that run alone: in a batch they would share a scale.

Most of the error comes from products that narrow, behind the activation function, whose many small
values share a scale with a few large ones. A model that decides too differently in int8 can be
copied with more care: those products in fp32, and more channels apart, in two steps.
"""

import functools
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.quant_utils import add_pre_process_metadata

from werkalliantie.pairs import TokenPair, inputs_of
from werkalliantie_training.attention import fuse_attention, replace_nodes

Feed = Mapping[str, NDArray[np.int64]]
Tensors = list[NDArray[np.float32]]
Peaks = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """How much of a model stays in fp32.

    Attributes:
        outlier: A channel is apart when its peak is over this many times a quantile of all peaks.
        quantile: That quantile.
        narrowing: Whether products with fewer outputs than inputs are in int8 too.
    """

    outlier: float
    quantile: float
    narrowing: bool


USUAL = Care(outlier=1.5, quantile=0.99, narrowing=True)
CAREFUL = Care(outlier=1.0, quantile=0.98, narrowing=False)
UTMOST = Care(outlier=1.0, quantile=0.9, narrowing=False)
_SAME = 1e-4
"""Largest difference in logits that fused attention may make, in fp32."""
_FEW = 8
"""Inputs on which fused attention is held against the exported one."""
_FEWEST_OUTPUTS = 32
"""Products with fewer outputs, such as the head's, gain nothing from int8."""
_FURTHEST = 8.0
"""How far a channel's gain may be from the median."""
_APART = "_apart"


def quantise(
    source: Path,
    target: Path,
    pairs: Sequence[TokenPair],
    *,
    n_heads: int,
    uses_types: bool,
    care: Care = USUAL,
) -> None:
    """Write an int8 copy of the ONNX file `source`, its metadata included.

    Args:
        pairs: Inputs from the training tapes, to see which channels stand out; a hundred is enough.
        n_heads: Attention heads a layer.
        uses_types: Whether the encoder is given segment ids.
        care: How much stays in fp32.
    """
    feeds = [inputs_of([pair], uses_types=uses_types) for pair in pairs]
    model = _fused(source, feeds, n_heads)
    _set_apart(model, _peaks(model, feeds), care)
    # Without this mark ONNX Runtime warns on the user's screen that the file may not be ready.
    add_pre_process_metadata(model)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        whole = Path(folder) / source.name
        onnx.save(model, whole)
        quantize_dynamic(
            whole,
            target,
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            weight_type=QuantType.QUInt8 if overflows() else QuantType.QInt8,
            nodes_to_quantize=_large(model, care),
            # The type of what operators outside the standard give can't be inferred.
            extra_options={"DefaultTensorType": TensorProto.FLOAT},
        )


@functools.cache
def overflows() -> bool:
    """Return whether this processor's products of unsigned with signed bytes overflow.

    Without instructions for such products (VNNI, AMX) ONNX Runtime adds them up in 16 bits. Signed
    weights are the fastest where they don't; unsigned ones are right everywhere.
    """
    n = 64
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["x", "w"], ["y"])],
        "overflow",
        [helper.make_tensor_value_info("x", TensorProto.UINT8, [1, n])],
        [helper.make_tensor_value_info("y", TensorProto.INT32, [1, n])],
        [numpy_helper.from_array(np.full((n, n), 127, dtype=np.int8), "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    (said,) = session.run(["y"], {"x": np.full((1, n), 255, dtype=np.uint8)})
    return bool((said != n * 255 * 127).any())


def _fused(source: Path, feeds: Sequence[Feed], n_heads: int) -> onnx.ModelProto:
    """Return the model with fused attention where that changes nothing, else as it is."""
    plain, fused = onnx.load(source), onnx.load(source)
    if fuse_attention(fused, n_heads=n_heads) == 0:
        return plain
    few = feeds[:_FEW]
    both = zip(_run(plain, ["logits"], few), _run(fused, ["logits"], few), strict=True)
    same = all(np.abs(before[0] - after[0]).max() < _SAME for before, after in both)
    return fused if same else plain


def _run(model: onnx.ModelProto, names: list[str], feeds: Sequence[Feed]) -> Iterator[Tensors]:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # Optimised graphs no longer hold the tensors asked for.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    for feed in feeds:
        yield session.run(names, dict(feed))


def _products(model: onnx.ModelProto) -> dict[str, list[onnx.NodeProto]]:
    """Return the products with constant weights by the tensor they read."""
    matrices = {t.name for t in model.graph.initializer if len(t.dims) == 2}
    found: dict[str, list[onnx.NodeProto]] = {}
    for node in model.graph.node:
        if node.op_type == "MatMul" and node.input[1] in matrices:
            found.setdefault(node.input[0], []).append(node)
    return found


def _large(model: onnx.ModelProto, care: Care) -> list[str]:
    """Return the names of the products that int8 is for."""
    shapes = {t.name: t.dims for t in model.graph.initializer if len(t.dims) == 2}
    nodes = [node for group in _products(model).values() for node in group]
    return [
        node.name
        for node in nodes
        if shapes[node.input[1]][1] >= _FEWEST_OUTPUTS
        and (care.narrowing or shapes[node.input[1]][1] >= shapes[node.input[1]][0])
        and not node.name.endswith(_APART)
    ]


def _peaks(model: onnx.ModelProto, feeds: Sequence[Feed]) -> Peaks:
    """Return per tensor that products read the largest absolute value of each channel."""
    names = sorted(_products(model))
    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    watched.graph.output.extend(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names
    )
    peaks = {name: np.zeros(1, dtype=np.float32) for name in names}
    for values in _run(watched, names, feeds):
        for name, value in zip(names, values, strict=True):
            highest = np.abs(value).reshape(-1, value.shape[-1]).max(axis=0)
            peaks[name] = np.maximum(peaks[name], highest)
    return peaks


def _set_apart(model: onnx.ModelProto, peaks: Peaks, care: Care) -> None:
    """Multiply the channels that stand out apart, in fp32, and make the rest more alike."""
    weights = {t.name: t for t in model.graph.initializer}
    before: dict[str, list[onnx.NodeProto]] = {}
    after: dict[str, list[onnx.NodeProto]] = {}
    large = set(_large(model, care))
    for name, nodes in _products(model).items():
        products = [node for node in nodes if node.name in large]
        if not products:
            continue
        matrices = [numpy_helper.to_array(weights[node.input[1]]) for node in products]
        bar = care.outlier * np.quantile(peaks[name], care.quantile)
        channels = np.flatnonzero(peaks[name] > bar)
        gains = _gains(peaks[name], matrices)
        gains[channels] = 0
        before[products[0].name] = _divided(model, name, channels, gains)
        for node, matrix in zip(products, matrices, strict=True):
            after[node.name] = _joined(model, node, matrix, channels, gains)
    nodes = [
        part
        for node in model.graph.node
        for part in (*before.get(node.name, ()), node, *after.get(node.name, ()))
    ]
    replace_nodes(model.graph, nodes)


def _gains(
    peaks: NDArray[np.float32], matrices: Sequence[NDArray[np.float32]]
) -> NDArray[np.float32]:
    """Return what to multiply each channel by, so that it and its weights are as large."""
    of_weights = np.max([np.abs(matrix).max(axis=1) for matrix in matrices], axis=0)
    gains = np.ones(len(peaks), dtype=np.float32)
    if (used := (peaks > 0) & (of_weights > 0)).any():
        wanted = np.sqrt(of_weights[used] / peaks[used])
        # A channel that hardly spoke on these utterances may speak up on others.
        usual = np.median(wanted)
        gains[used] = np.clip(wanted, usual / _FURTHEST, usual * _FURTHEST)
        gains[~used] = usual
    return gains


def _divided(
    model: onnx.ModelProto, name: str, channels: NDArray[np.int64], gains: NDArray[np.float32]
) -> list[onnx.NodeProto]:
    """Return what makes `name_rest`, without the channels, and `name_few`, only those."""
    make = helper.make_node
    model.graph.initializer.append(numpy_helper.from_array(gains, f"{name}_gains"))
    nodes = [make("Mul", [name, f"{name}_gains"], [f"{name}_rest"], f"{name}_level")]
    if len(channels):
        model.graph.initializer.append(numpy_helper.from_array(channels, f"{name}_channels"))
        pick = make("Gather", [name, f"{name}_channels"], [f"{name}_few"], f"{name}_pick", axis=-1)
        nodes.append(pick)
    return nodes


def _joined(
    model: onnx.ModelProto,
    node: onnx.NodeProto,
    matrix: NDArray[np.float32],
    channels: NDArray[np.int64],
    gains: NDArray[np.float32],
) -> list[onnx.NodeProto]:
    """Let `node` multiply the rest, and return what multiplies the few and adds both up."""
    source, output = node.input[0], node.output[0]
    kept = gains > 0
    rest = np.zeros_like(matrix)
    rest[kept] = matrix[kept] / gains[kept, None]
    model.graph.initializer.append(numpy_helper.from_array(rest, f"{node.name}_rest"))
    node.input[:] = [f"{source}_rest", f"{node.name}_rest"]
    if not len(channels):
        return []
    of_rest, of_few = f"{output}_of_rest", f"{output}_of_few"
    model.graph.initializer.append(numpy_helper.from_array(matrix[channels], f"{node.name}_few"))
    node.output[:] = [of_rest]
    make = helper.make_node
    return [
        make("MatMul", [f"{source}_few", f"{node.name}_few"], [of_few], node.name + _APART),
        make("Add", [of_rest, of_few], [output], f"{node.name}_join"),
    ]
