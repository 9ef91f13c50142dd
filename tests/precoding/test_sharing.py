import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from models import tiny_model
from precoding.engines import Counted
from samples import a_tape, utterances_of
from sheets.desk import Desk, opened_desk

from werkalliantie.artefact import Artefact
from werkalliantie.errors import ModelError, StoreError
from werkalliantie.precoding import InPart, Shard, precode_shard
from werkalliantie.precoding.deciding import version_of
from werkalliantie.precoding.engine import Engine
from werkalliantie.precoding.part import Part, open_part
from werkalliantie.precoding.partial import Partial
from werkalliantie.precoding.sharing import part_path

TAPES = tuple(f"t{number:02}" for number in range(12))
FIRST = Shard(number=1, of=3)
OWN = ["t00", "t01", "t03", "t04", "t05", "t07", "t08"]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Give a study with the tapes t00 to t11, each with another text."""
    with opened_desk(tmp_path) as opened:
        tapes = [a_tape(f"R: Zin {tape}.", "C: Ja.", "R: Hm hm.", id=tape) for tape in TAPES]
        opened.store.add([(tape, utterances_of(tape)) for tape in tapes])
        yield opened


@pytest.fixture
def model(desk: Desk) -> Artefact:
    """Give a tiny model of the study."""
    return tiny_model(desk.study.models / "m1")


def shared(
    desk: Desk,
    model: Artefact,
    shard: Shard = FIRST,
    *,
    tapes: tuple[str, ...] = TAPES,
    force: bool = False,
    engine: Counted | None = None,
) -> list[InPart]:
    """Label a shard into the folder `delen` of the desk."""
    folder = desk.folder / "delen"
    done = precode_shard(
        desk.study, model, tapes, shard=shard, folder=folder, force=force, engine=engine
    )
    return [*done]


def part(desk: Desk, model: Artefact, shard: Shard = FIRST) -> Path:
    """Return where the part of a shard is."""
    return part_path(desk.folder / "delen", model, shard)


class TestAPart:
    def test_holds_the_tapes_of_its_shard(self, desk: Desk, model: Artefact) -> None:
        """By id, each with what the model says of it; the store isn't written to."""
        before = desk.store.path.read_bytes()

        done = shared(desk, model)
        assert [(one.tape, one.skipped) for one in done] == [(tape, False) for tape in OWN]
        opened = open_part(part(desk, model))
        assert (opened.header.model, opened.header.shard) == (version_of(model), FIRST)
        assert [(one.tape, one.predictions) for one in opened.labellings()] == [
            (one.tape, one.predictions) for one in done
        ]
        assert desk.store.path.read_bytes() == before

    def test_is_named_after_its_model_and_shard(self, desk: Desk, model: Artefact) -> None:
        """No two parts that differ have one name; nothing half written lies beside it."""
        shared(desk, model)

        sha = version_of(model).sha[:12]
        names = [path.name for path in (desk.folder / "delen").iterdir()]
        assert names == [f"m1-{sha}.1-of-3.jsonl"]

    def test_has_no_word_of_what_was_said(self, desk: Desk, model: Artefact) -> None:
        """It travels between machines."""
        shared(desk, model)

        text = part(desk, model).read_text(encoding="utf-8")
        assert "Zin" not in text
        assert "Hm" not in text

    def test_has_the_same_bytes_every_time(self, desk: Desk, model: Artefact) -> None:
        """Whatever the order of the tapes, and whatever the store says of them by then."""
        shared(desk, model)
        first = part(desk, model).read_bytes()
        part(desk, model).unlink()
        desk.store.add_labelling(next(open_part_of(first, desk).labellings()))

        shared(desk, model, tapes=TAPES[::-1])
        assert part(desk, model).read_bytes() == first

    def test_that_is_there_is_not_made_again(self, desk: Desk, model: Artefact) -> None:
        """It has the same tapes, of the same text, by the same model: nothing is computed."""
        shared(desk, model)
        before = part(desk, model).stat()

        def refuse() -> Engine:
            raise AssertionError

        folder = desk.folder / "delen"
        done = precode_shard(desk.study, model, TAPES, shard=FIRST, folder=folder, engine=refuse)
        assert [(one.tape, one.skipped) for one in done] == [(tape, True) for tape in OWN]
        assert part(desk, model).stat().st_mtime_ns == before.st_mtime_ns

    def test_that_is_there_may_be_of_another_precision(self, desk: Desk, model: Artefact) -> None:
        """It is done; one that isn't whole is begun anew, for a part is of one precision."""
        shared(desk, model, engine=Counted(0.25, precision="int8"))
        assert all(one.skipped for one in shared(desk, model, engine=Counted(precision="fp32")))
        assert open_part(part(desk, model)).header.precision == "int8"

        part(desk, model).unlink()
        with pytest.raises(KeyboardInterrupt):
            shared(desk, model, engine=Counted(0.25, precision="int8", stop_before="t05"))
        engine = Counted(precision="fp32")
        shared(desk, model, engine=engine)
        assert engine.asked == OWN
        whole = open_part(part(desk, model))
        assert {one.precision for one in whole.labellings()} == {"fp32"}

    def test_that_is_there_is_made_again_with_force(self, desk: Desk, model: Artefact) -> None:
        """And takes the place of what was there."""
        shared(desk, model, engine=Counted(0.25))
        engine = Counted(0.75)

        shared(desk, model, force=True, engine=engine)
        assert engine.asked == OWN
        (first, *_) = open_part(part(desk, model)).labellings()
        assert first.predictions[0].probabilities == {"DT": 0.75, "ZBV": 0.75, "HC": 0.75}

    def test_of_a_shard_without_tapes_is_there_too(self, desk: Desk, model: Artefact) -> None:
        """Otherwise it would be missed when the parts are joined."""
        assert shared(desk, model, tapes=("t02",)) == []

        assert [*open_part(part(desk, model)).labellings()] == []


