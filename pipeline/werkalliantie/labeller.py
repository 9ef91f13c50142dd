"""Scores utterances with a coder model through ONNX Runtime.

Knows a model folder and token ids; knows nothing of torch, files of transcripts or the store.
"""

import contextlib
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from werkalliantie import artefact
from werkalliantie.accelerated import Batches
from werkalliantie.artefact import Artefact
from werkalliantie.coding import Prediction
from werkalliantie.errors import ModelError
from werkalliantie.pairs import PairTokenizer, TokenPair, inputs_of
from werkalliantie.transcript import Tape, Utterance, context_of, uncapitalised

Scores = NDArray[np.float32]
Device = Literal["cpu", "cuda"]
Computed = Literal["fp32", "fp16", "int8"]
Precision = Literal["auto", "fp32", "fp16", "int8"]
_FILES: Mapping[Computed, str] = {
    "fp32": artefact.ONNX,
    "fp16": artefact.FP16,
    "int8": artefact.INT8,
}
# On the CPU, ONNX Runtime's joined operator takes seven times as long as its two parts.
_SLOWER = ["SkipLayerNormFusion"]
# int8 differs by rounding between kinds of processors; where products overflow, by much more.
_ALIKE = 0.05
_PROVIDERS: Mapping[Device, str] = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}
# Recent GPUs otherwise round what fp32 multiplies to ten bits.
_OPTIONS: Mapping[Device, Mapping[str, str]] = {"cpu": {}, "cuda": {"use_tf32": "0"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the model is asked of one utterance: the words before it, and its own."""

    context: str
    text: str

    def __repr__(self) -> str:
        return f"Question({len(self.context)} + {len(self.text)} characters)"


def questions_of(tape: Tape, utterances: Iterable[Utterance]) -> list[Question]:
    """Return what the model is asked of a tape's utterances, in order."""
    return [
        Question(context=context_of(tape.turns, unit), text=uncapitalised(unit.text))
        for unit in utterances
    ]


class Labeller:
    """One loaded coder model.

    On the CPU the scores of an utterance don't depend on what else is scored with it, nor on the
    number of cores: each sequence runs alone, unpadded, on one thread; several run side by side.
    In batches, or split over threads, ONNX Runtime adds up in another order, which changes the
    last bits. A GPU takes batches of like length; probabilities may differ by 1e-3.

    Args:
        model: A checked model folder.
        device: `cpu`, or `cuda` for ONNX Runtime's CUDA provider.
        threads: Sequences scored side by side on the CPU; 0 takes every core.
        batch_size: Most sequences in one batch on a GPU.
        precision: `auto` takes int8 on the CPU where the model has a copy that passed its parity
            gate and computes here as it did there, on a GPU fp16 where there is a copy, and fp32
            otherwise.

    Attributes:
        precision: What it computes in.

    Raises:
        ModelError: The ONNX file can't be loaded or disagrees with the folder, or the device or
            the precision isn't there.
    """

    def __init__(
        self,
        model: Artefact,
        *,
        device: Device = "cpu",
        threads: int = 0,
        batch_size: int = 256,
        precision: Precision = "auto",
    ) -> None:
        self.model = model
        self.precision: Computed = precision_for(model, device, precision)
        self._session = _session(model, _FILES[self.precision], device)
        if self.precision == "int8" and not _as_gated(model, self._session):
            if precision == "int8":
                raise _overflows(model)
            self.precision, self._session = "fp32", _session(model, artefact.ONNX, device)
        self._tokens = tokens_of(model)
        self._n_workers = threads or os.cpu_count() or 1
        codes = model.codes
        self._batches = None if device == "cpu" else self._batched(device, batch_size)
        self._temperatures = np.array([model.temperatures[c] for c in codes], dtype=np.float32)

    def logits(self, questions: Sequence[Question]) -> Scores:
        """Return the logits, shape `(n_questions, n_codes)`, in the order asked."""
        pairs = self._tokens.encode([(q.context, q.text) for q in questions])
        if self._batches is not None:
            return self._batches.logits(pairs)
        scores = np.empty((len(pairs), len(self.model.codes)), dtype=np.float32)
        order = sorted(range(len(pairs)), key=lambda place: len(pairs[place].ids))
        with ThreadPoolExecutor(self._n_workers) as pool:
            runs = pool.map(self._run, (pairs[place] for place in order))
            for place, row in zip(order, runs, strict=True):
                scores[place] = row
        return scores

    def probabilities(self, questions: Sequence[Question]) -> Scores:
        """Return calibrated probabilities, shape `(n_questions, n_codes)`."""
        scaled = self.logits(questions) / self._temperatures
        return np.asarray(1.0 / (1.0 + np.exp(-scaled)), dtype=np.float32)

    def label(self, tape: Tape, utterances: Sequence[Utterance]) -> list[Prediction]:
        """Return a prediction for each utterance of a tape."""
        scores = self.probabilities(questions_of(tape, utterances))
        return predictions_of(self.model, utterances, scores)

    def _run(self, pair: TokenPair) -> Scores:
        inputs = inputs_of([pair], uses_types=self.model.input.uses_types)
        (logits,) = self._session.run(["logits"], inputs)
        return np.asarray(logits[0], dtype=np.float32)

    def _batched(self, device: Device, most: int) -> Batches:
        return Batches(
            self._session,
            device=device,
            n_codes=len(self.model.codes),
            pad_id=self.model.input.pad_id,
            uses_types=self.model.input.uses_types,
            most=most,
        )


def predictions_of(
    model: Artefact, utterances: Sequence[Utterance], scores: Scores
) -> list[Prediction]:
    """Return what a model says of utterances; backchannels are given no codes.

    Args:
        scores: Calibrated probabilities, shape `(n_utterances, n_codes)`.
    """
    codes = model.codes
    thresholds = np.array([model.thresholds[code] for code in codes], dtype=np.float32)
    return [
        Prediction(
            tape=utterance.tape,
            utterance=utterance.index,
            model=model.name,
            codebook=model.codebook,
            probabilities=dict(zip(codes, map(float, row), strict=True)),
            codes=frozenset(
                code
                for code, above in zip(codes, row >= thresholds, strict=True)
                if above and not utterance.backchannel
            ),
        )
        for utterance, row in zip(utterances, scores, strict=True)
    ]


def precision_for(model: Artefact, device: Device, wanted: Precision = "auto") -> Computed:
    """Return which of its copies a model runs as, where the processor can.

    Raises:
        ModelError: There is no such copy, or it isn't for that device.
    """
    if wanted == "auto":
        small: Computed = "int8" if device == "cpu" else "fp16"
        return small if _FILES[small] in model.manifest["files"] else "fp32"
    if wanted == "int8" and device != "cpu":
        raise ModelError("int8 is for the CPU.", hint="Leave --device out, or ask for fp32.")
    if wanted == "fp16" and device != "cuda":
        raise ModelError("fp16 is for a GPU.", hint="Leave the precision out, or ask for fp32.")
    if wanted == "fp16" and not model.has_fp16:
        raise ModelError(
            f"{model.name} has no fp16 copy.",
            hint="Leave the precision out to compute in fp32, or train the model again.",
        )
    if wanted == "int8" and not model.has_int8:
        raise ModelError(
            f"{model.name} has no int8 copy; its model card says why.",
            hint="Leave the precision out to compute in fp32.",
        )
    return wanted


def _as_gated(model: Artefact, session: onnxruntime.InferenceSession) -> bool:
    """Return whether int8 says here what it said where it passed its gate.

    Some processors without instructions for 8-bit products add these up in 16 bits, which overflow.
    """
    gate = (model.manifest.get("parity") or {}).get("int8") or {}
    if (check := gate.get("check")) is None:
        return True
    ids = np.array(check["ids"], dtype=np.int64)
    pair = TokenPair(ids=ids, types=np.zeros_like(ids))
    (logits,) = session.run(["logits"], inputs_of([pair], uses_types=model.input.uses_types))
    return bool(np.abs(logits[0] - np.array(check["logits"])).max() < _ALIKE)


def _overflows(model: Artefact) -> ModelError:
    return ModelError(
        f"{model.name}: this processor computes in int8 otherwise than where the model passed its "
        "parity gate.",
        hint="Leave the precision out to compute in fp32.",
    )


def _session(model: Artefact, file: str, device: Device) -> onnxruntime.InferenceSession:
    provider = _PROVIDERS[device]
    available = onnxruntime.get_available_providers()
    if provider not in available:
        raise _no_device(device)
    if device == "cuda":
        _load_cuda()
    try:
        session = open_session(model.file(file), device)
    except Exception as error:  # ONNX Runtime raises half a dozen types of its own
        raise ModelError(
            f"{model.file(file)}: ONNX Runtime can't load it ({type(error).__name__}).",
            hint="Copy the model folder again from where it came, or train the model again.",
        ) from None
    # A provider that fails to start is replaced by the CPU without an error.
    if session.get_providers()[0] != provider:
        raise _no_device(device)
    _check_metadata(model, file, session)
    return session


def _load_cuda() -> None:
    """Load the CUDA libraries that pip installed, which the system's own search doesn't find."""
    with contextlib.redirect_stdout(sys.stderr):  # it prints what it doesn't find
        onnxruntime.preload_dlls()


def open_session(file: Path, device: Device = "cpu") -> onnxruntime.InferenceSession:
    """Open an ONNX file for labelling; the parity gate does too, so it judges what will run."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        str(file),
        options,
        providers=[(_PROVIDERS[device], dict(_OPTIONS[device]))],
        disabled_optimizers=_SLOWER if device == "cpu" else None,
        enable_fallback=device != "cpu",  # there it prints, and tries the same again
    )


def tokens_of(model: Artefact) -> PairTokenizer:
    """Return what makes a model's input.

    Raises:
        ModelError: The tokenizer in its folder can't be loaded.
    """
    file = model.file(artefact.TOKENIZER)
    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # the library raises nothing narrower
        raise _unreadable(file, error) from None
    return PairTokenizer(
        tokenizer,
        max_context=model.input.max_context,
        max_utterance=model.input.max_utterance,
    )


def _unreadable(file: Path, error: Exception) -> ModelError:
    return ModelError(
        f"{file}: it can't be loaded ({type(error).__name__}).",
        hint="Copy the model folder again from where it came, or train the model again.",
    )


def _no_device(device: Device) -> ModelError:
    return ModelError(
        f"device {device}: ONNX Runtime has no working {_PROVIDERS[device]} here.",
        hint="Leave --device out to run on the CPU. On a machine with a GPU and its driver, put "
        "the package onnxruntime-gpu[cuda,cudnn] in the place of onnxruntime: side by side they "
        "don't work.",
    )


def _check_metadata(model: Artefact, file: str, session: onnxruntime.InferenceSession) -> None:
    try:
        said = session.get_modelmeta().custom_metadata_map
    except UnicodeDecodeError as error:
        raise _unreadable(model.file(file), error) from None
    expected = onnx_metadata(model.codebook, model.codes, model.thresholds)
    wrong = [key for key, value in expected.items() if said.get(key) != value]
    if wrong:
        raise ModelError(
            f"{model.folder}: {', '.join(wrong)} in {file} differ from the folder's.",
            hint="Copy the model folder again from where it came, or train the model again.",
        )


def onnx_metadata(
    codebook: str, codes: Sequence[str], thresholds: Mapping[str, float]
) -> dict[str, str]:
    """Return what the ONNX file says of itself, to be compared with the folder."""
    return {
        "codebook": codebook,
        "codes": json.dumps(list(codes)),
        "thresholds": json.dumps([thresholds[code] for code in codes]),
    }
