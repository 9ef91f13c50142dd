"""`werkalliantie precode`: suggestions for tapes of the study, as sheets to review."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from werkalliantie.artefact import Artefact
from werkalliantie.cli import ordering
from werkalliantie.cli.label import Device
from werkalliantie.cli.options import AsJson, ModelName, StudyFolder, echo_json, tell, wanted_tapes
from werkalliantie.registry import Registry
from werkalliantie.sheets.layout import SheetFormat
from werkalliantie.study import Study

if TYPE_CHECKING:
    from werkalliantie.precoding import InPart, Precoded, Shard
    from werkalliantie.precoding.engine import Engine


class EngineName(StrEnum):
    """What computes."""

    LOCAL = "local"
    RAY = "ray"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What is to be done with which tapes."""

    study: Study
    model: Artefact
    folder: Path
    format: SheetFormat
    device: Device
    force: bool
    again: bool
    order: bool
    budget: bool

    @property
    def parts(self) -> Path:
        """Where parts are: of every machine, for those that share a disk."""
        return self.folder / "parts"


def precode(
    tapes: Annotated[
        list[str] | None, typer.Argument(metavar="TAPE", help='Tapes, or "all".')
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder; data/precoded otherwise.")] = None,
    format: Annotated[SheetFormat, typer.Option(help="Kind of sheet.")] = SheetFormat.XLSX,
    model: ModelName = None,
    device: Annotated[Device, typer.Option(help="Where to compute.")] = Device.CPU,
    engine: Annotated[
        EngineName, typer.Option(help="What computes: this process, or a Ray cluster.")
    ] = EngineName.LOCAL,
    threads: Annotated[
        int, typer.Option(min=0, help="Cores to compute on; 0 takes every one.")
    ] = 0,
    shard: Annotated[
        str | None,
        typer.Option(metavar="I/N", help="Label this share of the tapes only, into a part."),
    ] = None,
    merge: Annotated[
        bool, typer.Option("--merge", help="Store the parts of all shards and write the sheets.")
    ] = False,
    force: Annotated[bool, typer.Option(help="Write over sheets that are there.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Label anew what this model has labelled already.")
    ] = False,
    order: Annotated[
        bool, typer.Option("--order", help="Rank what to review next, into order.csv.")
    ] = False,
    budget: Annotated[
        bool, typer.Option("--budget", help="Add to --order what kappa to expect after review.")
    ] = False,
    study: StudyFolder = Path(),
    as_json: AsJson = False,
) -> None:
    """Label tapes of the study, keep the predictions and write sheets for review."""
    share = _shard(shard)
    _check(tapes or [], share, merge=merge)
    _check_order(share, order=order, budget=budget)
    opened = Study.open(study)
    request = _Request(
        study=opened,
        model=Registry(opened.models).find(model),
        folder=out or opened.data / "precoded",
        format=format,
        device=device,
        force=force,
        again=again,
        order=order,
        budget=budget,
    )
    if merge:
        _report(_merged(request), request, {}, as_json=as_json)
        return
    with opened.store() as store:
        wanted = wanted_tapes(store, tapes or [])
    made = _engine(request, engine, threads)
    if share is None:
        _report(_precoded(request, wanted, made), request, {}, as_json=as_json, order=wanted)
        return
    from werkalliantie.precoding.sharing import part_path

    part = part_path(request.parts, request.model, share)
    more = {"shard": str(share), "part": str(part)}
    _report(_shared(request, wanted, share, made), request, more, as_json=as_json)
    if not as_json:
        tell(f"shard {share} is in {part}")


def _shard(text: str | None) -> "Shard | None":
    from werkalliantie.precoding.shard import Shard

    try:
        return None if text is None else Shard.parse(text)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--shard") from None


def _check(tapes: Sequence[str], shard: "Shard | None", *, merge: bool) -> None:
    if merge and (tapes or shard):
        raise typer.BadParameter("takes no tapes and no --shard.", param_hint="--merge")
    if not merge and not tapes:
        raise typer.BadParameter('name tapes, or "all".', param_hint="TAPE")


def _check_order(shard: "Shard | None", *, order: bool, budget: bool) -> None:
    if order and shard:
        raise typer.BadParameter("give it with --merge, not with --shard.", param_hint="--order")
    if budget and not order:
        raise typer.BadParameter("goes with --order.", param_hint="--budget")


def _engine(request: _Request, engine: EngineName, threads: int) -> "Callable[[], Engine]":
    if engine is EngineName.RAY:
        from werkalliantie.precoding.cluster import ray_engine

        return ray_engine(request.model, request.device.value)
    from werkalliantie.precoding.engine import LocalEngine

    return lambda: LocalEngine(request.model, device=request.device.value, threads=threads)


def _precoded(
    request: _Request, tapes: Sequence[str], engine: "Callable[[], Engine]"
) -> "Iterator[Precoded]":
    from werkalliantie.precoding import precode

    return precode(
        request.study,
        request.model,
        tapes,
        out=request.folder,
        format=request.format,
        force=request.force,
        again=request.again,
        engine=engine,
    )


def _shared(
    request: _Request, tapes: Sequence[str], shard: "Shard", engine: "Callable[[], Engine]"
) -> "Iterator[InPart]":
    from werkalliantie.precoding import precode_shard

    return precode_shard(
        request.study,
        request.model,
        tapes,
        shard=shard,
        folder=request.parts,
        force=request.force or request.again,
        device=request.device.value,
        engine=engine,
    )


def _merged(request: _Request) -> "Iterator[Precoded]":
    from werkalliantie.precoding import merge

    return merge(
        request.study,
        request.model,
        parts=request.parts,
        out=request.folder,
        format=request.format,
        force=request.force,
        again=request.again,
    )


def _report(
    done: "Iterator[Precoded] | Iterator[InPart]",
    request: _Request,
    more: dict[str, str],
    *,
    as_json: bool,
    order: Sequence[str] = (),
) -> None:
    documents = []
    for one in done:
        documents.append(_document(one, request.model.codes))
        if not as_json:
            tell(_line(one))
    places = {tape: place for place, tape in enumerate(order)}
    documents.sort(key=lambda document: places.get(document["tape"], 0))
    ordered = _ordered(request, [document["tape"] for document in documents])
    if as_json:
        said = {"model": request.model.name, "codebook": request.model.codebook, **more}
        further = {} if ordered is None else ordering.document(ordered)
        echo_json({**said, "tapes": documents, **further})
    elif ordered is not None:
        typer.echo(ordering.summary(ordered))


def _ordered(request: _Request, tapes: Sequence[str]) -> ordering.Ordered | None:
    if not request.order:
        return None
    return ordering.ordered(
        request.study, request.model, tapes, folder=request.folder, budget=request.budget
    )


def _line(one: "Precoded | InPart") -> str:
    said = "labelled already" if one.skipped else f"{len(one.predictions)} utterances labelled"
    sheet = _sheet(one)
    return f"{one.tape}: {said}, {sheet}" if sheet else f"{one.tape}: {said}"


def _sheet(one: "Precoded | InPart") -> Path | None:
    from werkalliantie.precoding import Precoded

    return one.sheet if isinstance(one, Precoded) else None


def _document(one: "Precoded | InPart", codes: tuple[str, ...]) -> dict[str, Any]:
    given = Counter(code for prediction in one.predictions for code in prediction.codes)
    sheet = _sheet(one)
    return {
        "tape": one.tape,
        "sheet": None if sheet is None else str(sheet),
        "utterances": len(one.predictions),
        "codes": {code: given[code] for code in codes},
        "skipped": one.skipped,
    }
