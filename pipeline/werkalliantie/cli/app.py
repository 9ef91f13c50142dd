"""The commands, by name."""

from typing import Annotated

import typer

import werkalliantie
from werkalliantie.cli import (
    agree,
    bench,
    codes,
    demo,
    distil,
    encoder,
    importing,
    init,
    label,
    models,
    precode,
    retrain,
    train,
)

app = typer.Typer(
    name="werkalliantie",
    help="Code what professionals say in taped conversations: pre-code tapes, measure agreement "
    "with coders, retrain.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"werkalliantie {werkalliantie.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


app.command("demo")(demo.demo)
app.command("init")(init.init)
app.command("import")(importing.import_transcripts)
app.add_typer(codes.app, name="codes")
app.command("train")(train.train)
app.command("label")(label.label)
app.command("precode")(precode.precode)
app.command("agree")(agree.agree)
app.command("retrain")(retrain.retrain)
app.command("distil")(distil.distil)
app.add_typer(models.app, name="models")
app.add_typer(encoder.app, name="encoder")
app.add_typer(bench.app, name="bench")
