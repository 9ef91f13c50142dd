"""Input as nobody should give it: no crash, a clear message, and the rest is still labelled."""

import csv
import io
import json
import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from models import tiny_model
from openpyxl import load_workbook
from samples import a_tape, utterances_of, written

from werkalliantie import artefact, cli
from werkalliantie.artefact import Artefact
from werkalliantie.errors import ModelError
from werkalliantie.labeller import Labeller, Question
from werkalliantie.precoding import precode
from werkalliantie.sheets import SheetFormat
from werkalliantie.study import Study, create
from werkalliantie.transcript import Tape

ROUGH = {
    "nothing": "",
    "one character": "j",
    "100,000 characters": "ik moet dat " * 8_334,
    "100,000 of one character": "x" * 100_000,
    "emoji": "😀👍🏽😀",
    "50,000 emoji": "👍🏽" * 25_000,
    "unclear speech": "xxx",
    "an ellipsis": "…",
    "control characters": "\x00\x07\x1b[31mrood\x7f",
    "a null": "\x00",
    "invisible marks": "\ufeff\u200d\u00ad",
    "right to left": "\u202eمرحبا كيف حالك",
    "Chinese": "你好,请坐。",
    "Cyrillic": "Добрый день",
    "a letter with 50,000 accents": "e" + "\u0301" * 50_000,
    "a formula": "=HYPERLINK(1)",
    "half a character": "ik \ud83d moet \udc4d dat",
    "line ends": "ik\nmoet\r\ndat\t",
}
_NO_TEXT = {"half a character"}
"""What a model can be asked but no file in UTF-8 can hold."""
SPOKEN = {n: text for n, text in ROUGH.items() if text.strip() and n not in _NO_TEXT}
GOOD = "Ik moet dat melden."
AGAIN = "Copy the model folder again from where it came, or train the model again."

