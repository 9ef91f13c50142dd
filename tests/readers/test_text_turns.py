"""Lines joined to turns, and what stands between them."""

from pathlib import Path

import pytest
from readers.sources import in_place, read, said, skipped


def test_lines_without_a_label_go_on_with_the_turn(tmp_path: Path) -> None:
    """Also behind a blank line and with a margin; the span covers all of them."""
    reading = read(tmp_path, "R: Dit is een zin\ndie doorloopt\n\nnaar hier.\nC: En\n  dit ook.\n")

    assert said(reading) == ["R: Dit is een zin die doorloopt naar hier.", "C: En dit ook."]
    assert in_place(reading) == [
        "Dit is een zin\ndie doorloopt\n\nnaar hier.",
        "En\n  dit ook.",
    ]
    assert [turn.line for turn in reading.tape.turns] == [1, 5]
    assert skipped(reading) == []


def test_page_furniture_inside_a_turn(tmp_path: Path) -> None:
    """A repeated header, a page number and a footer interrupt the page, not the turn."""
    text = (
        "Dossier 4, vertrouwelijk\n"
        "R: Dit is een zin\n"
        "Dossier 4, vertrouwelijk\n"
        "Pagina 2 van 3\n"
        "die doorloopt.\n"
        "C: Goed\n"
        "\f- 3 -\n"
        "gezegd.\n"
    )
    reading = read(tmp_path, text)

    assert said(reading) == ["R: Dit is een zin die doorloopt.", "C: Goed gezegd."]
    assert skipped(reading) == [
        (1, "header"),
        (3, "page_furniture"),
        (4, "page_furniture"),
        (7, "page_furniture"),
    ]


def test_a_title_over_a_page_number_is_furniture(tmp_path: Path) -> None:
    """Once is enough where blank lines set the two apart from what is said."""
    text = "R: Dit is een zin\n\nTranscript t4 – vertrouwelijk\nPagina 2 van 9\n\ndie doorloopt.\n"
    reading = read(tmp_path, text)

    assert said(reading) == ["R: Dit is een zin die doorloopt."]
    assert skipped(reading) == [(3, "page_furniture"), (4, "page_furniture")]


@pytest.mark.parametrize(
    "text",
    [
        "R: Dit is een zin\n\nEn dat gaat door.\n- 2 -\n\ntot hier\n",
        "R: Dit is een zin\nEn dat gaat door\n- 2 -\n\ntot hier\n",
        "R: Dit is een zin\n\nEn dat gaat door\n- 2 -\ntot hier\n",
    ],
    ids=["a sentence", "no blank line before", "no blank line behind"],
)
def test_speech_over_a_page_number_is_speech(tmp_path: Path, text: str) -> None:
    """A page may end where somebody goes on talking."""
    (turn,) = said(read(tmp_path, text))

    assert "dat gaat door" in turn
    assert turn.endswith("tot hier")


def test_a_running_title_is_furniture(tmp_path: Path) -> None:
    """A title that comes back on each page is found without a setting, whatever its number."""
    pages = [f"R: Zin {n}\nGesprek over werk {n}\nloopt door.\n" for n in range(1, 4)]
    reading = read(tmp_path, "".join(pages))

    assert said(reading) == [f"R: Zin {n} loopt door." for n in range(1, 4)]
    assert skipped(reading) == [(line, "page_furniture") for line in (2, 5, 8)]


def test_words_that_come_back_are_speech(tmp_path: Path) -> None:
    """A short answer said three times on a line of its own belongs to no page."""
    reading = read(tmp_path, "R: Nou.\nja hoor\nC: Nou.\nja hoor\nR: Nou.\nja hoor\n")

    assert said(reading) == ["R: Nou. ja hoor", "C: Nou. ja hoor", "R: Nou. ja hoor"]


def test_lines_without_a_word_are_not_understood(tmp_path: Path) -> None:
    """A rule of dashes says nothing and interrupts nothing; it is listed with its length."""
    reading = read(tmp_path, "R: Dit\n-----\nen dat.\nC: !\n")

    assert said(reading) == ["R: Dit en dat."]
    assert skipped(reading) == [(2, "not_understood"), (4, "not_understood")]
    assert [one.n_characters for one in reading.skipped] == [5, 4]


def test_the_tape_goes_by_the_name_of_its_file(tmp_path: Path) -> None:
    """Spaces and the suffix go; without a table nothing is known of who is on it."""
    tape = read(tmp_path, "R: Hoi.\n", name="Gesprek 12 (deel 2).txt").tape

    assert (tape.id, tape.source_name) == ("Gesprek-12-(deel-2)", "Gesprek 12 (deel 2).txt")
    assert (tape.worker, tape.client, tape.unit) == (None, None, None)
