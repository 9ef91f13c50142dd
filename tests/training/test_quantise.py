import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from training.wide import OUTLIER, SAID, Wide, operators, random_pairs

from werkalliantie_training.export import onnx_logits
from werkalliantie_training.quantise import CAREFUL, USUAL, Care, _gains, quantise

SEEN = random_pairs(range(2, 26))
UNSEEN = random_pairs([1, 2, 4, *range(9, 60, 5)])
FEW = 3


def made(wide: Wide, target: Path, *, n_heads: int = 2, care: Care = USUAL) -> ModelProto:
    """Return the int8 copy of the network with a channel that stands out."""
    quantise(wide.file, target, SEEN, n_heads=n_heads, uses_types=True, care=care)
    return onnx.load(target)


def onnx_runtimes_own(wide: Wide, folder: Path) -> Path:
    """Return the int8 copy that ONNX Runtime makes by itself."""
    quantize_dynamic(
        wide.file,
        folder / "own.onnx",
        per_channel=True,
        weight_type=QuantType.QUInt8,
        op_types_to_quantize=["MatMul"],
    )
    return folder / "own.onnx"


def head(wide: Wide) -> tuple[int, int]:
    """Return the shape of the head's weights."""
    return wide.network.head.in_features, wide.network.head.out_features


def distance(one: Path, other: Path) -> float:
    """Return how far apart the logits of two files are in the mean, on inputs they never saw."""
    first, second = (onnx_logits(file, UNSEEN, uses_types=True) for file in (one, other))
    return float(np.abs(first - second).mean())


def constants(model: ModelProto) -> dict[str, NDArray[np.float32]]:
    """Return a model's constants by name."""
    return {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}


def fp32_products(model: ModelProto) -> Iterator[tuple[int, ...]]:
    """Yield the shapes of the weights that are still multiplied in fp32."""
    weights = constants(model)
    for node in model.graph.node:
        if node.op_type == "MatMul" and node.input[1] in weights:
            yield weights[node.input[1]].shape


def without_outlier(wide: Wide, folder: Path) -> Wide:
    """Return the network with the channel that stood out like the others."""
    model = onnx.load(wide.file)
    (gain,) = (
        t for t in model.graph.initializer if t.name == "encoder.embeddings.LayerNorm.weight"
    )
    assert numpy_helper.to_array(gain).argmax() == OUTLIER
    gain.CopyFrom(numpy_helper.from_array(np.ones(128, dtype=np.float32), gain.name))
    onnx.save(model, folder / "gewoon.onnx")
    return Wide(folder=wide.folder, network=wide.network, file=folder / "gewoon.onnx")


