"""Text files at the edge of what text is."""

from pathlib import Path

import pytest
from readers.sources import saved

from werkalliantie.errors import TranscriptError
from werkalliantie.readers.decoding import read_text_file


def test_the_end_mark_of_dos(tmp_path: Path) -> None:
    """Ctrl-Z at the end of the file is none of its text; a lone CR ends a line."""
    assert read_text_file(saved(tmp_path, b"R: een\rC: twee\r\x1a")) == "R: een\nC: twee\n"


def test_form_feeds_stay(tmp_path: Path) -> None:
    """A form feed is no line end, so that lines count as in an editor."""
    assert read_text_file(saved(tmp_path, "R: een\n\fC: twee\n")) == "R: een\n\fC: twee\n"


def test_a_stray_control_character_is_not_a_binary_file(tmp_path: Path) -> None:
    """Text copied from a PDF has one now and then."""
    text = "R: " + "Goedemorgen, ga zitten. " * 20 + "\x02\n"

    assert read_text_file(saved(tmp_path, text)) == text


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xff\xfe\n\x00", "gesprek-12.txt: only blank lines; expected a transcript."),
        (
            "R: Hoi".encode("utf-32"),
            "gesprek-12.txt: seems to be a binary file; expected plain text.",
        ),
        (b"R: Hoi\x00", "gesprek-12.txt: seems to be a binary file; expected plain text."),
        (b"R: een\nC: \x81\n", "gesprek-12.txt, line 2: neither UTF-8 nor Windows-1252 text."),
    ],
)
def test_refused(tmp_path: Path, data: bytes, message: str) -> None:
    """What can't be text is refused, in whatever encoding it pretends to be."""
    with pytest.raises(TranscriptError) as refused:
        read_text_file(saved(tmp_path, data))

    assert refused.value.message == message


def test_a_folder(tmp_path: Path) -> None:
    """A folder with the name of a transcript is no transcript."""
    path = tmp_path / "gesprek.txt"
    path.mkdir()

    with pytest.raises(TranscriptError) as refused:
        read_text_file(path)

    assert refused.value.message == (
        "gesprek.txt: can't be opened (Is a directory); expected a transcript."
    )
