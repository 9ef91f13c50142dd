from collections.abc import Sequence
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest
from openpyxl import Workbook
from samples import a_tape, utterances_of
from sheets.desk import Desk

from werkalliantie.coding import Coding, Mode
from werkalliantie.errors import SheetError
from werkalliantie.segment import SegmentCoding
from werkalliantie.sheets import CodedSheet, read_codings, write_codings

CODEBOOK = "werkalliantie-3"


def a_segment(
    *codes: str, first: int, last: int, tape: str = "gesprek-01", note: str | None = None
) -> SegmentCoding:
    """Return a stretch that ann coded blind."""
    return SegmentCoding(
        tape=tape,
        first=first,
        last=last,
        coder="ann",
        codebook=CODEBOOK,
        codes=frozenset(codes),
        note=note,
    )


def table(desk: Desk, *lines: str) -> Path:
    """Write a CSV file of these lines."""
    path = desk.folder / "vensters.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def read(desk: Desk, path: Path, minutes: float = 5.0) -> CodedSheet:
    """Read a file of ann's."""
    return read_codings(
        path, study=desk.study, store=desk.store, coder="ann", window_minutes=minutes
    )


def add_timed(desk: Desk, *times: float) -> None:
    """Add the tape "tijden", whose utterances start at these seconds."""
    tape = a_tape(*(f"R: Zin nummer {n}." for n in range(len(times))), id="tijden")
    turns = [replace(turn, time=at) for turn, at in zip(tape.turns, times, strict=True)]
    tape = replace(tape, turns=tuple(turns))
    desk.store.add([(tape, utterances_of(tape))])


def faults(desk: Desk, *lines: str) -> Sequence[str]:
    """Return the faults of a table."""
    with pytest.raises(SheetError) as refused:
        read(desk, table(desk, *lines))
    return refused.value.faults


def test_by_utterance_numbers(desk: Desk) -> None:
    """Both ends belong to the stretch; "geen" is no code, and an empty cell not seen."""
    sheet = read(
        desk,
        table(
            desk,
            "Tape;Van;Tot;Codes;Opmerking",
            "gesprek-01;0;1;DT, hc2;over de afspraak",
            "gesprek-01;2;2;geen;",
            "gesprek-02;0;1;;",
        ),
    )

    assert sheet.segments == (
        a_segment("DT", "HC2", first=0, last=1, note="over de afspraak"),
        a_segment(first=2, last=2),
    )
    assert sheet.codings == ()
    assert (sheet.coder, sheet.mode) == ("ann", Mode.BLIND)
    assert sheet.remarks == (
        'stretches without codes count as not seen (row 4). Write "geen" there if no code applies.',
    )


def test_by_times(desk: Desk) -> None:
    """Times stand for the utterances that start in them; the end isn't among them."""
    add_timed(desk, 0, 65, 299, 300, 640)

    sheet = read(
        desk, table(desk, "tape,from,to,codes", "tijden,0:00,05:00,DT", "tijden,00:05:00,0:10:40,")
    )
    late = read(desk, table(desk, "tape,from,to,codes", "tijden,0:05:00,0:10:40,HC"))

    assert sheet.segments == (a_segment("DT", first=0, last=2, tape="tijden"),)
    assert late.segments == (a_segment("HC", first=3, last=3, tape="tijden"),)


def test_by_windows(desk: Desk) -> None:
    """Windows count from 1; how long they are a column says, or else the user."""
    add_timed(desk, 0, 65, 299, 300, 640)

    five = read(desk, table(desk, "tape;venster;codes", "tijden;2;DT"))
    ten = read(desk, table(desk, "tape;venster;codes", "tijden;2;DT"), minutes=10)
    own = read(desk, table(desk, "tape;window;minuten;codes", "tijden;2;1;DT"))

    assert five.segments == (a_segment("DT", first=3, last=3, tape="tijden"),)
    assert ten.segments == (a_segment("DT", first=4, last=4, tape="tijden"),)
    assert own.segments == (a_segment("DT", first=1, last=1, tape="tijden"),)


def test_a_column_a_code(desk: Desk) -> None:
    """Ticked is given; a row with nothing at all wasn't seen, one with a no was."""
    sheet = read(
        desk,
        table(
            desk,
            "Tape;Van;T/m;DT;ZBV;HC",
            "gesprek-01;0;1;x;;ja",
            "gesprek-01;1;2;0;nee;",
            "gesprek-02;0;1;;;",
        ),
    )

    assert sheet.segments == (a_segment("DT", "HC", first=0, last=1), a_segment(first=1, last=2))


