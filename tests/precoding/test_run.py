import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from models import tiny_model
from precoding.engines import Counted
from samples import a_tape, written
from sheets.desk import Desk, opened_desk

from werkalliantie.artefact import Artefact
from werkalliantie.cli.options import wanted_tapes
from werkalliantie.errors import ConfigError, ModelError, SheetError, StoreError
from werkalliantie.precoding import Precoded, precode
from werkalliantie.precoding.deciding import version_of
from werkalliantie.precoding.engine import Engine
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


def precoded(
    desk: Desk,
    model: Artefact,
    *tapes: str,
    force: bool = False,
    again: bool = False,
    engine: Counted | None = None,
) -> list[Precoded]:
    """Pre-code tapes into a folder of the desk."""
    out = desk.folder / "uit"
    format = SheetFormat.CSV
    return [
        *precode(
            desk.study,
            model,
            tapes,
            out=out,
            format=format,
            force=force,
            again=again,
            engine=engine,
        )
    ]


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


class TestTapesThatAreLabelledAlready:
    def test_are_not_asked_about_again(self, desk: Desk, model: Artefact) -> None:
        """They come first, with what was said of them before; their sheets stay as they are."""
        (first,) = precoded(desk, model, "gesprek-02")
        first.sheet.write_text("werk van een codeur")
        engine = Counted()

        done = precoded(desk, model, *BOTH, engine=engine)
        assert engine.asked == ["gesprek-01"]
        assert [(one.tape, one.skipped) for one in done] == [
            ("gesprek-02", True),
            ("gesprek-01", False),
        ]
        assert done[0].predictions == first.predictions
        assert first.sheet.read_text() == "werk van een codeur"

    def test_need_no_engine(self, desk: Desk, model: Artefact) -> None:
        """A model isn't loaded, nor a cluster started, where there is nothing to do."""
        precoded(desk, model, *BOTH)

        def refuse() -> Engine:
            raise AssertionError

        out, format = desk.folder / "uit", SheetFormat.CSV
        done = [*precode(desk.study, model, BOTH, out=out, format=format, engine=refuse)]
        assert [one.skipped for one in done] == [True, True]

    def test_get_the_sheet_that_is_missing(self, desk: Desk, model: Artefact) -> None:
        """Stopped between storing and writing, or with the sheet sent away: it is made again."""
        (first,) = precoded(desk, model, "gesprek-01")
        sheet = first.sheet.read_bytes()
        first.sheet.unlink()

        (again,) = precoded(desk, model, "gesprek-01", engine=Counted())
        assert again.skipped
        assert again.sheet.read_bytes() == sheet

    def test_get_a_new_sheet_with_force(self, desk: Desk, model: Artefact) -> None:
        """The sheet, not the labels: nothing is computed."""
        (first,) = precoded(desk, model, "gesprek-01")
        sheet = first.sheet.read_bytes()
        first.sheet.write_text("oud")
        engine = Counted()

        precoded(desk, model, "gesprek-01", force=True, engine=engine)
        assert engine.asked == []
        assert first.sheet.read_bytes() == sheet

    def test_are_asked_about_again_when_wanted(self, desk: Desk, model: Artefact) -> None:
        """What is said anew takes the place of what was said, of the tapes named only."""
        precoded(desk, model, *BOTH, engine=Counted(0.25))

        precoded(desk, model, "gesprek-01", force=True, again=True, engine=Counted(0.75))
        said = {(p.tape, p.probabilities["DT"]) for p in desk.store.predictions("m1")}
        assert said == {("gesprek-01", 0.75), ("gesprek-02", 0.25)}

    def test_are_asked_about_again_only_where_no_sheet_is_lost(
        self, desk: Desk, model: Artefact
    ) -> None:
        """A sheet with other suggestions than the store's would mislead."""
        precoded(desk, model, "gesprek-01")

        with pytest.raises(SheetError, match=r"already there: gesprek-01\.csv"):
            precoded(desk, model, "gesprek-01", again=True)

    def test_are_no_longer_so_with_another_text(self, desk: Desk, model: Artefact) -> None:
        """Should a stored text have changed after all, it is another text that was labelled."""
        precoded(desk, model, *BOTH, engine=Counted(0.25))
        with sqlite3.connect(desk.store.path) as database:
            database.execute(
                """UPDATE turns SET text = 'Druk.' WHERE tape = 'gesprek-02' AND "index" = 1"""
            )
        engine = Counted(0.75)

        precoded(desk, model, *BOTH, force=True, engine=engine)
        assert engine.asked == ["gesprek-02"]
        said = {(p.tape, p.probabilities["DT"]) for p in desk.store.predictions("m1")}
        assert said == {("gesprek-01", 0.25), ("gesprek-02", 0.75)}

    def test_by_a_model_of_another_kind_are_others(self, desk: Desk, model: Artefact) -> None:
        """Each model has its own answers, side by side."""
        other = tiny_model(desk.study.models / "m2", threshold=0.9)
        precoded(desk, model, "gesprek-01")
        engine = Counted()

        precoded(desk, other, "gesprek-01", force=True, engine=engine)
        assert engine.asked == ["gesprek-01"]
        assert len(desk.store.predictions("m1")) == len(desk.store.predictions("m2")) == 3


