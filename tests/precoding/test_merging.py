import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from models import tiny_model
from precoding.engines import Counted
from samples import a_tape, utterances_of, written
from sheets.desk import Desk, opened_desk

from werkalliantie.artefact import Artefact
from werkalliantie.errors import ModelError, SheetError, StoreError
from werkalliantie.precoding import Precoded, Shard, merge, precode, precode_shard
from werkalliantie.precoding.deciding import version_of
from werkalliantie.precoding.part import file_name, last_line
from werkalliantie.sheets import SheetFormat

TAPES = ("t00", "t01", "t06", "t09", "t10", "t11")
HINT = (
    "Make what is missing with --shard, and move parts of other runs out of the folder; nothing "
    "was stored."
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Give a study with six tapes, two for each of three shards."""
    with opened_desk(tmp_path) as opened:
        tapes = [a_tape(f"R: Ik moet {tape}.", "C: Ja.", "R: Hm hm.", id=tape) for tape in TAPES]
        opened.store.add([(tape, utterances_of(tape)) for tape in tapes])
        yield opened


@pytest.fixture
def model(desk: Desk) -> Artefact:
    """Give a tiny model of the study."""
    return tiny_model(desk.study.models / "m1")


def make(
    desk: Desk,
    model: Artefact,
    *numbers: int,
    of: int = 3,
    tapes: tuple[str, ...] = TAPES,
    engine: Counted | None = None,
) -> None:
    """Label shards into the folder `delen` of the desk."""
    for number in numbers:
        shard = Shard(number=number, of=of)
        folder = desk.folder / "delen"
        assert [*precode_shard(desk.study, model, tapes, shard=shard, folder=folder, engine=engine)]


def merged(
    desk: Desk, model: Artefact, *, force: bool = False, again: bool = False
) -> list[Precoded]:
    """Join the parts; sheets go into the folder `uit`."""
    done = merge(
        desk.study,
        model,
        parts=desk.folder / "delen",
        out=desk.folder / "uit",
        format=SheetFormat.CSV,
        force=force,
        again=again,
    )
    return [*done]


def refusal(desk: Desk, model: Artefact) -> StoreError:
    """Return why the parts aren't joined; nothing is stored and no sheet is written."""
    with pytest.raises(StoreError) as refused:
        merged(desk, model)
    assert desk.store.predictions("m1") == ()
    assert not (desk.folder / "uit").exists()
    return refused.value


def name(model: Artefact, number: int, of: int = 3) -> str:
    """Return the name of a part."""
    return file_name(version_of(model), Shard(number=number, of=of))


class TestWholeParts:
    def test_give_what_one_machine_gives(self, desk: Desk, model: Artefact, tmp_path: Path) -> None:
        """The same predictions to the last bit, and the same sheets."""
        make(desk, model, 3, 1, 2)
        done = merged(desk, model)
        alone = desk.folder / "alleen"
        said = desk.store.predictions("m1")

        [
            *precode(
                desk.study, model, TAPES, out=alone, format=SheetFormat.CSV, force=True, again=True
            )
        ]
        assert len(said) == 12
        assert desk.store.predictions("m1") == said
        assert sorted(one.tape for one in done) == [*TAPES]
        for one in done:
            assert one.sheet.read_bytes() == (alone / one.sheet.name).read_bytes()

    def test_may_be_joined_twice(self, desk: Desk, model: Artefact) -> None:
        """The second time, all is there already; the parts stay where they are."""
        make(desk, model, 1, 2, 3)
        merged(desk, model)
        before = desk.store.path.read_bytes()

        assert [one.skipped for one in merged(desk, model)] == [True] * 6
        assert desk.store.path.read_bytes() == before
        assert len([*(desk.folder / "delen").iterdir()]) == 3

    def test_keep_what_they_were_computed_in(self, desk: Desk, model: Artefact) -> None:
        """In the store; a shard without tapes has no precision and fits any."""
        tapes = TAPES[:2]
        make(desk, model, 1, tapes=tapes, engine=Counted(precision="int8"))
        folder = desk.folder / "delen"
        for number in (2, 3):
            shard = Shard(number=number, of=3)
            assert not [*precode_shard(desk.study, model, tapes, shard=shard, folder=folder)]

        merged(desk, model)
        kept = [desk.store.labelling(tape, "m1") for tape in tapes]
        assert [one and (one.device, one.precision) for one in kept] == [("cpu", "int8")] * 2

    def test_leave_what_is_labelled_already(self, desk: Desk, model: Artefact) -> None:
        """Unless it is to be replaced."""
        out, format = desk.folder / "uit", SheetFormat.CSV
        [*precode(desk.study, model, ["t00"], out=out, format=format, engine=Counted(0.25))]
        make(desk, model, 1, 2, 3, engine=Counted(0.75))

        merged(desk, model)
        (first, *_) = desk.store.predictions("m1")
        assert (first.tape, first.probabilities["DT"]) == ("t00", 0.25)
        merged(desk, model, force=True, again=True)
        assert {p.probabilities["DT"] for p in desk.store.predictions("m1")} == {0.75}

    def test_do_not_write_over_sheets(self, desk: Desk, model: Artefact) -> None:
        """Nothing is stored where one is there."""
        make(desk, model, 1, 2, 3)
        there = written(desk.folder / "uit" / "t06.csv", "werk van een codeur")

        with pytest.raises(SheetError, match=r"already there: t06\.csv\."):
            merged(desk, model)
        assert desk.store.predictions("m1") == ()
        merged(desk, model, force=True)
        assert "Ik moet t06." in there.read_text(encoding="utf-8-sig")

    def test_of_a_namesake_do_not_mix(self, desk: Desk, model: Artefact, tmp_path: Path) -> None:
        """Two models of one name would be read as one."""
        other = tiny_model(tmp_path / "elders" / "m1", threshold=0.9)
        out, format = desk.folder / "uit", SheetFormat.CSV
        [*precode(desk.study, other, ["gesprek-01"], out=out, format=format)]
        make(desk, model, 1, 2, 3)

        with pytest.raises(ModelError, match=r"another model of that name has labelled gesprek-01"):
            merged(desk, model)


class TestPartsAreRefused:
    def test_where_there_are_none(self, desk: Desk, model: Artefact) -> None:
        """An empty folder, or none."""
        refused = refusal(desk, model)

        assert refused.message == f"{desk.folder / 'delen'}: no parts here."
        assert refused.hint == (
            "Make them with `werkalliantie precode TAPE... --shard i/n`, or name their folder with "
            "--out."
        )

    def test_where_one_is_missing(self, desk: Desk, model: Artefact) -> None:
        """A gap is named."""
        make(desk, model, 1, 3)

        refused = refusal(desk, model)
        assert refused.message == f"{desk.folder / 'delen'}: shard 2/3 is missing"
        assert refused.hint == HINT

    def test_where_one_is_unfinished(self, desk: Desk, model: Artefact) -> None:
        """What a machine is still writing is no part."""
        make(desk, model, 1, 2)
        with pytest.raises(KeyboardInterrupt):
            make(desk, model, 3, engine=Counted(stop_before="t11"))

        assert refusal(desk, model).faults == ("shard 3/3 is missing",)

    def test_where_they_are_of_other_divisions(self, desk: Desk, model: Artefact) -> None:
        """Their gaps, and the tapes that are in two, are named as well."""
        make(desk, model, 1, 2, 3)
        make(desk, model, 2, of=2)

        assert refusal(desk, model).faults == (
            f"divided into 3 shards: {name(model, 1)}, {name(model, 2)}, {name(model, 3)}",
            f"divided into 2 shards: {name(model, 2, 2)}",
            "shard 1/2 is missing",
            f"{name(model, 2, 2)} and {name(model, 2)} hold the same tapes: t06",
            f"{name(model, 2, 2)} and {name(model, 3)} hold the same tapes: t11",
        )

    def test_where_a_tape_is_in_two(self, desk: Desk, model: Artefact) -> None:
        """A part that was copied under another name."""
        make(desk, model, 1, 2, 3)
        folder = desk.folder / "delen"
        shutil.copy(folder / name(model, 1), folder / "z.jsonl")

        assert refusal(desk, model).message == (
            f"{folder}: {name(model, 1)} and z.jsonl hold the same tapes: t00, t01"
        )

    def test_where_they_are_of_another_model(self, desk: Desk, model: Artefact) -> None:
        """Each is named with its model."""
        other = tiny_model(desk.study.models / "m2", threshold=0.9)
        make(desk, other, 1, 2)
        make(desk, model, 1, 2, 3)

        assert refusal(desk, model).faults == tuple(
            f"{name(other, number)} is of the model {version_of(other)}, not {version_of(model)}"
            for number in (1, 2)
        )

    def test_where_they_are_of_other_lists(self, desk: Desk, model: Artefact) -> None:
        """A machine that was given other tapes has left some out."""
        make(desk, model, 1, 2)
        make(desk, model, 3, tapes=TAPES[:5])

        first, second = refusal(desk, model).faults
        start = "of the list of tapes "
        assert first.startswith(start)
        assert first.endswith(f": {name(model, 1)}, {name(model, 2)}")
        assert second.startswith(start)
        assert second.endswith(f": {name(model, 3)}")
        assert first[len(start) :][:12] != second[len(start) :][:12]

    def test_where_they_are_of_other_precisions(self, desk: Desk, model: Artefact) -> None:
        """Tapes of one run would differ by the machine they went to; a gap is named as well."""
        make(desk, model, 1, engine=Counted(precision="int8"))
        make(desk, model, 2, engine=Counted(precision="fp32"))

        assert refusal(desk, model).faults == (
            f"computed in int8 on cpu: {name(model, 1)}",
            f"computed in fp32 on cpu: {name(model, 2)}",
            "shard 3/3 is missing",
        )

    def test_where_it_is_not_known_of_some(self, desk: Desk, model: Artefact) -> None:
        """A part from before precision was written down may be of another."""
        make(desk, model, 1, 2, 3)
        old = desk.folder / "delen" / name(model, 1)
        head, *lines = old.read_bytes().splitlines(keepends=True)[:-1]
        said = head.replace(b',"precision":"fp32"', b"") + b"".join(lines)
        old.write_bytes(said + last_line(sha256(said).hexdigest()))

        assert refusal(desk, model).faults == (
            f"computed in an unknown precision on cpu: {name(model, 1)}",
            f"computed in fp32 on cpu: {name(model, 2)}, {name(model, 3)}",
        )

    def test_where_the_study_has_other_texts(self, desk: Desk, model: Artefact) -> None:
        """Or doesn't have the tape."""
        make(desk, model, 1, 2, 3)
        desk.store.path.unlink()
        changed = [a_tape("R: Iets heel anders.", id=tape) for tape in ("t00", "t01", "t06")]
        with desk.study.store() as store:
            store.add([(tape, utterances_of(tape)) for tape in changed])

            with pytest.raises(StoreError) as refused:
                merged(desk, model)
            assert store.predictions("m1") == ()
        assert refused.value.faults == (
            f"{name(model, 1)}: with another text here: t00, t01",
            f"{name(model, 2)}: with another text here: t06",
            f"{name(model, 2)}: not in this study: t09",
            f"{name(model, 3)}: not in this study: t10, t11",
        )

    def test_and_every_fault_is_named_at_once(self, desk: Desk, model: Artefact) -> None:
        """A gap, a broken part and another model's."""
        other = tiny_model(desk.study.models / "m2", threshold=0.9)
        make(desk, model, 1, 2)
        make(desk, other, 1)
        broken = desk.folder / "delen" / name(model, 2)
        broken.write_bytes(broken.read_bytes()[:-5])

        refused = refusal(desk, model)
        assert refused.message == f"{desk.folder / 'delen'}: 4 faults."
        assert refused.faults == (
            f"{name(model, 2)}: not whole: its last line doesn't fit what is before it.",
            f"{name(other, 1)} is of the model {version_of(other)}, not {version_of(model)}",
            "shard 2/3 is missing",
            "shard 3/3 is missing",
        )
