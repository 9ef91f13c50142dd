"""`werkalliantie train`: a coder model from the study's codings."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from werkalliantie.cli.options import (
    AsJson,
    StudyFolder,
    as_table,
    echo_json,
    names_in,
    on_a_terminal,
    shown,
    tell,
)
from werkalliantie.errors import MissingExtra
from werkalliantie.study import Study

if TYPE_CHECKING:
    from werkalliantie_training.train import Trained


def train(
    encoder: Annotated[
        str | None, typer.Option(help="Embedded name, Hugging Face folder or id.")
    ] = None,
    tapes: Annotated[
        str | None, typer.Option(help="Coded tapes to use, comma-separated; all if left out.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the new model.")] = None,
    codebook: Annotated[str | None, typer.Option(help="Codebook; the study's if left out.")] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Fit the head only, within a minute.")
    ] = False,
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
        quick=quick,
    )
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
    quick: bool = False,
) -> "Trained":
    """Train with the study's settings, saying on stderr what is going on."""
    tell("starting: loading the training libraries")
    try:
        from werkalliantie_training.settings import load_train_settings
        from werkalliantie_training.train import train as train_model
    except ModuleNotFoundError as error:
        raise MissingExtra("train", purpose="Training") from error
    settings = load_train_settings(study.folder / "configs" / "train.toml")
    if encoder is not None:
        settings = settings.model_copy(update={"encoder": encoder})
    if quick:
        fit = settings.fit.model_copy(update={"epochs": 0})
        settings = settings.model_copy(update={"fit": fit})
    return train_model(
        study,
        settings,
        tapes=tapes,
        name=name,
        codebook=codebook,
        report=tell,
        progress=on_a_terminal(),
    )


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
    part = "test" if trained.metrics["test"] else "validation"
    metrics, floors = trained.metrics[part], trained.floors[part]
    rows = [("code", "model-coder", "coder-coder", "bag of words", "always no")]
    for code, numbers in metrics["codes"].items():
        bag, none = (floors[kind]["codes"][code]["kappa"] for kind in ("bag_of_words", "always_no"))
        cells = (numbers["kappa"], numbers["coder_coder"], bag, none)
        rows.append((code, *map(shown, cells)))
    place = f"{metrics['n_utterances']} utterances of the {part} tapes"
    return (
        f"Model {trained.model.name}, made in {trained.seconds:.0f} s.\n"
        f"Cohen's kappa on {place}:\n{as_table(rows)}\n{trained.reason}"
    )
