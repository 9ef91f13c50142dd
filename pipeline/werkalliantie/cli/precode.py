"""`werkalliantie precode`: suggestions for tapes of the study, as sheets to review."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from werkalliantie.cli.label import Device
from werkalliantie.cli.options import AsJson, ModelName, StudyFolder, echo_json, tell, wanted_tapes
from werkalliantie.registry import Registry
from werkalliantie.sheets.layout import SheetFormat
from werkalliantie.study import Study

if TYPE_CHECKING:
    from werkalliantie.precoding import Precoded


def precode(
    tapes: Annotated[list[str], typer.Argument(metavar="TAPE...", help='Tapes, or "all".')],
    out: Annotated[Path | None, typer.Option(help="Folder; data/precoded otherwise.")] = None,
    format: Annotated[SheetFormat, typer.Option(help="Kind of sheet.")] = SheetFormat.XLSX,
    model: ModelName = None,
    device: Annotated[Device, typer.Option(help="Where to compute.")] = Device.CPU,
    force: Annotated[bool, typer.Option(help="Write over sheets that are there.")] = False,
    study: StudyFolder = Path(),
    as_json: AsJson = False,
) -> None:
    """Label tapes of the study, keep the predictions and write sheets for review."""
    from werkalliantie.precoding import precode as label_tapes

    opened = Study.open(study)
    found = Registry(opened.models).find(model)
    with opened.store() as store:
        wanted = wanted_tapes(store, tapes)
    folder = out or opened.data / "precoded"
    done = []
    for one in label_tapes(
        opened, found, wanted, out=folder, format=format, force=force, device=device.value
    ):
        done.append(one)
        if not as_json:
            tell(f"{one.tape}: {len(one.predictions)} utterances labelled, {one.sheet}")
    if as_json:
        documents = [_document(one, found.codes) for one in done]
        echo_json({"model": found.name, "codebook": found.codebook, "tapes": documents})


def _document(one: "Precoded", codes: tuple[str, ...]) -> dict[str, Any]:
    given = Counter(code for prediction in one.predictions for code in prediction.codes)
    return {
        "tape": one.tape,
        "sheet": str(one.sheet),
        "utterances": len(one.predictions),
        "codes": {code: given[code] for code in codes},
    }
