"""Hyper-parameter search: trials that fit one network each, judged on the validation tapes.

Trials are stored as they end, in `models/searches/`: figures only, nothing of what people said.
Each is drawn from the seed and the trials before it, so that a search which was stopped and gone on
with makes the same ones as a search in one go.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import optuna
from optuna.distributions import FloatDistribution, IntDistribution
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy import URL

from werkalliantie.errors import ConfigError
from werkalliantie.study import Study
from werkalliantie_training import processes
from werkalliantie_training.coder import fit_coder
from werkalliantie_training.data import TrainingData, read_training_data
from werkalliantie_training.encoders import Encoder, resolve
from werkalliantie_training.fingerprint import fingerprint
from werkalliantie_training.reproducible import steady
from werkalliantie_training.settings import Evaluation, Fit, TrainSettings
from werkalliantie_training.train import hush
from werkalliantie_training.workspace import Workspace, workspace

Report = Callable[[str], None]
Distribution = FloatDistribution | IntDistribution

SPACE: Mapping[str, Distribution] = {
    "learning_rate": FloatDistribution(2e-5, 3e-4, log=True),
    "epochs": IntDistribution(1, 4),
    "rare_code_weight": FloatDistribution(0.0, 1.0),
    "dropout": FloatDistribution(0.0, 0.3),
    "weight_decay": FloatDistribution(1e-3, 1e-1, log=True),
}
"""What is searched, by the names under `[fit]`."""

_STATES = {TrialState.COMPLETE: "complete", TrialState.PRUNED: "pruned"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One trial.

    Attributes:
        state: `complete`; `pruned` where it fell behind; `cut off` where the program was stopped,
            and a later trial did the same again.
        value: Average precision on the validation tapes of what training would keep: after the
            last epoch where it cross-validates, else after the best one, 0 being the head alone.
            Where it was pruned, after the epoch at which it was; None where it was cut off.
        parameters: What it set under `[fit]`.
    """

    number: int
    state: str
    value: float | None
    seconds: float | None
    parameters: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """What a search brought: the settings of its best trial, and every trial so far."""

    settings: TrainSettings
    best: Trial
    trials: tuple[Trial, ...]


def search(
    study: Study,
    settings: TrainSettings,
    n_trials: int,
    *,
    tapes: Sequence[str] | None = None,
    codebook: str | None = None,
    report: Report = lambda stage: None,
    progress: bool = False,
) -> Searched:
    """Search for settings by which one network does best on the validation tapes.

    The first trial has the settings as they are, and they stay where none does better. Trials that
    an earlier search on the same tapes with the same settings made count. Test tapes take no part.

    Args:
        n_trials: How many there are to be, at least 1, the stored ones included.
        tapes: Coded tapes to use; all of them if None.
        codebook: Key of the codebook; the study's own if None.
        report: Told what begins, and what was chosen, in a few words.
        progress: Whether to show a progress bar on stderr.

    Raises:
        ConfigError: There is nothing to search, there are several processes or too few tapes.
        EncoderError: The encoder isn't here.
        ModelError: Another process is at the same search.
    """
    _refuse(settings)
    hush()
    report("reading the coded tapes")
    data = read_training_data(study, settings, tapes=tapes, codebook=codebook)
    report(f"loading encoder {settings.encoder}")
    encoder = resolve(settings.encoder, study.encoders)
    key = _fingerprint(data, encoder, settings)
    with (
        workspace(study.models, f"search-{key}") as folder,
        steady(settings.fit.threads),
        _stored(study.models / "searches" / f"{key}.db") as stored,
    ):
        for number in range(len(_done(stored)), n_trials):
            report(f"trial {number + 1} of {n_trials}{_best_so_far(stored)}")
            stored.sampler = optuna.samplers.TPESampler(
                seed=(settings.seed * 1000 + number) % 2**32
            )
            _queue(stored, settings.fit)
            place = Workspace(folder=folder, progress=progress, features=study.features)
            _try(stored, data, encoder, settings, place)
        trials = tuple(_trial(one) for one in stored.trials if one.state is not TrialState.WAITING)
    best = _best(trials)
    said = ", ".join(f"{name} {value:.3g}" for name, value in best.parameters.items())
    report(f"chosen: {said} (average precision {best.value:.3f})")
    return Searched(settings=_with(settings, best.parameters), best=best, trials=trials)


def _refuse(settings: TrainSettings) -> None:
    """Refuse what can't be searched."""
    processes.refuse_several(
        "a search",
        hint="Search without it, write what was chosen under [fit] in configs/train.toml, and "
        "launch `train` without --search.",
    )
    if settings.fit.epochs == 0:
        raise ConfigError(
            "with `--quick`, or `epochs = 0` in configs/train.toml, only the head is fitted, which "
            "leaves nothing to search.",
            hint="Leave out --search, or leave out --quick and set epochs to 1 or more.",
        )


