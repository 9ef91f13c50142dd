"""`werkalliantie codes`: coders' answers in and out of the study, and empty sheets to code on."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from werkalliantie.cli.options import (
    EVERY_TAPE,
    AsJson,
    StudyFolder,
    echo_json,
    names_in,
    tell,
    wanted_tapes,
)
from werkalliantie.coding import Mode
from werkalliantie.errors import SheetError
from werkalliantie.sheets.layout import SheetFormat

if TYPE_CHECKING:
    from werkalliantie.coding import Coding
    from werkalliantie.segment import SegmentCoding
    from werkalliantie.sheets import CodedSheet
    from werkalliantie.store import CodingCounts, Store

app = typer.Typer(
    help="Coders' answers in and out, and empty sheets to code on.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

CodebookKey = Annotated[str | None, typer.Option("--codebook", help="Codebook, by key.")]
Force = Annotated[bool, typer.Option("--force", help="Write over files that are there.")]


@app.command("import")
def import_codes(
    file: Annotated[Path, typer.Argument(help="A filled-in sheet or an exported table.")],
    coder: Annotated[
        str | None,
        typer.Option(help="Whose codes these are; an exported table says so itself."),
    ] = None,
    mode: Annotated[
        Mode | None, typer.Option(help="How they came about, where the file tells it wrong.")
    ] = None,
    codebook: CodebookKey = None,
    window_minutes: Annotated[
        float, typer.Option(min=0.01, help="Length of a window, in a table of coded windows.")
    ] = 5.0,
    study: StudyFolder = Path(),
    as_json: AsJson = False,
) -> None:
    """Bring a coder's answers into the study: all of a file, or nothing of it."""
    from werkalliantie.sheets import read_codings
    from werkalliantie.study import Study

    opened = Study.open(study)
    with opened.store() as store:
        sheet = read_codings(
            file,
            study=opened,
            store=store,
            coder=coder,
            codebook=codebook,
            mode=mode,
            window_minutes=window_minutes,
        )
        counts, of_segments = store.add_answers(sheet.codings, sheet.segments)
    for remark in sheet.remarks:
        tell(f"{sheet.file}: {remark}")
    if as_json:
        echo_json(_import_document(sheet, counts, of_segments))
        return
    stretches = (
        f"; of stretches {of_segments.added} added, {of_segments.changed} changed, "
        f"{of_segments.unchanged} unchanged"
        if sheet.segments
        else ""
    )
    typer.echo(
        f"{sheet.file}: {counts.added} added, {counts.changed} changed, {counts.unchanged} "
        f"unchanged, {sheet.n_not_seen} not seen{stretches} "
        f"(coder {sheet.coder or 'as in the table'}, {sheet.mode or 'mode as in the table'}; "
        f"tape {', '.join(sheet.tapes)})"
    )


@app.command("export")
def export_codes(
    out: Annotated[Path | None, typer.Option(help="File to write; stdout otherwise.")] = None,
    format: Annotated[
        SheetFormat | None, typer.Option(help="Kind of file; by the file's name otherwise.")
    ] = None,
    coders: Annotated[
        str | None, typer.Option(help="Coders, comma-separated; all otherwise.")
    ] = None,
    tapes: Annotated[
        str | None, typer.Option(help="Tapes, comma-separated; all otherwise.")
    ] = None,
    codebook: CodebookKey = None,
    force: Force = False,
    study: StudyFolder = Path(),
    as_json: AsJson = False,
) -> None:
    """Write the answers that count as one table, without any text of the tapes."""
    from werkalliantie.sheets import write_codings
    from werkalliantie.study import Study

    kind = _kind(out, format)
    if out is not None and not force:
        from werkalliantie.sheets.writing import refuse_existing

        refuse_existing([out])
    with Study.open(study).store() as store:
        codings, segments = _codings(store, names_in(coders), names_in(tapes), codebook)
    if out is not None:
        write_codings(out, codings, segments)
    if as_json:
        echo_json(_export_document(out, codings, segments))
    elif out is None:
        typer.echo(_text(codings, segments, kind), nl=False)
    else:
        more = f", {len(segments)} of stretches" if segments else ""
        typer.echo(f"{out}: {len(codings)} codings{more}")


