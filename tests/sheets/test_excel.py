import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sheets.desk import PROBE, Desk, one_row

from werkalliantie.coding import Coding
from werkalliantie.sheets import SheetFormat, excel, write_codings, write_sheet
from werkalliantie.sheets.cells import MAX_UNITS, fit
from werkalliantie.sheets.excel_style import CODER_FILL, CONTEXT_FILL, GREY


def page_of(path: Path) -> Any:  # noqa: ANN401 - openpyxl carries no types
    """Return the worksheet that a coder works on."""
    return load_workbook(path)["codering"]


@settings(max_examples=40)
@given(st.text(st.characters(codec="utf-8") | st.sampled_from("=+-@'\t\r\n_x0041_#N/A")))
@example("=1+1")
@example("#N/A")
@example("_x000D_")
@example("a\r\nb\x00c\uffff")
@example("é" * (MAX_UNITS + 5))
@example("_x0041_" * 5_000)
def test_a_nasty_text_comes_back_from_excel_as_text(text: str) -> None:
    """Formulas, errors, escapes, control characters and long texts are read back as shown."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t03.xlsx"
        write_sheet(path, [one_row(text)], codebook=PROBE)

        (row,) = excel.read(path).rows

    assert row.cells["text"] == fit(text)
    assert row.cells["check"] == one_row(text).check


def test_a_blind_sheet_has_no_columns_of_suggestions(desk: Desk) -> None:
    """Without predictions nothing shows what a model thinks."""
    page = page_of(desk.sheet(SheetFormat.XLSX))

    assert [cell.value for cell in page[1]] == [
        "Tape",
        "Nr",
        "Regel",
        "Tijd",
        "Spreker",
        "Tekst",
        "Codes",
        "Opmerking",
        "Controle",
    ]


def test_an_assisted_sheet_shows_suggestions_and_chances(desk: Desk) -> None:
    """Suggested codes and probabilities stand before the coder's empty column."""
    page = page_of(desk.sheet(SheetFormat.XLSX, suggested="HC"))

    header = [cell.value for cell in page[1]]
    assert header[6:12] == ["Voorstel", "Kans DT", "Kans ZBV", "Kans HC", "Codes", "Opmerking"]
    assert [cell.value for cell in page[2]][6:12] == ["HC", 0.1, 0.25, 0.9, None, None]
    assert page["H2"].number_format == "0%"
    assert [str(area.sqref) for area in page.conditional_formatting] == ["H2:H6", "I2:I6", "J2:J6"]


def test_context_is_greyed_and_the_coders_cells_stand_out(desk: Desk) -> None:
    """Fill and font tell the client's rows, the worker's rows and backchannels apart."""
    page = page_of(desk.sheet(SheetFormat.XLSX))
    to_code, context, backchannel = page[2], page[3], page[4]

    assert {cell.fill.fgColor.rgb for cell in context} == {f"00{CONTEXT_FILL}"}
    assert {cell.font.color.rgb for cell in context} == {f"00{GREY}"}
    assert [cell.fill.fgColor.rgb for cell in to_code[6:8]] == [f"00{CODER_FILL}"] * 2
    assert {cell.fill.fill_type for cell in to_code[:6]} == {None}
    assert {cell.fill.fill_type for cell in backchannel} == {None}
    assert {(cell.font.italic, cell.font.color.rgb) for cell in backchannel} == {
        (True, f"00{GREY}")
    }


def test_the_coders_columns_are_text_so_that_codes_never_become_dates(desk: Desk) -> None:
    """Every cell a coder types in has the number format of text, context included."""
    page = page_of(desk.sheet(SheetFormat.XLSX))

    assert {page.cell(row, column).number_format for row in range(2, 7) for column in (7, 8)} == {
        "@"
    }


def test_the_sheet_is_ready_to_work_on(desk: Desk) -> None:
    """The header stays in sight, filters are on, texts wrap and the text column is wide."""
    page = page_of(desk.sheet(SheetFormat.XLSX))

    assert page.freeze_panes == "A2"
    assert page.auto_filter.ref == "A1:I6"
    assert page["F2"].alignment.wrap_text
    assert page.column_dimensions["F"].width == 80


def test_the_workbook_carries_the_codebook_and_instructions(desk: Desk) -> None:
    """Clusters and items with their examples, and how to fill in, in Dutch and English."""
    book = load_workbook(desk.sheet(SheetFormat.XLSX))
    codebook = desk.study.codebook()

    assert book.sheetnames == ["codering", "codeboek", "uitleg", "_werkalliantie"]
    rows = list(book["codeboek"].iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in rows] == list(codebook.all_codes)
    assert rows[0][1:4] == (
        codebook.clusters[0].label,
        codebook.clusters[0].definition,
        "\n".join(codebook.clusters[0].examples),
    )
    assert [cell.value for cell in book["uitleg"][1]] == ["Nederlands", "English"]
    assert "Schrijf dan: geen." in str(book["uitleg"]["A5"].value)


def test_what_the_sheet_was_made_of_is_kept_out_of_sight(desk: Desk) -> None:
    """Tapes, codebook, model and mode stand on a worksheet that only programs see."""
    path = desk.sheet(SheetFormat.XLSX, "gesprek-01", "gesprek-02", suggested="DT")
    page = load_workbook(path)["_werkalliantie"]

    assert page.sheet_state == "veryHidden"
    assert [[cell for cell in row if cell] for row in page.iter_rows(values_only=True)] == [
        ["format", "1"],
        ["codebook", "werkalliantie-3"],
        ["model", "model-1"],
        ["mode", "assisted"],
        ["tapes", "gesprek-01", "gesprek-02"],
    ]


def test_reading_finds_the_codes_on_a_renamed_and_moved_worksheet(desk: Desk) -> None:
    """The worksheet is known by its columns, wherever its header stands."""
    path = desk.sheet(SheetFormat.XLSX)
    book = load_workbook(path)
    book["codering"].insert_rows(1, 2)
    book["codering"]["A1"] = "Codeur: Anna"
    book["codering"].title = "van Anna"
    book.move_sheet("van Anna", 2)
    book.save(path)

    table = excel.read(path)

    assert [row.number for row in table.rows] == [4, 5, 6, 7, 8]
    assert [row.text("index") for row in table.rows] == ["0", "", "1", "", "2"]


def test_a_text_that_looks_like_a_formula_stays_text_when_edited(desk: Desk) -> None:
    """The cell is marked as text for Excel as well, should a coder press Enter in it."""
    row = replace(desk.rows("gesprek-01")[0], text="=A1")
    path = desk.folder / "t03.xlsx"

    write_sheet(path, [row], codebook=PROBE)

    cell = page_of(path)["F2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=A1", "s", True)


def test_codings_are_written_as_a_plain_table(tmp_path: Path) -> None:
    """A workbook of codings has a row for each, and its cells are text."""
    coding = Coding(
        tape="t03",
        utterance=4,
        coder="anna",
        codebook="proef-1",
        codes=frozenset({"B", "A"}),
        note="=twijfel",
    )

    write_codings(tmp_path / "uit.xlsx", [coding])

    page = page_of(tmp_path / "uit.xlsx")
    assert list(page.iter_rows(values_only=True)) == [
        ("tape", "index", "coder", "codebook", "mode", "codes", "note"),
        ("t03", "4", "anna", "proef-1", "blind", "A, B", "=twijfel"),
    ]
    assert page["F2"].number_format == "@"
