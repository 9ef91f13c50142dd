"""The commands as a user runs them: through `main`, with exit codes, stdout and stderr."""

import csv
import errno
import io
import json
from pathlib import Path

import pytest
from cli.commandline import TRANSCRIPT, Outcome, Run
from models import tiny_model
from openpyxl import load_workbook
from samples import written

from werkalliantie import cli, intake

SECRET = "Jan zei dat hij weer te laat was"


class TestInit:
    def test_makes_a_study(self, tmp_path: Path, run: Run) -> None:
        """One document on stdout, nothing on stderr."""
        made = run("init", tmp_path / "nieuw", "--json")

        assert made.document == {"study": str(tmp_path / "nieuw"), "codebook": "werkalliantie-3"}
        assert made.err == ""
        assert (tmp_path / "nieuw" / "configs" / "study.toml").is_file()

    def test_twice_is_a_mistake(self, tmp_path: Path, run: Run) -> None:
        """Exit code 2, one line that says what, one that says what to do; no traceback."""
        run("init", tmp_path / "nieuw")

        again = run("init", tmp_path / "nieuw", "--json")
        assert again == Outcome(
            code=2,
            out="",
            err=f"error: {tmp_path / 'nieuw'}: there is a study here already.\n"
            "hint: Give a new or empty folder.\n",
        )


