from collections.abc import Iterator
from pathlib import Path

import pytest
from models import tiny_model
from samples import written
from sheets.desk import Desk, opened_desk

from werkalliantie.artefact import Artefact
from werkalliantie.cli.options import wanted_tapes
from werkalliantie.errors import ConfigError, ModelError, SheetError, StoreError
from werkalliantie.precoding import Precoded, precode
from werkalliantie.sheets import SheetFormat

BOTH = ("gesprek-01", "gesprek-02")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Give a study with the tapes gesprek-01 (utterance 1 is a backchannel) and gesprek-02."""
    with opened_desk(tmp_path) as opened:
        yield opened


@pytest.fixture
def model(desk: Desk) -> Artefact:
    """Give a tiny model of the study that gives every code."""
    return tiny_model(desk.study.models / "m1", threshold=0.0)


def precoded(desk: Desk, model: Artefact, *tapes: str, force: bool = False) -> list[Precoded]:
    """Pre-code tapes into a folder of the desk."""
    out = desk.folder / "uit"
    format = SheetFormat.CSV
    return [*precode(desk.study, model, tapes, out=out, format=format, force=force)]


def test_predictions_are_stored_and_sheets_written(desk: Desk, model: Artefact) -> None:
    """What is on the sheet is what the store remembers."""
    done = precoded(desk, model, *BOTH)

    assert [(one.tape, one.sheet.name) for one in done] == [
        ("gesprek-01", "gesprek-01.csv"),
        ("gesprek-02", "gesprek-02.csv"),
    ]
    for one in done:
        assert desk.store.predictions("m1", tapes=[one.tape]) == one.predictions
        assert one.sheet.is_file()
    assert [sorted(p.codes) for p in done[0].predictions] == [
        ["DT", "HC", "ZBV"],
        [],
        ["DT", "HC", "ZBV"],
    ]


def test_doing_it_again_replaces_the_predictions(desk: Desk, model: Artefact) -> None:
    """The same model on the same tape has one answer."""
    precoded(desk, model, "gesprek-01")
    precoded(desk, model, "gesprek-01", force=True)

    assert len(desk.store.predictions("m1")) == 3


def test_a_sheet_that_is_there_is_refused_before_anything(desk: Desk, model: Artefact) -> None:
    """A coder's work is never written over; no other tape is labelled either."""
    there = written(desk.folder / "uit" / "gesprek-02.csv", "werk van een codeur")

    with pytest.raises(SheetError) as refused:
        precoded(desk, model, *BOTH)
    assert refused.value.message == (
        f"{there.parent}: already there: gesprek-02.csv. It may hold a coder's work."
    )
    assert there.read_text(encoding="utf-8") == "werk van een codeur"
    assert [path.name for path in there.parent.iterdir()] == ["gesprek-02.csv"]
    assert desk.store.predictions("m1") == ()


def test_with_force_it_is_replaced(desk: Desk, model: Artefact) -> None:
    """Who asks for it gets it."""
    there = written(desk.folder / "uit" / "gesprek-02.csv", "oud")

    precoded(desk, model, *BOTH, force=True)
    assert "Fijn voor je." in there.read_text(encoding="utf-8-sig")


def test_an_unknown_tape_is_refused_before_anything(desk: Desk, model: Artefact) -> None:
    """Nothing is labelled where one name is wrong."""
    with pytest.raises(StoreError) as refused:
        precoded(desk, model, "gesprek-01", "gesprek-9")

    assert refused.value.message == (
        'no tape "gesprek-9" in this study. Expected one of: gesprek-01, gesprek-02.'
    )
    assert desk.store.predictions("m1") == ()


def test_a_model_with_other_codes_is_refused(desk: Desk) -> None:
    """Suggestions that the codebook doesn't have can't be taken over."""
    model = tiny_model(desk.study.models / "m2", codes=["DT", "HC"])

    with pytest.raises(ModelError) as refused:
        precoded(desk, model, "gesprek-01")
    assert refused.value.message == "m2 gives DT, HC, but werkalliantie-3 has DT, ZBV, HC."
    assert refused.value.hint == (
        "Put the codebook that the model was trained under in configs/codebooks/."
    )


def test_a_model_of_an_unknown_codebook_is_refused(desk: Desk) -> None:
    """The study can't write a sheet for it."""
    model = tiny_model(desk.study.models / "m2", codebook="elders-1")

    with pytest.raises(ConfigError) as refused:
        precoded(desk, model, "gesprek-01")
    assert refused.value.message == (
        'no codebook "elders-1". Expected the file configs/codebooks/elders-1.toml.'
    )


@pytest.mark.parametrize(
    ("wanted", "tapes"),
    [
        (["all"], ["gesprek-01", "gesprek-02"]),
        (["gesprek-02", "gesprek-01"], ["gesprek-02", "gesprek-01"]),
        (["gesprek-02", "gesprek-02"], ["gesprek-02"]),
    ],
)
def test_all_stands_for_every_tape(desk: Desk, wanted: list[str], tapes: list[str]) -> None:
    """Otherwise the tapes named, each once, in the order named."""
    assert wanted_tapes(desk.store, wanted) == tapes
