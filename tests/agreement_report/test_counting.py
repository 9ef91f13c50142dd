"""ICCs of counts per window and tape, with the model as one more coder."""

from pathlib import Path

import numpy as np
import pytest
from agreement_report.coded import code, document, predict
from models import tiny_model

from werkalliantie.agreement.reliability import IccKind, icc
from werkalliantie.store import Store


@pytest.fixture
def three(coded: Store) -> Store:
    """Give a store in which t3 is coded too, but by anna and bram only in part by cleo."""
    code(coded, "anna", "t3", ["DT", "DT", "DT", "DT", "", ""])
    code(coded, "bram", "t3", ["DT", "DT", "DT", "", "", ""])
    return coded


def test_the_model_is_one_more_coder(three: Store, tmp_path: Path) -> None:
    """DT, of anna, bram and the model: t1 2 2 1, t2 1 1 3; the coders alone on the same tapes."""
    model = tiny_model(tmp_path / "m1")
    predict(three, model, "t1", ["DT", "", "", "", "", ""])
    predict(three, model, "t2", ["DT", "DT", "DT", "", "", ""])
    found = document(three, model=model, unit="tape")["icc"]

    with_model = found["with_model"]
    expected = icc(np.array([[2, 1], [2, 1], [1, 3]]), IccKind.TWO_1).value
    assert with_model["coders"] == ["anna", "bram", "model:m1"]
    assert (found["n_units"], with_model["n_units"], with_model["without"]["n_units"]) == (3, 2, 2)
    assert with_model["codes"]["DT"] == pytest.approx(expected)
    assert with_model["without"]["codes"]["DT"] == 1.0


def test_every_form_has_its_interval(three: Store) -> None:
    """They are those of the counts: DT 2 2, 1 1 and 4 3."""
    found = document(three, unit="tape")["icc"]

    counts = np.array([[2, 1, 4], [2, 1, 3]])
    for kind in IccKind:
        one = icc(counts, kind)
        assert found["forms"]["DT"][kind.value] == {
            "value": pytest.approx(one.value),
            "ci": pytest.approx([one.low, one.high]),
            "n_units": 3,
        }
    assert found["codes"]["DT"] == pytest.approx(icc(counts, IccKind.TWO_1).value)
    low, high = found["intervals"]["DT"]
    assert low <= found["codes"]["DT"] <= high
    assert found["with_gaps"] is None
    assert found["with_model"] is None


def test_units_that_a_coder_did_not_score_count_with_gaps(three: Store) -> None:
    """The main figure is of the units all coders scored, this one of all."""
    code(three, "cleo", "t1", ["DT", "DT", "HC", "", "ZBV", ""])
    code(three, "cleo", "t2", ["DT", "", "HC", "HC", "", ""])
    found = document(three, unit="tape")["icc"]

    gaps = np.array([[2, 1, 4], [2, 1, 3], [2, 1, np.nan]])
    assert found["n_units"] == 2
    assert found["codes"]["DT"] == 1.0
    assert found["with_gaps"]["DT"]["n_units"] == 3
    assert found["with_gaps"]["DT"]["value"] == pytest.approx(icc(gaps, IccKind.TWO_1).value)
