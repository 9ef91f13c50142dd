"""From a fine-tuned network to a model folder: exported, gated, and with its papers."""

import importlib.metadata
import json
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from safetensors.torch import save_file

import werkalliantie
from werkalliantie import artefact
from werkalliantie.artefact import Artefact, InputShape
from werkalliantie.errors import ModelError
from werkalliantie.labeller import onnx_metadata
from werkalliantie.pairs import TokenPair
from werkalliantie.registry import Registry
from werkalliantie_training.card import model_card
from werkalliantie_training.codebook_examples import codebook_examples
from werkalliantie_training.coder import Fitted
from werkalliantie_training.crossvalidation import out_of_fold_lines
from werkalliantie_training.data import TrainingData
from werkalliantie_training.decisions import decide_as, sigmoid
from werkalliantie_training.evaluation import Metrics
from werkalliantie_training.export import export, onnx_logits
from werkalliantie_training.fingerprint import fingerprint, portable
from werkalliantie_training.fit import precision_is_bf16
from werkalliantie_training.halve import halve
from werkalliantie_training.judging import Judged
from werkalliantie_training.network import encoder_config
from werkalliantie_training.parity import NOT_MADE, TOLERANCE, check_parity, judge_fp16, judge_int8
from werkalliantie_training.quantise import CAREFUL, USUAL, UTMOST, Care, quantise
from werkalliantie_training.reproducible import reproducible
from werkalliantie_training.same_graph import write_as_before
from werkalliantie_training.settings import TrainSettings

if TYPE_CHECKING:
    from werkalliantie_training.distil import Lesson
    from werkalliantie_training.search import Trial

SEARCH = "search.json"
"""The trials of the search that chose the settings; there only where there was one."""
_LIBRARIES = (
    "torch",
    "transformers",
    "datasets",
    "onnx",
    "onnxscript",
    "onnxruntime",
    "tokenizers",
    "numpy",
)
_FILES = {artefact.ONNX: "fp32", artefact.INT8: "int8", artefact.FP16: "fp16"}
_N_CHECKED = 48
_N_CALIBRATION = 64
"""Training utterances on which int8 sees which channels stand out."""


def file_model(
    registry: Registry,
    name: str,
    fitted: Fitted,
    judged: Judged,
    data: TrainingData,
    settings: TrainSettings,
    workspace: Path,
    trials: "Sequence[Trial]" = (),
    lesson: "Lesson | None" = None,
) -> Artefact:
    """Export, pass the parity gate and write the model folder.

    The int8 and fp16 copies are kept only where they pass their gates on the validation tapes, and
    made only where the encoder was fine-tuned: in a quick run they would take longer than all else.
    The card says so.

    Raises:
        ModelError: fp32 ONNX differs from torch, so the export can't be trusted.
    """
    codes, key = data.codebook.codes, data.codebook.key
    if settings.fit.epochs == 0:
        parity = _at_once(registry, fitted, judged, data, workspace)
    else:
        parity = _exported(fitted, judged, data, workspace)
    provenance = _provenance(fitted, data, settings, parity)
    provenance["chosen_on_validation"] = _choices(judged, settings, trials, lesson)
    if trials:
        provenance["search"] = {"trials": len(trials)}
    if lesson is None:
        n_learnt = len(data.codebook_examples)
        n_quoted = len(codebook_examples(data.codebook, ())) - n_learnt
        provenance["codebook_examples"] = {"learnt": n_learnt, "quoted": n_quoted}
    else:
        provenance["lesson"] = asdict(lesson)

    def fill(folder: Path) -> None:
        for file, copied in _FILES.items():
            if parity[copied].get("passed", True):
                shutil.copyfile(workspace / file, folder / file)
        fitted.tokenizer.save(str(folder / artefact.TOKENIZER))
        save_file(dict(fitted.network.state_dict()), folder / artefact.WEIGHTS)
        if trials:
            said = json.dumps([asdict(trial) for trial in trials], indent=2)
            (folder / SEARCH).write_text(said + "\n", encoding="utf-8")
        if judged.crossed is not None:
            lines = out_of_fold_lines(judged.crossed.found.out_of_fold, codes)
            (folder / artefact.OUT_OF_FOLD).write_text("".join(lines), encoding="utf-8")

    # In the workspace, where half a model is swept up, and moved from there in one step.
    written = artefact.write(
        workspace / name,
        name=name,
        codebook=key,
        codes=codes,
        thresholds=judged.thresholds,
        temperatures=judged.temperatures,
        input_shape=InputShape(
            max_context=settings.input.max_context,
            max_utterance=settings.input.max_utterance,
            uses_types=fitted.network.uses_types,
            pad_id=fitted.network.pad_id,
        ),
        metrics={"metrics": judged.metrics, "floors": judged.floors},
        provenance=provenance,
        card=model_card(name, provenance, judged.metrics, judged.floors, data.codebook),
        fill=fill,
    )
    return _moved(written, registry.folder / registry.free_name(name))


def _choices(
    judged: Judged,
    settings: TrainSettings,
    trials: "Sequence[Trial]",
    lesson: "Lesson | None",
) -> Sequence[str]:
    """Return what was chosen on the validation tapes; a small model has its teacher's choices."""
    if lesson is not None:
        return lesson.choices
    alone = judged.crossed is None
    chosen = {
        "epoch": alone and settings.fit.epochs > 0,
        "settings": bool(trials),
        "thresholds": alone,
    }
    return [choice for choice, was in chosen.items() if was]


