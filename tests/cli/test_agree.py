"""`agree` as a user runs it: the page, the table, the sentences, and what is refused."""

import csv
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cli.commandline import Outcome, Run
from models import tiny_model

from werkalliantie.cli import train
from werkalliantie.coding import Coding
from werkalliantie.example import ExampleCorpus
from werkalliantie.study import Study


def code(study: Path, coder: str, book: str = "werkalliantie-3", **tapes: list[str]) -> None:
    """Store blind codes of the first utterances of tapes."""
    with Study.open(study).store() as store:
        store.add_codings(
            Coding(
                tape=tape,
                utterance=index,
                coder=coder,
                codebook=book,
                codes=frozenset(codes.split()),
            )
            for tape, given in tapes.items()
            for index, codes in enumerate(given)
        )


@pytest.fixture
def coded(study: Path, run: Run) -> Path:
    """Give the study with both tapes coded blind by two coders, and labelled by its model."""
    code(study, "anna", g1=["ZBV", "", "HC"], g2=["ZBV", ""])
    code(study, "bram", g1=["ZBV", "", "HC DT"], g2=["", ""])
    assert run("precode", "all", "--study", study).code == 0
    return study


def test_for_people_it_gives_a_table_and_the_verdicts(coded: Path, run: Run) -> None:
    """Notes on what the table doesn't show are left to the page."""
    result = run("agree", "--study", coded)
    lines = result.out.splitlines()

    assert (result.code, result.err) == (0, "")
    assert lines[0] == (
        "Cohen's kappa per utterance, werkalliantie-3: 5 utterances of 2 tapes, blind codings."
    )
    assert lines[1].split()[-1] == "verdict"
    assert lines[4].endswith("not yet")
    assert "Left out: 0 assisted, 0 adjudicated, 0 not seen." in lines
    assert any(line.startswith("ZBV: not yet. Per utterance, on 2 tapes, ") for line in lines)
    assert not any("drift:" in line or "anchoring:" in line for line in lines)


def test_writes_the_page_and_the_table(coded: Path, tmp_path: Path, run: Run) -> None:
    """And says where they are; the page holds nothing that was said."""
    page, table = tmp_path / "r.html", tmp_path / "r.csv"
    result = run("agree", "--study", coded, "--html", page, "--csv", table)

    assert result.code == 0
    assert result.out.splitlines()[-2:] == [f"written: {table}", f"written: {page}"]
    assert "<!DOCTYPE html>" in page.read_text(encoding="utf-8")
    assert "weekend" not in page.read_text(encoding="utf-8")
    with table.open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == [
            "level", "code", "statistic", "value", "low", "high", "n", "notes",
        ]  # fmt: skip


def test_shows_text_on_the_page_only_when_asked(coded: Path, tmp_path: Path, run: Run) -> None:
    """The disputed utterance is "Hoe was je weekend?"."""
    page = tmp_path / "r.html"
    run("agree", "--study", coded, "--html", page, "--with-text")

    assert "Hoe was je weekend?" in page.read_text(encoding="utf-8")


def test_json_stays_one_document(coded: Path, tmp_path: Path, run: Run) -> None:
    """Also while it writes files."""
    page = tmp_path / "r.html"
    document = run("agree", "--study", coded, "--json", "--html", page).document

    assert document["codes"]["ZBV"]["verdict"] == "not yet"
    assert page.is_file()


def test_sentences_for_a_paper(coded: Path, run: Run) -> None:
    """In Dutch and in English."""
    result = run("agree", "--study", coded, "--apa")

    assert (result.code, result.err) == (0, "")
    parts = result.out.split("\n\n")
    assert (parts[0], parts[5]) == ("Nederlands", "English")
    assert parts[1].startswith("De overeenstemming is berekend met werkalliantie ")
    assert parts[6].startswith("Agreement was computed with werkalliantie ")
    assert parts[8].startswith("ZBV (Zorg, binding en vertrouwen): between coders κ = ")


def test_windows_have_the_length_asked_for(coded: Path, run: Run) -> None:
    """It is in the document."""
    words = ("agree", "--study", coded, "--unit", "window", "--json")

    assert run(*words, "--window", "60").document["window_seconds"] == 60
    assert run(*words).document["window_seconds"] == 300
    assert run(*words, "--window", "0") == Outcome(
        code=2,
        out="",
        err="error: a window of 0 seconds. Expected more than 0.\nhint: Correct --window.\n",
    )


def test_tapes_of_the_training_are_refused_unless_forced(coded: Path, run: Run) -> None:
    """Or unless no model is measured."""
    tiny_model(coded / "models" / "m2", trained_on=["g1"])
    words = ("agree", "--study", coded, "--model", "m2", "--tapes", "g1,g2", "--json")

    assert run(*words) == Outcome(
        code=2,
        out="",
        err="error: m2 was trained on tapes asked for: g1.\nhint: Leave them out of --tapes, add "
        "--no-model to compare only the coders, or --force to measure the model on them all the "
        "same, which every output will say.\n",
    )
    assert run(*words, "--no-model").document["model"] is None
    assert run("precode", "g1", "--model", "m2", "--force", "--study", coded).code == 0
    assert run(*words, "--force").document["forced"] == ["g1"]


