"""The whole of training: stored codings in, a gated model folder out."""

import logging
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import datasets

from werkalliantie.artefact import Artefact
from werkalliantie.errors import ConfigError
from werkalliantie.registry import Registry
from werkalliantie.study import Study
from werkalliantie_training import processes
from werkalliantie_training.coder import Fitted, fit_coder
from werkalliantie_training.crossvalidation import cross_validate, folds_of
from werkalliantie_training.data import CrossData, TrainingData, read_training_data
from werkalliantie_training.encoders import Encoder, resolve
from werkalliantie_training.evaluation import Metrics
from werkalliantie_training.filing import file_model
from werkalliantie_training.fingerprint import fingerprint
from werkalliantie_training.judging import PLACES, Crossed, judge
from werkalliantie_training.reproducible import steady
from werkalliantie_training.settings import TrainSettings
from werkalliantie_training.workspace import Workspace, filing, workspace

if TYPE_CHECKING:
    from werkalliantie_training.search import Trial

Report = Callable[[str], None]


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
    trials: "Sequence[Trial]" = (),
    report: Report = lambda stage: None,
    progress: bool = False,
) -> Trained:
    """Fine-tune, calibrate, choose thresholds, export, gate and file a coder model.

    The first model of a study becomes the champion if it beats the floors on the held-out tapes; a
    later one waits to be promoted. A run that was cut off is gone on with by the next one on the
    same data with the same settings. Processes that `accelerate launch` started train together, and
    all of them get the outcome.

    Args:
        tapes: Coded tapes to use; all of them if None.
        codebook: Key of the codebook; the study's own if None.
        name: Name of the model; `model-001` and so on if None.
        trials: Those of the search that chose the settings; the model folder keeps them.
        report: Told what begins, in a few words.
        progress: Whether to show a progress bar on stderr.

    Raises:
        ConfigError: Too few coded tapes, or settings the encoder can't meet.
        EncoderError: The encoder isn't here.
        ModelError: The name is taken, or the parity gate failed.
    """
    started = time.monotonic()
    hush()
    processes.join()
    tell = report if processes.is_first() else _say_nothing
    try:
        with steady(settings.fit.threads):
            shown = progress and processes.is_first()
            made = _make(study, settings, tapes, codebook, name, trials, tell, shown)
        return replace(processes.of_first(made), seconds=round(time.monotonic() - started, 1))
    finally:
        processes.leave()


def _make(
    study: Study,
    settings: TrainSettings,
    tapes: Sequence[str] | None,
    codebook: str | None,
    name: str | None,
    trials: "Sequence[Trial]",
    report: Report,
    progress: bool,
) -> Trained | None:
    """Make the model; what comes of it is for the first process, None for the others."""
    registry = Registry(study.models)
    registry.free_name(name)
    earlier = registry.champion  # a broken pointer shows before the long work, not after
    report("reading the coded tapes")
    with processes.first_before_others():
        data = read_training_data(study, settings, tapes=tapes, codebook=codebook)
        report(f"loading encoder {settings.encoder}")
        encoder = resolve(settings.encoder, study.encoders)
    key = fingerprint(data, settings, encoder)
    with workspace(study.models, key) as folder:
        report(f"training on {_amount(data)}, validating on {len(data.validation)}")
        place = Workspace(folder=folder, report=report, progress=progress, features=study.features)
        crossed, whole = _cross(data, encoder, settings, place)
        if crossed is not None and crossed.found.gave_back:
            data = replace(data, borrowed=data.borrowed.given_back)
        fitted = whole or fit_coder(data.learnt, data.validation, encoder, settings, place)
        if not processes.is_first():
            return None
        report("choosing thresholds")
        judged = judge(fitted, data, crossed, seed=settings.seed)
        report("exporting to ONNX and comparing with torch")
        with filing(study.models):
            free = registry.free_name(name)
            model = file_model(registry, free, fitted, judged, data, settings, folder, trials)
        promoted, reason = first_champion(registry, earlier, model)
    return Trained(
        model=model,
        metrics=judged.metrics,
        floors=judged.floors,
        parity=model.manifest["parity"],
        seconds=0.0,
        promoted=promoted,
        reason=reason,
    )


def _say_nothing(stage: str) -> None:
    """Leave it to the first process to say what goes on."""


