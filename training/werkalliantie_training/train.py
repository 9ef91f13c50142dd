"""The whole of training: stored codings in, a gated model folder out."""

import logging
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import datasets
import numpy as np
from numpy.typing import NDArray

from werkalliantie.artefact import Artefact
from werkalliantie.registry import Registry
from werkalliantie.study import Study
from werkalliantie_training.coder import Fitted, fit_coder
from werkalliantie_training.data import TrainingData, read_training_data
from werkalliantie_training.decisions import choose_thresholds, fit_temperatures, sigmoid
from werkalliantie_training.encoders import resolve
from werkalliantie_training.evaluation import Metrics, evaluate
from werkalliantie_training.filing import Judged, file_model
from werkalliantie_training.floors import bag_of_words
from werkalliantie_training.settings import TrainSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What a training run brought: the model, how it did beside the floors, and its fate."""

    model: Artefact
    metrics: Metrics
    floors: Metrics
    parity: Metrics
    seconds: float
    promoted: bool
    reason: str


def train(
    study: Study,
    settings: TrainSettings,
    *,
    tapes: Sequence[str] | None = None,
    codebook: str | None = None,
    name: str | None = None,
    report: Callable[[str], None] = lambda stage: None,
    progress: bool = False,
) -> Trained:
    """Fine-tune, calibrate, choose thresholds, export, gate and file a coder model.

    The first model of a study becomes the champion if it beats the floors on the held-out tapes; a
    later one waits to be promoted.

    Args:
        tapes: Coded tapes to use; all of them if None.
        codebook: Key of the codebook; the study's own if None.
        name: Name of the model; `model-001` and so on if None.
        report: Told what begins, in a few words.
        progress: Whether to show a progress bar on stderr.

    Raises:
        ConfigError: Too few coded tapes, or settings the encoder can't meet.
        EncoderError: The encoder isn't here.
        ModelError: The name is taken, or the parity gate failed.
    """
    started = time.monotonic()
    _hush()
    registry = Registry(study.models)
    name = registry.free_name(name)
    earlier = registry.champion  # a broken pointer shows before the long work, not after
    report("reading the coded tapes")
    data = read_training_data(study, settings, tapes=tapes, codebook=codebook)
    report(f"loading encoder {settings.encoder}")
    encoder = resolve(settings.encoder, study.encoders)
    study.models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".training-", dir=study.models) as workspace:
        report(f"fine-tuning on {len(data.train)} utterances, validating on {len(data.validation)}")
        fitted = fit_coder(
            data.train, data.validation, encoder, settings, Path(workspace), progress=progress
        )
        report("choosing thresholds")
        judged = _judge(fitted, data, settings.seed)
        report("exporting to ONNX and comparing with torch")
        model = file_model(registry, name, fitted, judged, data, settings, Path(workspace))
    promoted, reason = _first_champion(registry, earlier, model, data, judged)
    return Trained(
        model=model,
        metrics=judged.metrics,
        floors=judged.floors,
        parity=model.manifest["parity"],
        seconds=round(time.monotonic() - started, 1),
        promoted=promoted,
        reason=reason,
    )


def _hush() -> None:
    """Keep the libraries' chatter about things that aren't wrong off the user's screen."""
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    logging.getLogger("onnxscript").setLevel(logging.ERROR)
    logging.getLogger("onnx_ir").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module=r"(torch|copyreg|onnxscript|transformers)\b")
    datasets.disable_progress_bars()


def _judge(fitted: Fitted, data: TrainingData, seed: int) -> Judged:
    codes = data.codebook.codes
    logits = fitted.logits(data.validation)
    temperatures = fit_temperatures(logits, data.validation.targets)
    thresholds = choose_thresholds(sigmoid(logits / temperatures), data.validation.answers)
    parts = {"validation": data.validation} | ({"test": data.test} if len(data.test) else {})
    bags = bag_of_words(data.train, data.validation, list(parts.values()), seed=seed)
    metrics: Metrics = {"validation": None, "test": None}
    floors: Metrics = {"validation": None, "test": None}
    for (part, examples), bag in zip(parts.items(), bags, strict=True):
        scores = logits if part == "validation" else fitted.logits(examples)
        decided = sigmoid(scores / temperatures) >= thresholds
        metrics[part] = evaluate(examples, decided, codes)
        floors[part] = {
            "always_no": evaluate(examples, np.zeros_like(decided), codes),
            "bag_of_words": evaluate(examples, bag, codes),
        }
    return Judged(
        temperatures=_by_code(codes, temperatures),
        thresholds=_by_code(codes, thresholds),
        metrics=metrics,
        floors=floors,
        validation_logits=logits,
    )


def _by_code(codes: Sequence[str], values: NDArray[np.float64]) -> dict[str, float]:
    return {code: round(float(value), 6) for code, value in zip(codes, values, strict=True)}


def _first_champion(
    registry: Registry, earlier: str | None, model: Artefact, data: TrainingData, judged: Judged
) -> tuple[bool, str]:
    """Promote the first model of a study if it beats the floors; say what was done and why."""
    if earlier is not None:
        return False, (
            f"{earlier} stays in use; put this one in its place with: "
            f"werkalliantie models promote {model.name}"
        )
    part = "test" if len(data.test) else "validation"
    mean = judged.metrics[part]["mean_kappa"] or 0.0
    floor = max(judged.floors[part][kind]["mean_kappa"] or 0.0 for kind in judged.floors[part])
    said = f"mean kappa {mean:.3f} on the {part} tapes against {floor:.3f} for the floors"
    if mean <= floor:
        return False, (
            f"not put in use: {said}. Code more tapes, or put it in use all the same with: "
            f"werkalliantie models promote {model.name}"
        )
    registry.promote(model.name, reason=f"first model; {said}")
    return True, f"put in use: {said}"
