"""Tiny coder models for tests: real folders, made without torch."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.quant_utils import add_pre_process_metadata
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from werkalliantie import artefact
from werkalliantie.artefact import Artefact, InputShape
from werkalliantie.labeller import onnx_metadata

CODES = ("DT", "ZBV", "HC")
CODEBOOK = "werkalliantie-3"
_SENTENCES = (
    "ik je we dat het de deur dicht was er wel goedemorgen ga zitten als donderdag niet bent moet "
    "melden hoe weekend fijn voor C : . , ?"
)
WORDS = tuple(_SENTENCES.split())
_HIDDEN = 16


def tiny_tokenizer() -> Tokenizer:
    """Return a tokenizer of a few whole words, with a template for pairs."""
    vocabulary = {word: number for number, word in enumerate(("<pad>", "<s>", "</s>", "<unk>"))}
    vocabulary |= {word: number for number, word in enumerate(WORDS, start=len(vocabulary))}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> $B:1 </s>:1",
        special_tokens=[("<s>", 1), ("</s>", 2)],
    )
    return tokenizer


def tiny_network(n_words: int, n_codes: int, metadata: Mapping[str, str]) -> onnx.ModelProto:
    """Return a network that averages word vectors; its few weights are random but fixed."""
    random = np.random.default_rng(7)
    weights = {
        "vectors": random.normal(0, 2, (n_words, _HIDDEN)).astype(np.float32),
        "head": random.normal(0, 1, (_HIDDEN, n_codes)).astype(np.float32),
        "one": np.array([1]),
        "two": np.array([2]),
    }
    nodes = [
        helper.make_node("Gather", ["vectors", "input_ids"], ["words"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "two"], ["columns"]),
        helper.make_node("Mul", ["words", "columns"], ["seen"]),
        helper.make_node("ReduceSum", ["seen", "one"], ["sum"], keepdims=0),
        helper.make_node("ReduceSum", ["columns", "one"], ["number"], keepdims=0),
        helper.make_node("Div", ["sum", "number"], ["mean"]),
        helper.make_node("Tanh", ["mean"], ["bent"]),
        helper.make_node("MatMul", ["bent", "head"], ["logits"]),
    ]
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
        for name in ("input_ids", "attention_mask")
    ]
    output = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", n_codes])
    constants = [numpy_helper.from_array(value, name) for name, value in weights.items()]
    graph = helper.make_graph(nodes, "tiny", inputs, [output], constants)
    network = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    helper.set_model_props(network, dict(metadata))
    return network


def quantised(network: onnx.ModelProto, file: Path) -> None:
    """Write a network with its products in int8; in a batch their inputs share one scale."""
    add_pre_process_metadata(network)
    quantize_dynamic(network, file, weight_type=QuantType.QUInt8, op_types_to_quantize=["MatMul"])


def tiny_model(
    folder: Path,
    *,
    codebook: str = CODEBOOK,
    codes: Sequence[str] = CODES,
    threshold: float = 0.5,
    temperature: float = 1.0,
    trained_on: Sequence[str] = (),
    borrowed: Sequence[Mapping[str, Any]] = (),
    bag_of_words: Mapping[str, Any] | None = None,
    onnx_says: Mapping[str, str] | None = None,
    int8: bool = False,
) -> Artefact:
    """Write a small model that really runs.

    Args:
        folder: Where to; its name is the model's.
        trained_on: Tapes that the manifest names as training data.
        borrowed: Loans that it names.
        bag_of_words: The floor that training measured on its test tapes.
        onnx_says: Metadata of the ONNX file that differ from the folder's.
        int8: Whether to write an int8 copy as well, which says the same of itself.
    """
    thresholds = dict.fromkeys(codes, threshold)
    metadata = onnx_metadata(codebook, codes, thresholds) | dict(onnx_says or {})
    tokenizer = tiny_tokenizer()

    def fill(partial: Path) -> None:
        network = tiny_network(tokenizer.get_vocab_size(), len(codes), metadata)
        (partial / artefact.ONNX).write_bytes(network.SerializeToString())
        if int8:
            quantised(network, partial / artefact.INT8)
        tokenizer.save(str(partial / artefact.TOKENIZER))

    test = None if bag_of_words is None else {"bag_of_words": bag_of_words}
    figures = {"mean_kappa": 0.41, "codes": {code: {"kappa": 0.41} for code in codes}}
    return artefact.write(
        folder,
        name=folder.name,
        codebook=codebook,
        codes=tuple(codes),
        thresholds=thresholds,
        temperatures=dict.fromkeys(codes, temperature),
        input_shape=InputShape(max_context=16, max_utterance=32, uses_types=False, pad_id=0),
        metrics={
            "metrics": {"validation": figures, "test": None},
            "floors": {"validation": None, "test": test},
        },
        provenance={
            "created": "2026-01-02T03:04:05+00:00",
            "encoder": {"name": "proef", "sha256": "0" * 64},
            "data": {"train": dict.fromkeys(trained_on, "0" * 64), "validation": {}},
            "borrowed": [*borrowed],
            "parity": {"fp32": {"largest_difference": 0.0}},
        },
        card=f"# {folder.name}\n",
        fill=fill,
    )
