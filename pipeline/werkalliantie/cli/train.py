"""`werkalliantie train`: a coder model from the study's codings."""

import os
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from werkalliantie.cli.options import (
    AsJson,
    Borrow,
    StudyFolder,
    as_table,
    echo_json,
    names_in,
    on_a_terminal,
    shown,
    tell,
)
from werkalliantie.errors import extra
from werkalliantie.refusals import check_writable
from werkalliantie.registry import Registry
from werkalliantie.study import Study

if TYPE_CHECKING:
    from werkalliantie_training.evaluation import Metrics
    from werkalliantie_training.search import Searched, Trial
    from werkalliantie_training.settings import TrainSettings
    from werkalliantie_training.train import Trained


# What a model was judged on, the most telling first.
_PLACES = {
    "test": "of the test tapes",
    "cross_validation": "in cross-validation",
    "validation": "of the validation tapes",
}
# Up to so many training tapes, borrowing is well worth a try.
_FEW = 16


def _divides(folds: int | None) -> int | None:
    if folds == 1:
        raise typer.BadParameter("one fold divides nothing: 0 is none, 2 or more are folds.")
    return folds


class Grouping(StrEnum):
    """What a cross-validation keeps together."""

    TAPE = "tape"
    WORKER = "worker"


def train(
    encoder: Annotated[
        str | None, typer.Option(help="Embedded name, Hugging Face folder or id.")
    ] = None,
    tapes: Annotated[
        str | None, typer.Option(help="Coded tapes to use, comma-separated; all if left out.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the new model.")] = None,
    codebook: Annotated[str | None, typer.Option(help="Codebook; the study's if left out.")] = None,
    borrow: Borrow = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Fit the head only, in a minute or a few.")
    ] = False,
    folds: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=50,
            callback=_divides,
            help="Folds of a cross-validation; 0 for none. Default: train.toml's.",
        ),
    ] = None,
    group: Annotated[
        Grouping | None, typer.Option(help="What stays in one fold of a cross-validation.")
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(min=0, max=2**32 - 1, help="Draws what is drawn. Default: train.toml's."),
    ] = None,
    threads: Annotated[
        int | None,
        typer.Option(
            min=0, help="To compute on; 1 can be made again bit for bit. Default: train.toml's."
        ),
    ] = None,
    search: Annotated[
        int | None,
        typer.Option(min=1, help="Search for better settings first, in so many trials."),
    ] = None,
    study: StudyFolder = Path(),
    as_json: AsJson = False,
) -> None:
    """Fine-tune an encoder on the coders' codes; calibrate, export to ONNX and gate it."""
    trained = run_training(
        Study.open(study),
        encoder=encoder,
        tapes=names_in(tapes),
        name=name,
        codebook=codebook,
        borrow=names_in(borrow),
        quick=quick,
        folds=folds,
        group=group,
        seed=seed,
        threads=threads,
        search=search,
    )
    if not _speaks():
        return
    if as_json:
        echo_json(document(trained))
        return
    typer.echo(summary(trained))


def run_training(
    study: Study,
    *,
    encoder: str | None = None,
    tapes: list[str] | None = None,
    name: str | None = None,
    codebook: str | None = None,
    borrow: list[str] | None = None,
    quick: bool = False,
    folds: int | None = None,
    group: Grouping | None = None,
    seed: int | None = None,
    threads: int | None = None,
    search: int | None = None,
) -> "Trained":
    """Train with the study's settings, saying on stderr what is going on."""
    check_writable(study.models)
    if _speaks():
        tell("starting: loading the training libraries")
    with extra("train", purpose="Training"):
        from werkalliantie_training.settings import load_train_settings
        from werkalliantie_training.train import train as train_model
    settings = load_train_settings(study.folder / "configs" / "train.toml").changed(
        encoder=encoder,
        borrow=borrow,
        seed=seed,
        quick=quick,
        threads=threads,
        folds=folds,
        group=None if group is None else group.value,
    )
    trials: Sequence[Trial] = ()
    if search is not None:
        Registry(study.models).free_name(name)  # a name that is taken shows before the long work
        searched = _search(study, settings, search, tapes=tapes, codebook=codebook)
        settings, trials = searched.settings, searched.trials
    return train_model(
        study,
        settings,
        tapes=tapes,
        name=name,
        codebook=codebook,
        trials=trials,
        report=tell,
        progress=on_a_terminal(),
    )


