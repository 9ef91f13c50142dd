from dataclasses import replace
from pathlib import Path

import pytest
from sheets.desk import PROBE, Desk, one_row

from werkalliantie.errors import SheetError
from werkalliantie.sheets import Row, Sheet, SheetFormat, write_sheet, write_sheets


@pytest.mark.parametrize("format", SheetFormat)
def test_a_sheet_is_written_for_each_tape(desk: Desk, format: SheetFormat) -> None:
    """Sheets are named after their tapes, in a folder that is made where needed."""
    folder = desk.folder / "nieuw" / "sheets"
    rows = {tape: desk.rows(tape) for tape in ("gesprek-01", "gesprek-02")}

    paths = write_sheets(folder, rows, format=format, codebook=PROBE)

    assert paths == {tape: folder / f"{tape}.{format}" for tape in rows}
    assert sorted(folder.iterdir()) == sorted(paths.values())


def test_a_sheet_that_is_there_is_never_written_over_by_accident(tmp_path: Path) -> None:
    """It may hold a coder's work: nothing at all is written then."""
    (tmp_path / "b.csv").write_text("werk van Anna", encoding="utf-8")
    rows = {"a": [one_row("Hoi.")], "b": [one_row("Dag.")]}

    with pytest.raises(SheetError) as raised:
        write_sheets(tmp_path, rows, format=SheetFormat.CSV, codebook=PROBE)

    assert raised.value.message == (
        f"{tmp_path}: already there: b.csv. It may hold a coder's work."
    )
    assert raised.value.hint == "Give another place with --out, or write over it with --force."
    assert [path.name for path in tmp_path.iterdir()] == ["b.csv"]
    assert (tmp_path / "b.csv").read_text("utf-8") == "werk van Anna"


def test_force_writes_over_what_is_there(tmp_path: Path) -> None:
    """Whoever asks for it gets a fresh sheet."""
    (tmp_path / "a.csv").write_text("oud", encoding="utf-8")

    rows = {"a": [one_row("Hoi.")]}
    write_sheets(tmp_path, rows, format=SheetFormat.CSV, codebook=PROBE, force=True)

    assert "Hoi." in (tmp_path / "a.csv").read_text("utf-8-sig")


def test_a_sheet_that_fails_half_way_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was there stays whole, and no half file is left."""
    path = tmp_path / "t03.csv"
    path.write_text("oud", encoding="utf-8")
    monkeypatch.setattr(Row, "check", property(lambda row: 1 / 0))

    with pytest.raises(ZeroDivisionError):
        write_sheet(path, [one_row("Hoi.")], codebook=PROBE)

    assert [(file.name, file.read_text("utf-8")) for file in tmp_path.iterdir()] == [
        ("t03.csv", "oud")
    ]


def test_suggestions_without_their_model_are_a_mistake() -> None:
    """A sheet either names the model it shows, or shows none."""
    row = replace(one_row("Hoi."), suggested=frozenset({"A"}))

    with pytest.raises(ValueError, match=r"^suggestions without the name of their model$"):
        Sheet(rows=(row,), codebook=PROBE)


def test_an_unknown_suffix_is_refused(tmp_path: Path) -> None:
    """The kinds of file there are stand in the message."""
    with pytest.raises(SheetError) as raised:
        write_sheet(tmp_path / "t03.ods", [one_row("Hoi.")], codebook=PROBE)

    assert raised.value.message == (
        't03.ods: no kind of sheet ends in ".ods". Expected .xlsx, .csv or .jsonl.'
    )