class TestImport:
    def test_accounts_for_every_line(self, tmp_path: Path, run: Run) -> None:
        """The document has the keys of the contract."""
        run("init", tmp_path / "s")
        path = written(tmp_path / "g1.txt", TRANSCRIPT)

        result = run("import", path, "--worker", "w03", "--study", tmp_path / "s", "--json")
        assert result.document == [
            {
                "file": "g1.txt",
                "tape": "g1",
                "worker": "w03",
                "client": None,
                "unit": None,
                "new": True,
                "same_as": [],
                "filled_in": [],
                "turns": 5,
                "worker_turns": 3,
                "utterances": 3,
                "backchannels": 1,
                "codings": 0,
                "unread_columns": [],
                "skipped": [{"line": 4, "kind": "stage_direction", "characters": 8}],
            }
        ]

    def test_says_so_without_a_word_of_what_was_said(self, study: Path, run: Run) -> None:
        """For people a line a tape."""
        result = run("import", study.parent / "g2.txt", "--study", study)

        assert (result.code, result.out) == (
            0,
            "g2: 3 turns, 2 by the worker; 2 utterances, 0 of them backchannels; was here "
            "already, unchanged\n",
        )

    def test_fills_in_what_was_not_known(self, study: Path, run: Run) -> None:
        """It is stored, and said; what the document has is what the store has."""
        path = study.parent / "g2.txt"

        result = run("import", path, "--worker", "W07", "--unit", "Utrecht", "--study", study)
        again = run("import", path, "--study", study, "--json")
        assert result.out.endswith("; was here already, worker and unit filled in\n")
        assert [again.document[0][key] for key in ("worker", "client", "unit", "new")] == [
            "W07", None, "Utrecht", False,
        ]  # fmt: skip
        assert again.document[0]["filled_in"] == []

    def test_refuses_another_worker(self, study: Path, run: Run) -> None:
        """Whose tape it is may be in a split or a report already."""
        path = study.parent / "g2.txt"
        run("import", path, "--worker", "W07", "--study", study)

        result = run("import", path, "--worker", "W08", "--study", study, "--json")
        assert (result.code, result.out) == (2, "")
        assert result.err == (
            'error: import: tape "g2" has worker "W07" in this study, not "W08"\n'
            "hint: An import fills in what the study doesn't know of a tape, but changes nothing: "
            "leave the option out, or give the tape another name with --tape if it is another "
            "one.\n"
        )

    def test_says_that_a_tape_is_a_copy(self, study: Path, run: Run) -> None:
        """It is brought in all the same; the same session may be transcribed twice."""
        text = (study.parent / "g2.txt").read_text(encoding="utf-8")
        path = written(study.parent / "g2-kopie.txt", f"Datum: 3 mei 2024\n{text}")

        result = run("import", path, "--study", study, "--json")
        again = run("import", path, "--study", study, "--json")
        assert (result.code, result.document[0]["same_as"]) == (0, ["g2"])
        assert result.err == (
            'g2-kopie.txt: the worker says the same, or nearly, on tape "g2-kopie" as on g2. If it '
            "is one session, code only one of them: in training and agreement each counts.\n"
        )
        assert (again.document[0]["same_as"], again.err) == ([], "")

    def test_names_the_columns_it_did_not_read(self, study: Path, run: Run) -> None:
        """On stderr, once for a file; in the document for each of its tapes."""
        path = written(study.parent / "t.csv", "nr;spreker;tekst;tijd\n1;R;Ga zitten.;00:01\n")

        result = run("import", path, "--study", study, "--json")
        assert result.document[0]["unread_columns"] == ["nr", "tijd"]
        assert result.err == (
            "t.csv: 2 column(s) not read: nr, tijd. Name those that matter under "
            "[table.columns] in configs/imports/default.toml.\n"
        )

    def test_names_the_lines_to_look_at(self, study: Path, run: Run) -> None:
        """Those that hold no word, and those that may be a turn."""
        text = "R: Hoi.\nC: Dag.\nR Ga zitten.\n--\nR. Vertel.\nR: Dus.\n"
        path = written(study.parent / "g3.txt", text)

        result = run("import", path, "--study", study)
        assert result.out == (
            "g3: 3 turns, 2 by the worker; 2 utterances, 0 of them backchannels; not speech: "
            "1 not understood\n"
            "  not understood, please look at line(s) 4 of g3.txt\n"
            "  looks like a turn, please look at line(s) 3, 5 of g3.txt\n"
        )

    def test_names_every_faulty_file(self, study: Path, run: Run) -> None:
        """A list on stderr, and the hint last."""
        faulty = [written(study.parent / f"x{n}.rtf", "R: Hoi.") for n in (1, 2)]

        result = run("import", *faulty, "--study", study, "--json")
        what = '".rtf" files can\'t be read; expected .txt, .docx, .csv or .xlsx.'
        assert (result.code, result.out) == (2, "")
        assert result.err.splitlines() == [
            "error: import: 2 faults.",
            f"  - x1.rtf: {what}",
            f"  - x2.rtf: {what}",
            "hint: Save the transcript as one of these.",
        ]

    def test_refuses_one_name_for_two_files(self, study: Path, run: Run) -> None:
        """--tape is for one file."""
        result = run("import", "a.txt", "b.txt", "--tape", "t1", "--study", study)

        assert result.code == 2
        assert result.err == (
            "error: --tape names one tape, and 2 files were given.\n"
            "hint: Import them one by one, or leave --tape out to name tapes after their files.\n"
        )

    def test_needs_a_study(self, tmp_path: Path, run: Run) -> None:
        """The hint says how to make one."""
        result = run("import", "a.txt", "--study", tmp_path)

        assert result.code == 2
        assert result.err == (
            f"error: {tmp_path}: no study here. Expected the file configs/study.toml.\n"
            "hint: Make one with `werkalliantie init DIR`, or name it with --study DIR.\n"
        )