def _amount(data: TrainingData) -> str:
    parts = [f"{len(data.train)} utterances"]
    if len(data.train.bags):
        parts.append(f"{len(data.train.bags)} stretches")
    for loan in data.borrowed.loans:
        left = f" ({loan.n_left_out} more are in this study too)" if loan.n_left_out else ""
        parts.append(f"{loan.n_utterances} of {len(loan.tapes)} tapes of {loan.study}{left}")
    return " and ".join(parts)


def hush() -> None:
    """Keep the libraries' chatter about things that aren't wrong off the user's screen."""
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    logging.getLogger("onnxscript").setLevel(logging.ERROR)
    logging.getLogger("onnx_ir").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module=r"(torch|copyreg|onnxscript|transformers)\b")
    datasets.disable_progress_bars()


def _cross(
    data: TrainingData,
    encoder: Encoder,
    settings: TrainSettings,
    place: Workspace,
) -> tuple[Crossed | None, Fitted | None]:
    """Cross-validate as the settings say, and return the model that comes of it.

    With a single tape to judge on there is nothing to divide; without blind codings there is
    nothing to judge by.

    Raises:
        ConfigError: It was to be by worker, and there aren't two to divide.
    """
    asked = settings.evaluation
    if asked.folds < 2:
        return None, None
    cross = data.cross
    groups = _by_worker(cross, place) if asked.group == "worker" else {t: t for t in cross.workers}
    try:
        folds = folds_of(cross.judged, groups, data.said, asked.folds, seed=settings.seed)
    except ConfigError as error:
        if asked.group == "worker":
            raise
        place.report(f"no cross-validation: {error.message.removesuffix('.')}")
        return None, None
    if (n_folds := len({*folds.values()})) < asked.folds:
        place.report(f"cross-validating in {n_folds} folds: no more {asked.group}s to divide")
    lent = data.borrowed.examples
    found = cross_validate(data.own, cross.judged, folds, encoder, settings, place, lent=lent)
    return Crossed(data=cross, group=asked.group, found=found), found.model


def _by_worker(cross: CrossData, place: Workspace) -> dict[str, str]:
    """Return the worker of each tape; a tape of an unknown worker is a group of its own."""
    if unknown := cross.without_worker:
        if len(unknown) == len(cross.workers):
            raise ConfigError(
                "cross-validation by worker: of no training tape the worker is known.",
                hint="Name the worker when importing a tape, with --worker; or leave out "
                "--group worker.",
            )
        place.report(f"of {', '.join(unknown)} the worker isn't known: each is held out by itself")
    # No worker goes by such a name: a slash can't be in one.
    return {tape: worker or f"tape/{tape}" for tape, worker in cross.workers.items()}


def first_champion(registry: Registry, earlier: str | None, model: Artefact) -> tuple[bool, str]:
    """Promote the first model of a study if it beats the floors; say what was done and why.

    Args:
        earlier: The model that was in use when the work began. Where there was one, or another
            process has put one in use meanwhile, this one isn't promoted.
    """
    part, mean, floor = _beside_floors(model)
    said = f"mean kappa {mean:.3f} {PLACES[part]} against {floor:.3f} for the floors"
    if (
        earlier is None
        and mean > floor
        and registry.promote_over(None, model.name, reason=f"first model; {said}")
    ):
        return True, f"put in use: {said}"
    command = f"werkalliantie models promote {model.name}"
    if (now := registry.champion) is None:
        return False, (
            f"not put in use: {said}. Code more tapes, or put it in use all the same with: "
            f"{command}"
        )
    stays = "stays in use" if now == earlier else "was put in use meanwhile, and stays"
    return False, f"{now} {stays}; put this one in its place with: {command}"


def _beside_floors(model: Artefact) -> tuple[str, float, float]:
    """Return what a model was judged on, its mean kappa there, and that of the nearest floor.

    Earlier models have no means over just what is defined for both.
    """
    metrics, floors = model.metrics["metrics"], model.metrics["floors"]
    part = next(part for part in PLACES if metrics.get(part))
    alone = metrics[part]["mean_kappa"]
    means = [
        (both["model"] or 0.0, both["floor"] or 0.0)
        for floor in floors[part].values()
        for both in [floor.get("like_for_like", {"model": alone, "floor": floor["mean_kappa"]})]
    ]
    return part, *min(means, key=lambda both: both[0] - both[1])
