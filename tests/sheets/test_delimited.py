import codecs
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sheets.desk import PROBE, Desk, one_row

from werkalliantie.coding import Coding, Mode
from werkalliantie.errors import SheetError
from werkalliantie.sheets import SheetFormat, delimited, write_codings, write_sheet
from werkalliantie.sheets.cells import fit


@settings(max_examples=60)
@given(st.text(st.characters(codec="utf-8") | st.sampled_from("=+-@'\t\r\n;,\"")))
@example("=1+1")
@example("'=1+1")
@example("'t Is goed")
@example('a";b\r\nc\rd\n\n')
def test_a_nasty_text_comes_back_from_csv_as_it_was(text: str) -> None:
    """Quotes, separators, line ends and formulas survive the way there and back."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t03.csv"
        write_sheet(path, [one_row(text)], codebook=PROBE)

        (row,) = delimited.read(path).rows

    assert row.cells["text"] == fit(text)
    assert row.cells["check"] == one_row(text).check


def test_a_blind_sheet_looks_as_dutch_excel_wants_it(desk: Desk) -> None:
    """A byte order mark, semicolons, and every fact of the sheet in its own columns."""
    data = desk.sheet(SheetFormat.CSV).read_bytes()

    assert data.startswith(codecs.BOM_UTF8)
    lines = data.decode("utf-8-sig").split("\r\n")
    assert lines[0] == (
        "tape;index;line;time;speaker;text;codes;note;check;backchannel;codebook;model"
    )
    check = desk.rows("gesprek-01")[2].check
    assert lines[3] == f"gesprek-01;1;3;;R;Hm hm.;;;{check};ja;werkalliantie-3;"


def test_chances_have_a_decimal_comma(desk: Desk) -> None:
    """Suggestions and probabilities stand before the coder's column."""
    text = desk.sheet(SheetFormat.CSV, suggested="HC").read_text("utf-8-sig")

    header, first, *_ = text.splitlines()
    assert header.startswith("tape;index;line;time;speaker;text;suggested;p_DT;p_ZBV;p_HC;codes;")
    assert "Goedemorgen, ga zitten.;HC;0,100;0,250;0,900;;;" in first
    assert first.endswith(";werkalliantie-3;model-1")


def test_a_text_that_is_a_formula_is_disarmed(tmp_path: Path) -> None:
    """A spreadsheet that opens the file shows the text and runs nothing."""
    path = tmp_path / "t03.csv"

    write_sheet(path, [one_row("=1+1")], codebook=PROBE)

    assert ";'=1+1;" in path.read_text("utf-8-sig")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_any_encoding_and_separator_is_recognised(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    """Whatever a spreadsheet program makes of CSV is read, Dutch headers included."""
    path = tmp_path / "t03.csv"
    cells = [["Tape", "Nr", "Tekst", "Codes", "Controle"], ["t03", "0", "één", "HC", "bcd"]]
    text = "\r\n".join(delimiter.join(row) for row in cells)
    path.write_bytes(text.encode(encoding))

    table = delimited.read(path)

    assert table.columns == {"tape", "index", "text", "codes", "check"}
    assert [dict(row.cells) for row in table.rows] == [
        {"tape": "t03", "index": "0", "text": "één", "codes": "HC", "check": "bcd"}
    ]
    assert table.lossy is (encoding == "cp1252")


def test_excels_own_first_line_is_no_row(tmp_path: Path) -> None:
    """A line such as `sep=;` is passed over and not counted."""
    path = tmp_path / "t03.csv"
    path.write_text("sep=;\r\ntape;index;codes\r\nt03;0;HC\r\n", encoding="utf-8", newline="")

    (row,) = delimited.read(path).rows

    assert (row.number, row.text("codes")) == (2, "HC")


def test_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    """Empty rows and line ends within a cell don't shift the numbers in messages."""
    path = tmp_path / "t03.csv"
    path.write_text('tape;index;codes\n\nt03;0;"HC\nDT"\n;;\nt03;1;\n', encoding="utf-8")

    assert [row.number for row in delimited.read(path).rows] == [3, 5]


def test_a_binary_file_is_refused(tmp_path: Path) -> None:
    """A file that isn't text gives one message, and never its content."""
    path = tmp_path / "t03.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x81")

    with pytest.raises(SheetError) as raised:
        delimited.read(path)

    assert raised.value.message == "t03.csv: not a text file."
    assert raised.value.hint == 'Save the sheet again as "CSV UTF-8", or as .xlsx.'


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    """An empty file is no sheet."""
    (tmp_path / "t03.csv").write_bytes(b"")

    with pytest.raises(SheetError) as raised:
        delimited.read(tmp_path / "t03.csv")

    assert raised.value.message == "t03.csv: the sheet is empty."


def test_a_column_that_stands_twice_is_refused(tmp_path: Path) -> None:
    """With two columns of codes nobody knows which one counts."""
    (tmp_path / "t03.csv").write_text("tape;index;codes;Codes\nt03;0;HC;\n", encoding="utf-8")

    with pytest.raises(SheetError) as raised:
        delimited.read(tmp_path / "t03.csv")

    assert raised.value.message == 't03.csv: row 1: there are two columns "codes"'


def test_codings_are_written_without_any_text_of_the_tape(tmp_path: Path) -> None:
    """The table names tape, index, coder, codebook, mode, codes and the coder's note."""
    coding = Coding(
        tape="t03",
        utterance=4,
        coder="anna",
        codebook="proef-1",
        codes=frozenset(),
        mode=Mode.ASSISTED,
        note="twijfel; zie 5",
    )

    write_codings(tmp_path / "uit.csv", [coding])

    assert (tmp_path / "uit.csv").read_bytes().decode("utf-8-sig") == (
        "tape;index;coder;codebook;mode;codes;note\r\n"
        't03;4;anna;proef-1;assisted;geen;"twijfel; zie 5"\r\n'
    )
