"""What files seem to be, whatever their name says; and text in every encoding that is read."""

import io
import zipfile
from pathlib import Path

import pytest
from readers.ooxml import document, paragraph
from readers.sources import DEFAULT, read, refusal, said

from werkalliantie.errors import TranscriptError
from werkalliantie.readers import read_transcript

TEXT = "R: Café “De Zon” – cliënt’s plek…\r\nC: Eén voor €5.\r\n"
TURNS = ["R: Café “De Zon” – cliënt’s plek…", "C: Eén voor €5."]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SAVE_AS = "Open it in the program that made it and save it as .docx, .txt, .csv or .xlsx."


def zipped(*names: str) -> bytes:
    """Return a zip archive with small files of these names."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name in names:
            archive.writestr(name, "inhoud")
    return data.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    """Accents, euro sign and curly quotes come through; line ends become line feeds."""
    reading = read(tmp_path, TEXT.encode(encoding))

    assert said(reading) == TURNS
    assert reading.tape.source_text == TEXT.replace("\r\n", "\n")


def test_utf_16_from_the_other_end(tmp_path: Path) -> None:
    """The byte order mark says which half of a character comes first."""
    reading = read(tmp_path, b"\xfe\xff" + TEXT.encode("utf-16-be"))

    assert said(reading) == TURNS


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends(tmp_path: Path, line_end: str) -> None:
    """Lines are counted as an editor counts them, whatever ends them."""
    reading = read(tmp_path, line_end.join(["R: Een", "en twee.", "C: Drie.", "\x1a"]))

    assert said(reading) == ["R: Een en twee.", "C: Drie."]
    assert [turn.line for turn in reading.tape.turns] == [1, 3]


def test_text_in_no_known_encoding(tmp_path: Path) -> None:
    """A byte that neither encoding has is named with its line."""
    error = refusal(tmp_path, b"R: Goed.\nC: Ja \x81 nee\n")

    assert error.message == "gesprek-12.txt, line 2: neither UTF-8 nor Windows-1252 text."
    assert error.hint == "Save the file as UTF-8."


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("leeg.txt", b"", "empty file"),
        ("leeg.docx", b"", "empty file"),
        ("leeg.csv", b"", "empty file"),
        ("leeg.xlsx", b"", "empty file"),
        ("wit.txt", b" \r\n\r\n", "only blank lines"),
        ("wit.txt", b"\xef\xbb\xbf", "only blank lines"),
    ],
)
def test_nothing_in_it(tmp_path: Path, name: str, data: bytes, what: str) -> None:
    """An empty file and one of blank lines are refused as such."""
    error = refusal(tmp_path, data, name=name)

    assert error.message == f"{name}: {what}; expected a transcript."
    assert error.hint == "Save the transcript again under this name."


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x00\x01\x02\x03" * 50, "a binary file"),
        (zipped("a.txt"), "a zip archive"),
        (document(paragraph("R: Hoi.")), "a Word document (.docx)"),
        (zipped("xl/workbook.xml"), "an Excel workbook (.xlsx)"),
        (b"%PDF-1.7\n%abc", "a PDF"),
        (b"{\\rtf1\\ansi R: Hoi.}", "a rich text (RTF) document"),
        (OLE + b"\x00" * 100, "an old Word or Excel document, or one with a password"),
        (b"ID3\x04\x00", "a sound recording"),
        (b"\x89PNG\r\n", "a picture"),
    ],
)
def test_something_else_renamed_to_txt(tmp_path: Path, data: bytes, kind: str) -> None:
    """The message says what the file seems to be."""
    error = refusal(tmp_path, data)

    assert error.message == f"gesprek-12.txt: seems to be {kind}; expected plain text."
    assert error.hint == SAVE_AS


@pytest.mark.parametrize(
    ("name", "data", "message", "hint"),
    [
        (
            "oud.doc",
            OLE,
            "oud.doc: the old Word format (.doc); expected .docx.",
            "Open it in Word and save it as .docx.",
        ),
        (
            "oud.docx",
            OLE + b"\x00" * 600,
            "oud.docx: an old Word document (.doc) by another name; expected .docx.",
            "Open it in Word and save it as .docx.",
        ),
        (
            "slot.docx",
            OLE + "EncryptedPackage".encode("utf-16-le"),
            "slot.docx: protected with a password; expected a document that opens without one.",
            "Open it in Word, remove the password and save it again.",
        ),
        (
            "tekst.docx",
            b"R: Hoi.\n",
            "tekst.docx: seems to be plain text; expected a Word document (.docx).",
            SAVE_AS,
        ),
        (
            "blad.docx",
            zipped("xl/workbook.xml"),
            "blad.docx: seems to be an Excel workbook (.xlsx); expected a Word document (.docx).",
            SAVE_AS,
        ),
        (
            "brief.odt",
            b"x",
            'brief.odt: ".odt" files can\'t be read; expected .txt, .docx, .csv or .xlsx.',
            "Save the transcript as one of these.",
        ),
        (
            "brief",
            b"x",
            "brief: files without a suffix can't be read; expected .txt, .docx, .csv or .xlsx.",
            "Save the transcript as one of these.",
        ),
    ],
)
def test_files_of_another_kind(
    tmp_path: Path, name: str, data: bytes, message: str, hint: str
) -> None:
    """Each says what it is, what was expected and what to do."""
    error = refusal(tmp_path, data, name=name)

    assert (error.message, error.hint) == (message, hint)


@pytest.mark.parametrize(
    "data",
    [
        document(paragraph("R: Hoi."))[:-40],
        document(paragraph("R: Hoi.")).replace(b"word/document.xml", b"word/dacument.xml"),
        document("<w:p><w:r>"),
        zipped("a.txt"),
        b"PK\x03\x04aaaa",
    ],
    ids=["cut off", "without its text", "not XML", "another archive", "no archive"],
)
def test_a_damaged_document(tmp_path: Path, data: bytes) -> None:
    """However it is damaged, the message is the user's, not a library's."""
    error = refusal(tmp_path, data, name="stuk.docx")

    assert error.message == "stuk.docx: damaged, or not a Word document; expected .docx."
    assert error.hint == "Open it in Word and save it again as .docx."


def test_a_folder(tmp_path: Path) -> None:
    """It isn't taken for a file without a suffix; its files are to be named."""
    (tmp_path / "tapes").mkdir()

    with pytest.raises(TranscriptError) as refused:
        read_transcript(tmp_path / "tapes", DEFAULT)

    assert refused.value.message == f"{tmp_path / 'tapes'}: a folder; expected a transcript."
    assert refused.value.hint == "Name the files in it, as in: werkalliantie import FOLDER/*.docx"


def test_no_such_file(tmp_path: Path) -> None:
    """A name that isn't there is told apart from a file that can't be read."""
    with pytest.raises(TranscriptError) as refused:
        read_transcript(tmp_path / "weg.txt", DEFAULT)

    assert refused.value.message == "weg.txt: no such file; expected a transcript."
