import json
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from sheets.desk import Desk, Records, codes, write_records

from werkalliantie.coding import Coding, Mode
from werkalliantie.errors import ConfigError, SheetError
from werkalliantie.sheets import CodedSheet, SheetFormat, read_codings


def read(
    desk: Desk, path: Path, coder: str | None = "anna", mode: Mode | None = None
) -> CodedSheet:
    """Read a file of the desk's study."""
    return read_codings(path, study=desk.study, store=desk.store, coder=coder, mode=mode)


def refused(desk: Desk, path: Path, coder: str | None = "anna") -> SheetError:
    """Return the error with which a file is refused."""
    with pytest.raises(SheetError) as raised:
        read(desk, path, coder)
    return raised.value


def coding(utterance: int, *given: str, note: str | None = None) -> Coding:
    """Return Anna's blind coding of an utterance of the first tape."""
    return Coding(
        tape="gesprek-01",
        utterance=utterance,
        coder="anna",
        codebook="werkalliantie-3",
        codes=frozenset(given),
        note=note,
    )


def fill_workbook(path: Path, cells: dict[str, object]) -> Path:
    """Write cells of the worksheet with the codes, as a coder does."""
    book = load_workbook(path)
    for place, value in cells.items():
        book["codering"][place] = value
    book.save(path)
    return path


def test_a_filled_in_workbook_gives_codings(desk: Desk) -> None:
    """Codes, no code, a note and an empty cell are told apart."""
    path = fill_workbook(
        desk.sheet(SheetFormat.XLSX), {"G2": "zbv1, DT", "H2": "twijfel", "G4": "geen"}
    )

    sheet = read(desk, path)

    assert sheet == CodedSheet(
        file="gesprek-01.xlsx",
        codings=(coding(0, "ZBV1", "DT", note="twijfel"), coding(1)),
        tapes=("gesprek-01",),
        coder="anna",
        codebook="werkalliantie-3",
        mode=Mode.BLIND,
        n_not_seen=1,
        remarks=(),
    )


def test_a_filled_in_csv_gives_the_same_codings(desk: Desk) -> None:
    """The format makes no difference."""
    sheet = read(desk, desk.csv(codes({2: "DT1;HC", 6: "geen"})))

    assert sheet.codings == (coding(0, "DT1", "HC"), coding(2))
    assert sheet.n_not_seen == 0


def test_json_lines_give_the_same_codings(desk: Desk) -> None:
    """A list is taken as it is; null is not seen."""
    path = desk.sheet(SheetFormat.JSONL)
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    rows[0]["codes"], rows[2]["codes"] = ["HC"], []
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")

    sheet = read(desk, path)

    assert sheet.codings == (coding(0, "HC"), coding(1))
    assert sheet.n_not_seen == 1


def test_a_backchannel_may_be_coded_but_is_not_missed(desk: Desk) -> None:
    """It isn't offered, so an empty cell doesn't count as not seen; a code on it counts."""
    empty = read(desk, desk.csv(codes({2: "DT", 6: "DT"})))
    coded = read(desk, desk.csv(codes({2: "DT", 4: "ZBV", 6: "DT"})))

    assert empty.n_not_seen == 0
    assert coded.codings[1] == coding(1, "ZBV")


def test_a_sheet_with_suggestions_is_assisted(desk: Desk) -> None:
    """In each format the file itself tells that a model's answers were shown."""
    modes = [read(desk, desk.sheet(format, suggested="HC")).mode for format in SheetFormat]

    assert modes == [Mode.ASSISTED] * 3


def test_taking_the_suggestions_out_of_a_workbook_doesnt_make_it_blind(desk: Desk) -> None:
    """The hidden part still names the model."""
    path = desk.sheet(SheetFormat.XLSX, suggested="HC")
    book = load_workbook(path)
    book["codering"].delete_cols(7, 4)
    book.save(path)

    assert read(desk, path).mode is Mode.ASSISTED


def test_blind_may_be_said_of_an_assisted_sheet_with_a_remark(desk: Desk) -> None:
    """The user's word counts, but it doesn't pass in silence."""
    path = desk.csv(codes({2: "DT"}), suggested="HC")

    sheet = read(desk, path, mode=Mode.BLIND)

    assert sheet.mode is Mode.BLIND
    assert sheet.remarks == (
        "suggestions were shown for 3 utterances, but the codings are recorded as blind, as "
        "--mode blind asks.",
    )


def test_a_mode_can_be_given_for_any_sheet(desk: Desk) -> None:
    """What coders settled between them is adjudicated."""
    sheet = read(desk, desk.csv(codes({2: "DT"})), mode=Mode.ADJUDICATED)

    assert [coding.mode for coding in sheet.codings] == [Mode.ADJUDICATED]


