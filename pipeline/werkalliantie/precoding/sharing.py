"""Labelling one shard of a study's tapes into a part, on one of several machines."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from werkalliantie.artefact import Artefact
from werkalliantie.coding import Prediction
from werkalliantie.errors import StoreError, gather
from werkalliantie.labeller import Device
from werkalliantie.labelling import Labelling
from werkalliantie.precoding.deciding import labelled, version_of
from werkalliantie.precoding.engine import Engine, LocalEngine
from werkalliantie.precoding.part import Header, file_name, open_part
from werkalliantie.precoding.partial import Partial
from werkalliantie.precoding.plan import codebook_for
from werkalliantie.precoding.shard import Shard, list_sha
from werkalliantie.store import Store
from werkalliantie.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class InPart:
    """A tape of the shard that is in the part.

    Attributes:
        skipped: An earlier run had put it there.
    """

    tape: str
    predictions: tuple[Prediction, ...]
    skipped: bool


def precode_shard(
    study: Study,
    model: Artefact,
    tapes: Sequence[str],
    *,
    shard: Shard,
    folder: Path,
    force: bool = False,
    device: Device = "cpu",
    engine: Callable[[], Engine] | None = None,
) -> Iterator[InPart]:
    """Label a shard of the tapes and write its part; the study's database isn't written to.

    What the database says of earlier labelling isn't looked at: a shard's part has the same bytes
    on any machine of the same kind. A run that was stopped goes on where it stopped.

    Args:
        tapes: All that are divided, the same for every shard.
        folder: Where the part goes.
        force: Make the part anew even if it is there.
        engine: Makes what computes the scores, on `device`.

    Yields:
        Each tape as it is in the part.

    Raises:
        ConfigError: The model's codebook isn't one of the study's.
        ModelError: The model codes with other codes than the codebook has.
        StoreError: A tape that the study doesn't have, or the part is there and isn't of these
            tapes; nothing is labelled then.
    """
    codebook_for(study, model)
    header = _header(model, tapes, shard, device)
    path = folder / header.file_name
    own = shard.share(tapes)
    make = engine or (lambda: LocalEngine(model, device=device))
    with study.store() as store:
        store.refuse_unknown(tapes)
        if path.exists() and not force:
            yield from _there(store, path, header, own)
        else:
            yield from _written(store, model, own, path, header, make)


def part_path(folder: Path, model: Artefact, shard: Shard) -> Path:
    """Return where a shard's part is, or would be."""
    return folder / file_name(version_of(model), shard)


def _header(model: Artefact, tapes: Sequence[str], shard: Shard, device: Device) -> Header:
    return Header(
        model=version_of(model),
        codes=model.codes,
        device=device,
        shard=shard,
        list_sha=list_sha(tapes),
    )


def _there(store: Store, path: Path, header: Header, tapes: Sequence[str]) -> Iterator[InPart]:
    part = open_part(path)
    faults = []
    # As in a study, a tape that the model has labelled is done, whatever it was computed in.
    if replace(part.header, precision=None) != header:
        faults.append("it was made for another list of tapes, or on another device")
    elif [one.tape for one in part.labellings()] != [*tapes]:
        faults.append("it holds other tapes than this shard's")
    else:
        faults += [
            f'tape "{one.tape}" had another text'
            for one in part.labellings()
            if one.text_sha != store.text_sha(one.tape)
        ]
    hint = "Make it anew with --force, or give another place with --out."
    gather(path.name, faults, StoreError, hint)
    yield from (_in_part(one, skipped=True) for one in part.labellings())


def _written(
    store: Store,
    model: Artefact,
    tapes: Sequence[str],
    path: Path,
    header: Header,
    engine: Callable[[], Engine],
) -> Iterator[InPart]:
    def is_next(number: int, labelling: Labelling) -> bool:
        fits = number < len(tapes) and labelling.tape == tapes[number]
        return fits and labelling.text_sha == store.text_sha(labelling.tape)

    made = engine() if tapes else None
    n_kept = 0
    # What a run in another precision left is begun anew: a part is of one.
    with Partial(path, replace(header, precision=made.precision if made else None)) as partial:
        for one in partial.kept(is_next):
            n_kept += 1
            yield _in_part(one, skipped=True)
        if made is not None:
            for _, one in labelled(store, model, tapes[n_kept:], lambda: made):
                partial.add(one)
                yield _in_part(one, skipped=False)
        partial.finish()


def _in_part(labelling: Labelling, *, skipped: bool) -> InPart:
    return InPart(tape=labelling.tape, predictions=labelling.predictions, skipped=skipped)