def _search(
    study: Study,
    settings: "TrainSettings",
    n_trials: int,
    *,
    tapes: list[str] | None,
    codebook: str | None,
) -> "Searched":
    with extra("train", purpose="Searching for settings"):
        from werkalliantie_training.search import search
    return search(
        study,
        settings,
        n_trials,
        tapes=tapes,
        codebook=codebook,
        report=tell,
        progress=on_a_terminal(),
    )


def _speaks() -> bool:
    """Whether this process prints: of those that `accelerate launch` starts, the first does."""
    return os.environ.get("RANK", "0") == "0"


def document(trained: "Trained") -> dict[str, Any]:
    """Return what `train --json` prints."""
    return {
        "model": trained.model.name,
        "codebook": trained.model.codebook,
        "champion": trained.promoted,
        "reason": trained.reason,
        "metrics": trained.metrics,
        "floors": trained.floors,
        "parity": trained.parity,
        "seconds": trained.seconds,
    }


def summary(trained: "Trained") -> str:
    """Return the result for people: kappas beside those of the coders and the floors."""
    part = next(part for part in _PLACES if trained.metrics.get(part))
    metrics, floors = trained.metrics[part], trained.floors[part]
    rows = [("code", "model-coder", "coder-coder", "bag of words", "always no")]
    for code, numbers in metrics["codes"].items():
        bag, none = (floors[kind]["codes"][code]["kappa"] for kind in ("bag_of_words", "always_no"))
        cells = (numbers["kappa"], numbers["coder_coder"], bag, none)
        rows.append((code, *map(shown, cells)))
    place = f"{metrics['n_utterances']} utterances {_PLACES[part]}"
    return (
        f"Model {trained.model.name}, made in {trained.seconds:.0f} s.\n"
        f"Cohen's kappa on {place}:\n{as_table(rows)}\n{_crossed(trained, part)}"
        f"{_borrowable(trained)}{trained.reason}"
    )


def _borrowable(trained: "Trained") -> str:
    """Return what else may help a model that learnt from few tapes, and from those alone."""
    manifest = trained.model.manifest
    if len(manifest["data"]["train"]) > _FEW or manifest["settings"]["borrow"]:
        return ""
    return (
        "It learnt from few tapes. Those of another study under the same codebook may teach it "
        "more, and so may the example corpus under werkalliantie-3 (--borrow voorbeeld): see "
        "docs/configuration.md.\n"
    )


def _crossed(trained: "Trained", part: str) -> str:
    """Return lines on the cross-validation: what was kept, and how it did if the table isn't it."""
    crossed = trained.metrics.get("cross_validation")
    if crossed is None:
        return ""
    beside = "" if part == "cross_validation" else _beside(trained, crossed)
    return _loan(crossed) + _kept(crossed) + beside


def _loan(crossed: "Metrics") -> str:
    """Return what came of borrowing, where anything was borrowed."""
    if (tried := crossed.get("loan")) is None:
        return ""
    done = "kept" if tried["kept"] else "left out"
    return (
        f"What was borrowed was {done}: average precision out of fold of a head that learnt from "
        f"it too {tried['with_it']:.3f}, of one that didn't {tried['without']:.3f}.\n"
    )


def _kept(crossed: "Metrics") -> str:
    """Return what fine-tuning lost to, where it did."""
    precision = crossed["average_precision"]
    if crossed["kept"] != "head" or len(precision) == 1:
        return ""
    return (
        "On these tapes fine-tuning the encoder did worse than fitting a head alone (average "
        f"precision out of fold {precision['fine-tuned']:.3f} against {precision['head']:.3f}), so "
        "the head alone was kept. With more coded tapes that turns round.\n"
    )


def _beside(trained: "Trained", crossed: "Metrics") -> str:
    bag = trained.floors["cross_validation"]["bag_of_words"]["mean_kappa"]
    return (
        f"In cross-validation ({crossed['folds']} folds by {crossed['group']}, "
        f"{crossed['n_utterances']} utterances): mean kappa {shown(crossed['mean_kappa'])}, "
        f"bag of words {shown(bag)}.\n"
    )
