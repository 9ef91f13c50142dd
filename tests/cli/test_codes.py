import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sheets.desk import Desk, codes, opened_desk
from typer.testing import CliRunner, Result

from werkalliantie.cli.codes import app
from werkalliantie.coding import Coding, Mode
from werkalliantie.errors import SheetError, StoreError, WerkalliantieError
from werkalliantie.sheets import SheetFormat
from werkalliantie.study import create


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Give a study with the tapes gesprek-01 (utterance 1 is a backchannel) and gesprek-02."""
    with opened_desk(tmp_path) as opened:
        yield opened


def run(desk: Desk, *words: str | Path) -> Result:
    """Run a `codes` command on the desk's study."""
    arguments = [*map(str, words), "--study", str(desk.study.folder)]
    return CliRunner().invoke(app, arguments)


def document(desk: Desk, *words: str | Path) -> Any:  # noqa: ANN401 - JSON
    """Return what a command prints with --json, which must be one document."""
    result = run(desk, *words, "--json")
    assert result.exception is None, result.exception
    return json.loads(result.stdout)


def refused(desk: Desk, *words: str | Path) -> WerkalliantieError:
    """Return the user's mistake that a command reports; nothing may be on stdout."""
    result = run(desk, *words)
    assert isinstance(result.exception, WerkalliantieError)
    assert result.stdout == ""
    return result.exception


@pytest.fixture
def coded(desk: Desk) -> Desk:
    """Give a study in which two coders have coded."""
    given = [("anna", 0, {"DT", "ZBV1"}), ("anna", 2, set()), ("bram", 0, {"HC"})]
    desk.store.add_codings(
        Coding(
            tape="gesprek-01",
            utterance=utterance,
            coder=coder,
            codebook="werkalliantie-3",
            codes=frozenset(codes_),
            note="twijfel" if coder == "bram" else None,
        )
        for coder, utterance, codes_ in given
    )
    return desk


def test_importing_counts_what_became_of_the_answers(desk: Desk) -> None:
    """The document has the sheet's facts and what is new, changed and the same."""
    path = desk.csv(codes({2: "DT", 6: "geen"}))
    first = document(desk, "import", path, "--coder", "anna")
    again = document(desk, "import", desk.csv(codes({2: "HC", 6: "geen"})), "--coder", "anna")

    assert first == {
        "file": "gesprek-01.csv",
        "coder": "anna",
        "codebook": "werkalliantie-3",
        "mode": "blind",
        "added": 2,
        "changed": 0,
        "unchanged": 0,
        "not_seen": 0,
        "segments": {"added": 0, "changed": 0, "unchanged": 0},
        "tapes": ["gesprek-01"],
        "remarks": [],
    }
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 1, 1)


def test_importing_says_in_a_sentence_what_it_did(desk: Desk) -> None:
    """Without --json a person reads one line."""
    result = run(desk, "import", desk.csv(codes({2: "DT"})), "--coder", "anna")

    assert result.stdout == (
        "gesprek-01.csv: 1 added, 0 changed, 0 unchanged, 1 not seen (coder anna, blind; tape "
        "gesprek-01)\n"
    )


def test_calling_an_assisted_sheet_blind_is_remarked_on_stderr(desk: Desk) -> None:
    """It is accepted, stored as blind, and said."""
    path = desk.csv(codes({2: "DT"}), suggested="HC")

    result = run(desk, "import", path, "--coder", "anna", "--mode", "blind")

    assert result.stderr == (
        "gesprek-01.csv: suggestions were shown for 3 utterances, but the codings are recorded as "
        "blind, as --mode blind asks.\n"
    )
    assert [coding.mode for coding in desk.store.codings()] == [Mode.BLIND]


def test_a_faulty_sheet_leaves_the_study_as_it_was(coded: Desk) -> None:
    """All of a sheet is imported, or nothing of it."""
    before = coded.store.codings()

    error = refused(coded, "import", coded.csv(codes({2: "HC", 6: "Q"})), "--coder", "anna")

    assert isinstance(error, SheetError)
    assert error.message.startswith('gesprek-01.csv: row 6: unknown code "Q".')
    assert coded.store.codings() == before


def test_exporting_prints_a_table_without_text(coded: Desk) -> None:
    """One row an answer, as CSV on stdout."""
    result = run(coded, "export")

    assert result.stdout == (
        "tape;index;coder;codebook;mode;codes;note\n"
        "gesprek-01;0;anna;werkalliantie-3;blind;DT, ZBV1;\n"
        "gesprek-01;0;bram;werkalliantie-3;blind;HC;twijfel\n"
        "gesprek-01;2;anna;werkalliantie-3;blind;geen;\n"
    )


def test_exporting_as_a_document_holds_the_codings(coded: Desk) -> None:
    """With --json and no file the codings are in the document."""
    assert document(coded, "export", "--coders", "bram") == {
        "file": None,
        "n_codings": 1,
        "codings": [
            {
                "tape": "gesprek-01",
                "index": 0,
                "coder": "bram",
                "codebook": "werkalliantie-3",
                "mode": "blind",
                "codes": ["HC"],
                "note": "twijfel",
            }
        ],
        "n_segments": 0,
        "segments": [],
    }


