"""Codes that a table carries: coded, no code or not seen, by whom."""

import datetime
from pathlib import Path

import pytest
from readers.sources import read, refusal, said
from readers.tables import HEADER, a_mapping, csv_of, workbook

from werkalliantie.configuration import ImportMapping
from werkalliantie.readers import Reading

IN_COLUMNS = a_mapping(
    {
        "columns": {"speaker": "wie", "text": "gezegd"},
        "coder": "A",
        "codes": {
            "codebook": "proef-1",
            "columns": {"DT": "taak", "ZBV": "zorg"},
            "yes": ["1", "ja"],
            "no": ["0", "nee"],
            "not_applicable": ["n.v.t.", ""],
        },
    }
)
BY_CODER_A = a_mapping(
    {
        "columns": {"speaker": "wie", "text": "gezegd"},
        "coder": "A",
        "codes": {"codebook": "proef-1", "column": "codes", "no_code": ["geen"]},
    }
)


def codes_of(reading: Reading) -> list[tuple[int, str, list[str]]]:
    """Return utterance, coder and codes of every coding."""
    return [(c.utterance, c.coder, sorted(c.codes)) for c in reading.codings]


def read_rows(folder: Path, *rows: str) -> Reading:
    """Read rows of `HEADER`."""
    return read(folder, csv_of(*rows), name="t.csv", mapping=a_mapping())


def test_codes_in_one_column(tmp_path: Path) -> None:
    """Listed codes are a set; the word for no code is the empty set; nothing is not seen."""
    reading = read_rows(
        tmp_path,
        "T1;1;;R;Een.;A;DT, ZBV",
        "T1;2;;C;Twee.;;",
        "T1;3;;R;Drie.;A;Geen",
        "T1;4;;R;Vier.;A;",
        "T1;5;;R;Vijf.;A;HC",
    )

    assert codes_of(reading) == [(0, "A", ["DT", "ZBV"]), (1, "A", []), (3, "A", ["HC"])]
    assert {(c.tape, c.codebook) for c in reading.codings} == {("T1", "proef-1")}


def test_codes_in_columns(tmp_path: Path) -> None:
    """Yes and no make a coding; a row of only n.a. was not seen."""
    rows = ("R;Een.;ja;nee", "R;Twee.;0;0", "R;Drie.;n.v.t.;", "C;Vier.;;", "R;Vijf.;1;JA")
    text = csv_of(*rows, header=("wie", "gezegd", "taak", "zorg"))
    reading = read(tmp_path, text, name="t.csv", mapping=IN_COLUMNS)

    assert codes_of(reading) == [(0, "A", ["DT"]), (1, "A", []), (3, "A", ["DT", "ZBV"])]


def test_numbers_in_excel(tmp_path: Path) -> None:
    """A code that Excel keeps as 5.0 is 5, and a yes that it keeps as 1.0 is 1."""
    listed = workbook(("wie", "gezegd", "codes"), ("R", "Een.", 5.0), ("R", "Twee.", "5;7"))
    columns = workbook(("wie", "gezegd", "taak", "zorg"), ("R", "Een.", 1.0, 0.0))

    first = read(tmp_path, listed, name="t.xlsx", mapping=BY_CODER_A)
    second = read(tmp_path, columns, name="t.xlsx", mapping=IN_COLUMNS)

    assert codes_of(first) == [(0, "A", ["5"]), (1, "A", ["5", "7"])]
    assert codes_of(second) == [(0, "A", ["DT"])]


def test_several_coders(tmp_path: Path) -> None:
    """A turn that stands on a row for each coder is one turn with a coding of each."""
    reading = read_rows(
        tmp_path,
        "T1;1;;R;Een.;B;HC",
        "T1;1;;R;Een.;A;DT",
        "T1;2;;C;Twee.;A;",
        "T1;3;;R;Drie.;A;geen",
        "T1;3;;R;Drie.;B;",
    )

    assert said(reading) == ["R: Een.", "C: Twee.", "R: Drie."]
    assert sorted(codes_of(reading)) == [(0, "A", ["DT"]), (0, "B", ["HC"]), (1, "A", [])]


