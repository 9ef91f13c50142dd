"""Word documents: `.docx`, through docx2python.

The text is what Word shows with its changes accepted: tracked insertions and text boxes are in it,
deletions, comments, footnotes, page headers and automatic numbers are not. docx2python by itself
writes out marks of links and pictures, and repeats moved text and text boxes; the document is
pruned of these before it reads. A paragraph, or a part of it up to a soft break, is a line.
"""

import re
import zlib
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from docx2python import docx2python
from docx2python.depth_collector import Par
from docx2python.docx_output import DocxContent

from werkalliantie.configuration.mapping import ImportMapping
from werkalliantie.errors import TranscriptError
from werkalliantie.readers.decoding import OLE_MAGIC, kind_of, read_bytes, refuse_kind
from werkalliantie.readers.grammar import Grammar
from werkalliantie.readers.naming import TapeDetails, tape_of
from werkalliantie.readers.reading import Reading
from werkalliantie.readers.speakers import UnknownSpeaker, merged, refuse_unknown
from werkalliantie.readers.turns import conversation_in
from werkalliantie.readers.wordtable import lines_of_table

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_PLACED = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_VML = "{urn:schemas-microsoft-com:vml}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"

_NOT_SHOWN = (
    f"{_W}del", f"{_W}moveFrom", f"{_MC}Fallback",  # deleted, moved away, doubles of text boxes
    f"{_W}hyperlink",  # emptied first
    f"{_W}numPr", f"{_W}tabs",  # automatic numbers, tab stops (which docx2python takes for tabs)
    f"{_W}footnoteReference", f"{_W}endnoteReference", f"{_W}commentRangeStart",
    f"{_W}commentRangeEnd", f"{_W}sym", f"{_DRAWING}blip", f"{_PLACED}docPr", f"{_VML}imagedata",
    f"{_MATH}oMath",
)  # fmt: skip
_SPELLED_OUT = (
    (rb"<w:cr\s*/>", b"<w:br/>"),
    (rb"<w:noBreakHyphen\s*/>", b"<w:t>-</w:t>"),
)
_MOST_BYTES = 200_000_000


def read_word(path: Path, mapping: ImportMapping, details: TapeDetails) -> tuple[Reading, ...]:
    """Read a Word document as one tape.

    Raises:
        TranscriptError: Not a readable Word document, or not understood.
    """
    data = read_bytes(path)
    _check(data, file=path.name)
    text = "\n".join(_lines(data, mapping, file=path.name))
    if not text.strip():
        raise TranscriptError(
            f"{path.name}: no text in this document; expected a transcript.",
            hint="Pictures of text can't be read: save the transcript as text.",
        )
    conversation = conversation_in(text, mapping, file=path.name)
    told = details.completed_by(conversation.details)
    tape = tape_of(conversation.turns, told, file=path.name, stem=path.stem, source_text=text)
    skipped = conversation.skipped
    return (Reading(file=path.name, tape=tape, skipped=skipped, given=details),)


def _check(data: bytes, *, file: str) -> None:
    if data.startswith(OLE_MAGIC):
        raise _closed(data, file=file)
    if not data.startswith(b"PK\x03\x04"):
        refuse_kind(kind_of(data) or "plain text", file=file, expected="a Word document (.docx)")
    try:
        with ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
    except BadZipFile:
        raise _damaged(file) from None
    if any(member.filename.startswith("xl/") for member in members):
        refuse_kind("an Excel workbook (.xlsx)", file=file, expected="a Word document (.docx)")
    if sum(member.file_size for member in members) > _MOST_BYTES:
        raise TranscriptError(
            f"{file}: unpacks to more than {_MOST_BYTES // 1_000_000} MB; expected a transcript.",
            hint="Remove the pictures, or save it as .txt.",
        )


def _closed(data: bytes, *, file: str) -> TranscriptError:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return TranscriptError(
            f"{file}: protected with a password; expected a document that opens without one.",
            hint="Open it in Word, remove the password and save it again.",
        )
    return TranscriptError(
        f"{file}: an old Word document (.doc) by another name; expected .docx.",
        hint="Open it in Word and save it as .docx.",
    )


def _damaged(file: str) -> TranscriptError:
    return TranscriptError(
        f"{file}: damaged, or not a Word document; expected .docx.",
        hint="Open it in Word and save it again as .docx.",
    )


def _lines(data: bytes, mapping: ImportMapping, *, file: str) -> list[str]:
    grammar = Grammar(mapping)
    lines: list[str] = []
    unknown: list[UnknownSpeaker] = []
    for table in _tables(data, file=file):
        if all(len(row) < 2 for row in table):
            lines += [line for row in table for cell in row for line in cell]
            continue
        found = lines_of_table(table, grammar)
        if found.widest > 1:
            raise TranscriptError(
                f"{file}: a table with {found.widest} columns of text behind the speaker; "
                "expected one.",
                hint="Save the table as .xlsx, and import it with a mapping that names its "
                "columns under [table.columns].",
            )
        lines += found.lines
        unknown += found.unknown
    refuse_unknown(merged(unknown), mapping, file=file, unit="table row")
    return lines


def _tables(data: bytes, *, file: str) -> list[list[list[list[str]]]]:
    """Return the lines in each cell of each row of each table.

    What is not in a table comes as one with a single cell.
    """
    try:
        with docx2python(_spelled_out(data), duplicate_merged_cells=False) as document:
            _prune(document)
            return [
                [[_cell(cell) for cell in row] for row in table] for table in document.body_pars
            ]
    # A damaged part shows in many ways: no such part, not XML, not the declared checksum.
    except (BadZipFile, KeyError, SyntaxError, ValueError, EOFError, RecursionError, zlib.error):
        raise _damaged(file) from None


def _spelled_out(data: bytes) -> BytesIO:
    """Return the document with its line ends and hyphens as docx2python knows them."""
    copy = BytesIO()
    with ZipFile(BytesIO(data)) as old, ZipFile(copy, "w") as new:
        for name in old.namelist():
            content = old.read(name) if not name.startswith("word/media/") else b""
            if name.startswith("word/document"):
                for written, known in _SPELLED_OUT:
                    content = re.sub(written, known, content)
            new.writestr(name, content)
    return copy


def _cell(paragraphs: list[Par]) -> list[str]:
    texts = ("".join(run.text for run in paragraph.runs) for paragraph in paragraphs)
    return [line for text in texts for line in text.split("\n")]


def _prune(document: DocxContent) -> None:
    root = document.docx_reader.file_of_type("officeDocument").root_element
    for link in list(root.iter(f"{_W}hyperlink")):
        for child in list(link):
            link.addprevious(child)
    for element in list(root.iter(*_NOT_SHOWN)):
        if element.getparent() is not None:
            element.getparent().remove(element)
