"""What several commands share: the options every command takes, and how they speak."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from werkalliantie.errors import SheetError

if TYPE_CHECKING:
    from werkalliantie.store import Store

EVERY_TAPE = "all"

StudyFolder = Annotated[Path, typer.Option("--study", help="The study's folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
ModelName = Annotated[
    str | None, typer.Option("--model", help="Model by name or folder; the one in use if left out.")
]
Borrow = Annotated[
    str | None,
    typer.Option(
        help="Other studies to learn from too, comma-separated: folders, or voorbeeld for the "
        "example corpus. Default: train.toml's."
    ),
]


def echo_json(document: object) -> None:
    """Print one JSON document on stdout; NaN is a fault, never printed."""
    typer.echo(json.dumps(document, ensure_ascii=False, allow_nan=False))


def tell(line: str) -> None:
    """Say on stderr what is going on; stdout is for results."""
    typer.echo(line, err=True)


def names_in(text: str | None) -> list[str] | None:
    """Return the names of a comma-separated option, or None where it was left out."""
    return [name.strip() for name in text.split(",") if name.strip()] if text else None


def wanted_tapes(store: "Store", tapes: Sequence[str]) -> list[str]:
    """Return the tapes asked for, each once; every tape for `all`.

    Raises:
        SheetError: The study has no tapes yet.
    """
    every = [summary.id for summary in store.summaries()]
    if not every:
        raise SheetError(
            "this study has no tapes yet.", hint="Import one first with: werkalliantie import FILE"
        )
    return every if [*tapes] == [EVERY_TAPE] else list(dict.fromkeys(tapes))


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
