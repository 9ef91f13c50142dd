"""From the bytes of a file to its text, or to an error that says what the file seems to be.

A byte order mark decides; without one the text is UTF-8 or else Windows-1252, which is what older
Dutch Word and Excel write. Guessing by frequencies misreads short Dutch texts.
"""

import codecs
import re
from pathlib import Path

from werkalliantie.errors import TranscriptError

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAGIC = (
    (OLE_MAGIC, "an old Word or Excel document, or one with a password"),
    (b"%PDF-", "a PDF"),
    (b"{\\rtf", "a rich text (RTF) document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"ID3", "a sound recording"),
    (b"RIFF", "a sound recording"),
    (b"OggS", "a sound recording"),
    (b"\x1f\x8b", "a compressed archive"),
)
# Everything below a space but tab, line ends, form feed, vertical tab and the old end-of-file mark.
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")


def read_bytes(path: Path) -> bytes:
    """Return the content of a file.

    Raises:
        TranscriptError: There is no such file, it can't be opened or it is empty.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise TranscriptError(
            f"{path.name}: no such file; expected a transcript.",
            hint="Check the name and the folder.",
        ) from None
    except OSError as error:
        raise TranscriptError(
            f"{path.name}: can't be opened ({error.strerror}); expected a transcript.",
            hint="Check that it is a file that you may read and that no other program holds it.",
        ) from None
    if not data:
        raise TranscriptError(
            f"{path.name}: empty file; expected a transcript.",
            hint="Save the transcript again under this name.",
        )
    return data


def read_text_file(path: Path) -> str:
    """Return the text of a file, with every line end as a line feed and without a byte order mark.

    Raises:
        TranscriptError: No such file, nothing in it, or something else than text.
    """
    data = read_bytes(path)
    text = _unify_line_ends(_decode(data, file=path.name))
    if not text.strip():
        raise TranscriptError(
            f"{path.name}: only blank lines; expected a transcript.",
            hint="Save the transcript again under this name.",
        )
    return text


def kind_of(data: bytes) -> str | None:
    """Return what bytes seem to be when they are not text, such as "a PDF"; None for text."""
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data.startswith(b"PK\x03\x04"):
        return _kind_of_archive(data)
    # A stray control character comes with text copied from a PDF; more than that is not text.
    if b"\x00" in data or len(_CONTROL.findall(data)) * 100 > len(data):
        return "a binary file"
    return None


def refuse_kind(kind: str | None, *, file: str, expected: str) -> None:
    """Raise an error that says what a file seems to be, or return if there is no such thing."""
    if kind is not None:
        raise TranscriptError(
            f"{file}: seems to be {kind}; expected {expected}.",
            hint="Open it in the program that made it and save it as .docx, .txt, .csv or .xlsx.",
        )


def _kind_of_archive(data: bytes) -> str:
    if b"word/" in data:
        return "a Word document (.docx)"
    if b"xl/" in data:
        return "an Excel workbook (.xlsx)"
    return "a zip archive"


def _decode(data: bytes, *, file: str) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = _strictly(data[len(mark) :], encoding, file=file)
            refuse_kind(kind_of(text.encode()), file=file, expected="plain text")
            return text
    refuse_kind(kind_of(data), file=file, expected="plain text")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _strictly(data, "cp1252", file=file)


def _strictly(data: bytes, encoding: str, *, file: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise TranscriptError(
            f"{file}, line {line}: neither UTF-8 nor Windows-1252 text.",
            hint="Save the file as UTF-8.",
        ) from None


def _unify_line_ends(text: str) -> str:
    # The last character may be the end-of-file mark of DOS programs.
    return text.removesuffix("\x1a").replace("\r\n", "\n").replace("\r", "\n")