def _fingerprint(data: TrainingData, encoder: Encoder, settings: TrainSettings) -> str:
    """Return a name for a search; what trials don't hang on has no part in it."""
    seen = {part: data.hashes[part] for part in ("train", "validation")}
    told = settings.model_copy(update={"evaluation": Evaluation(folds=2 * _crosses(settings))})
    return fingerprint(replace(data, hashes=seen), told, encoder)


@contextmanager
def _stored(file: Path) -> Iterator[optuna.Study]:
    """Open the stored trials of a search; there are none yet the first time."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    file.parent.mkdir(parents=True, exist_ok=True)
    url = URL.create("sqlite", database=str(file)).render_as_string()
    storage = optuna.storages.RDBStorage(url)
    try:
        yield optuna.create_study(
            storage=storage,
            # Before the first epoch all trials are alike.
            pruner=optuna.pruners.MedianPruner(n_warmup_steps=1),
            study_name="search",
            direction="maximize",
            load_if_exists=True,
        )
    finally:
        storage.remove_session()
        storage.engine.dispose()


def _done(stored: optuna.Study) -> list[FrozenTrial]:
    return stored.get_trials(deepcopy=False, states=tuple(_STATES))


def _queue(stored: optuna.Study, fit: Fit) -> None:
    """Queue the first trial, or one that was cut off; all others are the sampler's to draw."""
    for trial in stored.get_trials(states=(TrialState.RUNNING,)):
        stored.tell(trial.number, state=TrialState.FAIL)
    trials = stored.trials
    if trials and trials[-1].state is TrialState.WAITING:
        return
    if not _done(stored):
        stored.enqueue_trial({name: getattr(fit, name) for name in _space(fit)})
    elif trials[-1].state is TrialState.FAIL:
        stored.enqueue_trial(trials[-1].params)


def _space(fit: Fit) -> dict[str, Distribution]:
    """Return what is searched, widened to hold the settings as they are.

    A weight decay of 0 has no place on a logarithmic scale: it stays.
    """
    now = {name: getattr(fit, name) for name in SPACE}
    return {
        name: type(within)(
            low=min(within.low, now[name]), high=max(within.high, now[name]), log=within.log
        )
        for name, within in SPACE.items()
        if now[name] or not within.log
    }


def _try(
    stored: optuna.Study,
    data: TrainingData,
    encoder: Encoder,
    settings: TrainSettings,
    place: Workspace,
) -> None:
    """Fit a network, and store how it did; where this is cut off, its checkpoints stay."""
    trial = stored.ask(dict(_space(settings.fit)))
    scores: list[float] = []

    def watch(epoch: int, score: float) -> None:
        scores.append(score)
        trial.report(score, epoch)
        if trial.should_prune():
            raise optuna.TrialPruned

    tried, crosses = _with(settings, trial.params), _crosses(settings)
    if crosses:
        tried = _with(tried, {"patience": tried.fit.epochs})  # which never runs out
    try:
        fit_coder(data.learnt, data.validation, encoder, tried, place, watch=watch)
        stored.tell(trial, scores[-1] if crosses else max(scores))
    except optuna.TrialPruned:
        stored.tell(trial, state=TrialState.PRUNED)
    for fit in place.folder.glob("fit-*"):
        shutil.rmtree(fit)


def _crosses(settings: TrainSettings) -> bool:
    """Return whether training runs every epoch and keeps the last, as no tape may choose it."""
    return settings.evaluation.folds >= 2


def _with(settings: TrainSettings, parameters: Mapping[str, float]) -> TrainSettings:
    fit = settings.fit.model_copy(update=dict(parameters))
    return settings.model_copy(update={"fit": fit})


def _best_so_far(stored: optuna.Study) -> str:
    return f", the best so far {stored.best_value:.3f}" if _done(stored) else ""


def _best(trials: Sequence[Trial]) -> Trial:
    """Return the best trial; of those that do as well, the first."""
    complete = [trial for trial in trials if trial.state == _STATES[TrialState.COMPLETE]]
    return max(complete, key=lambda trial: trial.value or 0.0)


def _trial(stored: FrozenTrial) -> Trial:
    done = stored.state in _STATES
    lasted = stored.duration if done else None
    return Trial(
        number=stored.number,
        state=_STATES.get(stored.state, "cut off"),
        value=stored.value,
        seconds=None if lasted is None else round(lasted.total_seconds(), 1),
        parameters=stored.params,
    )