@pytest.mark.parametrize("format", SheetFormat)
def test_codings_of_stretches_go_out_and_come_back(coded: Desk, format: SheetFormat) -> None:
    """They stand in the same table as those of utterances; nothing is lost on the way."""
    table = coded.folder / "stukken.csv"
    table.write_text("Tape;Van;Tot;Codes\ngesprek-01;0;2;DT\ngesprek-02;0;1;geen\n", "utf-8")
    new = document(coded, "import", table, "--coder", "anna")
    path = coded.folder / f"codes.{format}"

    written = document(coded, "export", "--out", path)
    back = document(coded, "import", path)

    assert new["segments"] == {"added": 2, "changed": 0, "unchanged": 0}
    assert (written["n_codings"], written["n_segments"]) == (3, 2)
    assert (back["unchanged"], back["segments"]["unchanged"]) == (3, 2)
    assert (back["added"], back["segments"]["added"]) == (0, 0)


@pytest.mark.parametrize("format", SheetFormat)
def test_an_exported_table_comes_back_the_same(coded: Desk, format: SheetFormat) -> None:
    """Whatever the format, importing what was exported changes nothing."""
    path = coded.folder / f"codes.{format}"
    written = document(coded, "export", "--out", path)

    back = document(coded, "import", path)

    assert written == {
        "file": str(path),
        "n_codings": 3,
        "codings": None,
        "n_segments": 0,
        "segments": None,
    }
    assert (back["added"], back["changed"], back["unchanged"]) == (0, 0, 3)
    assert (back["coder"], back["mode"]) == (None, "blind")


def test_exporting_a_coder_or_tape_that_isnt_there_is_a_mistake(coded: Desk) -> None:
    """An empty table would hide a slip of the pen."""
    coder = refused(coded, "export", "--coders", "anna,cor")
    tape = refused(coded, "export", "--tapes", "gesprek-9")

    assert coder.message == 'no codings of coder "cor". Expected one of: anna, bram.'
    assert isinstance(tape, StoreError)


def test_an_export_never_writes_over_a_file_by_accident(coded: Desk) -> None:
    """A sheet of a coder could have that name."""
    path = coded.folder / "codes.csv"
    path.write_text("werk", encoding="utf-8")

    error = refused(coded, "export", "--out", path)
    run(coded, "export", "--out", path, "--force")

    assert error.message == f"{coded.folder}: already there: codes.csv. It may hold a coder's work."
    assert path.read_text("utf-8-sig").startswith("tape;index;coder")


def test_a_workbook_needs_a_file(coded: Desk) -> None:
    """Excel isn't written to stdout."""
    assert refused(coded, "export", "--format", "xlsx").message == (
        "a workbook can't be written to stdout."
    )


def test_a_name_and_a_format_that_contradict_are_a_mistake(coded: Desk) -> None:
    """Otherwise the file couldn't be read back."""
    error = refused(coded, "export", "--out", coded.folder / "codes.csv", "--format", "jsonl")

    assert error.message == "codes.csv: its name says csv, --format says jsonl."


def test_blank_sheets_are_made_of_every_tape(desk: Desk) -> None:
    """They go to the study's data, one workbook a tape, and show no suggestions."""
    folder = desk.study.data / "sheets"

    assert document(desk, "sheet") == {
        "codebook": "werkalliantie-3",
        "sheets": [
            {
                "tape": tape,
                "file": str(folder / f"{tape}.xlsx"),
                "utterances": n_utterances,
                "offered": 2,
            }
            for tape, n_utterances in (("gesprek-01", 3), ("gesprek-02", 2))
        ],
    }
    imported = document(desk, "import", folder / "gesprek-01.xlsx", "--coder", "anna")
    assert (imported["mode"], imported["not_seen"]) == ("blind", 2)


def test_blank_sheets_of_some_tapes_go_where_asked(desk: Desk) -> None:
    """A tape, a folder and a kind of file can be chosen."""
    result = run(desk, "sheet", "gesprek-02", "--out", desk.folder / "x", "--format", "csv")

    assert result.stdout == f"{desk.folder}/x/gesprek-02.csv: 2 utterances to code\n"


def test_a_blank_sheet_never_replaces_a_coders_work(desk: Desk) -> None:
    """Only --force does."""
    run(desk, "sheet", "gesprek-01")

    error = refused(desk, "sheet", "all")

    assert error.message == (
        f"{desk.study.data}/sheets: already there: gesprek-01.xlsx. It may hold a coder's work."
    )
    assert run(desk, "sheet", "all", "--force").exit_code == 0


def test_a_study_without_tapes_has_no_sheets(tmp_path: Path) -> None:
    """The message says what to do first."""
    create(tmp_path)

    result = CliRunner().invoke(app, ["sheet", "--study", str(tmp_path)])

    assert isinstance(result.exception, SheetError)
    assert result.exception.message == "this study has no tapes yet."