def test_every_fault_is_told_at_once_with_its_row(desk: Desk) -> None:
    """A coder mends the sheet in one go."""
    path = desk.csv(codes({2: "DTT", 3: "HC", 4: "geen HC", 5: "geen", 6: "DTT"}))

    error = refused(desk, path)

    assert error.message == "gesprek-01.csv: 3 faults."
    assert error.faults == (
        'rows 2, 6: unknown code "DTT". Expected DT, ZBV, HC or an item such as DT1, or "geen".',
        "rows 3, 5: codes on a row of the client or another (no index). Only the worker's "
        "utterances are coded.",
        'row 4: "geen" together with codes (HC). Expected one or the other.',
    )
    assert error.hint == (
        "Nothing was imported. Mend this and import the file again, or copy the codes into a fresh "
        "sheet (werkalliantie codes sheet TAPE)."
    )


def test_a_single_fault_is_one_line_with_file_and_row(desk: Desk) -> None:
    """One message says place, value and what was expected."""
    error = refused(desk, desk.csv(codes({6: "DTT"})))

    assert error.message == (
        'gesprek-01.csv: row 6: unknown code "DTT". Expected DT, ZBV, HC or an item such as DT1, '
        'or "geen".'
    )


def test_a_code_that_excel_turned_into_a_date_is_refused(desk: Desk) -> None:
    """The message says how to keep it from happening again."""
    import datetime

    path = fill_workbook(desk.sheet(SheetFormat.XLSX), {"G6": datetime.date(2026, 5, 4)})

    error = refused(desk, path)

    assert error.message == (
        "gesprek-01.xlsx: row 6: a date (2026-05-04) in the codes column: Excel made it of what "
        "was typed. Format the column as text (Celeigenschappen > Tekst) and type the codes again."
    )


def test_missing_columns_are_named(desk: Desk) -> None:
    """Without them nothing else of the sheet can be judged."""

    def change(records: Records) -> Records:
        kept = [column for column in records[0] if column not in ("codes", "check")]
        return [{column: record[column] for column in kept} for record in records]

    error = refused(desk, desk.csv(change))

    assert error.message == (
        "gesprek-01.csv: no columns codes, check. Expected tape, index, text, codes, check."
    )
    assert error.hint == "Put the header of the sheet back as it was, or start from a fresh sheet."


def test_a_sheet_needs_a_coder(desk: Desk) -> None:
    """A sheet doesn't say whose it is."""
    error = refused(desk, desk.sheet(SheetFormat.CSV), coder=None)

    assert error.message == "gesprek-01.csv: it doesn't say whose codes these are."
    assert error.hint == "Add --coder ID."


def test_a_sheet_without_rows_is_refused(desk: Desk) -> None:
    """A header alone is no sheet."""
    path = desk.folder / "leeg.csv"
    path.write_text("tape;index;text;codes;check\n", encoding="utf-8")

    assert refused(desk, path).message == "leeg.csv: there are no rows in it."


def test_a_file_of_another_kind_is_refused(desk: Desk) -> None:
    """The message names the kinds there are."""
    path = desk.folder / "codes.docx"
    path.write_bytes(b"PK")

    error = refused(desk, path)

    assert error.message == (
        'codes.docx: no kind of sheet ends in ".docx". Expected .xlsx, .csv or .jsonl.'
    )


def test_a_file_that_isnt_there_is_refused(desk: Desk) -> None:
    """A misspelt name is said."""
    error = refused(desk, desk.folder / "niets.csv")

    assert error.message == f"{desk.folder}/niets.csv: no such file; expected a coded sheet."


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "t.xlsx: the file is empty."),
        (b"gewone tekst", "t.xlsx: not an Excel workbook, whatever its name says."),
        (b"PK\x03\x04half", "t.xlsx: not an Excel workbook, whatever its name says."),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
            "t.xlsx: protected with a password, or an old .xls.",
        ),
    ],
)
def test_a_broken_workbook_is_refused(desk: Desk, data: bytes, message: str) -> None:
    """Empty, another kind, half copied or locked: each has its message."""
    path = desk.folder / "t.xlsx"
    path.write_bytes(data)

    assert refused(desk, path).message == message


def test_an_empty_workbook_is_refused(desk: Desk) -> None:
    """A workbook without a cell in it is no sheet."""
    path = desk.folder / "t.xlsx"
    Workbook().save(path)

    assert refused(desk, path).message == "t.xlsx: the sheet is empty."


def test_codes_are_checked_against_the_sheets_own_codebook(desk: Desk) -> None:
    """A sheet made under another codebook is read, and its codings stored, under that one."""
    folder = desk.study.folder / "configs" / "codebooks"
    (folder / "proef-1.toml").write_text(
        'name = "proef"\nversion = "1"\ntitle = "Proef"\n'
        '[[clusters]]\ncode = "X"\nlabel = "X"\ndefinition = "X"\n',
        encoding="utf-8",
    )

    def change(records: Records) -> Records:
        for record in records:
            record["codebook"] = "proef-1"
        return codes({2: "x"})(records)

    sheet = read(desk, desk.csv(change))

    assert sheet.codebook == "proef-1"
    assert sheet.codings[0].codes == {"X"}