def test_codings_follow_the_order_of_the_tape(tmp_path: Path) -> None:
    """Rows that are not in order still belong to the right utterance."""
    reading = read_rows(tmp_path, "T1;9;;R;Later.;A;HC", "T1;2;;R;Eerder.;A;DT")

    assert said(reading) == ["R: Eerder.", "R: Later."]
    assert sorted(codes_of(reading)) == [(0, "A", ["DT"]), (1, "A", ["HC"])]


def test_a_coded_laugh_stays(tmp_path: Path) -> None:
    """What a coder was asked about keeps its place, so that codes don't shift."""
    reading = read_rows(tmp_path, "T1;1;;R;(lacht);A;ZBV", "T1;2;;R;Twee.;A;DT")

    assert said(reading) == ["R: (lacht)", "R: Twee."]
    assert sorted(codes_of(reading)) == [(0, "A", ["ZBV"]), (1, "A", ["DT"])]


@pytest.mark.parametrize(
    ("label", "rows", "fault"),
    [
        (
            "codes of the client",
            ("T1;1;;R;Een.;A;DT", "T1;2;;C;Twee.;A;DT"),
            "t.csv, row 3: codes for a turn that isn't the worker's.",
        ),
        (
            "no coder",
            ("T1;1;;R;Een.;A;DT", "T1;2;;R;Twee.;;DT"),
            "t.csv, row 3: codes without a coder.",
        ),
        (
            "a coder twice",
            ("T1;1;;R;Een.;A;DT", "T1;1;;R;Een.;A;HC"),
            "t.csv, row 3: repeats an earlier row of the same tape, order and coder.",
        ),
        (
            "differing text",
            ("T1;1;;R;Een.;A;DT", "T1;1;;R;Twee.;B;HC"),
            "t.csv, row 3: another text or speaker than an earlier row of the same tape and order.",
        ),
        (
            "a date in text",
            ("T1;1;;R;Een.;A;4-mei",),
            't.csv, row 2: a date instead of a code in column "codes".',
        ),
    ],
)
def test_refused(tmp_path: Path, label: str, rows: tuple[str, ...], fault: str) -> None:
    """A fault of a row is named with the row, and its text is not shown."""
    error = refusal(tmp_path, csv_of(*rows), name="t.csv", mapping=a_mapping())

    assert error.message == fault
    assert error.hint


@pytest.mark.parametrize("cell", [datetime.datetime(2024, 5, 4), datetime.date(2024, 5, 4)])
@pytest.mark.parametrize("mapping", [BY_CODER_A, IN_COLUMNS], ids=["listed", "columns"])
def test_dates_among_codes(tmp_path: Path, cell: datetime.date, mapping: ImportMapping) -> None:
    """Excel makes a date of "4-5": the codes are lost, and the message says how to keep them."""
    name = "codes" if mapping is BY_CODER_A else "taak"
    header = ("wie", "gezegd", name, "zorg")
    data = workbook(header, ("R", "Een.", cell, "1"))

    error = refusal(tmp_path, data, name="t.xlsx", mapping=mapping)

    assert error.message == f't.xlsx, row 2: a date instead of a code in column "{name}".'
    assert error.hint == (
        "Select the column in Excel, choose Format Cells > Number > Text, and type its codes again."
    )


def test_other_answers_than_yes_and_no(tmp_path: Path) -> None:
    """What is neither is named with its column, once for all its rows."""
    rows = ("R;Een.;misschien;1", "R;Twee.;misschien;0", "R;Drie.;1;1")
    text = csv_of(*rows, header=("wie", "gezegd", "taak", "zorg"))

    error = refusal(tmp_path, text, name="t.csv", mapping=IN_COLUMNS)

    assert error.message == (
        't.csv, rows 2 and 3: "misschien" in column "taak" is neither yes, no nor not applicable.'
    )


def test_coders_without_an_order(tmp_path: Path) -> None:
    """Rows of two coders can't be matched by their text: the same words are said twice."""
    columns = {"speaker": "wie", "text": "gezegd", "coder": "codeur"}
    mapping = a_mapping({"columns": columns, "codes": {"codebook": "proef-1", "column": "codes"}})
    text = csv_of("T1;1;;R;Een.;A;DT", "T1;1;;R;Een.;B;DT", header=HEADER)

    error = refusal(tmp_path, text, name="t.csv", mapping=mapping)

    assert error.message == "t.csv, row 2: coders A and B, but no column to match their rows by."
