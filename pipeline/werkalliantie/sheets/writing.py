"""Writing sheets and tables of codings, in any format, whole or not at all."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from werkalliantie.codebook import Codebook
from werkalliantie.coding import Coding
from werkalliantie.errors import SheetError
from werkalliantie.segment import SegmentCoding
from werkalliantie.sheets.conversation import Row
from werkalliantie.sheets.layout import Sheet, SheetFormat


def write_sheet(
    path: Path,
    rows: Sequence[Row],
    *,
    codebook: Codebook,
    model: str | None = None,
    codes: Sequence[str] = (),
) -> None:
    """Write one coding sheet in the format of the path's suffix, in place of what is there.

    Args:
        rows: The rows of one tape, or of several in blocks.
        model: Name of the model whose suggestions the rows carry; None for a blind sheet.
        codes: The codes whose probabilities are shown, in order.

    Raises:
        SheetError: The suffix is of no format.
    """
    sheet = Sheet(rows=tuple(rows), codebook=codebook, model=model, codes=tuple(codes))
    write = _sheet_writer(format_of(path))
    with _replacing([path]) as (partial,):
        write(partial, sheet)


def write_sheets(
    folder: Path,
    rows_by_tape: Mapping[str, Sequence[Row]],
    *,
    format: SheetFormat,
    codebook: Codebook,
    model: str | None = None,
    codes: Sequence[str] = (),
    force: bool = False,
) -> dict[str, Path]:
    """Write a sheet for each tape, named after it; all of them or none.

    Returns:
        The path of each tape's sheet.

    Raises:
        SheetError: A file is there already and `force` isn't given: it may hold a coder's work.
    """
    sheets = {
        tape: Sheet(rows=tuple(rows), codebook=codebook, model=model, codes=tuple(codes))
        for tape, rows in rows_by_tape.items()
    }
    paths = {tape: folder / f"{tape}.{format.value}" for tape in sheets}
    if not force:
        refuse_existing(paths.values())
    write = _sheet_writer(format)
    folder.mkdir(parents=True, exist_ok=True)
    with _replacing([*paths.values()]) as partials:
        for partial, sheet in zip(partials, sheets.values(), strict=True):
            write(partial, sheet)
    return paths


def write_codings(
    path: Path, codings: Iterable[Coding], segments: Sequence[SegmentCoding] = ()
) -> None:
    """Write a table of codings in the format of the path's suffix, in place of what is there.

    Those of stretches stand behind those of utterances, with `from` and `to` in place of `index`.

    Raises:
        SheetError: The suffix is of no format.
    """
    write = _codings_writer(format_of(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    with _replacing([path]) as (partial,):
        write(partial, codings, segments)


def refuse_existing(paths: Iterable[Path]) -> None:
    """Raise if any of the files is there already.

    Raises:
        SheetError: Naming every one.
    """
    there = [path for path in paths if path.exists()]
    if there:
        names = ", ".join(path.name for path in there)
        raise SheetError(
            f"{there[0].parent}: already there: {names}. It may hold a coder's work.",
            hint="Give another place with --out, or write over it with --force.",
        )


def format_of(path: Path) -> SheetFormat:
    """Return the format that a path's suffix stands for.

    Raises:
        SheetError: It stands for none.
    """
    try:
        return SheetFormat(path.suffix.removeprefix(".").casefold())
    except ValueError:
        raise SheetError(
            f'{path.name}: no kind of sheet ends in "{path.suffix}". Expected .xlsx, .csv or '
            ".jsonl.",
            hint="Save the sheet as one of these.",
        ) from None


def _sheet_writer(format: SheetFormat) -> Callable[[Path, Sheet], None]:
    # Each format loads its libraries only when it is asked for.
    if format is SheetFormat.XLSX:
        from werkalliantie.sheets import excel

        return excel.write_sheet
    from werkalliantie.sheets import delimited, json_lines

    return delimited.write_sheet if format is SheetFormat.CSV else json_lines.write_sheet


def _codings_writer(
    format: SheetFormat,
) -> Callable[[Path, Iterable[Coding], Sequence[SegmentCoding]], None]:
    if format is SheetFormat.XLSX:
        from werkalliantie.sheets import excel

        return excel.write_codings
    from werkalliantie.sheets import delimited, json_lines

    return delimited.write_codings if format is SheetFormat.CSV else json_lines.write_codings


@contextmanager
def _replacing(paths: Sequence[Path]) -> Iterator[list[Path]]:
    """Give a temporary name beside each path; put them in place if nothing went wrong."""
    partials = [path.with_name(f".{path.name}.{os.getpid()}.part") for path in paths]
    try:
        yield partials
        for partial, path in zip(partials, paths, strict=True):
            partial.replace(path)
    finally:
        for partial in partials:
            partial.unlink(missing_ok=True)