def test_a_workbook_with_times(desk: Desk) -> None:
    """Times that Excel keeps as times are hours, minutes and seconds."""
    add_timed(desk, 0, 65, 299, 300, 640)
    book = Workbook()
    page = book.active
    assert page is not None
    for row in (["Tape", "Van", "Tot", "Codes"], ["tijden", time(0, 5), time(0, 10), "ZBV"]):
        page.append(row)
    path = desk.folder / "vensters.xlsx"
    book.save(path)

    assert read(desk, path).segments == (a_segment("ZBV", first=3, last=3, tape="tijden"),)


def test_all_faults_at_once(desk: Desk) -> None:
    """Every row that stands for no stretch or no codes is named with its line."""
    add_timed(desk, 0, 65)

    found = faults(
        desk,
        "tape;index;from;to;window;codes",
        "gesprek-09;;0;1;;DT",
        "gesprek-01;;2;1;;DT",
        "gesprek-01;;0;9;;DT",
        "gesprek-01;;0;;;DT",
        "gesprek-01;;0;0:05:00;;DT",
        "gesprek-01;;0:00;5:00;;DT",
        "gesprek-01;0;0;1;;DT",
        "tijden;;;;0;DT",
        "tijden;;;;7;DT",
        "tijden;;0:00;300:00;;DT",
        "gesprek-01;;0;1;;XX",
        "gesprek-01;;0;1;;DT",
        "gesprek-01;;0;1;;HC",
        "gesprek-01;;;;;HC",
    )

    assert found == (
        'row 2: no tape "gesprek-09" in this study. Expected one of: gesprek-01, gesprek-02, '
        "tijden.",
        "row 3: from 2 is behind to 1.",
        'row 4: tape "gesprek-01" has no utterance 9. Expected 0-2.',
        "row 5: to is missing. Expected an utterance number or a time.",
        "row 6: a number and a time. Expected two of a kind in from and to.",
        'row 7: tape "gesprek-01" has no times. Expected from and to as utterance numbers.',
        "row 8: an index beside a stretch. Expected one or the other.",
        "row 9: the window is not a whole number from 1.",
        'row 10: no utterance of tape "tijden" starts in 0:30:00-0:35:00.',
        "row 11: 0:00:00-5:00:00 ends long after the last utterance at 0:01:05. Expected times as "
        "0:05:00: a spreadsheet takes 05:00 for five hours.",
        'row 12: unknown code "XX". Expected DT, ZBV, HC or an item such as DT1, or "geen".',
        'row 14: utterances 0-1 of tape "gesprek-01" by coder "ann" again, first on row 13.',
        "row 15: the index is missing. Expected that of an utterance.",
    )


def test_a_code_without_a_column(desk: Desk) -> None:
    """Where a cluster has no column, nobody knows whether it was looked for."""
    assert faults(desk, "tape;from;to;DT;HC1", "gesprek-01;0;1;x;") == (
        "row 2: no column codes, and none for ZBV. Expected codes, or a column for every code.",
    )


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "jsonl"])
def test_round_trip(desk: Desk, suffix: str) -> None:
    """What is exported comes back: codings of utterances and of stretches in one table."""
    codings = [
        Coding(
            tape="gesprek-01", utterance=2, coder="ann", codebook=CODEBOOK, codes=frozenset({"HC"})
        )
    ]
    segments = [
        a_segment("DT", "ZBV", first=0, last=2, note="=kort"),
        replace(a_segment(first=1, last=1), mode=Mode.ASSISTED),
    ]
    path = desk.folder / f"codes.{suffix}"

    write_codings(path, codings, segments)
    sheet = read_codings(path, study=desk.study, store=desk.store)

    assert (sheet.codings, sheet.segments) == ((*codings,), (*segments,))


def test_a_table_without_stretches_is_as_it_was(desk: Desk) -> None:
    """There are no columns for stretches where there are none."""
    path = desk.folder / "codes.csv"

    write_codings(path, [])

    assert path.read_text("utf-8-sig") == "tape;index;coder;codebook;mode;codes;note\n"
