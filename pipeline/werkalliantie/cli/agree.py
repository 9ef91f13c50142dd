"""`werkalliantie agree`: agreement between coders, and of the model with them."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from werkalliantie.cli.options import (
    AsJson,
    ModelName,
    StudyFolder,
    as_table,
    echo_json,
    names_in,
    shown,
)
from werkalliantie.errors import StoreError
from werkalliantie.study import Study

if TYPE_CHECKING:
    from werkalliantie.agreement_report import Ledger

FIVE_MINUTES = 300.0
_NOT_HERE = ("anchoring:", "drift:", "alt_test:", "equivalence:", "sets:")
"""Notes on what only `--json`, `--csv` and `--html` show."""


class UnitName(StrEnum):
    """The scale at which agreement is measured."""

    UTTERANCE = "utterance"
    WINDOW = "window"
    TAPE = "tape"


def agree(
    coders: Annotated[
        str | None, typer.Option(help="Coders, comma-separated; all otherwise.")
    ] = None,
    tapes: Annotated[
        str | None, typer.Option(help="Tapes, comma-separated; all otherwise.")
    ] = None,
    codebook: Annotated[str | None, typer.Option(help="Codebook; the study's otherwise.")] = None,
    unit: Annotated[UnitName, typer.Option(help="Scale.")] = UnitName.UTTERANCE,
    window: Annotated[
        float, typer.Option(help="Length of a window in seconds, on tapes with times.")
    ] = FIVE_MINUTES,
    model: ModelName = None,
    no_model: Annotated[
        bool, typer.Option("--no-model", help="Compare only the coders with each other.")
    ] = False,
    mapped: Annotated[
        str | None,
        typer.Option("--map", help="Codebooks whose codings are brought to this one as well."),
    ] = None,
    second: Annotated[
        str | None,
        typer.Option(help="Second codings, as NAME=CODER: who coded tapes again, and as whom."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Measure the model on --tapes it was trained on.")
    ] = False,
    html: Annotated[
        Path | None, typer.Option(help="Write a page to look at to this file as well.")
    ] = None,
    with_text: Annotated[
        bool, typer.Option("--with-text", help="Show on the page what was said.")
    ] = False,
    csv: Annotated[
        Path | None, typer.Option(help="Write every figure to this table as well.")
    ] = None,
    apa: Annotated[bool, typer.Option("--apa", help="Print sentences for a paper.")] = False,
    study: StudyFolder = Path(),
    as_json: AsJson = False,
) -> None:
    """Measure agreement per code: coder with coder, model with coder."""
    ledger = measure(
        Study.open(study),
        coders=names_in(coders),
        tapes=names_in(tapes),
        codebook=codebook,
        window=window,
        model=model,
        with_model=not no_model,
        mapped=names_in(mapped),
        second=_second_codings(second),
        force=force,
    )
    document = ledger.at(unit.value)
    written = _written(ledger, unit, html=html, csv=csv, with_text=with_text)
    if as_json:
        echo_json(document)
        return
    typer.echo(sentences(ledger, document) if apa else summary(document))
    for path in written:
        typer.echo(f"written: {path}")


def measure(
    study: Study,
    *,
    coders: list[str] | None = None,
    tapes: list[str] | None = None,
    codebook: str | None = None,
    window: float = FIVE_MINUTES,
    model: str | None = None,
    with_model: bool = True,
    mapped: list[str] | None = None,
    second: dict[str, str] | None = None,
    force: bool = False,
) -> "Ledger":
    """Return the agreement ledger of a study."""
    from werkalliantie.agreement_report import Question, open_ledger

    question = Question(
        coders=None if coders is None else tuple(coders),
        tapes=None if tapes is None else tuple(tapes),
        window_seconds=window,
        mapped=tuple(mapped or ()),
        second=second or {},
        force=force,
    )
    return open_ledger(study, question, codebook=codebook, model=model, with_model=with_model)


def _second_codings(text: str | None) -> dict[str, str]:
    pairs = [name.partition("=") for name in names_in(text) or ()]
    if wrong := ["".join(pair) for pair in pairs if not (pair[0] and pair[2])]:
        raise StoreError(
            f'"{wrong[0]}" is no second coding. Expected NAME=CODER, such as k1-later=k1.',
            hint="Correct --second.",
        )
    return {name.strip(): coder.strip() for name, _, coder in pairs}


def _written(
    ledger: "Ledger", unit: UnitName, *, html: Path | None, csv: Path | None, with_text: bool
) -> list[Path]:
    """Write the page and the table that were asked for."""
    if csv is not None:
        from werkalliantie.agreement_report.raw_table import write_table

        write_table(csv, ledger)
    if html is not None:
        from werkalliantie.report import write_page

        write_page(html, ledger, unit=unit.value, with_text=with_text)
    return [path for path in (csv, html) if path is not None]


def sentences(ledger: "Ledger", document: dict[str, Any]) -> str:
    """Return sentences for a paper, in Dutch and in English."""
    from werkalliantie.agreement_report.sentences import sentences_on

    both = sentences_on(ledger, document)
    return "\n\n".join(["Nederlands", *both.dutch, "English", *both.english])


def summary(document: dict[str, Any]) -> str:
    """Return the agreement for people."""
    lines = [
        f"Cohen's kappa per {document['unit']}, {document['codebook']}: "
        f"{document['n_utterances']} utterances of {document['n_tapes']} tapes, blind codings.",
        as_table(_rows(document)),
        f"Left out: {_left_out(document['excluded'])}.",
    ]
    if document["icc"]:
        values = ", ".join(f"{c} {shown(v)}" for c, v in document["icc"]["codes"].items())
        lines.append(f"{document['icc']['kind']} of counts between coders: {values}.")
    lines += [
        figures["verdict_because"]["en"]
        for figures in document["codes"].values()
        if figures["verdict_because"]
    ]
    lines += [f"note: {note}" for note in document["notes"] if not note.startswith(_NOT_HERE)]
    return "\n".join(lines)


def _rows(document: dict[str, Any]) -> list[tuple[str, ...]]:
    over = "95 % interval"
    heading = ("code", "coder-coder", over, "model-coder", over, "share of human", "verdict")
    return [heading, *(_row(code, figures) for code, figures in document["codes"].items())]


def _row(code: str, figures: dict[str, Any]) -> tuple[str, ...]:
    human, machine = figures["coder_coder"], figures["model_coder"] or {}
    return (
        code,
        shown(human["kappa"]),
        _interval(human["ci"]),
        shown(machine.get("kappa")),
        _interval(machine.get("ci")),
        shown(figures["share_of_human"]),
        figures["verdict"] or "–",
    )


def _left_out(excluded: dict[str, int]) -> str:
    always = ("assisted", "adjudicated", "not_seen")
    return ", ".join(
        f"{n} {what.replace('_', ' ')}" for what, n in excluded.items() if n or what in always
    )


def _interval(ends: list[float] | None) -> str:
    return "–" if ends is None else f"{shown(ends[0])} to {shown(ends[1])}"
