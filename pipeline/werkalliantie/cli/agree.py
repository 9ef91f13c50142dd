"""`werkalliantie agree`: agreement between coders, and of the model with them."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

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
from werkalliantie.study import Study


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
    model: ModelName = None,
    study: StudyFolder = Path(),
    as_json: AsJson = False,
) -> None:
    """Measure Cohen's kappa per code: coder with coder, model with coder."""
    document = measure(
        Study.open(study),
        coders=names_in(coders),
        tapes=names_in(tapes),
        codebook=codebook,
        unit=unit,
        model=model,
    )
    if as_json:
        echo_json(document)
        return
    typer.echo(summary(document))


def measure(
    study: Study,
    *,
    coders: list[str] | None = None,
    tapes: list[str] | None = None,
    codebook: str | None = None,
    unit: UnitName = UnitName.UTTERANCE,
    model: str | None = None,
) -> dict[str, Any]:
    """Return the agreement document of a study."""
    from werkalliantie.agreement_report import agreement_document
    from werkalliantie.registry import Registry

    registry = Registry(study.models)
    used = registry.find(model) if model or registry.champion else None
    book = study.codebook(codebook)
    if used is not None and model is None and used.codebook != book.key:
        used = None
    with study.store() as store:
        return agreement_document(
            store, book, coders=coders, tapes=tapes, unit=unit.value, model=used
        )


def summary(document: dict[str, Any]) -> str:
    """Return the agreement for people."""
    rows = [
        ("code", "coder-coder", "95 % interval", "model-coder", "95 % interval", "share of human")
    ]
    for code, figures in document["codes"].items():
        human, machine = figures["coder_coder"], figures["model_coder"] or {}
        rows.append(
            (
                code,
                shown(human["kappa"]),
                _interval(human["ci"]),
                shown(machine.get("kappa")),
                _interval(machine.get("ci")),
                shown(figures["share_of_human"]),
            )
        )
    lines = [
        f"Cohen's kappa per {document['unit']}, {document['codebook']}: "
        f"{document['n_utterances']} utterances of {document['n_tapes']} tapes, blind codings.",
        as_table(rows),
    ]
    excluded = ", ".join(
        f"{n} {what.replace('_', ' ')}" for what, n in document["excluded"].items()
    )
    lines.append(f"Left out: {excluded}.")
    if document["icc"]:
        values = ", ".join(f"{c} {shown(v)}" for c, v in document["icc"]["codes"].items())
        lines.append(f"{document['icc']['kind']} of counts between coders: {values}.")
    lines += [f"note: {note}" for note in document["notes"]]
    return "\n".join(lines)


def _interval(ends: list[float] | None) -> str:
    return "–" if ends is None else f"{shown(ends[0])} to {shown(ends[1])}"
