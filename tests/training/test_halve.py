"""An fp16 copy says what the original says, in half the space."""

from pathlib import Path

import numpy as np
import pytest
from models import tiny_model
from training.wide import Wide

from werkalliantie import artefact
from werkalliantie.labeller import open_session
from werkalliantie.pairs import TokenPair
from werkalliantie_training.export import onnx_logits
from werkalliantie_training.halve import halve
from werkalliantie_training.parity import judge_fp16


def test_keeps_what_the_file_says_of_itself(tmp_path: Path) -> None:
    """Codes and thresholds are checked when it is opened for labelling."""
    source = tiny_model(tmp_path / "m1").file(artefact.ONNX)

    halve(source, tmp_path / "half.onnx")
    one, other = (open_session(file) for file in (source, tmp_path / "half.onnx"))
    said = other.get_modelmeta().custom_metadata_map
    assert said == one.get_modelmeta().custom_metadata_map
    assert said["codebook"] == "werkalliantie-3"
    assert [value.type for value in other.get_outputs()] == ["tensor(float)"]


def test_of_an_encoder_is_half_as_large_and_near(wide: Wide, tmp_path: Path) -> None:
    """Near, but rounded."""
    ids = np.arange(5, 25, dtype=np.int64)
    pair = TokenPair(ids=ids, types=np.zeros_like(ids))

    halve(wide.file, tmp_path / "half.onnx")
    one, other = (
        onnx_logits(file, [pair], uses_types=wide.network.uses_types)
        for file in (wide.file, tmp_path / "half.onnx")
    )
    assert 0 < np.abs(one - other).max() < 0.05
    assert (tmp_path / "half.onnx").stat().st_size < 0.65 * wide.file.stat().st_size


@pytest.mark.parametrize(("apart", "passed"), [(0.0, True), (0.0009, True), (0.0011, False)])
def test_passes_up_to_the_tolerance(apart: float, passed: bool) -> None:
    """The largest difference in a probability counts."""
    fp32 = np.full((4, 3), 0.5)
    fp16 = fp32.copy()
    fp16[2, 1] += apart

    said = judge_fp16(fp32, fp16)
    assert said["max_probability_difference"] == pytest.approx(apart)
    assert (said["tolerance"], said["n"], said["passed"]) == (1e-3, 4, passed)


def test_that_overflows_does_not_pass() -> None:
    """fp16 ends at 65,504; what lies beyond gives no number."""
    said = judge_fp16(np.full((2, 1), 0.5), np.array([[0.5], [np.nan]]))

    assert (said["max_probability_difference"], said["passed"]) == (None, False)
