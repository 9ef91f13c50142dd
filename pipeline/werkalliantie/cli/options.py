"""What several commands share: the options every command takes, and how they speak."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

StudyFolder = Annotated[Path, typer.Option("--study", help="The study's folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
ModelName = Annotated[
    str | None, typer.Option("--model", help="Model by name or folder; the one in use if left out.")
]


def echo_json(document: object) -> None:
    """Print one JSON document on stdout; NaN is a fault, never printed."""
    typer.echo(json.dumps(document, ensure_ascii=False, allow_nan=False))


def tell(line: str) -> None:
    """Say on stderr what is going on; stdout is for results."""
    typer.echo(line, err=True)


def on_a_terminal() -> bool:
    """Return whether a person is watching stderr, so that a progress bar makes sense."""
    return sys.stderr.isatty()


def as_table(rows: Sequence[tuple[str, ...]]) -> str:
    """Return rows, the first of them the heading, as columns of equal width."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def shown(number: float | None, digits: int = 2) -> str:
    """Return a number for people; a dash where there is none."""
    return "–" if number is None else f"{number:.{digits}f}"