@pytest.mark.parametrize(("overflowing", "kind"), [(True, "UINT8"), (False, "INT8")])
def test_weights_are_unsigned_where_signed_ones_overflow(
    overflowing: bool,
    kind: str,
    wide: Wide,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Processors without VNNI add signed ones up in 16 bits."""
    monkeypatch.setattr("werkalliantie_training.quantise.overflows", lambda: overflowing)

    model = made(wide, tmp_path / "int8.onnx")
    kinds = [t.data_type for t in model.graph.initializer if t.name.endswith("_quantized")]
    assert set(kinds) == {TensorProto.DataType.Value(kind)}


def test_the_copy_made_here_is_right_here(wide: Wide, tmp_path: Path) -> None:
    """Of two ways to hold the weights the one is taken whose products don't overflow."""
    made(wide, tmp_path / "int8.onnx")

    assert distance(wide.file, tmp_path / "int8.onnx") < 0.01


class TestOutliers:
    def test_apart_bring_int8_near_to_fp32(
        self, wide: Wide, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Much nearer than with them among the rest, be it ours or ONNX Runtime's own.

        Nearer too than with them among a rest that is levelled.
        """
        apart, levelled, together = (
            tmp_path / f"{name}.onnx" for name in ("apart", "levelled", "together")
        )
        made(wide, apart)
        made(wide, levelled, care=replace(USUAL, outlier=np.inf))
        monkeypatch.setattr(
            "werkalliantie_training.quantise._gains", lambda peaks, matrices: np.ones_like(peaks)
        )
        made(wide, together, care=replace(USUAL, outlier=np.inf))

        far, near = distance(wide.file, together), distance(wide.file, apart)
        assert 0 < near < far / 4
        assert near < distance(wide.file, levelled)
        assert near < distance(wide.file, onnx_runtimes_own(wide, tmp_path)) / 4

    def test_the_rest_is_made_alike(self, wide: Wide, tmp_path: Path) -> None:
        """A large channel that isn't apart does much less harm than in ONNX Runtime's own copy."""
        alike = tmp_path / "alike.onnx"
        model = made(wide, alike, care=replace(USUAL, outlier=np.inf))

        assert not [name for name in constants(model) if name.endswith("_few")]
        own = onnx_runtimes_own(wide, tmp_path)
        assert distance(wide.file, alike) < distance(wide.file, own) / 2

    def test_channels_that_hardly_spoke_gain_no_more_than_others(self) -> None:
        """Nor do those without weights; on other utterances they may be as large as any."""
        peaks = np.array([1, 1, 1, 1e-9, 0, 100], dtype=np.float32)
        weights = np.ones((6, 2), dtype=np.float32)

        gains = _gains(peaks, [weights, weights * np.float32(0.5)])
        assert gains.tolist() == [1, 1, 1, 8, 1, 0.125]

    def test_more_care_brings_int8_nearer_still(self, wide: Wide, tmp_path: Path) -> None:
        """Products with fewer outputs than inputs are then in fp32, and no other of the large."""
        usual, careful = (
            made(wide, tmp_path / "usual.onnx"),
            made(wide, tmp_path / "careful.onnx", care=CAREFUL),
        )

        narrowing = [(n_in, n_out) for n_in, n_out in fp32_products(careful) if 32 <= n_out < n_in]
        assert len(narrowing) == len(wide.network.layers)
        assert not [shape for shape in fp32_products(usual) if 32 <= shape[1] < shape[0]]
        far, near = (
            distance(wide.file, tmp_path / f"{name}.onnx") for name in ("usual", "careful")
        )
        assert near < far

    def test_are_multiplied_in_fp32(self, wide: Wide, tmp_path: Path) -> None:
        """Only the few channels are; their weights are those of the fp32 file, to the bit."""
        model = made(wide, tmp_path / "int8.onnx")

        few = {name: value for name, value in constants(model).items() if name.endswith("_few")}
        assert few
        for value in few.values():
            assert value.dtype == np.float32
            assert len(value) <= FEW
        exported = [v for v in constants(onnx.load(wide.file)).values() if v.ndim == 2]
        rows = {row.tobytes() for value in exported for row in value}
        query = next(v for name, v in few.items() if name.startswith("attention_0"))
        assert all(part.tobytes() in rows for row in query for part in np.split(row, 3))

    def test_are_looked_for_in_what_products_read(self, wide: Wide, tmp_path: Path) -> None:
        """The planted channel is among those set apart for query, key and value."""
        values = constants(made(wide, tmp_path / "int8.onnx"))

        (channels,) = (v for name, v in values.items() if name == "layer_norm_channels")
        assert OUTLIER in channels
        (gains,) = (v for name, v in values.items() if name == "layer_norm_gains")
        assert np.flatnonzero(gains == 0).tolist() == channels.tolist()

    def test_that_are_not_there_change_nothing(self, wide: Wide, tmp_path: Path) -> None:
        """Where all channels are alike, products stay whole."""
        plain = without_outlier(wide, tmp_path)
        model = made(plain, tmp_path / "int8.onnx")

        assert [name for name in constants(model) if name.endswith("_few")] == []
        assert [*fp32_products(model)] == [head(wide)]
        assert 0 < distance(plain.file, tmp_path / "int8.onnx") < 0.1

    def test_of_products_that_follow_each_other(self, tmp_path: Path) -> None:
        """What the first gives is read by the second as it is, and both are split."""
        source, target = tmp_path / "model.onnx", tmp_path / "int8.onnx"
        onnx.save(two_products(), source)
        quantise(source, target, SEEN, n_heads=1, uses_types=False)

        model = onnx.load(target)
        onnx.checker.check_model(model)
        assert operators(model).count("MatMulInteger") == 2
        assert len([name for name in constants(model) if name.endswith("_few")]) == 2
        before, after = (onnx_logits(f, UNSEEN, uses_types=False) for f in (source, target))
        assert 0 < np.abs(before - after).max() < 0.02 * np.abs(before).max()


def two_products() -> ModelProto:
    """Return a network of two products without biases, with an outlier before each."""
    random = np.random.default_rng(2)
    weights = {
        "words": random.normal(0, 1, (40, 64)),
        "first": random.normal(0, 0.1, (64, 64)),
        "second": random.normal(0, 0.1, (64, 32)),
    }
    weights["words"][:, 3] *= 50
    weights["first"][:, 9] *= 50
    nodes = [
        helper.make_node("Gather", ["words", "input_ids"], ["x"], "gather"),
        helper.make_node("MatMul", ["x", "first"], ["y"], "one"),
        helper.make_node("MatMul", ["y", "second"], ["z"], "two"),
        helper.make_node("ReduceMean", ["z", "axis"], ["logits"], "mean", keepdims=0),
    ]
    tensors = [numpy_helper.from_array(v.astype(np.float32), name) for name, v in weights.items()]
    names = ("input_ids", "attention_mask")
    graph = helper.make_graph(
        nodes,
        "proef",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["n", "t"]) for name in names],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 32])],
        [*tensors, numpy_helper.from_array(np.array([1]), "axis")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)


def test_what_the_file_says_of_itself_is_kept(wide: Wide, tmp_path: Path) -> None:
    """The copy carries the metadata of the fp32 file."""
    model = made(wide, tmp_path / "int8.onnx")

    said = {entry.key: entry.value for entry in model.metadata_props}
    assert SAID.items() <= said.items()


def test_every_large_product_is_int8_and_the_head_is_not(wide: Wide, tmp_path: Path) -> None:
    """Query, key and value together, attention's output, both of the feed-forward part."""
    model = made(wide, tmp_path / "int8.onnx")

    assert operators(model).count("MatMulInteger") == 4
    assert operators(model).count("MultiHeadAttention") == 1
    in_fp32 = {*fp32_products(model)}
    assert head(wide) in in_fp32
    assert all(width <= FEW for width, _ in in_fp32 - {head(wide)})


def test_attention_that_would_change_stays_as_it_is(wide: Wide, tmp_path: Path) -> None:
    """With a number of heads that isn't the encoder's the operator says something else."""
    model = made(wide, tmp_path / "int8.onnx", n_heads=8)

    assert "MultiHeadAttention" not in operators(model)
    assert operators(model).count("MatMulInteger") == 6
    right = tmp_path / "right.onnx"
    made(wide, right)
    assert distance(wide.file, tmp_path / "int8.onnx") < 2 * distance(wide.file, right)


def test_only_the_copy_is_written(
    wide: Wide, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is a good deal smaller; the fp32 file is as it was, and nothing is said on the screen."""
    before = wide.file.read_bytes()
    with caplog.at_level(logging.WARNING):
        made(wide, tmp_path / "int8.onnx")

    assert [path.name for path in tmp_path.iterdir()] == ["int8.onnx"]
    assert wide.file.read_bytes() == before
    assert (tmp_path / "int8.onnx").stat().st_size < 0.7 * len(before)
    assert caplog.records == []


def test_made_twice_it_is_the_same_file(wide: Wide, tmp_path: Path) -> None:
    """Nothing in it comes from chance or the clock."""
    made(wide, tmp_path / "one.onnx")
    made(wide, tmp_path / "two.onnx")

    assert (tmp_path / "one.onnx").read_bytes() == (tmp_path / "two.onnx").read_bytes()
