"""`werkalliantie models`: the study's coder models."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from werkalliantie.cli.options import AsJson, StudyFolder, as_table, echo_json, shown
from werkalliantie.registry import Listing, Promotion, Registry

app = typer.Typer(invoke_without_command=True, help="Coder models: list, show, promote.")


@app.callback()
def list_models(
    context: typer.Context, study: StudyFolder = Path(), as_json: AsJson = False
) -> None:
    """List the study's models: data, codebook, kappas, which is in use and what it replaced."""
    if context.invoked_subcommand is not None:
        return
    registry = Registry(study / "models")
    listings, promotions = registry.list(), registry.promotions()
    if as_json:
        echo_json([_document(listing, promotions) for listing in listings])
    elif not listings:
        typer.echo("No models yet. Train one with: werkalliantie train")
    else:
        heading = ("", "model", "codebook", "made", "tapes", "in use", "replaced", "mean kappa")
        typer.echo(as_table([heading, *(_row(listing, promotions) for listing in listings)]))


@app.command()
def show(
    model: Annotated[str, typer.Argument(help="Name or folder.")],
    study: StudyFolder = Path(),
    as_json: AsJson = False,
) -> None:
    """Show where a model comes from and how it did."""
    registry = Registry(study / "models")
    found = registry.find(model)
    if as_json:
        listing = Listing(name=found.name, champion=found.name == registry.champion, model=found)
        echo_json(
            _document(listing, registry.promotions())
            | {"thresholds": dict(found.thresholds), "manifest": dict(found.manifest)}
        )
        return
    typer.echo(found.file("README.md").read_text(encoding="utf-8"), nl=False)


@app.command()
def promote(
    model: Annotated[str, typer.Argument(help="Name of the model.")],
    reason: Annotated[str, typer.Option(help="Why, for the journal.")] = "promoted by hand",
    study: StudyFolder = Path(),
    as_json: AsJson = False,
) -> None:
    """Put a model in use, in place of the one there is."""
    before = Registry(study / "models").promote(model, reason=reason)
    replaced = None if before == model else before
    if as_json:
        echo_json({"champion": model, "replaced": replaced})
    elif before == model:
        typer.echo(f"{model} is in use already.")
    else:
        typer.echo(f"{model} is in use now" + (f", in place of {replaced}." if replaced else "."))


def _document(listing: Listing, promotions: Sequence[Promotion]) -> dict[str, Any]:
    model = listing.model
    known: dict[str, Any] = {
        "model": listing.name,
        "champion": listing.champion,
        **_history(listing.name, promotions),
    }
    if model is None:
        return known | {"fault": listing.fault}
    return known | {
        "fault": None,
        "codebook": model.codebook,
        "codes": list(model.codes),
        "created": model.manifest["created"],
        "encoder": model.manifest["encoder"],
        "tapes": {part: sorted(ids) for part, ids in model.manifest["data"].items()},
        "fingerprint": model.manifest.get("fingerprint"),
        "metrics": model.metrics["metrics"],
        "floors": model.metrics["floors"],
        "parity": model.manifest["parity"],
    }


def _history(name: str, promotions: Sequence[Promotion]) -> dict[str, str | None]:
    """Return when a model was last put in use, why, in whose place, and which came in its own."""
    last = _last(name, promotions)
    after = promotions[promotions.index(last) + 1 :] if last is not None else ()
    by = next((one.model for one in after if one.model != name), None)
    return {
        "promoted_at": None if last is None else last.at,
        "promoted_because": None if last is None else last.reason,
        "replaced": None if last is None else last.replaced,
        "replaced_by": by,
    }


def _last(name: str, promotions: Sequence[Promotion]) -> Promotion | None:
    return next((one for one in reversed(promotions) if one.model == name), None)


def _row(listing: Listing, promotions: Sequence[Promotion]) -> tuple[str, ...]:
    mark = "*" if listing.champion else ""
    last = _last(listing.name, promotions)
    used = ("–", "–") if last is None else (_moment(last.at), last.replaced or "–")
    if listing.model is None:
        return mark, listing.name, "–", "–", "–", *used, f"can't be used: {listing.fault}"
    model = listing.model
    made = _moment(model.manifest["created"])
    tapes = _n_tapes(model.manifest["data"])
    kappa = _kappa(model.metrics["metrics"])
    return mark, listing.name, model.codebook, made, tapes, *used, kappa


def _moment(at: str) -> str:
    return at[:16].replace("T", " ")


def _n_tapes(data: Mapping[str, Any]) -> str:
    """Return on how many tapes a model was trained, validated and tested, such as `12+3+2`."""
    return "+".join(str(len(data.get(part, ()))) for part in ("train", "validation", "test"))


def _kappa(metrics: Mapping[str, Any]) -> str:
    parts = ("test", "cross_validation", "validation")
    part = next((part for part in parts if metrics.get(part)), None)
    if part is None:
        return "–"
    return f"{shown(metrics[part]['mean_kappa'])} ({part.replace('_', '-')})"
