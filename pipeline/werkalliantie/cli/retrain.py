"""`werkalliantie retrain`: a challenger on all codings so far, and the promotion gate."""

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
from werkalliantie.promotion import Difference
from werkalliantie.refusals import check_writable
from werkalliantie.study import Study

if TYPE_CHECKING:
    from werkalliantie_training.retrain import Compared, Retrained


def retrain(
    encoder: Annotated[
        str | None, typer.Option(help="Embedded name, Hugging Face folder or id.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the new model.")] = None,
    codebook: Annotated[str | None, typer.Option(help="Codebook; the study's if left out.")] = None,
    borrow: Borrow = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Fit the head only, in a minute or a few.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Train even if nothing has changed.")
    ] = False,
    study: StudyFolder = Path(),
    as_json: AsJson = False,
) -> None:
    """Train on all codings so far; put the model in use if it is no worse on held-out tapes."""
    retrained = run_retraining(
        Study.open(study),
        encoder=encoder,
        name=name,
        codebook=codebook,
        borrow=names_in(borrow),
        quick=quick,
        again=again,
    )
    if as_json:
        echo_json(document(retrained))
        return
    typer.echo(summary(retrained))


def run_retraining(
    study: Study,
    *,
    encoder: str | None = None,
    name: str | None = None,
    codebook: str | None = None,
    borrow: list[str] | None = None,
    quick: bool = False,
    again: bool = False,
) -> "Retrained":
    """Retrain with the study's settings, saying on stderr what is going on."""
    check_writable(study.models)
    tell("starting: loading the training libraries")
    with extra("train", purpose="Training"):
        from werkalliantie_training.retrain import retrain as retrain_model
        from werkalliantie_training.settings import load_train_settings
    settings = load_train_settings(study.folder / "configs" / "train.toml").changed(
        encoder=encoder, borrow=borrow, quick=quick
    )
    return retrain_model(
        study,
        settings,
        codebook=codebook,
        name=name,
        again=again,
        report=tell,
        progress=on_a_terminal(),
    )


def document(retrained: "Retrained") -> dict[str, Any]:
    """Return what `retrain --json` prints."""
    return {
        "model": retrained.model.name,
        "codebook": retrained.model.codebook,
        "champion": retrained.champion,
        "promoted": retrained.promoted,
        "reason": retrained.reason,
        "gate": None if retrained.compared is None else _gate(retrained.compared),
        "metrics": retrained.metrics,
        "floors": retrained.floors,
        "seconds": retrained.seconds,
        "unchanged": retrained.unchanged,
    }


def summary(retrained: "Retrained") -> str:
    """Return the result for people: both models' kappas, and what was decided and why."""
    if retrained.compared is None or (retrained.unchanged and not retrained.promoted):
        return retrained.reason
    gate = retrained.compared.gate
    heading = ("code", "in use", "new", "difference", "interval", "verdict")
    rows = [_row(code, one) for code, one in (*gate.codes.items(), ("mean", gate.mean))]
    place = f"{retrained.compared.n_utterances} utterances of {gate.n_tapes} held-out tapes"
    made = "made before, compared" if retrained.unchanged else "made and compared"
    return (
        f"Model {retrained.model.name}, {made} in {retrained.seconds:.0f} s.\n"
        f"Cohen's kappa with the coders on {place}:\n{as_table([heading, *rows])}\n"
        f"{retrained.reason}"
    )


def _gate(compared: "Compared") -> dict[str, Any]:
    gate = compared.gate
    return {
        "codes": {code: _difference(one) for code, one in gate.codes.items()},
        "mean": _difference(gate.mean),
        "better": gate.better,
        "part": compared.part,
        "tapes": list(compared.tapes),
        "n_tapes": gate.n_tapes,
        "n_utterances": compared.n_utterances,
        "n_flattered": compared.n_flattered,
        "rules": gate.rules.model_dump(),
    }


def _difference(one: Difference) -> dict[str, Any]:
    return {
        "champion": one.champion,
        "challenger": one.challenger,
        "difference": one.difference,
        "ci": one.interval and [*one.interval],
        "verdict": one.verdict.value,
        "note": None if one.missing is None else one.missing.value,
    }


def _row(name: str, one: Difference) -> tuple[str, ...]:
    interval = " to ".join(shown(bound, 3) for bound in one.interval or ()) or "–"
    kappas = (shown(one.champion, 3), shown(one.challenger, 3), shown(one.difference, 3))
    return name, *kappas, interval, one.verdict.value