@app.command("sheet")
def blank_sheets(
    tapes: Annotated[
        list[str] | None, typer.Argument(metavar="[TAPE]...", help='Tapes; "all" if left out.')
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder; data/sheets otherwise.")] = None,
    format: Annotated[SheetFormat, typer.Option(help="Kind of sheet.")] = SheetFormat.XLSX,
    codebook: CodebookKey = None,
    force: Force = False,
    study: StudyFolder = Path(),
    as_json: AsJson = False,
) -> None:
    """Write sheets without suggestions, to code blind on."""
    from werkalliantie.sheets import rows_of, write_sheets
    from werkalliantie.study import Study

    opened = Study.open(study)
    book = opened.codebook(codebook)
    with opened.store() as store:
        rows = {
            tape: rows_of(store.tape(tape), store.utterances(tape))
            for tape in wanted_tapes(store, tapes or [EVERY_TAPE])
        }
    paths = write_sheets(
        out or opened.data / "sheets", rows, format=format, codebook=book, force=force
    )
    done = [
        {
            "tape": tape,
            "file": str(path),
            "utterances": sum(row.index is not None for row in rows[tape]),
            "offered": sum(row.offered for row in rows[tape]),
        }
        for tape, path in paths.items()
    ]
    if as_json:
        echo_json({"codebook": book.key, "sheets": done})
        return
    for one in done:
        typer.echo(f"{one['file']}: {one['offered']} utterances to code")


def _import_document(
    sheet: "CodedSheet", counts: "CodingCounts", of_segments: "CodingCounts"
) -> dict[str, Any]:
    return {
        "file": sheet.file,
        "coder": sheet.coder,
        "codebook": sheet.codebook,
        "mode": sheet.mode,
        "added": counts.added,
        "changed": counts.changed,
        "unchanged": counts.unchanged,
        "not_seen": sheet.n_not_seen,
        "segments": {
            "added": of_segments.added,
            "changed": of_segments.changed,
            "unchanged": of_segments.unchanged,
        },
        "tapes": list(sheet.tapes),
        "remarks": list(sheet.remarks),
    }


def _export_document(
    out: Path | None, codings: "Sequence[Coding]", segments: "Sequence[SegmentCoding]"
) -> dict[str, Any]:
    """Return what was exported; the codings themselves only if no file holds them."""
    from werkalliantie.sheets.json_lines import coding_object, segment_object

    return {
        "file": None if out is None else str(out),
        "n_codings": len(codings),
        "codings": [coding_object(coding) for coding in codings] if out is None else None,
        "n_segments": len(segments),
        "segments": [segment_object(coding) for coding in segments] if out is None else None,
    }


def _codings(
    store: "Store", coders: list[str] | None, tapes: list[str] | None, codebook: str | None
) -> "tuple[tuple[Coding, ...], tuple[SegmentCoding, ...]]":
    if tapes is not None:
        for tape in tapes:
            store.utterances(tape)  # raises for one that isn't there
    there = {coding.coder for coding in store.codings()}
    there |= {coding.coder for coding in store.segment_codings()}
    unknown = [coder for coder in coders or () if coder not in there]
    if unknown:
        raise SheetError(
            f'no codings of coder "{unknown[0]}". Expected one of: '
            f"{', '.join(sorted(there)) or '(none yet)'}.",
            hint="Correct --coders, or leave it out for every coder.",
        )
    return (
        store.codings(codebook=codebook, tapes=tapes, coders=coders),
        store.segment_codings(codebook=codebook, tapes=tapes, coders=coders),
    )


def _kind(out: Path | None, format: SheetFormat | None) -> SheetFormat:
    """Return the format that the file's name and --format agree on."""
    from werkalliantie.sheets.writing import format_of

    if out is None:
        if format is SheetFormat.XLSX:
            raise SheetError(
                "a workbook can't be written to stdout.", hint="Name a file with --out FILE.xlsx."
            )
        return format or SheetFormat.CSV
    by_name = format_of(out)
    if format not in (None, by_name):
        raise SheetError(
            f"{out.name}: its name says {by_name}, --format says {format}.",
            hint="Correct one of them, or leave --format out.",
        )
    return by_name


def _text(
    codings: "Sequence[Coding]", segments: "Sequence[SegmentCoding]", kind: SheetFormat
) -> str:
    from werkalliantie.sheets import delimited, json_lines

    if kind is SheetFormat.CSV:
        return delimited.codings_text(codings, segments, line_end="\n")
    return json_lines.codings_text(codings, segments)
