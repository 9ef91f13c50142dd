"""Word documents: what is speech in them, and what isn't."""

from pathlib import Path

from readers.ooxml import deleted, document, inserted, paragraph, run, table, text_box
from readers.sources import asides, read, refusal, said, skipped

from werkalliantie.readers import Reading


def read_word(folder: Path, *body: str, header: str = "", footer: str = "") -> Reading:
    """Read a document with these parts."""
    data = document(*body, header=header or None, footer=footer or None)
    return read(folder, data, name="gesprek-12.docx")


def test_paragraphs_are_lines(tmp_path: Path) -> None:
    """A paragraph without a label goes on with the turn before it."""
    reading = read_word(
        tmp_path, paragraph("R: Hallo,"), paragraph("kom binnen."), paragraph("C: ", "Dank je.")
    )

    assert said(reading) == ["R: Hallo, kom binnen.", "C: Dank je."]
    assert [turn.line for turn in reading.tape.turns] == [1, 3]


def test_tracked_changes_are_accepted(tmp_path: Path) -> None:
    """Inserted turns and words are there; what was deleted is not."""
    reading = read_word(
        tmp_path,
        paragraph("R: Hoe ging het?"),
        paragraph(inserted("C: Best goed.")),
        paragraph("R: Dat is ", inserted("heel "), deleted("niet "), run("mooi.")),
    )

    assert said(reading) == ["R: Hoe ging het?", "C: Best goed.", "R: Dat is heel mooi."]


def test_a_text_box_is_read_once(tmp_path: Path) -> None:
    """Its turn is there, and not a second time for Word's own copy of it."""
    reading = read_word(
        tmp_path, paragraph("R: Ga je gang."), paragraph(text_box(paragraph("C: In een kader.")))
    )

    assert said(reading) == ["R: Ga je gang.", "C: In een kader."]


def test_soft_breaks_end_lines(tmp_path: Path) -> None:
    """A speaker behind a soft break opens a turn."""
    soft = "<w:r><w:br/></w:r>"
    reading = read_word(tmp_path, paragraph("R: Een.", soft, "C: Twee", soft, "en drie."))

    assert said(reading) == ["R: Een.", "C: Twee en drie."]


def test_headers_and_footers_are_no_speech(tmp_path: Path) -> None:
    """The page's parts are not in the source text at all."""
    reading = read_word(
        tmp_path, paragraph("R: Hallo."), header="R: vertrouwelijk", footer="Pagina 3"
    )

    assert reading.tape.source_text.strip() == "R: Hallo."
    assert said(reading) == ["R: Hallo."]


def test_links_tabs_and_hyphens(tmp_path: Path) -> None:
    """The words of a link are speech without its address; tabs and hyphens are themselves."""
    link = f'<w:hyperlink w:anchor="plek">{run("deze pagina")}</w:hyperlink>'
    hyphen = "<w:r><w:noBreakHyphen/></w:r>"
    reading = read_word(
        tmp_path,
        paragraph("R:", "<w:r><w:tab/></w:r>", "Zie ", link, " over ID", hyphen, "kaarten."),
    )

    assert said(reading) == ["R: Zie deze pagina over ID-kaarten."]


def test_a_table_of_speaker_and_text(tmp_path: Path) -> None:
    """A row is a turn; a row without a speaker goes on; the row of titles is header."""
    rows = (
        ["Spreker", "Tekst"],
        ["R", "Goedemorgen."],
        ["C", "Hoi, ik ben"],
        ["", "wat laat."],
        ["Werker:", "Geeft niet."],
    )
    reading = read_word(tmp_path, table(*rows))

    assert said(reading) == ["R: Goedemorgen.", "C: Hoi, ik ben wat laat.", "R: Geeft niet."]
    assert skipped(reading) == [(1, "header")]


def test_a_table_with_numbers_times_and_merged_cells(tmp_path: Path) -> None:
    """A cell over all columns is read once; the time is the turn's."""
    rows = (
        ["Nr", "Tijd", "Spreker", "Tekst"],
        ["1", "00:00:05", "R", "Goedemorgen."],
        ["(stilte)"],
        ["2", "00:00:12", "C", "Hoi."],
    )
    reading = read_word(tmp_path, table(*rows, spans={2: 4}))

    assert said(reading) == ["R: Goedemorgen.", "C: Hoi."]
    assert [turn.time for turn in reading.tape.turns] == [5.0, 12.0]
    assert asides(reading) == [["stage_direction stilte"], []]
    assert skipped(reading) == [(1, "header"), (3, "stage_direction")]


def test_cells_merged_downwards(tmp_path: Path) -> None:
    """A speaker's cell over two rows is one speaker, said once, whose turn goes on."""
    merged = table(["R", "Kom binnen,"], ["", "ga zitten."], ["C", "Dank je."])
    begins, goes_on = (
        f"<w:tc><w:tcPr><w:vMerge{how}/></w:tcPr>" for how in (' w:val="restart"', "")
    )
    first, second, *others = merged.split("<w:tr><w:tc>")[1:]
    xml = "<w:tr>".join(
        ("<w:tbl>", begins + first, goes_on + second, *(f"<w:tc>{row}" for row in others))
    )
    reading = read_word(tmp_path, xml)

    assert said(reading) == ["R: Kom binnen, ga zitten.", "C: Dank je."]


def test_a_table_of_metadata_above_the_conversation(tmp_path: Path) -> None:
    """Who is on the tape is header, though it looks like speakers and text."""
    details = table(["Datum", "3 mei 2024"], ["Werker", "W07"], ["Cliënt", "c12"])
    reading = read_word(tmp_path, details, paragraph("R: Hoi."), paragraph("C: Ja."))

    assert said(reading) == ["R: Hoi.", "C: Ja."]
    assert skipped(reading) == [(1, "header"), (2, "header"), (3, "header")]


def test_an_unknown_speaker_in_a_table(tmp_path: Path) -> None:
    """It stops the document, with the row of the table."""
    data = document(table(["R", "Een."], ["Mdw", "Twee."], ["C", "Drie."]))
    error = refusal(tmp_path, data, name="gesprek-12.docx")

    assert error.message == (
        'gesprek-12.docx, table row 2: unknown speaker "Mdw". Expected R, C, K, Werker or Cliënt.'
    )


def test_a_document_without_text(tmp_path: Path) -> None:
    """A scan pasted into Word has no words: an error, not an empty tape."""
    error = refusal(tmp_path, document(paragraph("")), name="scan.docx")

    assert error.message == "scan.docx: no text in this document; expected a transcript."
    assert error.hint == "Pictures of text can't be read: save the transcript as text."
