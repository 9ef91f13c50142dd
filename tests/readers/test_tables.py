"""Tables: which rows are turns, of which tape, and when."""

import datetime
from pathlib import Path

import pytest
from readers.sources import DEFAULT, in_place, read, refusal, said, saved, skipped
from readers.tables import a_mapping, csv_of, workbook

from werkalliantie.configuration import ImportMapping
from werkalliantie.readers import read_transcript

PLAIN = a_mapping({"columns": {"speaker": "wie", "text": "gezegd"}})
TIMED = a_mapping({"columns": {"speaker": "wie", "text": "gezegd", "time": "tijd"}})
ORDERED = a_mapping({"columns": {"speaker": "wie", "text": "gezegd", "order": "nr"}})
TAPES = a_mapping({"columns": {"speaker": "wie", "text": "gezegd", "tape": "band"}})


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_delimiters(tmp_path: Path, delimiter: str) -> None:
    """The delimiter is found by itself; a quoted cell may hold it."""
    rows = (("wie", "gezegd"), ("R", f'"Kom{delimiter} ga zitten"'), ("C", "Dank u"))
    text = "\r\n".join(delimiter.join(row) for row in rows)
    reading = read(tmp_path, text, name="t.csv", mapping=PLAIN)

    kept = "Kom ga zitten" if delimiter == "\t" else f"Kom{delimiter} ga zitten"
    assert said(reading) == [f"R: {kept}", "C: Dank u"]


def test_columns_that_are_not_read_are_named(tmp_path: Path) -> None:
    """Those that hold something; one without a name goes by its place."""
    rows = ("1;R;Dag.;00:01;;x", "2;C;Hoi.")
    text = csv_of(*rows, header=("nr", "WIE", "gezegd", "tijd", "leeg", ""))

    def unread(mapping: ImportMapping) -> tuple[str, ...]:
        return read(tmp_path, text, name="t.csv", mapping=mapping).unread_columns

    assert unread(PLAIN) == ("nr", "tijd", "(column 6)")
    assert unread(TIMED) == ("nr", "(column 6)")


def test_columns_of_codes_are_read(tmp_path: Path) -> None:
    """A mapping that names every column leaves none."""
    text = csv_of("t1;1;00:01;R;Dag.;anna;geen")

    assert read(tmp_path, text, name="t.csv", mapping=a_mapping()).unread_columns == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    """The first column keeps its name behind a byte order mark, and accents come through."""
    text = "wie;gezegd\r\nR;Eén café, zei de cliënt\r\nC;“Ja”\r\n"
    reading = read(tmp_path, text.encode(encoding), name="t.csv", mapping=PLAIN)

    assert said(reading) == ["R: Eén café, zei de cliënt", "C: “Ja”"]


def test_a_line_end_inside_a_cell(tmp_path: Path) -> None:
    """The text comes on one line, and rows go on being counted as rows."""
    text = 'wie;gezegd\r\nR;"Kom binnen,\r\nga zitten."\r\nC;Dank u.\r\n'
    reading = read(tmp_path, text, name="t.csv", mapping=PLAIN)

    assert said(reading) == ["R: Kom binnen, ga zitten.", "C: Dank u."]
    assert [turn.line for turn in reading.tape.turns] == [2, 3]


def test_every_turn_stands_in_the_source_text(tmp_path: Path) -> None:
    """The source text is the turns as a transcript, and the spans point into it."""
    text = csv_of("R;(lacht) Kom binnen.", "C;Dank u.", header=("wie", "gezegd"))
    reading = read(tmp_path, text, name="t.csv", mapping=PLAIN)

    assert said(reading) == ["R: Kom binnen.", "C: Dank u."]
    assert reading.tape.source_text == "R: (lacht) Kom binnen.\nC: Dank u."
    assert in_place(reading) == ["Kom binnen.", "Dank u."]
    assert skipped(reading) == [(2, "stage_direction")]


def test_rows_without_speech_are_listed(tmp_path: Path) -> None:
    """A row without text, and one that is only a laugh, become no turn."""
    rows = ("R;Kom binnen.", "C;", "C;(lacht)", "R;Ga zitten.")
    text = csv_of(*rows, header=("wie", "gezegd"))
    reading = read(tmp_path, text, name="t.csv", mapping=PLAIN)

    assert said(reading) == ["R: Kom binnen.", "R: Ga zitten."]
    assert skipped(reading) == [(3, "not_understood"), (4, "stage_direction")]


def test_blank_rows_keep_the_numbers(tmp_path: Path) -> None:
    """Rows count as the spreadsheet shows them, blank ones included."""
    rows = (("wie", "gezegd"), ("R", "Kom binnen."), (None, None), ("C", "Dank u."))
    reading = read(tmp_path, workbook(*rows), name="t.xlsx", mapping=PLAIN)

    assert [turn.line for turn in reading.tape.turns] == [2, 4]
    assert skipped(reading) == []