def open_part_of(content: bytes, desk: Desk) -> Part:
    """Open a part by its bytes."""
    path = desk.folder / "kopie.jsonl"
    path.write_bytes(content)
    return open_part(path)


class TestAPartThatIsThereAndDiffers:
    def test_in_its_list_of_tapes(self, desk: Desk, model: Artefact) -> None:
        """It would leave tapes out, or in."""
        shared(desk, model, tapes=TAPES[:6])
        before = part(desk, model).read_bytes()

        with pytest.raises(StoreError) as refused:
            shared(desk, model)
        assert refused.value.message == (
            f"{part(desk, model).name}: it was made for another list of tapes, or on another device"
        )
        assert refused.value.hint == (
            "Make it anew with --force, or give another place with --out."
        )
        assert part(desk, model).read_bytes() == before

    def test_in_its_texts(self, desk: Desk, model: Artefact) -> None:
        """Each tape is named."""
        shared(desk, model)
        desk.store.path.unlink()
        with desk.study.store() as store:
            changed = [a_tape(f"R: Anders {tape}.", id=tape) for tape in ("t03", "t07")]
            others = [
                a_tape(f"R: Zin {tape}.", "C: Ja.", "R: Hm hm.", id=tape)
                for tape in TAPES
                if tape not in ("t03", "t07")
            ]
            store.add([(tape, utterances_of(tape)) for tape in (*changed, *others)])

        with pytest.raises(StoreError) as refused:
            shared(desk, model)
        assert refused.value.faults == (
            'tape "t03" had another text',
            'tape "t07" had another text',
        )

    @pytest.mark.parametrize("spoil", [lambda b: b[:-9], lambda b: b.replace(b"0.", b"0.1", 1)])
    def test_in_its_hash(
        self, desk: Desk, model: Artefact, spoil: Callable[[bytes], bytes]
    ) -> None:
        """Cut off or altered, it is no part."""
        shared(desk, model)
        part(desk, model).write_bytes(spoil(part(desk, model).read_bytes()))

        with pytest.raises(StoreError) as refused:
            shared(desk, model)
        assert refused.value.message == (
            f"{part(desk, model).name}: not whole: its last line doesn't fit what is before it."
        )
        assert refused.value.hint == "Copy it again, or make that shard again."