class TestLabel:
    def test_prints_a_line_for_every_worker_utterance(self, study: Path, run: Run) -> None:
        """The keys are those of the contract; a backchannel has no codes."""
        result = run("label", study.parent / "g1.txt", "--study", study)
        rows = [json.loads(line) for line in result.out.splitlines()]

        assert (result.code, result.err) == (0, "")
        assert [[*row] for row in rows] == 3 * [
            ["tape", "index", "line", "text", "probabilities", "codes", "backchannel"]
        ]
        assert [(row["tape"], row["index"], row["line"]) for row in rows] == [
            ("g1", 0, 1),
            ("g1", 1, 3),
            ("g1", 2, 6),
        ]
        assert [row["backchannel"] for row in rows] == [False, True, False]
        assert rows[1]["codes"] == []
        for row in (rows[0], rows[2]):
            assert [*row["probabilities"]] == ["DT", "ZBV", "HC"]
            assert row["codes"] == [code for code, p in row["probabilities"].items() if p >= 0.5]

    def test_as_json_is_one_document_of_the_same(self, study: Path, run: Run) -> None:
        """A list of what the lines hold."""
        files = [study.parent / "g1.txt", study.parent / "g2.txt"]
        lines = run("label", *files, "--study", study).out.splitlines()

        document = run("label", *files, "--study", study, "--json").document
        assert document == [json.loads(line) for line in lines]
        assert [row["tape"] for row in document] == ["g1", "g1", "g1", "g2", "g2"]

    def test_as_csv_opens_in_a_spreadsheet(self, study: Path, run: Run) -> None:
        """What looks like a formula is text there."""
        result = run("label", study.parent / "g1.txt", "--format", "csv", "--study", study)
        rows = [*csv.reader(io.StringIO(result.out), delimiter=";")]

        assert rows[0] == [
            "tape", "index", "line", "text", "p_DT", "p_ZBV", "p_HC", "codes", "backchannel",
        ]  # fmt: skip
        assert [row[-1] for row in rows[1:]] == ["0", "1", "0"]
        assert rows[3][3] == "'=Als je er donderdag niet bent, moet ik dat melden."
        assert all(0 <= float(p) <= 1 for row in rows[1:] for p in row[4:7])

    def test_needs_no_study(self, study: Path, tmp_path: Path, run: Run) -> None:
        """A model folder and a transcript are enough, and nothing is written."""
        empty = tmp_path / "leeg"
        empty.mkdir()
        model = study / "models" / "m1"

        result = run("label", study.parent / "g2.txt", "--model", model, "--study", empty, "--json")
        assert len(result.document) == 2
        assert [*empty.iterdir()] == []

    def test_stores_nothing(self, study: Path, run: Run) -> None:
        """It is for looking, not for keeping."""
        before = (study / "data" / "werkalliantie.db").read_bytes()

        run("label", study.parent / "g1.txt", "--study", study)
        assert (study / "data" / "werkalliantie.db").read_bytes() == before

    def test_without_a_model_says_what_to_do(self, tmp_path: Path, run: Run) -> None:
        """A new study has no model yet."""
        run("init", tmp_path / "s")

        result = run("label", "g1.txt", "--study", tmp_path / "s", "--json")
        assert result == Outcome(
            code=2,
            out="",
            err=f"error: {tmp_path / 's' / 'models'}: no model is in use yet.\n"
            "hint: Train one with `werkalliantie train`, or give one with --model.\n",
        )


def fill_in(path: Path, codes: dict[int, str]) -> None:
    """Write codes on the rows of worker utterances, as a coder does in Excel."""
    book = load_workbook(path)
    page = book["codering"]
    columns = {cell.value: cell.column for cell in page[1]}
    for row in range(2, page.max_row + 1):
        index = page.cell(row, columns["Nr"]).value
        if index is not None and int(index) in codes:
            page.cell(row, columns["Codes"]).value = codes[int(index)]
    book.save(path)


