"""`werkalliantie models`: the study's coder models."""

from pathlib import Path
from typing import Annotated, Any

import typer

from werkalliantie.cli.options import AsJson, StudyFolder, as_table, echo_json, shown
from werkalliantie.registry import Listing, Registry

app = typer.Typer(invoke_without_command=True, help="Coder models: list, show, promote.")


@app.callback()
def list_models(
    context: typer.Context, study: StudyFolder = Path(), as_json: AsJson = False
) -> None:
    """List the study's models and which one is in use."""
    if context.invoked_subcommand is not None:
        return
    listings = Registry(study / "models").list()
    if as_json:
        echo_json([_document(listing) for listing in listings])
    elif not listings:
        typer.echo("No models yet. Train one with: werkalliantie train")
    else:
        typer.echo(
            as_table([("", "model", "codebook", "made", "mean kappa"), *map(_row, listings)])
        )


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
            _document(listing)
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
    if as_json:
        echo_json({"champion": model, "replaced": before})
        return
    typer.echo(f"{model} is in use now" + (f", in place of {before}." if before else "."))


def _document(listing: Listing) -> dict[str, Any]:
    model = listing.model
    known: dict[str, Any] = {"model": listing.name, "champion": listing.champion}
    if model is None:
        return known | {"fault": listing.fault}
    return known | {
        "fault": None,
        "codebook": model.codebook,
        "codes": list(model.codes),
        "created": model.manifest["created"],
        "encoder": model.manifest["encoder"],
        "tapes": {part: sorted(ids) for part, ids in model.manifest["data"].items()},
        "metrics": model.metrics["metrics"],
        "floors": model.metrics["floors"],
        "parity": model.manifest["parity"],
    }


def _row(listing: Listing) -> tuple[str, ...]:
    mark = "*" if listing.champion else ""
    if listing.model is None:
        return mark, listing.name, "–", "–", f"can't be used: {listing.fault}"
    metrics = listing.model.metrics["metrics"]
    part = "test" if metrics["test"] else "validation"
    kappa = f"{shown(metrics[part]['mean_kappa'])} ({part})"
    made = listing.model.manifest["created"][:16].replace("T", " ")
    return mark, listing.name, listing.model.codebook, made, kappa