class TestAPartThatWasInterrupted:
    @pytest.fixture
    def partial(self, desk: Desk, model: Artefact) -> Path:
        """Stop before t05; give the file with the four tapes before it."""
        with pytest.raises(KeyboardInterrupt):
            shared(desk, model, engine=Counted(stop_before="t05"))
        return part(desk, model).with_name(f".{part(desk, model).name}.part")

    def whole(self, desk: Desk, model: Artefact) -> bytes:
        """Return the part as it is without interruption."""
        folder = desk.folder / "ongestoord"
        [*precode_shard(desk.study, model, TAPES, shard=FIRST, folder=folder, engine=Counted())]
        return part_path(folder, model, FIRST).read_bytes()

    def test_goes_on_where_it_stopped(self, desk: Desk, model: Artefact, partial: Path) -> None:
        """With the same bytes as if it hadn't been stopped."""
        assert not part(desk, model).exists()
        engine = Counted()

        done = shared(desk, model, engine=engine)
        assert engine.asked == OWN[4:]
        assert [(one.tape, one.skipped) for one in done] == [
            *((tape, True) for tape in OWN[:4]),
            *((tape, False) for tape in OWN[4:]),
        ]
        assert part(desk, model).read_bytes() == self.whole(desk, model)
        assert not partial.exists()

    @pytest.mark.parametrize("n_bytes", [0, 1, 60, 300, 500, 640, 760, 940])
    def test_wherever_it_was_cut_off(
        self, desk: Desk, model: Artefact, partial: Path, n_bytes: int
    ) -> None:
        """A line that is cut off is written again, and nothing else."""
        os.truncate(partial, n_bytes)

        shared(desk, model, engine=Counted())
        assert part(desk, model).read_bytes() == self.whole(desk, model)

    def test_between_its_last_line_and_its_name(
        self, desk: Desk, model: Artefact, partial: Path
    ) -> None:
        """The last line isn't there twice."""
        partial.write_bytes(self.whole(desk, model))
        engine = Counted()

        shared(desk, model, engine=engine)
        assert engine.asked == []
        assert part(desk, model).read_bytes() == self.whole(desk, model)

    def test_with_rubbish_behind_it(self, desk: Desk, model: Artefact, partial: Path) -> None:
        """What a disk can leave after a power cut."""
        partial.write_bytes(partial.read_bytes() + b"\0" * 50 + b"\n" + b'{"tape":"t05"}\n')

        shared(desk, model, engine=Counted())
        assert part(desk, model).read_bytes() == self.whole(desk, model)

    def test_begins_anew_for_other_tapes(self, desk: Desk, model: Artefact, partial: Path) -> None:
        """What was written belongs to another list."""
        engine = Counted()

        shared(desk, model, tapes=TAPES[:6], engine=engine)
        assert engine.asked == OWN[:5]
        assert not partial.exists()

    def test_is_not_written_by_two_programs(
        self, desk: Desk, model: Artefact, partial: Path
    ) -> None:
        """The second one says so, and leaves it to the first."""
        header = open_part_of(self.whole(desk, model), desk).header

        with Partial(part(desk, model), header), pytest.raises(StoreError) as refused:
            shared(desk, model)
        assert refused.value.message == (
            f"{part(desk, model).name}: another program is making this part."
        )
        assert refused.value.hint == "Wait for it, or take another shard."
        assert partial.exists()


def test_a_tape_that_is_not_there_is_refused_before_anything(desk: Desk, model: Artefact) -> None:
    """Even where it falls to another shard."""
    with pytest.raises(StoreError, match='no tape "t99" in this study'):
        shared(desk, model, tapes=("t01", "t99"))

    assert not (desk.folder / "delen").exists()


def test_a_model_with_other_codes_is_refused(desk: Desk) -> None:
    """As where tapes are labelled without shards."""
    model = tiny_model(desk.study.models / "m2", codes=["DT", "HC"])

    with pytest.raises(ModelError, match=r"^m2 gives DT, HC, but"):
        shared(desk, model)


@pytest.mark.parametrize(
    "line", [b"", b"{}", b"[]", b"geen", b"\xff", json.dumps({"format": 2}).encode()]
)
def test_a_file_that_is_no_part(tmp_path: Path, line: bytes) -> None:
    """What it is called says nothing."""
    path = tmp_path / "x.jsonl"
    path.write_bytes(line + b"\n")

    with pytest.raises(StoreError) as refused:
        open_part(path)
    assert refused.value.message == (
        "x.jsonl: no part, or one of another version of werkalliantie."
    )
    assert refused.value.hint == "Move it away, or make that shard again with this version."
