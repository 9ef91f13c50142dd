"""The inference bench on a tiny model: its runs agree, and each measures itself."""

import pytest
from training.runs import Run

from werkalliantie.labeller import Question
from werkalliantie_training.bench.gemm import fp32_gflops, int8_gops
from werkalliantie_training.bench.inference import measure_inference
from werkalliantie_training.bench.process import apart, peak_rss_mb

QUESTIONS = [
    Question(context="C: Dat weet ik nog niet." * (number % 3), text="Wat is het plan? " * number)
    for number in range(1, 20)
]
RUNS = ("hf_pipeline", "torch_sorted", "torch_bf16", "onnx_file_order", "ours_fp32", "ours_int8")


def test_every_run_of_the_inference_bench(run: Run) -> None:
    """Six runs with the figures other programs read; those in fp32 decide alike."""
    if run.encoder.name != "tiny-bert":
        pytest.skip("one family is enough: the runs are the same code for all")

    document = measure_inference(run.trained.model, QUESTIONS)

    assert tuple(document["runs"]) == RUNS
    assert document["runs"]["hf_pipeline"]["ratio"] == 1.0
    assert document["runs"]["torch_bf16"]["gemm_share"] is None
    assert document["n_utterances"] == 19
    assert document["mean_tokens"] > 10
    for name in ("hf_pipeline", "torch_sorted", "onnx_file_order", "ours_fp32"):
        assert document["runs"][name]["decisions_changed"] == 0, name
    for figures in document["runs"].values():
        assert figures["utterances_per_second"] > 0
        assert figures["peak_rss_mb"] > 30


def test_matrix_products_are_timed() -> None:
    """Rates are positive numbers of 10^9 operations a second."""
    assert int8_gops(8, 16, 16, threads=1) > 0
    assert fp32_gflops(8, 16, 16, threads=1) > 0


def test_a_measurement_has_memory_of_its_own() -> None:
    """What this process holds isn't counted for the one that measures."""
    held = bytearray(400 * 1024**2)

    value, peak = apart(len, b"abc")

    assert value == 3
    assert peak < peak_rss_mb() - len(held) / 1024**2 / 2


def test_a_measurement_that_ends_early() -> None:
    """A process without a result is an error, not a hang."""
    with pytest.raises(RuntimeError, match=r"^exit_at_once ended without a result$"):
        apart(exit_at_once)


def exit_at_once() -> None:
    """End the process without an answer."""
    raise SystemExit(3)