def test_rows_in_another_order(tmp_path: Path) -> None:
    """The column `order` says what comes first, as numbers: 10 comes behind 9."""
    rows = ("10;R;Drie.", "2;C;Een.", "9;R;Twee.")
    text = csv_of(*rows, header=("nr", "wie", "gezegd"))
    reading = read(tmp_path, text, name="t.csv", mapping=ORDERED)

    assert said(reading) == ["C: Een.", "R: Twee.", "R: Drie."]
    assert [turn.index for turn in reading.tape.turns] == [0, 1, 2]
    assert in_place(reading) == ["Een.", "Twee.", "Drie."]


@pytest.mark.parametrize(
    "cells",
    [
        ("00:00:05", "00:01:10", "01:00:00"),
        ("00:05", "01:10", "60:00"),
        (datetime.time(0, 0, 5), datetime.time(0, 1, 10), datetime.time(1, 0, 0)),
        (5 / 86400, 70 / 86400, 3600 / 86400),
        (5, 70, 3600),
        (5.0, 70.0, 3600.0),
        ("5", "70", "3600"),
        (
            datetime.timedelta(seconds=5),
            datetime.timedelta(seconds=70),
            datetime.timedelta(0, 3600),
        ),
    ],
    ids=["text", "minutes", "time cells", "fractions", "int", "float", "digits", "durations"],
)
def test_times_in_excel(tmp_path: Path, cells: tuple[object, ...]) -> None:
    """However Excel keeps a time, the turn has it in seconds."""
    rows = [(cell, "R", f"Zin {letter}.") for cell, letter in zip(cells, "abc", strict=True)]
    data = workbook(("tijd", "wie", "gezegd"), *rows)
    reading = read(tmp_path, data, name="t.xlsx", mapping=TIMED)

    assert [turn.time for turn in reading.tape.turns] == pytest.approx([5.0, 70.0, 3600.0])


def test_times_are_not_needed(tmp_path: Path) -> None:
    """An empty time is no time."""
    text = csv_of("00:00:05;R;Een.", ";C;Twee.", header=("tijd", "wie", "gezegd"))
    reading = read(tmp_path, text, name="t.csv", mapping=TIMED)

    assert [turn.time for turn in reading.tape.turns] == [5.0, None]


def test_several_tapes(tmp_path: Path) -> None:
    """Each tape is a reading of its own, with its turns and rows."""
    text = csv_of("T 1;R;Een.", "T2;R;Twee.", "T 1;C;Drie.", header=("band", "wie", "gezegd"))
    readings = read_transcript(saved(tmp_path, text, name="t.csv"), TAPES)

    assert [reading.tape.id for reading in readings] == ["T-1", "T2"]
    assert [said(reading) for reading in readings] == [["R: Een.", "C: Drie."], ["R: Twee."]]
    assert [turn.line for turn in readings[0].tape.turns] == [2, 4]


def test_pseudonyms(tmp_path: Path) -> None:
    """They come from the table, unless the user gives them."""
    layout = {
        "columns": {"speaker": "wie", "text": "gezegd", "worker": "rw", "client": "cl", "unit": "u"}
    }
    path = saved(tmp_path, "wie,gezegd,rw,cl,u\nR,Dag.,w1,c1,e1\n", name="t.csv")
    (reading,) = read_transcript(path, a_mapping(layout), client="c9")

    tape = reading.tape
    assert (tape.id, tape.worker, tape.client, tape.unit) == ("t", "w1", "c9", "e1")


def test_the_default_mapping_reads_a_table(tmp_path: Path) -> None:
    """Two columns called `spreker` and `tekst` need no mapping of one's own."""
    reading = read(tmp_path, "spreker;tekst\nWerker;Dag.\nCliënt;Hoi.\n", name="gesprek.csv")

    assert said(reading) == ["R: Dag.", "C: Hoi."]


