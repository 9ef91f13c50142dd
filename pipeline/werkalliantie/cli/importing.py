"""`werkalliantie import`: transcripts into the study, every source line accounted for."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from werkalliantie.cli.options import AsJson, StudyFolder, echo_json, tell
from werkalliantie.errors import ConfigError
from werkalliantie.study import Study
from werkalliantie.transcript import LineKind

if TYPE_CHECKING:
    from werkalliantie.intake import Taken
    from werkalliantie.readers import Reading


def import_transcripts(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Transcripts or tables.")],
    mapping: Annotated[
        Path | None, typer.Option(help="How to read them; configs/imports/default.toml otherwise.")
    ] = None,
    tape: Annotated[str | None, typer.Option(help="Name of the tape (one file).")] = None,
    worker: Annotated[str | None, typer.Option(help="Pseudonym of the worker.")] = None,
    client: Annotated[str | None, typer.Option(help="Pseudonym of the client.")] = None,
    unit: Annotated[str | None, typer.Option(help="Pseudonym of the unit.")] = None,
    study: StudyFolder = Path(),
    as_json: AsJson = False,
) -> None:
    """Bring transcripts into the study."""
    from werkalliantie.intake import Origin, take_in

    if tape is not None and len(files) > 1:
        raise ConfigError(
            f"--tape names one tape, and {len(files)} files were given.",
            hint="Import them one by one, or leave --tape out to name tapes after their files.",
        )
    opened = Study.open(study)
    rules = opened.mapping(mapping)
    origins = [
        Origin(path=path, mapping=rules, tape=tape, worker=worker, client=client, unit=unit)
        for path in files
    ]
    taken = take_in(opened, origins)
    for remark in _remarks(taken, rules.source):
        tell(remark)
    if as_json:
        echo_json([_document(one) for one in taken])
        return
    for one in taken:
        typer.echo(_sentence(one))


def _document(one: "Taken") -> dict[str, Any]:
    reading, tape = one.reading, one.reading.tape
    return {
        "file": reading.file,
        "tape": tape.id,
        "worker": tape.worker,
        "client": tape.client,
        "unit": tape.unit,
        "new": one.new,
        "same_as": [*one.same_as],
        "filled_in": [*one.filled_in],
        "turns": len(tape.turns),
        "worker_turns": sum(1 for _ in tape.worker_turns),
        "utterances": len(one.utterances),
        "backchannels": sum(utterance.backchannel for utterance in one.utterances),
        "codings": len(reading.codings),
        "unread_columns": [*reading.unread_columns],
        "skipped": [
            {"line": s.line, "kind": s.kind.value, "characters": s.n_characters}
            for s in reading.skipped
        ],
    }


def _sentence(one: "Taken") -> str:
    document = _document(one)
    skipped = [s for s in one.reading.skipped if s.kind is not LineKind.LOOKS_LIKE_TURN]
    kinds = Counter(part.kind for part in skipped)
    parts = [f"{n} {kind.value.replace('_', ' ')}" for kind, n in sorted(kinds.items())]
    lines = [
        f"{document['tape']}: {document['turns']} turns, {document['worker_turns']} by the worker; "
        f"{document['utterances']} utterances, {document['backchannels']} of them backchannels"
        + (f"; {document['codings']} codings" if document["codings"] else "")
        + (f"; not speech: {', '.join(parts)}" if parts else "")
        + ("" if one.new else f"; was here already, {_change(one)}")
    ]
    lines += _to_look_at(one.reading, LineKind.NOT_UNDERSTOOD, "not understood")
    lines += _to_look_at(one.reading, LineKind.LOOKS_LIKE_TURN, "looks like a turn")
    return "\n".join(lines)


def _remarks(taken: "Sequence[Taken]", mapping: str) -> list[str]:
    """Return what to say of whole files, and of tapes that are copies."""
    unread = dict.fromkeys((one.reading.file, one.reading.unread_columns) for one in taken)
    remarks = [
        f"{file}: {len(columns)} column(s) not read: {', '.join(columns)}. Name those that "
        f"matter under [table.columns] in {mapping}."
        for file, columns in unread
        if columns
    ]
    remarks += [
        f'{one.reading.file}: the worker says the same, or nearly, on tape "{one.reading.tape.id}" '
        f"as on {', '.join(one.same_as)}. If it is one session, code only one of them: in training "
        "and agreement each counts."
        for one in taken
        if one.same_as
    ]
    return remarks


def _change(one: "Taken") -> str:
    return f"{' and '.join(one.filled_in)} filled in" if one.filled_in else "unchanged"


def _to_look_at(reading: "Reading", kind: LineKind, what: str) -> list[str]:
    found = [skipped.line for skipped in reading.skipped if skipped.kind is kind]
    if not found:
        return []
    places = ", ".join(map(str, found[:12])) + (" …" if len(found) > 12 else "")
    return [f"  {what}, please look at line(s) {places} of {reading.file}"]
