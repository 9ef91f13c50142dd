"""From a fine-tuned network to a model folder: exported, gated, and with its papers."""

import importlib.metadata
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.torch import save_file

import werkalliantie
from werkalliantie import artefact
from werkalliantie.artefact import Artefact, InputShape
from werkalliantie.labeller import onnx_metadata
from werkalliantie.pairs import TokenPair
from werkalliantie.registry import Registry
from werkalliantie_training.card import model_card
from werkalliantie_training.coder import Fitted
from werkalliantie_training.data import TrainingData
from werkalliantie_training.decisions import sigmoid
from werkalliantie_training.evaluation import Metrics
from werkalliantie_training.export import export, onnx_logits
from werkalliantie_training.fit import precision_is_bf16
from werkalliantie_training.network import encoder_config
from werkalliantie_training.parity import TOLERANCE, check_parity, judge_int8
from werkalliantie_training.quantise import quantise
from werkalliantie_training.settings import TrainSettings

_LIBRARIES = ("torch", "transformers", "datasets", "onnx", "onnxruntime", "tokenizers", "numpy")
_N_CHECKED = 48
_N_CALIBRATION = 64
"""Training utterances on which int8 sees which channels stand out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Temperatures and thresholds, and how the decisions they make agree with the coders."""

    temperatures: dict[str, float]
    thresholds: dict[str, float]
    metrics: Metrics
    floors: Metrics
    validation_logits: NDArray[np.float32]

    def decide(self, logits: NDArray[np.float32], codes: Sequence[str]) -> NDArray[np.bool_]:
        """Return the decisions that logits lead to, `(n_utterances, n_codes)`."""
        temperatures = np.array([self.temperatures[code] for code in codes])
        return sigmoid(logits / temperatures) >= np.array([self.thresholds[c] for c in codes])


def file_model(
    registry: Registry,
    name: str,
    fitted: Fitted,
    judged: Judged,
    data: TrainingData,
    settings: TrainSettings,
    workspace: Path,
) -> Artefact:
    """Export, pass the parity gate and write the model folder.

    The int8 copy is kept only where it passes its gate on the validation tapes; the card says so.

    Raises:
        ModelError: fp32 ONNX differs from torch, so the export can't be trusted.
    """
    codes, key = data.codebook.codes, data.codebook.key
    onnx_file, int8_file = workspace / artefact.ONNX, workspace / artefact.INT8
    export(fitted.network, onnx_file, onnx_metadata(key, codes, judged.thresholds))
    parity = {
        "fp32": _fp32_parity(fitted, judged, data, onnx_file),
        "int8": _int8_parity(fitted, judged, data, onnx_file, int8_file),
    }
    provenance = _provenance(fitted, data, settings, parity)

    def fill(folder: Path) -> None:
        shutil.copyfile(onnx_file, folder / artefact.ONNX)
        if parity["int8"]["passed"]:
            shutil.copyfile(int8_file, folder / artefact.INT8)
        fitted.tokenizer.save(str(folder / artefact.TOKENIZER))
        save_file(dict(fitted.network.state_dict()), folder / artefact.WEIGHTS)

    return artefact.write(
        registry.folder / name,
        name=name,
        codebook=key,
        codes=codes,
        thresholds=judged.thresholds,
        temperatures=judged.temperatures,
        input_shape=InputShape(
            max_context=settings.input.max_context,
            max_utterance=settings.input.max_utterance,
            uses_types=fitted.network.uses_types,
            pad_id=fitted.pad_id,
        ),
        metrics={"metrics": judged.metrics, "floors": judged.floors},
        provenance=provenance,
        card=model_card(name, provenance, judged.metrics, judged.floors, data.codebook),
        fill=fill,
    )


def _fp32_parity(fitted: Fitted, judged: Judged, data: TrainingData, file: Path) -> Metrics:
    pairs = fitted.pairs(data.validation)
    logits = onnx_logits(file, pairs, uses_types=fitted.network.uses_types)
    difference = check_parity(judged.validation_logits, logits)
    return {"max_logit_difference": difference, "tolerance": TOLERANCE, "n": len(pairs)}


def _int8_parity(
    fitted: Fitted, judged: Judged, data: TrainingData, source: Path, target: Path
) -> Metrics:
    network, codes = fitted.network, data.codebook.codes
    step = max(1, len(data.train) // _N_CALIBRATION)
    quantise(
        source,
        target,
        fitted.pairs(data.train)[::step],
        n_heads=network.n_heads,
        uses_types=network.uses_types,
    )
    pairs = fitted.pairs(data.validation)
    logits = onnx_logits(target, pairs, uses_types=network.uses_types)
    fp32, int8 = (judged.decide(scores, codes) for scores in (judged.validation_logits, logits))
    gate = judge_int8(fp32, int8, data.validation.answers, codes)
    return gate | {"check": _check(fitted, target)}


def _check(fitted: Fitted, file: Path) -> Metrics:
    """Return random tokens and the logits for them, to know another processor's int8 by."""
    random = np.random.default_rng(0)
    ids = random.integers(0, fitted.tokenizer.get_vocab_size(), _N_CHECKED)
    pair = TokenPair(ids=ids, types=np.zeros_like(ids))
    logits = onnx_logits(file, [pair], uses_types=fitted.network.uses_types)
    return {"ids": ids.tolist(), "logits": [float(value) for value in logits[0]]}


def _provenance(
    fitted: Fitted, data: TrainingData, settings: TrainSettings, parity: Metrics
) -> Metrics:
    # Where the encoder's folder lies is this machine's business; which one it is, is everybody's.
    said = settings.model_dump() | {"encoder": fitted.encoder.name}
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "encoder": {
            "name": fitted.encoder.name,
            "sha256": fitted.encoder.sha256,
            "config": encoder_config(fitted.network),
        },
        "codebook": data.codebook.key,
        "data": data.hashes,
        "coders": sorted({*data.train.coders, *data.validation.coders}),
        "seed": settings.seed,
        "settings": said,
        "precision": "bf16" if precision_is_bf16(settings.fit.precision) else "fp32",
        "parity": parity,
        "versions": {
            "werkalliantie": werkalliantie.__version__,
            **{library: importlib.metadata.version(library) for library in _LIBRARIES},
        },
    }