class TestFromSheetToAgreement:
    @pytest.fixture
    def coded(self, study: Path, run: Run) -> Path:
        """Give the study with both tapes coded blind by two coders."""
        for coder, first, second in (
            ("anna", {0: "ZBV", 2: "HC"}, {0: "ZBV", 1: "geen"}),
            ("bram", {0: "ZBV", 2: "HC, DT"}, {0: "geen", 1: "geen"}),
        ):
            out = study.parent / coder
            assert run("codes", "sheet", "all", "--out", out, "--study", study).code == 0
            for tape, codes in (("g1", first), ("g2", second)):
                fill_in(out / f"{tape}.xlsx", codes)
                sheet = out / f"{tape}.xlsx"
                made = run("codes", "import", sheet, "--coder", coder, "--study", study, "--json")
                assert made.document["added"] == 2
        return study

    def test_a_filled_in_sheet_comes_back_as_assisted(self, study: Path, run: Run) -> None:
        """Pre-coded, filled in with Excel, imported."""
        run("precode", "g1", "--study", study)
        sheet = study / "data" / "precoded" / "g1.xlsx"
        fill_in(sheet, {0: "ZBV", 2: "HC"})

        result = run("codes", "import", sheet, "--coder", "anna", "--study", study, "--json")
        document = result.document
        assert (document["added"], document["not_seen"]) == (2, 0)
        assert (document["coder"], document["mode"]) == ("anna", "assisted")
        refused = run("agree", "--study", study)
        assert (refused.code, refused.out) == (2, "")
        assert refused.err.startswith("error: no blind codings under werkalliantie-3 here.\n")

    def test_agreement_has_the_keys_of_the_contract(self, coded: Path, run: Run) -> None:
        """Coders with each other, and the model with them once it has labelled the tapes."""
        run("precode", "all", "--study", coded)

        document = run("agree", "--study", coded, "--json").document
        assert {
            "unit", "codebook", "n_tapes", "n_utterances", "codes", "icc", "alt_test", "pairs",
            "excluded", "notes",
        } <= document.keys()  # fmt: skip
        assert (document["n_tapes"], document["n_utterances"]) == (2, 4)
        assert document["codes"]["HC"]["coder_coder"]["kappa"] == 1.0
        assert document["codes"]["ZBV"]["coder_coder"]["kappa"] == 0.5
        assert document["codes"]["ZBV"]["model_coder"]["n_pairs"] == 2

    def test_agreement_for_people(self, coded: Path, run: Run) -> None:
        """A table with a dash where there is no number."""
        result = run("agree", "--coders", "anna,bram", "--study", coded)
        lines = result.out.splitlines()

        assert (result.code, result.err) == (0, "")
        assert lines[0] == (
            "Cohen's kappa per utterance, werkalliantie-3: 4 utterances of 2 tapes, blind codings."
        )
        assert lines[1].split() == [
            "code", "coder-coder", "95", "%", "interval", "model-coder", "95", "%", "interval",
            "share", "of", "human", "verdict",
        ]  # fmt: skip
        assert "Left out: 0 assisted, 0 adjudicated, 0 not seen." in lines

    def test_an_unknown_coder_is_a_mistake(self, coded: Path, run: Run) -> None:
        """The message names who there is."""
        result = run("agree", "--coders", "anna,dirk", "--study", coded, "--json")

        assert result == Outcome(
            code=2,
            out="",
            err="error: no blind codings by dirk. Coders here: anna, bram.\n"
            "hint: Correct --coders.\n",
        )

    def test_a_model_of_another_codebook_is_a_mistake(self, coded: Path, run: Run) -> None:
        """It is said before anything is computed."""
        tiny_model(coded / "models" / "m4", codebook="werkalliantie-4", codes=["TD"])

        result = run("agree", "--model", "m4", "--study", coded, "--json")
        assert (result.code, result.out) == (2, "")
        assert result.err == (
            "error: m4 codes under werkalliantie-4, not under werkalliantie-3.\n"
            "hint: Name a model of this codebook, or another --codebook.\n"
        )