def test_why_no_model_is_measured_is_said(coded: Path, run: Run) -> None:
    """Left out as asked, of other codes than the codebook has, or none in use."""

    def note(*words: str) -> str:
        made = run("agree", "--study", coded, "--json", *words).document
        assert (made["model"], made["drift"]["models"]) == (None, {})
        (found,) = (note for note in made["notes"] if note.startswith("model_coder: "))
        return str(found)

    assert note("--no-model") == "model_coder: left out, as asked with --no-model"
    book = coded / "configs" / "codebooks" / "werkalliantie-3.toml"
    added = '[[clusters]]\ncode = "X"\nlabel = "X"\ndefinition = "Nieuw."\n\n[maps.'
    book.write_text(book.read_text(encoding="utf-8").replace("[maps.", added, 1), encoding="utf-8")
    assert note() == "model_coder: m1 is in use, but doesn't give the codes of werkalliantie-3"
    (coded / "models" / "champion.json").unlink()
    assert note() == "model_coder: no model is in use"


def test_codings_of_another_codebook_count_only_when_mapped(coded: Path, run: Run) -> None:
    """By themselves they stand apart."""
    code(coded, "cleo", "werkalliantie-4", g1=["ZV", "", "CO"])
    apart = run("agree", "--study", coded, "--json").document
    mapped = run("agree", "--study", coded, "--map", "werkalliantie-4", "--json").document

    assert apart["coders"] == ["anna", "bram"]
    assert [*apart["generations"]] == ["werkalliantie-4"]
    assert mapped["coders"] == ["anna", "bram", "cleo"]
    assert mapped["mapped"][0]["codings"] == 3


def test_second_codings_are_named(coded: Path, run: Run) -> None:
    """As NAME=CODER."""
    code(coded, "anna-2", g1=["ZBV", "", ""])
    words = ("agree", "--study", coded, "--json", "--second")

    document = run(*words, "anna-2=anna").document
    assert document["coders"] == ["anna", "bram"]
    assert document["drift"]["coders"]["anna"]["second"]["HC"]["n"] == 3
    assert run(*words, "anna-2") == Outcome(
        code=2,
        out="",
        err='error: "anna-2" is no second coding. Expected NAME=CODER, such as k1-later=k1.\n'
        "hint: Correct --second.\n",
    )


def test_a_place_that_cannot_be_written_is_a_mistake(coded: Path, tmp_path: Path, run: Run) -> None:
    """One line, and what to do."""
    page = tmp_path / "nergens" / "r.html"

    result = run("agree", "--study", coded, "--html", page)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"error: {page}: can't be written (No such file or directory).\n"
        "hint: Name a file in a folder that is there and that you may write in.\n"
    )


def test_the_other_models_of_the_study_are_compared(coded: Path, run: Run) -> None:
    """Those with predictions; a folder that isn't whole is passed over."""
    for name in ("m2", "m3"):
        tiny_model(coded / "models" / name)
        assert run("precode", "g1", "--model", name, "--force", "--study", coded).code == 0
    (coded / "models" / "m3" / "thresholds.json").unlink()
    models = run("agree", "--study", coded, "--json").document["drift"]["models"]

    assert {name: found["tapes"] for name, found in models.items()} == {
        "m1": ["g1"],
        "m2": ["g1"],
    }


def test_only_the_page_needs_the_plotting_library() -> None:
    """The command line starts without it, and so does the rest of `agree`."""
    code = (
        "import sys; import werkalliantie.cli, werkalliantie.agreement_report; "
        "print([name for name in ('matplotlib', 'jinja2') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


class TestDemo:
    @pytest.fixture(autouse=True)
    def quickly_trained(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let a tiny model stand in for the one that the demo trains."""

        def stand_in(study: Study, **_: object) -> Any:  # noqa: ANN401
            model = tiny_model(study.models / "model-001", trained_on=["t01"])
            metrics = {"test": {"tapes": ["t03", "t04"]}}
            return SimpleNamespace(model=model, metrics=metrics)

        monkeypatch.setattr(train, "run_training", stand_in)
        monkeypatch.setattr(train, "summary", lambda _: "(trained)")
        monkeypatch.setattr(train, "document", lambda _: {"model": "model-001"})

    def test_writes_the_page_with_the_timeline(self, tmp_path: Path, run: Run) -> None:
        """Into the new study, and says where; the key in the document is `report`."""
        made = run("demo", "--out", tmp_path / "demo", "--json").document

        report = tmp_path / "demo" / "data" / "report.html"
        assert made["report"] == str(report)
        page = report.read_text(encoding="utf-8")
        assert page.count('<svg class="timeline"') == 68
        settings = tmp_path / "demo" / "configs" / "train.toml"
        assert settings.read_bytes() == ExampleCorpus.shipped().train_settings.read_bytes()
        assert "model-001" in page
        assert made["agree"]["n_tapes"] == 2