def _at_once(
    registry: Registry, fitted: Fitted, judged: Judged, data: TrainingData, workspace: Path
) -> Metrics:
    """Write in fp32 what a quick run made, and return how it passed its gate."""
    fp32, metadata = workspace / artefact.ONNX, _metadata(judged, data)
    copies = {"int8": NOT_MADE, "fp16": NOT_MADE}
    if write_as_before(registry, fitted, fp32, metadata, versions=_versions()):
        with suppress(ModelError):  # that model was made by a program of the same version, changed
            return {"fp32": _fp32_parity(fitted, judged, data, fp32), **copies}
    export(fitted.network, fp32, metadata)
    return {"fp32": _fp32_parity(fitted, judged, data, fp32), **copies}


def _exported(fitted: Fitted, judged: Judged, data: TrainingData, workspace: Path) -> Metrics:
    """Export in fp32, copy that to int8 and fp16, and return how each passed its gate."""
    fp32, int8, fp16 = (workspace / file for file in _FILES)
    export(fitted.network, fp32, _metadata(judged, data))
    return {
        "fp32": _fp32_parity(fitted, judged, data, fp32),
        "int8": _int8_parity(fitted, judged, data, fp32, int8),
        "fp16": _fp16_parity(fitted, judged, data, fp32, fp16),
    }


def _metadata(judged: Judged, data: TrainingData) -> dict[str, str]:
    return onnx_metadata(data.codebook.key, data.codebook.codes, judged.thresholds)


def _moved(model: Artefact, folder: Path) -> Artefact:
    folder.parent.mkdir(parents=True, exist_ok=True)
    model.folder.rename(folder)
    return replace(model, folder=folder)


def _fp32_parity(fitted: Fitted, judged: Judged, data: TrainingData, file: Path) -> Metrics:
    pairs = fitted.pairs(data.validation)
    logits = onnx_logits(file, pairs, uses_types=fitted.network.uses_types)
    difference = check_parity(judged.validation_logits, logits)
    return {"max_logit_difference": difference, "tolerance": TOLERANCE, "n": len(pairs)}


def _int8_parity(
    fitted: Fitted, judged: Judged, data: TrainingData, source: Path, target: Path
) -> Metrics:
    """Write an int8 copy that decides as fp32 does, with as little of it in fp32 as that takes."""
    said: Metrics = {}
    for name, care in (("usual", USUAL), ("careful", CAREFUL), ("utmost", UTMOST)):
        said = {"care": name} | _int8_gate(fitted, judged, data, source, target, care)
        if said["passed"]:
            break
    return said | {"check": _check(fitted, target)}


def _int8_gate(
    fitted: Fitted, judged: Judged, data: TrainingData, source: Path, target: Path, care: Care
) -> Metrics:
    network, codes = fitted.network, data.codebook.codes
    taught = fitted.pairs(data.train) or fitted.tokens.encode(data.train.bags.pairs)
    step = max(1, len(taught) // _N_CALIBRATION)
    quantise(
        source,
        target,
        taught[::step],
        n_heads=network.n_heads,
        uses_types=network.uses_types,
        care=care,
    )
    pairs = fitted.pairs(data.validation)
    logits = onnx_logits(target, pairs, uses_types=network.uses_types)
    fp32, int8 = (decide_as(judged, scores, codes) for scores in (judged.validation_logits, logits))
    return judge_int8(fp32, int8, data.validation.answers, codes)


def _fp16_parity(
    fitted: Fitted, judged: Judged, data: TrainingData, source: Path, target: Path
) -> Metrics:
    # Judged on the CPU, which rounds what a GPU rounds: weights, and what passes between operators.
    halve(source, target)
    logits = onnx_logits(
        target, fitted.pairs(data.validation), uses_types=fitted.network.uses_types
    )
    temperatures = np.array([judged.temperatures[code] for code in data.codebook.codes])
    fp32, fp16 = (sigmoid(said / temperatures) for said in (judged.validation_logits, logits))
    return judge_fp16(fp32, fp16)


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
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "encoder": {
            "name": fitted.encoder.name,
            "sha256": fitted.encoder.sha256,
            "config": encoder_config(fitted.network),
        },
        "codebook": data.codebook.key,
        "data": data.hashes,
        "borrowed": [asdict(loan) for loan in data.borrowed.loans if data.borrowed.kept],
        "fingerprint": fingerprint(data, settings, fitted.encoder),
        "coders": sorted({*data.train.coders, *data.train.bags.coders, *data.validation.coders}),
        "segments": len(data.train.bags),
        "seed": settings.seed,
        "settings": portable(settings, data, fitted.encoder),
        "precision": "bf16" if precision_is_bf16(settings.fit.precision) else "fp32",
        "reproducible": reproducible(),
        "parity": parity,
        "versions": _versions(),
    }


def _versions() -> dict[str, str]:
    """Return those of the program and of the libraries that make a model."""
    own = {"werkalliantie": werkalliantie.__version__}
    return own | {library: importlib.metadata.version(library) for library in _LIBRARIES}
