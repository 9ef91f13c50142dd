"""`werkalliantie label`: transcript in, predictions out, without a study's database."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from werkalliantie.cli.options import AsJson, ModelName, StudyFolder, echo_json
from werkalliantie.configuration.study import StudySettings, load_study_settings
from werkalliantie.registry import Registry
from werkalliantie.resources import shipped
from werkalliantie.study import Study

if TYPE_CHECKING:
    from werkalliantie.coding import Prediction
    from werkalliantie.transcript import Utterance


class Format(StrEnum):
    """How predictions are written."""

    JSONL = "jsonl"
    CSV = "csv"


class Device(StrEnum):
    """Where the model runs."""

    CPU = "cpu"
    CUDA = "cuda"


def label(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Transcripts.")],
    model: ModelName = None,
    output: Annotated[Format, typer.Option("--format", help="How to write.")] = Format.JSONL,
    mapping: Annotated[Path | None, typer.Option(help="How to read the files.")] = None,
    device: Annotated[Device, typer.Option(help="Where to compute.")] = Device.CPU,
    study: StudyFolder = Path(),
    as_json: AsJson = False,
) -> None:
    """Label transcripts and print what the model gives; nothing is stored.

    Files that can't be read are named at the end; the others are labelled all the same.
    """
    from werkalliantie.intake import Origin, read_readable
    from werkalliantie.labeller import Labeller
    from werkalliantie.utterances import Segmenter

    settings = _settings(study)
    labeller = Labeller(Registry(study / "models").find(model), device=device.value)
    rules = Study(folder=study, settings=settings).mapping(mapping)
    read = read_readable(Origin(path=path, mapping=rules) for path in files)
    if not read.readings:
        read.refuse_failures("label")
    segmenter = Segmenter(settings)
    rows: list[dict[str, Any]] = []
    for reading in read.readings:
        utterances = segmenter.utterances(reading.tape)
        rows += _rows(utterances, labeller.label(reading.tape, utterances))
    if as_json:
        echo_json(rows)
    elif output is Format.CSV:
        typer.echo(_as_csv(rows, labeller.model.codes), nl=False)
    else:
        for row in rows:
            typer.echo(json.dumps(row, ensure_ascii=False))
    read.refuse_failures("label")


def _settings(study: Path) -> StudySettings:
    """Return the study's settings, or the default ones: labelling needs no study."""
    own = study / "configs" / "study.toml"
    return load_study_settings(own if own.is_file() else shipped("configs") / "study.toml")


def _rows(
    utterances: Sequence["Utterance"], predictions: Sequence["Prediction"]
) -> Iterator[dict[str, Any]]:
    for utterance, prediction in zip(utterances, predictions, strict=True):
        yield {
            "tape": utterance.tape,
            "index": utterance.index,
            "line": utterance.line,
            "text": utterance.text,
            "probabilities": dict(prediction.probabilities),
            "codes": [code for code in prediction.probabilities if code in prediction.codes],
            "backchannel": utterance.backchannel,
        }


def _as_csv(rows: Sequence[dict[str, Any]], codes: Sequence[str]) -> str:
    from werkalliantie.sheets.cells import guard

    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    scores = [f"p_{code}" for code in codes]
    writer.writerow(["tape", "index", "line", "text", *scores, "codes", "backchannel"])
    for row in rows:
        probabilities = [f"{row['probabilities'][code]:.4f}" for code in codes]
        place = [row["tape"], row["index"], row["line"]]
        writer.writerow(
            [
                *place,
                guard(row["text"]),
                *probabilities,
                ",".join(row["codes"]),
                int(row["backchannel"]),
            ]
        )
    return out.getvalue()