class TestModels:
    def test_are_listed_with_their_figures(self, study: Path, run: Run) -> None:
        """Also those that can't be used, and why."""
        broken = tiny_model(study / "models" / "m2")
        broken.file("thresholds.json").unlink()

        one, other = run("models", "--study", study, "--json").document
        assert one == {
            "model": "m1",
            "champion": True,
            "promoted_at": one["promoted_at"],
            "promoted_because": "promoted by hand",
            "replaced": None,
            "replaced_by": None,
            "fault": None,
            "codebook": "werkalliantie-3",
            "codes": ["DT", "ZBV", "HC"],
            "created": "2026-01-02T03:04:05+00:00",
            "encoder": {"name": "proef", "sha256": "0" * 64},
            "tapes": {"train": ["t99"], "validation": []},
            "fingerprint": None,
            "metrics": one["metrics"],
            "floors": one["floors"],
            "parity": {"fp32": {"largest_difference": 0.0}},
        }
        assert other == {
            "model": "m2",
            "champion": False,
            "promoted_at": None,
            "promoted_because": None,
            "replaced": None,
            "replaced_by": None,
            "fault": f"{broken.folder}: not a whole model: thresholds.json is missing.",
        }
        table = run("models", "--study", study)
        assert table.code == 0
        assert [line.split()[:3] for line in table.out.splitlines()[2:]] == [
            ["*", "m1", "werkalliantie-3"],
            ["m2", "–", "–"],
        ]

    def test_say_what_replaced_what(self, study: Path, run: Run) -> None:
        """From the journal, with the reasons; for people with the tapes of each part."""
        tiny_model(study / "models" / "m2")
        run("models", "promote", "m2", "--reason", "beter op HC", "--study", study)

        one, other = run("models", "--study", study, "--json").document
        assert (one["champion"], one["replaced"], one["replaced_by"]) == (False, None, "m2")
        assert (other["champion"], other["replaced"], other["replaced_by"]) == (True, "m1", None)
        assert (one["promoted_because"], other["promoted_because"]) == (
            "promoted by hand",
            "beter op HC",
        )
        heading, _, first, second = run("models", "--study", study).out.splitlines()
        assert heading.split()[:4] == ["model", "codebook", "made", "tapes"]
        when = other["promoted_at"][:16].split("T")
        assert first.split()[4] == "1+0+0"
        assert second.split() == [
            *("*", "m2", "werkalliantie-3", "2026-01-02", "03:04", "0+0+0"),
            *(*when, "m1", "0.41", "(validation)"),
        ]

    def test_of_an_empty_study(self, tmp_path: Path, run: Run) -> None:
        """None is an empty list, and for people a hint."""
        run("init", tmp_path / "s")

        assert run("models", "--study", tmp_path / "s", "--json").document == []
        assert run("models", "--study", tmp_path / "s").out == (
            "No models yet. Train one with: werkalliantie train\n"
        )

    def test_one_is_shown(self, study: Path, run: Run) -> None:
        """The card for people, everything for programs."""
        document = run("models", "show", "m1", "--study", study, "--json").document

        assert document["thresholds"] == {"DT": 0.5, "ZBV": 0.5, "HC": 0.5}
        assert document["manifest"]["name"] == "m1"
        assert document["champion"] is True
        assert run("models", "show", "m1", "--study", study).out == "# m1\n"

    def test_one_is_promoted(self, study: Path, run: Run) -> None:
        """The document says what it replaces."""
        tiny_model(study / "models" / "m2")

        result = run("models", "promote", "m2", "--reason", "proef", "--study", study, "--json")
        assert result.document == {"champion": "m2", "replaced": "m1"}
        again = run("models", "promote", "m1", "--study", study)
        assert again.out == "m1 is in use now, in place of m2.\n"

    def test_one_that_is_in_use_is_not_promoted_again(self, study: Path, run: Run) -> None:
        """Which is said; it replaced nothing now."""
        result = run("models", "promote", "m1", "--study", study)
        assert result.out == "m1 is in use already.\n"

        document = run("models", "promote", "m1", "--study", study, "--json").document
        assert document == {"champion": "m1", "replaced": None}

    def test_a_faulty_pointer_is_mended_as_the_hint_says(self, study: Path, run: Run) -> None:
        """The command in the hint works."""
        pointer = written(study / "models" / "champion.json", "{")

        refused = run("label", study.parent / "g1.txt", "--study", study)
        assert refused == Outcome(
            code=2,
            out="",
            err=f"error: {pointer}: doesn't name a model.\n"
            "hint: Name one with: werkalliantie models promote MODEL\n",
        )
        assert run("models", "promote", "m1", "--study", study).out == "m1 is in use now.\n"

    def test_an_unknown_one_is_a_mistake(self, study: Path, run: Run) -> None:
        """For show and for promote."""
        for command in ("show", "promote"):
            result = run("models", command, "m9", "--study", study, "--json")
            assert (result.code, result.out) == (2, "")
            assert result.err.startswith('error: no model "m9"')
            assert result.err.endswith("hint: See `werkalliantie models` for what there is.\n")

    def test_an_altered_one_is_a_mistake(self, study: Path, run: Run) -> None:
        """It isn't used, and nothing like a traceback is shown."""
        path = study / "models" / "m1" / "model.onnx"
        path.write_bytes(path.read_bytes() + b"x")

        result = run("label", study.parent / "g1.txt", "--study", study)
        assert result == Outcome(
            code=2,
            out="",
            err=f"error: {path.parent}: not a whole model: model.onnx was altered (its sha256 is "
            "not the manifest's).\nhint: Copy the folder again from where it came, or train the "
            "model again.\n",
        )


