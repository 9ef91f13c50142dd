"""Stores that tests of the page begin with."""

from pathlib import Path

import pytest
from agreement_report.coded import code, predict
from models import tiny_model
from samples import a_tape, utterances_of

from werkalliantie.artefact import Artefact
from werkalliantie.store import Store

SAID = "Jan zei <b>nee</b> & ging weg"


def code_tapes(store: Store) -> None:
    """Put in three tapes that anna and bram coded; cleo coded one of them."""
    for number in (1, 2, 3):
        lines = [f"R: {SAID}, zin {index} van {number}." for index in range(6)]
        tape = a_tape(*lines, id=f"t{number}", worker=f"w{number}")
        store.add([(tape, utterances_of(tape))])
        code(store, "anna", f"t{number}", ["DT", "DT", "HC", "", "ZBV", ""])
        code(store, "bram", f"t{number}", ["DT", "", "HC ZBV", "", "ZBV", "DT"])
    code(store, "cleo", "t1", ["DT", "", "HC", "", "", ""])


def some_model(store: Store, folder: Path) -> Artefact:
    """Return a model with predictions on t1 and t2."""
    model = tiny_model(folder / "m1")
    for tape in ("t1", "t2"):
        predict(store, model, tape, ["DT", "", "HC", "", "", "ZBV"], chance=0.25)
    return model


@pytest.fixture
def coded(store: Store) -> Store:
    """Give the three coded tapes."""
    code_tapes(store)
    return store


@pytest.fixture
def model(coded: Store, tmp_path: Path) -> Artefact:
    """Give a model with predictions on two of them."""
    return some_model(coded, tmp_path)
