"""Attention as one ONNX operator, for sequences that run alone.

torch exports attention as some twenty operators a layer. ONNX Runtime has one for it, which on the
CPU takes a third of the time. Only plain attention is taken for it: scaled products of three linear
maps of the same input, as in BERT, RoBERTa and XLM-R. Anything else (relative positions, rotary
embeddings) isn't matched and stays as it is.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

DOMAIN = "com.microsoft"
_PASSED_THROUGH = {"Transpose", "Reshape"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Linear:
    """A linear map in the graph: its input, weights `(n_in, n_out)` and bias."""

    source: str
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attention:
    """One layer's attention: what it reads, its last operator, and the scale of its products."""

    query: _Linear
    key: _Linear
    value: _Linear
    n_heads: int
    scale: float
    last: onnx.NodeProto


class _Graph:
    """An ONNX graph with its tensors looked up by name."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self.constants = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
        self.producer = {output: node for node in graph.node for output in node.output}
        self.users: Mapping[str, list[onnx.NodeProto]] = defaultdict(list)
        for node in graph.node:
            for name in node.input:
                self.users[name].append(node)

    def only_user(self, name: str, kind: str) -> onnx.NodeProto | None:
        """Return the one operator of a kind that reads a tensor."""
        found = [node for node in self.users[name] if node.op_type == kind]
        return found[0] if len(found) == 1 else None

    def behind(self, name: str) -> tuple[str, float]:
        """Return the tensor that `name` rearranges, and the scalar it was multiplied with."""
        scale = 1.0
        while (node := self.producer.get(name)) is not None:
            if node.op_type == "Mul" and (scalar := self._scalar(node.input[1])) is not None:
                scale *= scalar
            elif node.op_type not in _PASSED_THROUGH:
                break
            name = node.input[0]
        return name, scale

    def linear(self, name: str) -> _Linear | None:
        """Return the linear map whose output `name` is."""
        add = self.producer.get(name)
        product = self.producer.get(add.input[0]) if add is not None else None
        if add is None or add.op_type != "Add" or product is None or product.op_type != "MatMul":
            return None
        weights, bias = self.constants.get(product.input[1]), self.constants.get(add.input[1])
        if weights is None or bias is None or weights.ndim != 2 or bias.ndim != 1:
            return None
        return _Linear(source=product.input[0], weights=weights, bias=bias)

    def _scalar(self, name: str) -> float | None:
        value = self.constants.get(name)
        return float(value.reshape(())) if value is not None and value.size == 1 else None


def fuse_attention(model: onnx.ModelProto, *, n_heads: int) -> int:
    """Put one operator in the place of each layer's attention, and say how many were replaced.

    The attention mask isn't looked at any more, so the result is for unpadded sequences only.

    Args:
        model: Changed in place.
        n_heads: Attention heads a layer.
    """
    graph = _Graph(model.graph)
    softmaxes = [node for node in model.graph.node if node.op_type == "Softmax"]
    matched = [found for node in softmaxes if (found := _match(graph, node, n_heads)) is not None]
    by_last = {found.last.output[0]: number for number, found in enumerate(matched)}
    nodes: list[onnx.NodeProto] = []
    for node in model.graph.node:
        number = by_last.get(node.output[0])
        nodes += [node] if number is None else _operators(model, matched[number], number)
    replace_nodes(model.graph, nodes)
    if matched and all(opset.domain != DOMAIN for opset in model.opset_import):
        model.opset_import.append(onnx.helper.make_opsetid(DOMAIN, 1))
    return len(matched)


def replace_nodes(graph: onnx.GraphProto, nodes: list[onnx.NodeProto]) -> None:
    """Make `nodes` the graph's, without those that nothing reads and their constants."""
    wanted = {output.name for output in graph.output}
    kept = []
    for node in reversed(nodes):
        if wanted.intersection(node.output):
            kept.append(node)
            wanted.update(node.input)
    constants = [tensor for tensor in graph.initializer if tensor.name in wanted]
    for field, values in ((graph.node, kept[::-1]), (graph.initializer, constants)):
        del field[:]
        field.extend(values)


def _match(graph: _Graph, softmax: onnx.NodeProto, n_heads: int) -> _Attention | None:
    masked = graph.producer.get(softmax.input[0])
    product = masked
    if masked is not None and masked.op_type == "Add":
        product = graph.producer.get(masked.input[0])
    mixed = _reader_of(graph, softmax.output[0])
    if product is None or product.op_type != "MatMul" or mixed is None:
        return None
    sources = [graph.behind(name) for name in (*product.input, mixed.input[1])]
    query, key, value = (graph.linear(name) for name, _ in sources)
    turned = graph.only_user(mixed.output[0], "Transpose")
    last = graph.only_user(turned.output[0], "Reshape") if turned is not None else None
    if query is None or key is None or value is None or last is None:
        return None
    if len({query.source, key.source, value.source}) > 1 or sources[2][1] != 1.0:
        return None
    scale = sources[0][1] * sources[1][1]
    return _Attention(query=query, key=key, value=value, n_heads=n_heads, scale=scale, last=last)


def _reader_of(graph: _Graph, weights: str) -> onnx.NodeProto | None:
    """Return the product of attention weights and values, past the guard against rows of NaN."""
    direct = graph.only_user(weights, "MatMul")
    guard = graph.only_user(weights, "Where")
    return direct or (graph.only_user(guard.output[0], "MatMul") if guard is not None else None)


def _operators(model: onnx.ModelProto, attention: _Attention, number: int) -> list[onnx.NodeProto]:
    """Return one linear map for query, key and value together, and the attention itself."""
    parts = (attention.query, attention.key, attention.value)
    name = f"attention_{number}"
    weights = np.concatenate([part.weights for part in parts], axis=1)
    bias = np.concatenate([part.bias for part in parts])
    sizes = np.array([part.weights.shape[1] for part in parts], dtype=np.int64)
    for suffix, values in (("weights", weights), ("bias", bias), ("sizes", sizes)):
        model.graph.initializer.append(numpy_helper.from_array(values, f"{name}_{suffix}"))
    three = [f"{name}_query", f"{name}_key", f"{name}_value"]
    make = onnx.helper.make_node
    return [
        make("MatMul", [parts[0].source, f"{name}_weights"], [f"{name}_product"], f"{name}_linear"),
        make("Add", [f"{name}_product", f"{name}_bias"], [f"{name}_sum"], f"{name}_add"),
        make("Split", [f"{name}_sum", f"{name}_sizes"], three, f"{name}_split", axis=-1),
        make(
            "MultiHeadAttention",
            three,
            [attention.last.output[0]],
            name,
            domain=DOMAIN,
            num_heads=attention.n_heads,
            scale=attention.scale,
        ),
    ]
