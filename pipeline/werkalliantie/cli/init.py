"""`werkalliantie init`: an empty study with the default configs."""

from pathlib import Path
from typing import Annotated

import typer

from werkalliantie import study
from werkalliantie.cli.options import AsJson, echo_json


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    as_json: AsJson = False,
) -> None:
    """Make an empty study with the default configs."""
    made = study.create(folder)
    if as_json:
        echo_json({"study": str(folder), "codebook": made.settings.codebook})
        return
    typer.echo(f"A new study in {folder}, with the codebook {made.settings.codebook}.")
    typer.echo(f"Next: werkalliantie import TAPE.docx --study {folder}")
