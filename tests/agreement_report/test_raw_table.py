"""The table of every figure."""

import csv
from pathlib import Path

import pytest
from agreement_report.coded import OLDER, code, material_of, predict
from models import tiny_model

from werkalliantie.agreement_report import UNITS, Ledger
from werkalliantie.agreement_report.raw_table import RawRow, rows_of, write_table
from werkalliantie.coding import Mode
from werkalliantie.configuration.study import VerdictRules
from werkalliantie.errors import ConfigError
from werkalliantie.store import Store


@pytest.fixture
def ledger(coded: Store, tmp_path: Path) -> Ledger:
    """Give a ledger with all there can be: mapped, forced and assisted codings."""
    model = tiny_model(tmp_path / "m1", trained_on=["t1"])
    for tape in ("t1", "t2"):
        predict(coded, model, tape, ["DT", "", "HC", "", "", ""])
        code(coded, "=cleo", tape, ["DT", "", "HC", "", "", ""], Mode.ASSISTED)
    code(coded, "anna", "t3", ["TD", "CO1", "", "ZV"], book=OLDER.key)
    code(coded, "anna-2", "t1", ["DT", "", "HC", "", "ZBV", ""])
    material = material_of(
        coded,
        model=model,
        versions=[model],
        tapes=["t1", "t2", "t3"],
        force=True,
        mapped=["werkalliantie-4"],
        second={"anna-2": "anna"},
    )
    return Ledger(study="proef", material=material, rules=VerdictRules(), books={})


@pytest.fixture
def rows(ledger: Ledger) -> list[RawRow]:
    """Give its rows."""
    return rows_of([ledger.at(unit) for unit in UNITS])


def found(rows: list[RawRow], level: str, code_: str, statistic: str) -> RawRow:
    """Return the one row of a figure."""
    (row,) = [r for r in rows if (r.level, r.code, r.statistic) == (level, code_, statistic)]
    return row


def test_holds_the_figures_of_the_document(ledger: Ledger, rows: list[RawRow]) -> None:
    """A row for each, with its interval and what it rests on."""
    document = ledger.at("utterance")
    human = document["codes"]["DT"]["coder_coder"]

    row = found(rows, "utterance", "DT", "coder_coder.kappa")
    assert (row.value, [row.low, row.high], row.n) == (human["kappa"], human["ci"], human["n"])
    pair = found(rows, "utterance", "DT", "coder_coder.kappa[anna,bram]")
    assert pair.value == human["kappa"]
    assert found(rows, "utterance", "HC", "floor.always_no").value == 0.0
    assert found(rows, "tape", "DT", "coder_coder.ICC(2,1)").value == 1.0
    assert (
        found(rows, "utterance", "(all)", "coder_coder.alpha_masi").value
        == (document["sets"]["coder_coder"]["alpha_masi"])
    )


def test_every_part_is_there(rows: list[RawRow]) -> None:
    """Each kind of figure, each once."""
    names = {row.statistic for row in rows}

    assert {
        "model_coder.kappa[model:m1,anna]",
        "share_of_human",
        "same_tapes.difference",
        "equivalence.p_lower",
        "ceiling.majority_of_others",
        "with_model.ICC(2,1)",
        "anchoring.difference",
        "anchoring.assisted[=cleo]",
        "drift.time[1].coder_coder.kappa",
        "drift.coders[anna].model_coder.kappa",
        "drift.second[anna].kappa",
        "drift.workers[w1].coder_coder.kappa",
        "drift.phases[first].coder_coder.kappa",
        "drift.models[m1].model_coder.kappa",
    } <= names
    keys = [(row.level, row.code, row.statistic) for row in rows]
    assert len(keys) == len(set(keys))


def test_what_was_forced_or_mapped_is_on_its_rows(rows: list[RawRow]) -> None:
    """Mapped codings are in every figure, the forced tape only in those of the model."""
    human = found(rows, "utterance", "DT", "coder_coder.kappa").notes
    machine = found(rows, "window", "DT", "model_coder.kappa").notes

    assert all("codebook: MAPPED: 4 codings" in row.notes for row in rows)
    assert "FORCED" not in human
    assert "model_coder: FORCED: m1 was trained on t1" in machine


def test_an_empty_figure_has_its_reason(rows: list[RawRow]) -> None:
    """Not zero, and not without a word."""
    row = found(rows, "tape", "DT", "coder_coder.kappa")

    assert row.value is None
    assert "DT: coder_coder kappa is undefined: everybody always gave the code" in row.notes


def test_is_written_as_plain_csv(ledger: Ledger, rows: list[RawRow], tmp_path: Path) -> None:
    """Numbers with a point; a name that a spreadsheet would compute is guarded; no rest is left."""
    path = tmp_path / "cijfers.csv"
    write_table(path, ledger)
    with path.open(encoding="utf-8", newline="") as file:
        written = [*csv.reader(file)]

    assert written[0] == ["level", "code", "statistic", "value", "low", "high", "n", "notes"]
    assert len(written) == len(rows) + 1
    value = found(rows, "utterance", "DT", "coder_coder.kappa").value
    assert written[1][:4] == ["utterance", "DT", "coder_coder.kappa", str(value)]
    assert sorted(p.name for p in tmp_path.iterdir() if "cijfers" in p.name) == ["cijfers.csv"]


def test_a_folder_that_is_not_there_is_a_mistake(ledger: Ledger, tmp_path: Path) -> None:
    """The message names the file."""
    path = tmp_path / "nergens" / "cijfers.csv"

    with pytest.raises(ConfigError) as refused:
        write_table(path, ledger)
    assert refused.value.message == f"{path}: can't be written (No such file or directory)."
    assert refused.value.hint == (
        "Name a file in a folder that is there and that you may write in."
    )