class TestFaultsOfOurs:
    @pytest.fixture(autouse=True)
    def broken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let reading transcripts fail with what was said in the message."""

        def fail(*_: object, **__: object) -> None:
            raise RuntimeError(SECRET)

        monkeypatch.setattr(intake, "read_transcript", fail)
        monkeypatch.delenv("WERKALLIANTIE_DEBUG", raising=False)

    def test_exit_with_1_and_show_what_was_said_only_when_asked(
        self, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The kind and the place are said, the message isn't; who sets the variable was warned."""
        run("init", tmp_path / "s")
        path = written(tmp_path / "g1.txt", TRANSCRIPT)

        quiet = run("import", path, "--study", tmp_path / "s", "--json")
        assert quiet == Outcome(
            code=1,
            out="",
            err="error: a fault in werkalliantie itself (RuntimeError, fail).\n"
            "hint: run it again with WERKALLIANTIE_DEBUG=1 to see where; the trace may quote "
            "transcripts.\n",
        )
        monkeypatch.setenv("WERKALLIANTIE_DEBUG", "1")
        loud = run("import", path, "--study", tmp_path / "s", "--json")
        assert (loud.code, loud.out) == (1, "")
        assert SECRET in loud.err


class TestRefusalsOfTheSystem:
    def test_a_file_that_cant_be_made_is_the_users_to_mend(self, study: Path, run: Run) -> None:
        """The file is named as seen from here, with the reason; no fault of ours."""
        in_the_way = written(study.parent / "bladen", "geen map")

        result = run("codes", "sheet", "g1", "--out", in_the_way / "x", "--study", study)
        assert result == Outcome(
            code=2,
            out="",
            err=f"error: {in_the_way / 'x'}: Not a directory.\n"
            "hint: Look at what lies there, put it right, and run it again.\n",
        )

    def test_who_looks_for_a_fault_is_shown_where(
        self, study: Path, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The file may be one of ours."""
        in_the_way = written(study.parent / "bladen", "geen map")
        monkeypatch.setenv("WERKALLIANTIE_DEBUG", "1")

        result = run("codes", "sheet", "g1", "--out", in_the_way / "x", "--study", study)
        assert result.code == 2
        assert result.err.startswith("Traceback")
        assert "Not a directory.\n" in result.err

    def test_a_full_disk_is_one_too_though_no_file_is_named(
        self, study: Path, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Writing says nothing of the file."""

        def fail(*_: object, **__: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(intake, "read_transcript", fail)
        result = run("import", study.parent / "g1.txt", "--study", study)
        assert result == Outcome(
            code=2,
            out="",
            err="error: the disk is full.\nhint: Make room, and run it again.\n",
        )

    @pytest.mark.parametrize("words", [("train", "--quick"), ("retrain",), ("distil", "m1")])
    def test_training_needs_a_folder_to_write_in(
        self, study: Path, run: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
    ) -> None:
        """That shows before anything is loaded."""

        def refuse(**_: object) -> None:
            raise PermissionError(errno.EACCES, "Permission denied", "tmp1234")

        monkeypatch.setattr("tempfile.TemporaryFile", refuse)
        result = run(*words, "--study", study)
        assert result == Outcome(
            code=2,
            out="",
            err=f"error: {study / 'models'}: nothing can be written here (you may not read or "
            "write there).\nhint: Ask for the right to write there, or work on a copy of the "
            "study that is yours.\n",
        )


class TestUsage:
    @pytest.mark.parametrize(
        "words",
        [
            ("import",),
            ("agree", "--unit", "dag"),
            ("nietbestaand",),
            ("label", "--x"),
            ("train", "--seed", "4294967296"),
            ("train", "--folds", "1"),
            ("train", "--folds", "51"),
        ],
    )
    def test_a_wrong_command_line_exits_with_2(self, run: Run, words: tuple[str, ...]) -> None:
        """On stderr, without a traceback."""
        result = run(*words)

        assert (result.code, result.out) == (2, "")
        assert result.err.startswith("Usage: ")
        assert "Traceback" not in result.err

    def test_the_version_is_said(self, run: Run) -> None:
        """And nothing else."""
        result = run("--version")

        assert (result.code, result.err) == (0, "")
        assert result.out.startswith("werkalliantie ")

    def test_stopping_is_no_fault(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        """Ctrl-C leaves quietly."""

        def stop() -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(cli, "app", stop)
        assert run("agree") == Outcome(code=130, out="", err="stopped.\n")
