"""Labelling tapes of a study: predictions into the store, sheets for review.

Each tape's predictions are stored in one step, and its sheet is written after that. A run that is
stopped at any moment goes on where it stopped when it is started again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from werkalliantie.artefact import Artefact
from werkalliantie.coding import Prediction
from werkalliantie.labeller import Device
from werkalliantie.labelling import Labelling
from werkalliantie.precoding.asking import Asked, read
from werkalliantie.precoding.deciding import labelled, version_of
from werkalliantie.precoding.engine import Engine, LocalEngine
from werkalliantie.precoding.plan import codebook_for, plan
from werkalliantie.precoding.sheetfolder import SheetFolder
from werkalliantie.sheets.layout import SheetFormat
from werkalliantie.sheets.writing import refuse_existing
from werkalliantie.store import Store
from werkalliantie.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Precoded:
    """A tape that is labelled, and its sheet.

    Attributes:
        skipped: The same model had labelled the same text before, and wasn't asked again.
    """

    tape: str
    predictions: tuple[Prediction, ...]
    sheet: Path
    skipped: bool = False


def precode(
    study: Study,
    model: Artefact,
    tapes: Sequence[str],
    *,
    out: Path,
    format: SheetFormat,
    force: bool = False,
    again: bool = False,
    device: Device = "cpu",
    engine: Callable[[], Engine] | None = None,
) -> Iterator[Precoded]:
    """Label tapes of the study; store the predictions and write a sheet for each.

    Tapes that the same model has labelled already are not labelled again; a sheet of theirs that
    is there is left as it is. They come first.

    Args:
        force: Write over sheets that are there.
        again: Label every tape anew, in place of what a model of this name said before.
        engine: Makes what computes the scores; called only if there is something to compute.
            Where it is left out, this process does, on `device`.

    Yields:
        Each tape as it is done, so that progress can be shown.

    Raises:
        ConfigError: The model's codebook isn't one of the study's.
        StoreError: A tape that the study doesn't have; nothing is labelled then.
        SheetError: A sheet is there already; nothing is labelled then.
        ModelError: The model codes with other codes than the codebook has, or isn't the one of
            that name that labelled other tapes.
    """
    codebook = codebook_for(study, model)
    sheets = SheetFolder(folder=out, format=format, codebook=codebook, model=model, force=force)
    with study.store() as store:
        todo = plan(store, version_of(model), tapes, again=again)
        if not force:
            refuse_existing(map(sheets.path, todo.to_label))
        make = engine or (lambda: LocalEngine(model, device=device))
        new = labelled(store, model, todo.to_label, make)
        yield from skip(store, sheets, todo.labelled)
        yield from keep(store, sheets, new, again=again)


def skip(store: Store, sheets: SheetFolder, tapes: Iterable[str]) -> Iterator[Precoded]:
    """Yield tapes that are labelled already; where a sheet is missing, it is written."""
    sheets.sweep()
    for tape in tapes:
        labelling = store.labelling(tape, sheets.model.name)
        predictions = labelling.predictions if labelling else ()
        sheet = sheets.path(tape)
        if sheets.force or not sheet.exists():
            sheets.lay(read(store, tape), predictions)
        yield Precoded(tape=tape, predictions=predictions, sheet=sheet, skipped=True)


def keep(
    store: Store,
    sheets: SheetFolder,
    new: Iterable[tuple[Asked, Labelling]],
    *,
    again: bool = False,
) -> Iterator[Precoded]:
    """Store each labelling in a transaction of its own, then write its sheet."""
    for asked, labelling in new:
        store.add_labelling(labelling, again=again)
        sheet = sheets.lay(asked, labelling.predictions)
        yield Precoded(tape=asked.tape.id, predictions=labelling.predictions, sheet=sheet)