class TestAnotherModelOfTheSameName:
    @pytest.fixture
    def namesake(self, desk: Desk, model: Artefact, tmp_path: Path) -> Artefact:
        """Label both tapes with m1; give another m1."""
        precoded(desk, model, *BOTH, engine=Counted(0.25))
        return tiny_model(tmp_path / "elders" / "m1", threshold=0.9)

    def test_is_refused(self, desk: Desk, model: Artefact, namesake: Artefact) -> None:
        """Under one name, half of the tapes would have been labelled by one, half by the other."""
        before = desk.store.predictions("m1")

        with pytest.raises(ModelError) as refused:
            precoded(desk, namesake, "gesprek-01", force=True)
        assert refused.value.message == (
            f"m1 ({version_of(namesake).sha[:12]}): another model of that name has labelled "
            "gesprek-01, gesprek-02."
        )
        assert refused.value.hint == (
            "Label these tapes anew too, with --again, or use the model that labelled them."
        )
        assert desk.store.predictions("m1") == before

    def test_is_refused_where_tapes_would_be_left(self, desk: Desk, namesake: Artefact) -> None:
        """All of what the other has said has to go."""
        with pytest.raises(ModelError, match=r"has labelled gesprek-02\.$"):
            precoded(desk, namesake, "gesprek-01", force=True, again=True)

    def test_may_take_its_place(self, desk: Desk, namesake: Artefact) -> None:
        """When it labels all that the other had."""
        precoded(desk, namesake, *BOTH, force=True, again=True, engine=Counted(0.75))

        assert {p.probabilities["DT"] for p in desk.store.predictions("m1")} == {0.75}
        assert desk.store.labelled_by_namesakes(version_of(namesake)) == ()


def test_predictions_of_an_unknown_version_are_replaced(desk: Desk, model: Artefact) -> None:
    """As an earlier version of the program stored them: nothing says which model they are from."""
    precoded(desk, model, "gesprek-01", engine=Counted(0.25))
    desk.store.add_predictions(desk.store.predictions("m1"))

    precoded(desk, model, "gesprek-01", force=True, engine=Counted(0.75))
    assert [p.probabilities["DT"] for p in desk.store.predictions("m1")] == [0.75] * 3


def test_a_tape_that_is_named_twice_is_labelled_once(desk: Desk, model: Artefact) -> None:
    """In the place where it is named first."""
    engine = Counted()

    done = precoded(desk, model, "gesprek-02", "gesprek-01", "gesprek-02", engine=engine)
    assert engine.asked == [one.tape for one in done] == ["gesprek-02", "gesprek-01"]


def test_a_tape_without_worker_is_labelled_once(desk: Desk, model: Artefact) -> None:
    """There is nothing to say of it; that is remembered as well."""
    silent = a_tape("C: Is daar iemand?", id="stil")
    desk.store.add([(silent, ())])

    (first,) = precoded(desk, model, "stil")
    (second,) = precoded(desk, model, "stil")
    assert (first.predictions, first.skipped) == ((), False)
    assert (second.predictions, second.skipped) == ((), True)


def test_what_is_done_stays_done(desk: Desk, model: Artefact) -> None:
    """A run that is stopped has stored every tape it finished, and goes on from there."""
    with pytest.raises(KeyboardInterrupt):
        precoded(desk, model, *BOTH, engine=Counted(stop_before="gesprek-02"))
    assert len(desk.store.predictions("m1")) == 3

    engine = Counted()
    done = precoded(desk, model, *BOTH, engine=engine)
    assert engine.asked == ["gesprek-02"]
    assert [one.tape for one in done] == [*BOTH]


def test_what_was_left_half_written_is_swept_up(desk: Desk, model: Artefact) -> None:
    """Only what no run can still be writing: it is over an hour old."""
    old = written(desk.folder / "uit" / ".gesprek-01.csv.41.part", "half")
    new = written(desk.folder / "uit" / ".gesprek-02.csv.42.part", "half")
    os.utime(old, (0, 0))

    precoded(desk, model, "gesprek-01")
    assert (old.exists(), new.exists()) == (False, True)


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
