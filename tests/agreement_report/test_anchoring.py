"""Whether coders who see suggestions agree more with the model than blind ones."""

from pathlib import Path

import pytest
from agreement_report.coded import code, document, notes_on, predict
from models import tiny_model

from werkalliantie.artefact import Artefact
from werkalliantie.coding import Mode
from werkalliantie.store import Store

SAID = ["DT", "", "DT", "", "DT", ""]


@pytest.fixture
def model(coded: Store, tmp_path: Path) -> Artefact:
    """Give a model that gave every other utterance DT, on t1 and t2."""
    model = tiny_model(tmp_path / "m1")
    for tape in ("t1", "t2"):
        predict(coded, model, tape, SAID)
    return model


def test_assisted_codes_are_set_against_blind_ones_of_the_same_tapes(
    coded: Store, model: Artefact
) -> None:
    """Cleo followed every suggestion; anna and bram, blind, hardly agreed with the model."""
    for tape in ("t1", "t2"):
        code(coded, "cleo", tape, SAID, Mode.ASSISTED)
    anchoring = document(coded, model=model)["anchoring"]

    assert (anchoring["model"], anchoring["tapes"]) == ("model:m1", ["t1", "t2"])
    assert (anchoring["n_assisted"], anchoring["n_blind"]) == (12, 24)
    found = anchoring["codes"]["DT"]
    assert found["assisted"] == 1.0
    assert found["blind"] == pytest.approx(1 / 6)
    assert found["difference"] == pytest.approx(5 / 6)
    low, high = found["ci"]
    assert low < found["difference"] < high <= 2
    assert anchoring["codes"]["HC"]["assisted"] is None


def test_a_coder_is_set_against_her_own_blind_codes(coded: Store, model: Artefact) -> None:
    """Only where she has none of those tapes, the others' blind codes stand in."""
    code(coded, "anna", "t1", SAID, Mode.ASSISTED)
    code(coded, "cleo", "t2", [None, None, "DT", "", "DT"], Mode.ASSISTED)
    coders = document(coded, model=model)["anchoring"]["coders"]

    anna, cleo = coders["anna"], coders["cleo"]
    assert (anna["blind_by"], anna["tapes"]) == ("the coder", ["t1"])
    assert (anna["n_assisted"], anna["n_blind"]) == (6, 6)
    assert (anna["codes"]["DT"]["assisted"], anna["codes"]["DT"]["blind"]) == (1.0, 0.0)
    assert anna["codes"]["DT"]["ci"] is None
    assert (cleo["blind_by"], cleo["tapes"]) == ("the other coders", ["t2"])
    assert (cleo["n_assisted"], cleo["n_blind"]) == (3, 12)


def test_other_tapes_do_not_count(coded: Store, model: Artefact) -> None:
    """t2 has no assisted codes, so its blind ones say nothing here; and one tape no interval."""
    code(coded, "cleo", "t1", SAID, Mode.ASSISTED)
    code(coded, "cleo", "t3", SAID, Mode.ASSISTED)
    made = document(coded, model=model)

    assert made["anchoring"]["tapes"] == ["t1"]
    assert (made["anchoring"]["n_assisted"], made["anchoring"]["n_blind"]) == (6, 12)
    assert notes_on(made, "anchoring") == ["anchoring: no interval: it needs two tapes or more"]


def test_without_assisted_codes_it_is_null(coded: Store, model: Artefact) -> None:
    """With the reason."""
    made = document(coded, model=model)

    assert made["anchoring"] is None
    assert notes_on(made, "anchoring") == ["anchoring: nothing was coded with suggestions in sight"]


def test_without_a_model_it_is_null(coded: Store) -> None:
    """There is nothing to be anchored to."""
    code(coded, "cleo", "t1", SAID, Mode.ASSISTED)
    made = document(coded)

    assert made["anchoring"] is None
    assert notes_on(made, "anchoring") == [
        "anchoring: needs the model's stored predictions on the tapes coded with suggestions"
    ]


def test_without_blind_codes_of_the_same_tape_it_is_null(coded: Store, model: Artefact) -> None:
    """Other tapes are other conversations."""
    code(coded, "cleo", "t3", SAID, Mode.ASSISTED)
    made = document(coded, model=model)

    assert made["anchoring"] is None
    assert notes_on(made, "anchoring") == [
        "anchoring: no tape has both assisted and blind codings of utterances it predicted"
    ]
