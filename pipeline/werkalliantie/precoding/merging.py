"""Joining the parts that several machines made: predictions into the store, sheets for review."""

from collections.abc import Iterator
from pathlib import Path

from werkalliantie.artefact import Artefact
from werkalliantie.labelling import Labelling
from werkalliantie.precoding.asking import Asked, read
from werkalliantie.precoding.deciding import version_of
from werkalliantie.precoding.joining import Joined, join
from werkalliantie.precoding.plan import codebook_for, plan
from werkalliantie.precoding.run import Precoded, keep, skip
from werkalliantie.precoding.sheetfolder import SheetFolder
from werkalliantie.sheets.layout import SheetFormat
from werkalliantie.sheets.writing import refuse_existing
from werkalliantie.store import Store
from werkalliantie.study import Study


def merge(
    study: Study,
    model: Artefact,
    *,
    parts: Path,
    out: Path,
    format: SheetFormat,
    force: bool = False,
    again: bool = False,
) -> Iterator[Precoded]:
    """Store what the parts in a folder say and write a sheet for each tape; the parts stay.

    A run that was stopped goes on where it stopped; tapes that the same model has labelled already
    are left as they are.

    Args:
        force: Write over sheets that are there.
        again: Store every tape anew, in place of what a model of this name said before.

    Yields:
        Each tape as it is done.

    Raises:
        StoreError: The parts don't make one whole; every gap, overlap and difference is named, and
            nothing is stored.
        SheetError: A sheet is there already; nothing is stored then.
        ConfigError: The model's codebook isn't one of the study's.
        ModelError: The model codes with other codes than the codebook has, or isn't the one of
            that name that labelled other tapes.
    """
    codebook = codebook_for(study, model)
    sheets = SheetFolder(folder=out, format=format, codebook=codebook, model=model, force=force)
    version = version_of(model)
    with study.store() as store:
        joined = join(parts, version, store)
        todo = plan(store, version, joined.tapes, again=again)
        if not force:
            refuse_existing(map(sheets.path, todo.to_label))
        yield from skip(store, sheets, todo.labelled)
        new = _new(store, joined, frozenset(todo.to_label))
        yield from keep(store, sheets, new, again=again)


def _new(store: Store, joined: Joined, tapes: frozenset[str]) -> Iterator[tuple[Asked, Labelling]]:
    for labelling in joined.labellings():
        if labelling.tape in tapes:
            yield read(store, labelling.tape), labelling
