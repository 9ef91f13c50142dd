"""Agreement part by part: over time, by coder, worker, unit, third of the tape and model."""

from pathlib import Path

import pytest
from agreement_report.coded import code, document, material_of, notes_on, predict
from models import tiny_model
from samples import a_tape, utterances_of

from werkalliantie.agreement_report.drift import phase_of, tapes_in_order
from werkalliantie.store import Store

LINES = [f"R: Dit is zin {number}." for number in range(6)]


@pytest.fixture
def five(store: Store) -> Store:
    """Give five tapes by two workers of two units, coded from the last to the first."""
    people = [("w1", "e1"), ("w1", "e1"), ("w2", "e1"), ("w2", "e2"), (None, None)]
    tapes = [
        a_tape(*LINES, id=f"t{number}", worker=worker, unit=unit)
        for number, (worker, unit) in enumerate(people, start=1)
    ]
    store.add([(tape, utterances_of(tape)) for tape in tapes])
    for number in (5, 4, 3, 2, 1):
        code(store, "anna", f"t{number}", ["DT", "", "DT", "", "DT", ""])
        agrees = ["DT", "", "DT", "", "DT", ""] if number > 2 else ["DT", "DT", "", "", "DT", ""]
        code(store, "bram", f"t{number}", agrees)
    return store


def test_time_is_the_order_of_entry(five: Store) -> None:
    """The tapes that were coded first make the first block; four blocks at most."""
    time = document(five)["drift"]["time"]

    assert tapes_in_order(material_of(five)) == ["t5", "t4", "t3", "t2", "t1"]
    assert time["by"] == "order of entry"
    assert [block["tapes"] for block in time["blocks"]] == [["t5", "t4"], ["t3"], ["t2"], ["t1"]]
    assert all(
        block["from"] == block["to"] == time["blocks"][0]["from"] for block in time["blocks"]
    )
    kappas = [block["codes"]["DT"]["coder_coder"]["kappa"] for block in time["blocks"]]
    assert kappas == pytest.approx([1.0, 1.0, 1 / 3, 1 / 3])
    assert time["change"]["DT"]["coder_coder"]["difference"] == pytest.approx(1 / 3 - 1)
    assert time["change"]["DT"]["model_coder"] is None


def test_one_tape_makes_no_change(five: Store) -> None:
    """There is no later block."""
    time = document(five, tapes=["t1"])["drift"]["time"]

    assert [block["tapes"] for block in time["blocks"]] == [["t1"]]
    assert time["change"] is None


def test_workers_and_units_are_those_of_the_tapes(five: Store) -> None:
    """A tape without a worker is in no part."""
    drift = document(five)["drift"]

    assert [*drift["workers"]] == ["w1", "w2"]
    assert [*drift["units"]] == ["e1", "e2"]
    found = drift["workers"]["w1"]["DT"]["coder_coder"]
    assert (found["n"], found["n_tapes"]) == (12, 2)
    assert found["kappa"] == pytest.approx(1 / 3)
    assert drift["units"]["e2"]["DT"]["coder_coder"]["kappa"] == 1.0
    assert drift["units"]["e2"]["DT"]["model_coder"] is None


def test_phases_are_thirds_of_a_tape(five: Store) -> None:
    """Of six utterances two each; bram differs in the first and the middle one."""
    phases = document(five, tapes=["t1", "t2"])["drift"]["phases"]

    assert [phase_of(material_of(five), ("t1", index)) for index in range(6)] == [
        "first", "first", "middle", "middle", "last", "last",
    ]  # fmt: skip
    assert [*phases] == ["first", "middle", "last"]
    kappas = {name: codes["DT"]["coder_coder"]["kappa"] for name, codes in phases.items()}
    assert kappas == {"first": 0.0, "middle": 0.0, "last": 1.0}


def test_a_coder_is_measured_with_the_others_and_by_block(five: Store) -> None:
    """And answers given anew are counted."""
    code(five, "anna", "t1", ["DT", "DT"])
    anna = document(five)["drift"]["coders"]["anna"]

    assert anna["n_revised"] == 1
    assert anna["codes"]["DT"]["coder_coder"]["n"] == 30
    kappas = [block["DT"]["coder_coder"] for block in anna["blocks"]]
    assert kappas == pytest.approx([1.0, 1.0, 1 / 3, 2 / 3])
    assert [block["DT"]["model_coder"] for block in anna["blocks"]] == [None] * 4
    assert anna["second"] is None


def test_models_are_compared_on_the_tapes_they_share(five: Store, tmp_path: Path) -> None:
    """Also with the one that is measured."""
    m1, m2 = tiny_model(tmp_path / "m1", trained_on=["t3"]), tiny_model(tmp_path / "m2")
    for tape in ("t1", "t2", "t3"):
        predict(five, m1, tape, ["DT", "", "DT", "", "DT", ""])
    for tape in ("t2", "t3", "t4"):
        predict(five, m2, tape, ["", "", "DT", "", "DT", ""])
    drift = document(five, model=m1, versions=[m1, m2])["drift"]

    assert {name: found["tapes"] for name, found in drift["models"].items()} == {
        "m1": ["t2"],
        "m2": ["t2"],
    }
    kappas = {name: found["codes"]["DT"]["kappa"] for name, found in drift["models"].items()}
    assert kappas == pytest.approx({"m1": (1 + 1 / 3) / 2, "m2": (2 / 3 + 0) / 2})
    assert drift["workers"]["w1"]["DT"]["model_coder"]["n_tapes"] == 2


def test_models_without_a_tape_in_common_stand_alone(five: Store, tmp_path: Path) -> None:
    """With a note that says so."""
    m1, m2 = tiny_model(tmp_path / "m1"), tiny_model(tmp_path / "m2")
    predict(five, m1, "t1", ["DT", "", "DT", "", "DT", ""])
    predict(five, m2, "t2", ["DT", "", "DT", "", "DT", ""])
    made = document(five, model=m1, versions=[m1, m2])

    assert {n: f["tapes"] for n, f in made["drift"]["models"].items()} == {
        "m1": ["t1"],
        "m2": ["t2"],
    }
    assert notes_on(made, "drift: the models") == [
        "drift: the models have no coded tape in common; each is shown on its own"
    ]