Main = Callable[..., int]


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Give a study with the model m1 in use."""
    made = create(tmp_path / "studie")
    tiny_model(made.models / "m1")
    return made


@pytest.fixture
def main(monkeypatch: pytest.MonkeyPatch, study: Study) -> Main:
    """Give a function that runs a command on the study and returns its exit code."""

    def main(*words: str | Path, model: str = "m1") -> int:
        options = ["--study", str(study.folder), "--model", model]
        arguments = [str(word) for word in words]
        monkeypatch.setattr(sys, "argv", ["werkalliantie", *arguments, *options])
        try:
            cli.main()
        except SystemExit as end:
            return int(end.code or 0)
        return 0

    return main


def rough_tape() -> Tape:
    """Return a tape on which the worker says every rough thing, and something good after each."""
    lines = []
    for text in SPOKEN.values():
        lines += [f"C: {text}", f"R: {text}", "C: Ja.", f"R: {GOOD}"]
    return a_tape(*lines, id="ruw")


def spoil(model: Artefact, name: str, content: bytes) -> None:
    """Put other content in a file of a model and make its manifest agree."""
    model.file(name).write_bytes(content)
    manifest = json.loads(model.file(artefact.MANIFEST).read_text())
    manifest["files"][name] = artefact.sha256(model.file(name))
    model.file(artefact.MANIFEST).write_text(json.dumps(manifest))


class TestRoughUtterances:
    @pytest.mark.parametrize("text", ROUGH.values(), ids=ROUGH)
    def test_change_nothing_for_the_others(self, study: Study, text: str) -> None:
        """They get scores, and those beside them the scores they have alone."""
        labeller = Labeller(artefact.read(study.models / "m1"), threads=1)
        good = Question(context="C: Ja.", text=GOOD)
        rough = [Question(context="C: Ja.", text=text), Question(context=f"C: {text}", text=GOOD)]

        alone = labeller.probabilities([good])
        scores = labeller.probabilities([rough[0], good, rough[1], good])
        assert ((scores > 0) & (scores < 1)).all()
        assert scores[[1, 3]].tobytes() == alone.tobytes() * 2

    @pytest.mark.parametrize("format", SheetFormat)
    def test_are_stored_and_put_on_sheets(self, study: Study, format: SheetFormat) -> None:
        """Of every format; the whole tape has its predictions."""
        tape = rough_tape()
        with study.store() as store:
            store.add([(tape, utterances_of(tape))])
        model = artefact.read(study.models / "m1")

        (done,) = precode(study, model, ["ruw"], out=study.data / "uit", format=format)
        assert len(done.predictions) == 2 * len(SPOKEN)
        assert len({str(p.probabilities) for p in done.predictions[1::2]}) == 1
        with study.store() as store:
            assert store.predictions("m1") == done.predictions
        assert _n_rows(done.sheet) == 4 * len(SPOKEN)

    def test_come_through_a_transcript(
        self, main: Main, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Typed as they are, imported or labelled at once: a row for each that says something."""
        texts = [" ".join(text.split()) for text in SPOKEN.values()]
        texts = [text for text in texts if text.isprintable()]
        lines = ["R:", "C: Ja.", *(f"R: {text}\nC: Ja." for text in texts), f"R: {GOOD}"]
        path = written(tmp_path / "ruw.txt", "\n".join(lines) + "\n")

        # A line of emoji alone is nothing that was said, and the reader says so.
        spoken = [text for text in texts if any(map(str.isalnum, text)) or text == "…"]
        assert main("label", path) == 0
        rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [row["text"] for row in rows] == [*spoken, GOOD]
        assert all(0 < p < 1 for row in rows for p in row["probabilities"].values())

    def test_are_whole_in_a_table(
        self, main: Main, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """100,000 characters stay 100,000, and an emoji an emoji."""
        texts = ["ik moet dat " * 8_333 + "nu", "Fijn 😀👍🏽😀", "xxx", "你好,请坐。", "j", GOOD]
        path = written(tmp_path / "ruw.txt", "".join(f"R: {text}\nC: Ja.\n" for text in texts))

        assert main("label", path, "--format", "csv") == 0
        csv.field_size_limit(10**6)
        rows = [*csv.reader(io.StringIO(capsys.readouterr().out), delimiter=";")]
        assert [row[3] for row in rows[1:]] == texts


def _n_rows(sheet: Path) -> int:
    if sheet.suffix == ".xlsx":
        return int(load_workbook(sheet)["codering"].max_row) - 1
    if sheet.suffix == ".csv":
        csv.field_size_limit(10**6)
        with sheet.open(encoding="utf-8-sig", newline="") as file:
            return sum(1 for _ in csv.DictReader(file, delimiter=";"))
    lines = sheet.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    return sum("text" in json.loads(line) for line in lines)


class TestFilesThatCannotBeRead:
    @pytest.fixture
    def files(self, tmp_path: Path) -> list[Path]:
        """Give two good transcripts with two bad ones between."""
        return [
            written(tmp_path / "g1.txt", f"R: {GOOD}\n"),
            written(tmp_path / "leeg.txt", ""),
            tmp_path / "weg.txt",
            written(tmp_path / "g2.txt", f"R: {GOOD}\n"),
        ]

    @pytest.mark.parametrize("how", [(), ("--json",), ("--format", "csv")])
    def test_do_not_keep_the_others_from_being_labelled(
        self,
        main: Main,
        files: list[Path],
        capsys: pytest.CaptureFixture[str],
        how: tuple[str, ...],
    ) -> None:
        """They are named on stderr, each of them, and the exit code is 2."""
        assert main("label", *files, *how) == 2

        said = capsys.readouterr()
        assert said.err.startswith("error: label: 2 faults.\n  - ")
        assert said.err.count("  - ") == 2
        assert files[1].name in said.err
        assert files[2].name in said.err
        assert main("label", files[0], files[3], *how) == 0
        assert capsys.readouterr().out == said.out

    def test_one_of_them_is_told_as_it_is(
        self, main: Main, files: list[Path], capsys: pytest.CaptureFixture[str]
    ) -> None:
        """With its own message, as where it is alone."""
        assert main("label", files[1]) == 2
        alone = capsys.readouterr()

        assert main("label", *files[:2]) == 2
        said = capsys.readouterr()
        assert (alone.out, said.err) == ("", alone.err)
        (row,) = (json.loads(line) for line in said.out.splitlines())
        assert row["tape"] == "g1"

    def test_a_second_tape_of_a_name_is_left_out(
        self, main: Main, files: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Its rows couldn't be told from those of the first."""
        second = written(tmp_path / "elders" / "g1.txt", "R: Iets anders.\n")

        assert main("label", files[0], second) == 2
        said = capsys.readouterr()
        assert [json.loads(line)["text"] for line in said.out.splitlines()] == [GOOD]
        assert said.err.startswith(f'error: import: tape "g1" is in {files[0]} and in {second}\n')


class TestModelsThatAreNotFit:
    @pytest.mark.parametrize("command", ["label", "precode"])
    @pytest.mark.parametrize("content", [b"", b"geen netwerk", b"\x08\x0a\x12"])
    def test_a_corrupt_network(
        self,
        study: Study,
        main: Main,
        capsys: pytest.CaptureFixture[str],
        command: str,
        content: bytes,
    ) -> None:
        """Exit code 2, one line and a hint; nothing on stdout, nothing stored."""
        path = written(study.folder.parent / "g1.txt", f"R: {GOOD}\n")
        tape = a_tape(f"R: {GOOD}", id="g1")
        with study.store() as store:
            store.add([(tape, utterances_of(tape))])
        spoil(artefact.read(study.models / "m1"), artefact.ONNX, content)

        assert main(command, path if command == "label" else "g1") == 2
        said = capsys.readouterr()
        start = f"error: {study.models / 'm1' / 'model.onnx'}: ONNX Runtime can't load it ("
        assert said.out == ""
        assert said.err.startswith(start)
        assert said.err.endswith(f").\nhint: {AGAIN}\n")
        assert said.err.count("\n") == 2
        assert not (study.data / "precoded").exists()

    def test_a_network_altered_anywhere(
        self, study: Study, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """It runs, or it is refused as a model; nothing is printed, least of all on stdout."""
        model = artefact.read(study.models / "m1")
        whole = model.file(artefact.ONNX).read_bytes()
        pick = random.Random(11)
        outcomes = set()
        for number in range(60):
            altered = bytearray(whole)
            if number % 2:
                del altered[pick.randrange(len(whole)) :]
            else:
                altered[pick.randrange(len(whole))] = pick.randrange(256)
            spoil(model, artefact.ONNX, bytes(altered))
            outcomes.add(_outcome(model.folder))

        assert outcomes == {"scores", "refused"}
        assert capfd.readouterr().out == ""

    def test_a_network_that_says_no_words(self, study: Study) -> None:
        """What it says of itself isn't text."""
        model = artefact.read(study.models / "m1")
        whole = model.file(artefact.ONNX).read_bytes()
        assert b"werkalliantie-3" in whole
        spoil(model, artefact.ONNX, whole.replace(b"werkalliantie-3", b"werkalliantie-\xff"))

        with pytest.raises(ModelError):
            Labeller(artefact.read(model.folder))

    def test_a_tokenizer_that_is_none(self, study: Study) -> None:
        """A file that is whole, but isn't a tokenizer."""
        model = artefact.read(study.models / "m1")
        for content in (b"", b"{}", b"[1]", b"\xff\xfe"):
            spoil(model, artefact.TOKENIZER, content)

            with pytest.raises(ModelError):
                Labeller(artefact.read(model.folder))

    def test_a_model_of_another_codebook(
        self, study: Study, main: Main, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """To label a file its own codes will do; for a sheet the study must have the codebook."""
        tiny_model(study.models / "m2", codebook="elders-1", codes=("A", "B"))
        path = written(study.folder.parent / "g1.txt", f"R: {GOOD}\n")
        with study.store() as store:
            store.add([(a_tape(id="g1"), utterances_of(a_tape(id="g1")))])

        assert main("label", path, model="m2") == 0
        (row,) = (json.loads(line) for line in capsys.readouterr().out.splitlines())
        assert [*row["probabilities"]] == ["A", "B"]
        assert main("precode", "g1", model="m2") == 2
        assert capsys.readouterr().err == (
            'error: no codebook "elders-1". Expected the file configs/codebooks/elders-1.toml.\n'
            "hint: Add it there, or correct `codebook` in configs/study.toml.\n"
        )
        with study.store() as store:
            assert store.predictions("m2") == ()


def _outcome(folder: Path) -> str:
    try:
        labeller = Labeller(artefact.read(folder), threads=1)
        scores = labeller.probabilities([Question(context="", text=GOOD)])
    except ModelError:
        return "refused"
    return "scores" if scores.shape == (1, 3) else "others"
