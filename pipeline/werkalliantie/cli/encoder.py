"""`werkalliantie encoder`: the pretrained transformers on this machine."""

import dataclasses
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from werkalliantie.cli.options import AsJson, StudyFolder, as_table, echo_json
from werkalliantie.errors import extra

if TYPE_CHECKING:
    from werkalliantie_training.encoders import Description, Entry

app = typer.Typer(no_args_is_help=True, help="Encoders: list, build, fetch, show.")


@app.command("list")
def list_encoders(study: StudyFolder = Path(), as_json: AsJson = False) -> None:
    """List the embedded encoders and those in the study's folder."""
    entries: tuple[Entry, ...] = _encoders().entries(_folder(study))
    if as_json:
        echo_json({"encoders": [_document(entry) for entry in entries]})
        return
    rows = [(entry.name, str(entry.folder or "not built yet"), entry.source) for entry in entries]
    typer.echo(as_table([("encoder", "folder", "source"), *rows]))


@app.command()
def build(
    name: Annotated[str, typer.Argument(help="embedded-nl or embedded-multilingual.")],
    study: StudyFolder = Path(),
    as_json: AsJson = False,
) -> None:
    """Make an embedded encoder (again) from the installed package."""
    encoders = _encoders()
    encoder = encoders.build(name, _folder(study) / name)
    _echo(encoders.describe(encoder), as_json=as_json)


@app.command()
def fetch(
    id: Annotated[str, typer.Argument(help="Hugging Face id: ORGANISATION/ENCODER.")],
    study: StudyFolder = Path(),
    as_json: AsJson = False,
) -> None:
    """Download an encoder from the Hugging Face hub; the one command that uses the network."""
    encoders = _encoders()
    encoder = encoders.fetch(id, _folder(study))
    _echo(encoders.describe(encoder), as_json=as_json)


@app.command()
def show(
    encoder: Annotated[str, typer.Argument(help="Embedded name, folder or Hugging Face id.")],
    study: StudyFolder = Path(),
    as_json: AsJson = False,
) -> None:
    """Show what an encoder is, after checking that it is whole and unaltered."""
    encoders = _encoders()
    found = encoders.resolve(encoder, _folder(study))
    _echo(encoders.describe(found), as_json=as_json)


def _encoders() -> ModuleType:
    with extra("train", purpose="The encoder command"):
        from werkalliantie_training import encoders
    return encoders


def _folder(study: Path) -> Path:
    return study / "models" / "encoders"


def _echo(description: "Description", *, as_json: bool) -> None:
    document = _document(description)
    if as_json:
        echo_json(document)
        return
    width = max(map(len, document))
    for name, value in document.items():
        shown = f"{value:,}" if isinstance(value, int) else "unknown" if value is None else value
        typer.echo(f"{name:<{width}}  {shown}")


def _document(record: "Description | Entry") -> dict[str, Any]:
    document = dataclasses.asdict(record)
    return document | {"folder": None if record.folder is None else str(record.folder)}
