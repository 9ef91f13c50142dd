"""How fast this machine multiplies matrices: the limit that labelling nears."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

_BIG = 2048
_REPEATS = 12


def int8_gops(n_rows: int = _BIG, n_in: int = _BIG, n_out: int = _BIG, *, threads: int) -> float:
    """Return 10^9 operations a second of `MatMulInteger`; a multiplication and addition are two."""
    random = np.random.default_rng(0)
    weights = random.integers(-127, 127, (n_in, n_out)).astype(np.int8)
    given = random.integers(0, 255, (n_rows, n_in)).astype(np.uint8)
    types = (TensorProto.UINT8, TensorProto.INT32)
    return _rate("MatMulInteger", weights, given, types, threads)


def fp32_gflops(n_rows: int = _BIG, n_in: int = _BIG, n_out: int = _BIG, *, threads: int) -> float:
    """Return 10^9 floating-point operations a second of `MatMul`."""
    random = np.random.default_rng(0)
    weights = random.normal(size=(n_in, n_out)).astype(np.float32)
    given = random.normal(size=(n_rows, n_in)).astype(np.float32)
    return _rate("MatMul", weights, given, (TensorProto.FLOAT, TensorProto.FLOAT), threads)


def _rate(
    operator: str, weights: NDArray[Any], given: NDArray[Any], types: tuple[int, int], threads: int
) -> float:
    run = _product(operator, weights, given, types, threads)
    run()
    seconds = min(_timed(run) for _ in range(_REPEATS))
    return float(2 * given.shape[0] * weights.size / seconds / 1e9)


def _product(
    operator: str, weights: NDArray[Any], given: NDArray[Any], types: tuple[int, int], threads: int
) -> Callable[[], object]:
    shape = [given.shape[0], weights.shape[1]]
    graph = helper.make_graph(
        [helper.make_node(operator, ["given", "weights"], ["product"])],
        "gemm",
        [helper.make_tensor_value_info("given", types[0], list(given.shape))],
        [helper.make_tensor_value_info("product", types[1], shape)],
        [numpy_helper.from_array(weights, "weights")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return lambda: session.run(None, {"given": given})


def _timed(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started
