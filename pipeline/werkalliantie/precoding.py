"""Labelling tapes of a study: predictions into the store, sheets for review."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from werkalliantie.artefact import Artefact
from werkalliantie.coding import Prediction
from werkalliantie.errors import ModelError
from werkalliantie.labeller import Device, Labeller
from werkalliantie.sheets.conversation import rows_of
from werkalliantie.sheets.layout import SheetFormat
from werkalliantie.sheets.writing import refuse_existing, write_sheets
from werkalliantie.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Precoded:
    """A tape that was labelled, and its sheet."""

    tape: str
    predictions: tuple[Prediction, ...]
    sheet: Path


def precode(
    study: Study,
    model: Artefact,
    tapes: Sequence[str],
    *,
    out: Path,
    format: SheetFormat,
    force: bool = False,
    device: Device = "cpu",
) -> Iterator[Precoded]:
    """Label tapes of the study one by one; store the predictions and write a sheet for each.

    Yields:
        Each tape as it is done, so that progress can be shown.

    Raises:
        ConfigError: The model's codebook isn't one of the study's.
        StoreError: A tape that the study doesn't have; nothing is labelled then.
        SheetError: A sheet is there already; nothing is labelled then.
        ModelError: The model codes with other codes than the codebook has.
    """
    codebook = study.codebook(model.codebook)
    if model.codes != codebook.codes:
        raise ModelError(
            f"{model.name} gives {', '.join(model.codes)}, but {codebook.key} has "
            f"{', '.join(codebook.codes)}.",
            hint="Put the codebook that the model was trained under in configs/codebooks/.",
        )
    if not force:
        refuse_existing(out / f"{tape}.{format.value}" for tape in tapes)
    labeller = Labeller(model, device=device)
    with study.store() as store:
        contents = [(store.tape(tape), store.utterances(tape)) for tape in tapes]
        for tape, utterances in contents:
            predictions = labeller.label(tape, utterances)
            store.add_predictions(predictions)
            rows = rows_of(tape, utterances, {p.utterance: p for p in predictions})
            paths = write_sheets(
                out,
                {tape.id: rows},
                format=format,
                codebook=codebook,
                model=model.name,
                codes=model.codes,
                force=True,
            )
            yield Precoded(tape=tape.id, predictions=tuple(predictions), sheet=paths[tape.id])
