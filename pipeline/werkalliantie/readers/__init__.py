"""Transcripts in: one module a format, one line grammar for text and Word (`grammar`).

Importing this package is light: a format's library loads when a file of that format is read.
"""

from pathlib import Path

from werkalliantie.configuration.mapping import ImportMapping
from werkalliantie.errors import TranscriptError
from werkalliantie.readers.naming import TapeDetails
from werkalliantie.readers.reading import Reading

__all__ = ["Reading", "read_transcript"]


def read_transcript(
    path: Path,
    mapping: ImportMapping,
    *,
    tape: str | None = None,
    worker: str | None = None,
    client: str | None = None,
    unit: str | None = None,
) -> tuple[Reading, ...]:
    """Read a transcript; a table may hold several tapes.

    `tape` is the tape's id, by default the name of the file without its suffix or what the table
    says. `worker`, `client` and `unit` are pseudonyms, by default what the table says, or
    the header of a text.

    Raises:
        TranscriptError: Another kind of file, nothing in it, or something in it that isn't
            understood; every fault of the file at once.
    """
    details = TapeDetails(id=tape, worker=worker, client=client, unit=unit)
    suffix = path.suffix.casefold()
    if suffix == ".txt":
        from werkalliantie.readers.plain import read_plain

        return read_plain(path, mapping, details)
    if suffix == ".docx":
        from werkalliantie.readers.word import read_word

        return read_word(path, mapping, details)
    if suffix in (".csv", ".xlsx"):
        from werkalliantie.readers.table import read_table

        return read_table(path, mapping, details)
    raise _unread_kind(path, suffix)


def _unread_kind(path: Path, suffix: str) -> TranscriptError:
    if suffix == ".doc":
        return TranscriptError(
            f"{path.name}: the old Word format (.doc); expected .docx.",
            hint="Open it in Word and save it as .docx.",
        )
    if path.is_dir():
        return TranscriptError(
            f"{path}: a folder; expected a transcript.",
            hint="Name the files in it, as in: werkalliantie import FOLDER/*.docx",
        )
    kind = f'"{path.suffix}" files' if suffix else "files without a suffix"
    return TranscriptError(
        f"{path.name}: {kind} can't be read; expected .txt, .docx, .csv or .xlsx.",
        hint="Save the transcript as one of these.",
    )
