from dataclasses import replace

import pytest
from sheets.desk import Change, Desk, Records

from werkalliantie.errors import SheetError
from werkalliantie.sheets import SheetFormat, read_codings, write_sheet

FIRST = "gesprek-01"


def faults(desk: Desk, change: Change, *tapes: str) -> tuple[str, ...]:
    """Return the faults of a CSV sheet after a change."""
    path = desk.csv(change, *(tapes or (FIRST,)))
    with pytest.raises(SheetError) as raised:
        read_codings(path, study=desk.study, store=desk.store, coder="anna")
    return raised.value.faults


def test_reordered_rows_are_named_from_the_first_that_moved(desk: Desk) -> None:
    """Sorting the sheet is noticed: codes may have moved by themselves."""
    found = faults(desk, lambda records: [*records[:2], records[4], records[3], records[2]])

    assert found == (
        'rows re-ordered from row 4 on: utterance 2 of tape "gesprek-01" stands where 1 was '
        "expected.",
    )


def test_deleted_rows_are_named_by_utterance_and_transcript_line(desk: Desk) -> None:
    """The coder can find them in the transcript."""
    found = faults(desk, lambda records: records[1:2])

    assert found == ('utterances 0-2 of tape "gesprek-01" are missing (transcript line 1, 3, 5).',)


def test_a_duplicated_row_names_the_first_of_them(desk: Desk) -> None:
    """The same utterance can't be answered twice in one sheet."""
    found = faults(desk, lambda records: [*records, records[0], records[0]])

    assert found == ('rows 7-8: utterance 0 of tape "gesprek-01" again, first on row 2.',)


def test_context_rows_may_be_left_out(desk: Desk) -> None:
    """A coder who removes the client's rows loses nothing."""
    path = desk.csv(lambda records: [record for record in records if record["index"]])

    sheet = read_codings(path, study=desk.study, store=desk.store, coder="anna")

    assert sheet.n_not_seen == 2


def test_an_altered_text_is_refused_on_any_row(desk: Desk) -> None:
    """Codes belong to words: neither the worker's nor the client's may change."""

    def change(records: Records) -> Records:
        records[0]["text"] = "Goedemorgen, ga staan."
        records[1]["text"] = "Ik was er niet."
        return records

    assert faults(desk, change) == (
        "rows 2-3: the text was altered. Expected the words of the study's transcript.",
    )


def test_white_space_and_case_that_a_program_changed_are_no_alteration(desk: Desk) -> None:
    """What spreadsheets do by themselves isn't held against the coder."""

    def change(records: Records) -> Records:
        records[0]["text"] = " GOEDEMORGEN,\nga  zitten."
        return records

    sheet = read_codings(desk.csv(change), study=desk.study, store=desk.store, coder="anna")

    assert sheet.tapes == ("gesprek-01",)


def test_a_missing_or_altered_check_is_refused(desk: Desk) -> None:
    """Without its check a row can't be recognised."""

    def change(records: Records) -> Records:
        records[0]["check"] = ""
        records[2]["check"] = "bcdfghjkmn"
        return records

    assert faults(desk, change) == (
        "row 2: the check is missing. Expected the letters that the sheet came with.",
        "row 4: the check was altered. Expected the letters that the sheet came with.",
    )


def test_cells_of_different_rows_side_by_side_are_refused(desk: Desk) -> None:
    """Sorting only some of the columns is noticed."""

    def change(records: Records) -> Records:
        for column in ("text", "check"):
            records[0][column], records[4][column] = records[4][column], records[0][column]
        return records

    assert faults(desk, change) == (
        "rows 2, 6: cells of different rows stand beside each other: the check is of another row.",
    )


def test_an_index_that_was_emptied_is_named(desk: Desk) -> None:
    """The check tells which utterance the row is."""

    def change(records: Records) -> Records:
        records[4]["index"] = ""
        return records

    assert faults(desk, change) == (
        'utterance 2 of tape "gesprek-01" is missing (transcript line 5).',
        "row 6: the index is missing. Expected 2.",
    )


