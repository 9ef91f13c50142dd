"""Blank code cells, and numbers that were codes."""

from pathlib import Path

from readers.sources import read, refusal
from readers.tables import a_mapping, csv_of, workbook

HEADER = ("wie", "gezegd", "taak", "zorg")
MARKED = a_mapping(
    {
        "columns": {"speaker": "wie", "text": "gezegd"},
        "coder": "A",
        "codes": {"codebook": "proef-1", "columns": {"DT": "taak", "ZBV": "zorg"}},
    }
)
LISTED = a_mapping(
    {
        "columns": {"speaker": "wie", "text": "gezegd"},
        "coder": "A",
        "codes": {"codebook": "proef-1", "column": "codes", "separator": ","},
    }
)


def test_a_row_without_a_mark_was_not_seen(tmp_path: Path) -> None:
    """A blank cell is no beside a mark, but a row of blanks says nothing of the coder."""
    rows = ("R;Een.;x;", "R;Twee.;;", "R;Drie.;0;")
    reading = read(tmp_path, csv_of(*rows, header=HEADER), name="t.csv", mapping=MARKED)

    assert [(c.utterance, sorted(c.codes)) for c in reading.codings] == [(0, ["DT"]), (2, [])]


def test_two_codes_that_became_a_number(tmp_path: Path) -> None:
    """Dutch Excel makes the number 4.5 of "4,5": which codes those were can't be known."""
    data = workbook(("wie", "gezegd", "codes"), ("R", "Een.", 4.5))

    error = refusal(tmp_path, data, name="t.xlsx", mapping=LISTED)

    assert error.message == 't.xlsx, row 2: the number 4.5 instead of codes in column "codes".'


def test_many_rows_with_one_fault(tmp_path: Path) -> None:
    """Ten rows are named, the others counted."""
    rows = [f"R;Zin {number}.;wie weet;0" for number in range(14)]

    error = refusal(tmp_path, csv_of(*rows, header=HEADER), name="t.csv", mapping=MARKED)

    assert error.message == (
        "t.csv, rows 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 4 more: "
        '"wie weet" in column "taak" is neither yes, no nor not applicable.'
    )
