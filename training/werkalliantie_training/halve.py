"""An fp16 copy of an fp32 ONNX file, for a GPU; its inputs and logits stay as they are."""

from pathlib import Path

import onnx
from onnxruntime.transformers.float16 import convert_float_to_float16


def halve(source: Path, target: Path) -> None:
    """Write an fp16 copy of the ONNX file `source`, its metadata included."""
    model = onnx.load(source)
    onnx.save(convert_float_to_float16(model, keep_io_types=True), target)
