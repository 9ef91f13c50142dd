from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import ModelProto, numpy_helper
from tokenizers import Tokenizer
from training.runs import Run
from training.wide import operators

from werkalliantie import artefact
from werkalliantie.labeller import open_session
from werkalliantie.pairs import PairTokenizer
from werkalliantie_training.attention import fuse_attention, replace_nodes
from werkalliantie_training.export import onnx_logits

PLAIN = {"bert": 2, "roberta": 2, "xlm-roberta": 2}
LONG = "fijn dat je het plan zegt, dat moet ik de rechter melden? " * 60
ASKED = [
    ("", ""),
    ("", "plan"),
    ("C: Dat weet ik nog niet.", "Hoe was het weekend met je zoon?"),
    ("C: De deur was dicht.", "Als je niet komt moet ik dat melden."),
    (LONG, "Fijn dat je er bent."),
    (LONG, LONG),
]


def family(run: Run) -> str:
    """Return the family a run's encoder is of."""
    return run.encoder.name.removeprefix("tiny-")


def loaded(run: Run) -> ModelProto:
    """Return the fp32 network of a run's model."""
    return onnx.load(run.trained.model.file(artefact.ONNX))


def sharpened(model: ModelProto) -> ModelProto:
    """Let tokens attend to few others: random encoders heed all alike, which would hide faults."""
    producer = {output: node for node in model.graph.node for output in node.output}
    for softmax in [node for node in model.graph.node if node.op_type == "Softmax"]:
        product = producer[producer[softmax.input[0]].input[0]]
        for scaled in (producer[name] for name in product.input):
            assert scaled.op_type == "Mul"
            scaled.input[1] = "sharp"
    model.graph.initializer.append(numpy_helper.from_array(np.array(8, np.float32), "sharp"))
    return model


def louder(model: ModelProto) -> ModelProto:
    """Let the head heed what it reads: one that hardly learnt would hide faults too."""
    (head,) = [t for t in model.graph.initializer if t.name == "head.weight"]
    head.CopyFrom(numpy_helper.from_array(8 * numpy_helper.to_array(head), head.name))
    return model


def logits(model: ModelProto, run: Run, file: Path) -> NDArray[np.float32]:
    """Return what a network says of sequences that each run alone."""
    onnx.save(model, file)
    said = run.trained.model
    tokens = PairTokenizer(
        Tokenizer.from_file(str(said.file(artefact.TOKENIZER))),
        max_context=said.input.max_context,
        max_utterance=said.input.max_utterance,
    )
    return onnx_logits(file, tokens.encode(ASKED), uses_types=said.input.uses_types)


def test_plain_attention_becomes_one_operator(run: Run) -> None:
    """In BERT, RoBERTa and XLM-R every layer's; DeBERTa's and ModernBERT's is another kind."""
    model = loaded(run)
    before = model.SerializeToString()

    count = fuse_attention(model, n_heads=2)

    assert count == PLAIN.get(family(run), 0)
    assert operators(model).count("MultiHeadAttention") == count
    if count:
        assert "Softmax" not in operators(model)
        onnx.checker.check_model(model)
    else:
        assert model.SerializeToString() == before


def test_it_says_the_same(run: Run, tmp_path: Path) -> None:
    """For few tokens and for many, where tokens attend to few others and where they heed all."""
    plain = family(run) in PLAIN
    exported = logits(louder(loaded(run)), run, tmp_path / "exported.onnx")
    models = [louder(loaded(run)) for _ in range(1 + plain)]
    if plain:
        sharpened(models[0])

    before = [logits(model, run, tmp_path / "before.onnx") for model in models]
    for model in models:
        fuse_attention(model, n_heads=2)
    after = [logits(model, run, tmp_path / "after.onnx") for model in models]

    for one, other in zip(before, after, strict=True):
        np.testing.assert_allclose(other, one, atol=1e-5, rtol=0)
    if plain:
        assert np.abs(before[0] - exported).max() > 1e-2, "attention that changes nothing"


def test_what_nothing_reads_any_more_is_gone(run: Run) -> None:
    """Every operator and constant that is left leads to the logits."""
    model = loaded(run)
    fuse_attention(model, n_heads=2)

    nodes = [*model.graph.node]
    read = {name for node in nodes for name in node.input} | {"logits"}

    assert [node.name for node in nodes if not read.intersection(node.output)] == []
    if family(run) in PLAIN:
        assert [t.name for t in model.graph.initializer if t.name not in read] == []


def test_a_labeller_leaves_the_slow_operator_out(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ONNX Runtime joins a sum with its LayerNorm where it isn't told otherwise."""
    file = run.trained.model.file(artefact.INT8)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.optimized_model_filepath = str(tmp_path / "own.onnx")
    monkeypatch.setattr(onnxruntime, "SessionOptions", lambda: options)

    onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    options.optimized_model_filepath = str(tmp_path / "ours.onnx")
    open_session(file)

    own, ours = (operators(onnx.load(tmp_path / name)) for name in ("own.onnx", "ours.onnx"))
    assert "SkipLayerNormalization" in own
    assert "SkipLayerNormalization" not in ours
    assert "LayerNormalization" in ours


def test_nodes_are_replaced_by_those_that_lead_to_an_output() -> None:
    """The order stays, and so do constants that are still read."""
    make, value = onnx.helper.make_node, onnx.helper.make_tensor_value_info
    one, two = (numpy_helper.from_array(np.array([2], np.float32), name) for name in ("one", "two"))
    nodes = [make("Add", ["x", "one"], ["y"]), make("Mul", ["y", "one"], ["z"])]
    dead = make("Mul", ["x", "two"], ["w"])
    graph = onnx.helper.make_graph(
        nodes,
        "proef",
        [value("x", onnx.TensorProto.FLOAT, [1])],
        [value("z", onnx.TensorProto.FLOAT, [1])],
        [one, two],
    )

    replace_nodes(graph, [nodes[0], dead, nodes[1]])

    assert [node.op_type for node in graph.node] == ["Add", "Mul"]
    assert [tensor.name for tensor in graph.initializer] == ["one"]
