"""How fast labelling is beside other ways to do it: `werkalliantie bench inference`."""

import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray

from werkalliantie import artefact
from werkalliantie.artefact import Artefact
from werkalliantie.labeller import Question, tokens_of
from werkalliantie_training.bench import gemm, ours, peers
from werkalliantie_training.bench.job import Job, Timed
from werkalliantie_training.bench.process import apart
from werkalliantie_training.decisions import decide_as
from werkalliantie_training.loaded import check_weights

Figures = dict[str, Any]
_RUNS: dict[str, Callable[[Job], Timed]] = {
    "hf_pipeline": peers.hf_pipeline,
    "torch_sorted": peers.torch_sorted,
    "torch_bf16": peers.torch_bf16,
    "onnx_file_order": peers.onnx_file_order,
    "ours_fp32": ours.ours_fp32,
    "ours_int8": ours.ours_int8,
}
_GPU = {"ours_gpu": ours.ours_gpu}
_BASELINE, _REFERENCE = "hf_pipeline", "ours_fp32"
_RATE_OF = {"ours_int8": "int8_gops", "torch_bf16": None, "ours_gpu": None}


def measure_inference(
    model: Artefact,
    questions: Sequence[Question],
    *,
    rounds: int = 1,
    report: Callable[[str], None] = lambda stage: None,
) -> Figures:
    """Label the same utterances in six ways, one after the other, and compare.

    Args:
        questions: What is asked of the model, in the order of the file.
        rounds: How often every run is done; the fastest counts.

    Returns:
        `runs` by name: `utterances_per_second`, `tokens_per_second`, `ratio` to the first,
        `gemm_share`, `peak_rss_mb`, `decisions_changed` from ours in fp32 (of `n_decisions`);
        `gemm`; `n_utterances`, `mean_tokens`. `gemm_share` is the work of the products with
        weights, 2 operations each, against this machine's rate in fp32 or int8; null for bf16,
        whose rate ONNX Runtime doesn't have, and for a GPU, whose rate isn't measured. A run that a
        model can't do is null; `ours_gpu` is there only where a GPU is.

    Raises:
        ModelError: The model folder has no weights for the peers on torch.
    """
    check_weights(model)
    job = Job(model=model.folder, questions=tuple(questions))
    report("measuring matrix products")
    rates = _gemm(model)
    lengths = _lengths(model, questions)
    with_gpu = "CUDAExecutionProvider" in onnxruntime.get_available_providers()
    runs = _RUNS | (_GPU if with_gpu else {})
    found: dict[str, tuple[Timed, float]] = {}
    for _ in range(rounds):
        for name, run in runs.items():
            if name == "ours_int8" and not model.has_int8:
                continue
            report(name)
            timed, peak = apart(run, job)
            if name not in found or timed.seconds < found[name][0].seconds:
                found[name] = timed, peak
    return {
        "runs": _compare(found, model, lengths, rates),
        "gemm": rates,
        "n_utterances": len(questions),
        "n_decisions": len(questions) * len(model.codes),
        "mean_tokens": round(float(lengths.mean()), 1),
        "cpu_count": os.cpu_count(),
    }


def _gemm(model: Artefact) -> Figures:
    threads = os.cpu_count() or 1
    shapes = sorted({tuple(shape) for shape in _products(model)})
    return {
        "int8_gops": round(gemm.int8_gops(threads=threads), 1),
        "fp32_gflops": round(gemm.fp32_gflops(threads=threads), 1),
        "one_thread": {
            f"48x{n_in}x{n_out}": {
                "int8_gops": round(gemm.int8_gops(48, n_in, n_out, threads=1), 1),
                "fp32_gflops": round(gemm.fp32_gflops(48, n_in, n_out, threads=1), 1),
            }
            for n_in, n_out in shapes
        },
    }


def _products(model: Artefact) -> list[list[int]]:
    """Return the shapes of the matrices that every token is multiplied with."""
    graph = onnx.load(model.file(artefact.ONNX)).graph
    matrices = {tensor.name: list(tensor.dims) for tensor in graph.initializer}
    read = [node.input[1] for node in graph.node if node.op_type == "MatMul"]
    return [matrices[name] for name in read if len(matrices.get(name, [])) == 2]


def _lengths(model: Artefact, questions: Sequence[Question]) -> NDArray[np.int64]:
    tokens = tokens_of(model)
    return np.array(
        [len(pair.ids) for pair in tokens.encode([(q.context, q.text) for q in questions])]
    )


def _compare(
    found: dict[str, tuple[Timed, float]],
    model: Artefact,
    lengths: NDArray[np.int64],
    rates: Figures,
) -> Figures:
    operations = 2 * sum(n_in * n_out for n_in, n_out in _products(model)) * int(lengths.sum())
    slowest = found[_BASELINE][0].seconds
    reference = decide_as(model, found[_REFERENCE][0].logits, model.codes)
    compared: Figures = dict.fromkeys(_RUNS)
    for name, (timed, peak) in found.items():
        rate = rates[key] if (key := _RATE_OF.get(name, "fp32_gflops")) else None
        decided = decide_as(model, timed.logits, model.codes)
        compared[name] = {
            "utterances_per_second": round(len(lengths) / timed.seconds, 1),
            "tokens_per_second": round(int(lengths.sum()) / timed.seconds, 1),
            "ratio": round(slowest / timed.seconds, 2),
            "gemm_share": round(operations / timed.seconds / 1e9 / rate, 3) if rate else None,
            "peak_rss_mb": round(peak, 1),
            "decisions_changed": int((decided != reference).sum()),
        }
    return compared