def test_a_sheet_of_another_version_of_the_tape_is_refused(desk: Desk) -> None:
    """Rows that agree with themselves but not with the study were made elsewhere."""
    rows = desk.rows(FIRST)
    path = desk.folder / "gesprek-01.csv"
    rows[0] = replace(rows[0], text="Goedemiddag.")
    write_sheet(path, rows, codebook=desk.study.codebook())

    with pytest.raises(SheetError) as raised:
        read_codings(path, study=desk.study, store=desk.store, coder="anna")

    assert raised.value.faults == (
        'row 2: not in this study: tape "gesprek-01" has another text here.',
    )


def test_a_sheet_of_several_tapes_in_blocks_is_read(desk: Desk) -> None:
    """One file may hold more than one conversation, one below the other."""
    path = desk.csv(lambda records: records, FIRST, "gesprek-02")

    sheet = read_codings(path, study=desk.study, store=desk.store, coder="anna")

    assert sheet.tapes == ("gesprek-01", "gesprek-02")
    assert sheet.n_not_seen == 4


def test_rows_of_another_tape_in_the_middle_are_refused(desk: Desk) -> None:
    """Rows pasted from another sheet are named."""
    other = desk.csv(lambda records: records, "gesprek-02").read_text("utf-8-sig")
    pasted = dict(zip(*(line.split(";") for line in other.splitlines()[:2]), strict=True))

    found = faults(desk, lambda records: [*records[:2], pasted, *records[2:]])

    assert found == ('row 4: a row of tape "gesprek-02" in a sheet of tape "gesprek-01".',)


def test_rows_of_another_tape_at_the_end_of_a_workbook_are_refused(desk: Desk) -> None:
    """A workbook knows which tapes it was made for."""
    from openpyxl import load_workbook

    path = desk.sheet(SheetFormat.XLSX)
    book = load_workbook(path)
    stray = desk.rows("gesprek-02")[0]
    book["codering"].append(
        ["gesprek-02", 0, 1, "", "R", stray.text, None, None, stray.check]
    )  # fmt: skip
    book.save(path)

    with pytest.raises(SheetError) as raised:
        read_codings(path, study=desk.study, store=desk.store, coder="anna")

    assert raised.value.faults == (
        'row 7: a row of tape "gesprek-02" in a sheet of tape "gesprek-01".',
    )


def test_a_tape_that_the_study_lacks_is_named_once(desk: Desk) -> None:
    """All its rows are in one message, with the tapes there are."""

    def change(records: Records) -> Records:
        for record in records:
            record["tape"] = "gesprek-99"
        records[3]["tape"] = ""
        return records

    assert faults(desk, change) == (
        'rows 2-4, 6: no tape "gesprek-99" in this study. Expected one of: gesprek-01, gesprek-02.',
        "row 5: the tape is missing. Expected the id of a tape of this study.",
    )


def test_an_index_that_is_none_of_the_tapes_is_refused(desk: Desk) -> None:
    """A number out of range and something that is no number are both named."""

    def change(records: Records) -> Records:
        records[0]["index"] = "eerste"
        records[4]["index"] = "40"
        return records

    assert faults(desk, change) == (
        "row 2: the index is not a whole number from 0.",
        'utterances 0, 2 of tape "gesprek-01" are missing (transcript line 1, 5).',
        'row 6: tape "gesprek-01" has no utterance 40. Expected 0-2.',
    )


def test_characters_that_a_program_lost_are_no_alteration(desk: Desk) -> None:
    """A sheet saved in Windows' own encoding has question marks for what that lacks."""
    from samples import a_tape, utterances_of

    tape = a_tape("R: Kijk → hier.", "C: Ja.", id="gesprek-03")
    desk.store.add([(tape, utterances_of(tape))])
    path = desk.csv(lambda records: records, "gesprek-03")
    text = path.read_text("utf-8-sig").replace("Ja.", "Ja…")
    path.write_bytes(text.encode("cp1252", "replace"))

    with pytest.raises(SheetError) as raised:
        read_codings(path, study=desk.study, store=desk.store, coder="anna")

    assert raised.value.faults == (
        "row 3: the text was altered. Expected the words of the study's transcript.",
    )
    assert raised.value.hint == (
        "Nothing was imported. Mend this and import the file again, or copy the codes into a fresh "
        "sheet (werkalliantie codes sheet TAPE). "
        'Save CSV files as "CSV UTF-8": this encoding loses characters.'
    )