@pytest.mark.parametrize(
    ("label", "mapping", "text", "message"),
    [
        (
            "unknown speaker",
            PLAIN,
            "wie;gezegd\nR;Een.\nMdw;Twee.\nMdw;Drie.\n",
            't.csv, row 3: unknown speaker "Mdw". Expected R, C or Werker.',
        ),
        (
            "no [table]",
            DEFAULT.model_copy(update={"table": None}),
            "wie;gezegd\nR;Een.\n",
            "t.csv: a table, but configs/imports/default.toml has no [table].",
        ),
        (
            "one missing column",
            TAPES,
            "wie;gezegd\nR;Een.\n",
            't.csv: no column "band"; the table has "wie" and "gezegd".',
        ),
        (
            "two missing columns",
            TAPES,
            "wie;tekst\nR;Een.\n",
            't.csv: no column "gezegd" and no column "band"; the table has "wie" and "tekst".',
        ),
        (
            "a column twice",
            PLAIN,
            "wie;gezegd;wie\nR;Een.;C\n",
            't.csv: two columns "wie"; the table has "wie", "gezegd" and "wie".',
        ),
        (
            "no rows",
            PLAIN,
            "wie;gezegd\n",
            "t.csv: no rows; expected a header and a row for each turn.",
        ),
        (
            "an open quotation mark",
            PLAIN,
            'wie;gezegd\nR;"Een.\nC;Twee.\n',
            "t.csv: not readable as CSV (unexpected end of data).",
        ),
        (
            "an order that is no number",
            ORDERED,
            "nr;wie;gezegd\n1;R;Een.\nb;C;Twee.\n",
            't.csv, row 3: "b" in column "nr" is no number to order by.',
        ),
        (
            "a turn twice",
            ORDERED,
            "nr;wie;gezegd\n1;R;Een.\n1;R;Een.\n",
            "t.csv, row 3: repeats an earlier row of the same tape and order.",
        ),
        (
            "two turns in one place",
            ORDERED,
            "nr;wie;gezegd\n1;R;Een.\n1;C;Twee.\n",
            "t.csv, row 3: another text or speaker than an earlier row of the same tape and order.",
        ),
        (
            "no tape",
            TAPES,
            "band;wie;gezegd\nT1;R;Een.\n;R;Twee.\n",
            't.csv, row 3: no tape in column "band".',
        ),
        (
            "a time that is none",
            TIMED,
            "tijd;wie;gezegd\nlaat;R;Een.\n",
            't.csv, row 2: "laat" in column "tijd" is no time.',
        ),
        (
            "too many cells",
            PLAIN,
            "wie;gezegd\nR;Een.;twee\n",
            "t.csv, row 2: more cells than the 2 of the header.",
        ),
    ],
)
def test_refused(
    tmp_path: Path, label: str, mapping: ImportMapping, text: str, message: str
) -> None:
    """Each fault is named with its row or column, and comes with a hint."""
    error = refusal(tmp_path, text, name="t.csv", mapping=mapping)

    assert error.message == message
    assert error.hint


def test_tape_names_one_tape(tmp_path: Path) -> None:
    """`--tape` can't name two tapes at once; for a table of one it is its id."""
    text = csv_of("T1;R;Een.", "T2;R;Twee.", header=("band", "wie", "gezegd"))
    error = refusal(tmp_path, text, name="t.csv", mapping=TAPES, tape="T9")
    path = saved(tmp_path, text, name="t.csv")
    (named,) = read_transcript(
        saved(tmp_path, csv_of("R;Een.", header=("wie", "gezegd")), name="t.csv"), PLAIN, tape="T9"
    )

    assert path.is_file()
    assert error.message == "t.csv: holds 2 tapes; one id can't name them all."
    assert error.hint == "Leave out --tape: the table names its tapes."
    assert named.tape.id == "T9"


def test_all_faults_at_once(tmp_path: Path) -> None:
    """The same fault on several rows is one line; different faults all come."""
    rows = ("a;R;Een.", "a;C;Twee.", "1;C;Drie.", "1;R;Vier.", "3;R;Vijf.")
    error = refusal(
        tmp_path, csv_of(*rows, header=("nr", "wie", "gezegd")), name="t.csv", mapping=ORDERED
    )

    assert error.message == "t.csv: 2 faults."
    assert error.faults == (
        't.csv, rows 2 and 3: "a" in column "nr" is no number to order by.',
        "t.csv, row 5: another text or speaker than an earlier row of the same tape and order.",
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            b"wie;gezegd\nR;Een.\n",
            "t.xlsx: seems to be plain text; expected an Excel workbook (.xlsx).",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
            "t.xlsx: an old Excel workbook (.xls) by another name, or protected with a password; "
            "expected .xlsx.",
        ),
        (
            b"PK\x03\x04kapot",
            "t.xlsx: damaged, or not an Excel workbook; expected .xlsx.",
        ),
        (
            workbook(("wie", "gezegd"), ("R", "Een."))[:-60],
            "t.xlsx: damaged, or not an Excel workbook; expected .xlsx.",
        ),
        (
            workbook(("wie", "gezegd")),
            "t.xlsx: no rows; expected a header and a row for each turn.",
        ),
    ],
    ids=["text", "old or locked", "no archive", "cut off", "no rows"],
)
def test_workbooks_that_are_none(tmp_path: Path, data: bytes, message: str) -> None:
    """Each says what it seems to be."""
    assert refusal(tmp_path, data, name="t.xlsx", mapping=PLAIN).message == message


def test_no_such_sheet(tmp_path: Path) -> None:
    """The message names the sheets that there are."""
    mapping = a_mapping({"columns": {"speaker": "wie", "text": "gezegd"}, "sheet": "Codes"})
    data = workbook(("wie", "gezegd"), ("R", "Een."), sheet="Blad1")

    error = refusal(tmp_path, data, name="t.xlsx", mapping=mapping)

    assert error.message == 't.xlsx: no sheet "Codes"; it has "Blad1".'