def test_a_codebook_that_the_study_lacks_is_named(desk: Desk) -> None:
    """The file that is missing is said."""

    def change(records: Records) -> Records:
        for record in records:
            record["codebook"] = "onbekend-9"
        return records

    with pytest.raises(ConfigError) as raised:
        read(desk, desk.csv(change))

    assert raised.value.message == (
        'no codebook "onbekend-9". Expected the file configs/codebooks/onbekend-9.toml.'
    )


def test_notes_without_codes_are_not_lost_in_silence(desk: Desk) -> None:
    """A note can only be kept with an answer: the remark says where and what to do."""

    def change(records: Records) -> Records:
        records[4]["note"] = "lastig"
        return codes({2: "DT"})(records)

    sheet = read(desk, desk.csv(change))

    assert sheet.remarks == (
        'notes without codes are not kept (row 6). Write "geen" beside them if no code applies.',
    )


def test_a_cell_emptied_since_the_last_import_is_remarked(desk: Desk) -> None:
    """Empty is not seen, so the earlier answer stays; the coder should know."""
    desk.store.add_codings([coding(0, "DT"), coding(2, "HC")])

    sheet = read(desk, desk.csv(codes({2: "DT"})))

    assert sheet.remarks == (
        "cells that are empty now held codes in an earlier import, which stay as they were "
        '(row 6). Write "geen" there if no code applies.',
    )


def test_a_sheet_that_nobody_filled_in_is_remarked(desk: Desk) -> None:
    """Importing an empty sheet is no fault, but hardly meant."""
    sheet = read(desk, desk.sheet(SheetFormat.XLSX))

    assert sheet.codings == ()
    assert sheet.remarks == ("no utterance has codes: the codes column is empty.",)


def table(desk: Desk, *rows: dict[str, str]) -> Path:
    """Write a table of codings; what a row leaves out is filled in."""
    usual = {
        "tape": "gesprek-01",
        "index": "0",
        "coder": "anna",
        "codebook": "werkalliantie-3",
        "mode": "blind",
        "codes": "DT",
        "note": "",
    }
    return write_records(desk.folder / "codes.csv", [usual | row for row in rows])


def test_a_table_of_codings_says_whose_and_how(desk: Desk) -> None:
    """Without --coder everybody's rows are read, each with its own coder and mode."""
    path = table(desk, {}, {"coder": "bram", "mode": "assisted", "codes": "geen"})

    sheet = read(desk, path, coder=None)

    assert [(c.coder, c.mode, c.codes) for c in sheet.codings] == [
        ("anna", Mode.BLIND, {"DT"}),
        ("bram", Mode.ASSISTED, frozenset()),
    ]
    assert (sheet.coder, sheet.mode, sheet.codebook) == (None, None, "werkalliantie-3")


def test_one_coder_can_be_taken_from_a_table(desk: Desk) -> None:
    """The others are left out, and that is said."""
    sheet = read(desk, table(desk, {}, {"coder": "bram"}), coder="bram")

    assert [c.coder for c in sheet.codings] == ["bram"]
    assert sheet.remarks == ("rows of other coders that were left out: 1.",)


def test_a_coder_without_rows_in_a_table_is_refused(desk: Desk) -> None:
    """The coders there are stand in the message."""
    error = refused(desk, table(desk, {}, {"coder": "bram"}), coder="cor")

    assert error.message == 'codes.csv: no rows of coder "cor". Expected one of: anna, bram.'


def test_faults_of_a_table_are_told_at_once(desk: Desk) -> None:
    """Tape, index, coder, mode and repeated rows are checked as well as codes."""
    path = table(
        desk,
        {},
        {},
        {"tape": "gesprek-9"},
        {"index": "9"},
        {"index": ""},
        {"coder": ""},
        {"mode": "half"},
        {"index": "2", "codes": "Q"},
    )

    error = refused(desk, path, coder=None)

    assert error.faults == (
        'row 3: utterance 0 of tape "gesprek-01" by coder "anna" again, first on row 2.',
        'row 4: no tape "gesprek-9" in this study. Expected one of: gesprek-01, gesprek-02.',
        'row 5: tape "gesprek-01" has no utterance 9. Expected 0-2.',
        "row 6: the index is missing. Expected that of an utterance.",
        "row 7: the coder is missing. Expected an id, or --coder.",
        "row 8: unknown mode. Expected blind, assisted, adjudicated.",
        'row 9: unknown code "Q". Expected DT, ZBV, HC or an item such as DT1, or "geen".',
    )
    assert error.hint == "Nothing was imported. Mend this and import the file again."


def test_a_tape_whose_leading_zero_a_spreadsheet_dropped_is_found(desk: Desk) -> None:
    """`03` in a CSV file comes back from Excel as 3."""
    from samples import a_tape, utterances_of

    tape = a_tape(id="03")
    desk.store.add([(tape, utterances_of(tape))])

    sheet = read(desk, table(desk, {"tape": "3"}))

    assert sheet.tapes == ("03",)
