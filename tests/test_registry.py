import json
import os
import shutil
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from models import tiny_model

from werkalliantie.errors import ModelError
from werkalliantie.labeller import Labeller, Question
from werkalliantie.registry import Promotion, Registry

SEE = "See `werkalliantie models` for what there is."


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """Give a registry with the models anders and model-001, and no champion."""
    for name in ("model-001", "anders"):
        tiny_model(tmp_path / "models" / name)
    return Registry(tmp_path / "models")


def journal(registry: Registry) -> list[dict[str, str | None]]:
    """Return the promotions so far."""
    text = (registry.folder / "promotions.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def journal_lines(registry: Registry) -> list[bytes]:
    """Return the lines of the journal, whole or not."""
    return (registry.folder / "promotions.jsonl").read_bytes().splitlines()


class TestNames:
    def test_are_those_of_folders_with_a_manifest(self, registry: Registry) -> None:
        """Encoders, half-written folders and loose files are no models."""
        (registry.folder / "encoders" / "embedded-nl").mkdir(parents=True)
        half = registry.folder / ".model-002-x"
        half.mkdir()
        (half / "manifest.json").write_text("{}")
        (registry.folder / "README.md").write_text("Modellen.")

        assert registry.names() == ["anders", "model-001"]

    def test_there_are_none_without_a_folder(self, tmp_path: Path) -> None:
        """A study that has lost its models folder has no models."""
        assert Registry(tmp_path / "weg").names() == []
        assert Registry(tmp_path / "weg").list() == []
        assert Registry(tmp_path / "weg").champion is None


class TestList:
    def test_says_which_is_the_champion(self, registry: Registry) -> None:
        """One at most, in the order of names."""
        registry.promote("anders", reason="proef")

        assert [(one.name, one.champion, one.fault) for one in registry.list()] == [
            ("anders", True, None),
            ("model-001", False, None),
        ]

    def test_says_what_is_wrong_with_a_folder(self, registry: Registry) -> None:
        """One broken folder doesn't hide the others."""
        (registry.folder / "anders" / "thresholds.json").write_text("{}")

        broken, whole = registry.list()
        assert broken.model is None
        assert broken.fault == (
            f"{registry.folder / 'anders'}: not a whole model: thresholds.json was altered (its "
            "sha256 is not the manifest's)."
        )
        assert whole.model is not None


class TestFind:
    def test_by_name_by_folder_or_the_champion(self, registry: Registry, tmp_path: Path) -> None:
        """A model outside the study may be given by its path."""
        outside = tiny_model(tmp_path / "elders" / "m9")
        registry.promote("model-001", reason="proef")

        assert registry.find("anders").name == "anders"
        assert registry.find(str(outside.folder)) == outside
        assert registry.find(None).name == "model-001"

    def test_refuses_a_name_that_is_not_there(self, registry: Registry) -> None:
        """The message says what there is."""
        with pytest.raises(ModelError) as refused:
            registry.find("model-7")

        assert refused.value.message == (
            'no model "model-7". Expected one of anders, model-001, or the path of a model folder.'
        )
        assert refused.value.hint == SEE

    def test_refuses_where_no_model_is_in_use(self, registry: Registry) -> None:
        """Nothing is promoted by itself."""
        with pytest.raises(ModelError) as refused:
            registry.find(None)

        assert refused.value.message == f"{registry.folder}: no model is in use yet."
        assert refused.value.hint == (
            "Train one with `werkalliantie train`, or give one with --model."
        )

    def test_refuses_an_altered_model(self, registry: Registry) -> None:
        """A model whose weights changed after training is not used."""
        path = registry.folder / "anders" / "model.onnx"
        path.write_bytes(path.read_bytes() + b"x")

        with pytest.raises(ModelError) as refused:
            registry.find("anders")
        assert refused.value.message == (
            f"{path.parent}: not a whole model: model.onnx was altered (its sha256 is not the "
            "manifest's)."
        )


TURNS = """
import sys
from pathlib import Path
from werkalliantie.registry import Registry

registry, who = Registry(Path(sys.argv[1])), sys.argv[2]
for number in range(40):
    registry.promote(("anders", "model-001")[number % 2], reason=f"{who} {number}")
"""


class TestPromote:
    def test_says_what_it_replaces_and_journals_it(self, registry: Registry) -> None:
        """The pointer is the last line of the journal; earlier lines stay."""
        assert registry.promote("model-001", reason="eerste") is None
        assert registry.promote("anders", reason="beter op HC") == "model-001"

        assert registry.champion == "anders"
        first, second = journal(registry)
        assert (first["model"], first["replaced"], first["reason"]) == (
            "model-001",
            None,
            "eerste",
        )
        assert (second["model"], second["replaced"], second["reason"]) == (
            "anders",
            "model-001",
            "beter op HC",
        )
        assert datetime.fromisoformat(str(second["at"])).utcoffset() == timedelta(0)
        assert json.loads((registry.folder / "champion.json").read_text()) == second

    def test_of_the_model_in_use_writes_nothing(self, registry: Registry) -> None:
        """What it replaced stays on record."""
        registry.promote("model-001", reason="eerste")
        registry.promote("anders", reason="beter op HC")
        files = [registry.folder / name for name in ("champion.json", "promotions.jsonl")]
        before = [file.read_bytes() for file in files]

        assert registry.promote("anders", reason="nog eens") == "anders"
        assert [file.read_bytes() for file in files] == before

    def test_over_the_model_in_use(self, registry: Registry) -> None:
        """Whoever compared two models may replace the one by the other, and no third."""
        registry.promote("model-001", reason="eerste")

        assert not registry.promote_over(None, "anders", reason="eerste")
        assert not registry.promote_over("oud", "anders", reason="beter")
        assert registry.champion == "model-001"
        assert registry.promote_over("model-001", "anders", reason="beter")
        assert registry.champion == "anders"
        assert [one.replaced for one in registry.promotions()] == [None, "model-001"]

    @pytest.mark.skipif(sys.platform == "win32", reason="no locks there")
    def test_processes_take_turns(self, registry: Registry) -> None:
        """Every promotion is in the journal once, and replaced the one before it."""
        command = [sys.executable, "-c", TURNS, str(registry.folder)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        running = [subprocess.Popen([*command, who], env=environment) for who in ("een", "twee")]
        ended = [process.wait() for process in running]

        made = registry.promotions()
        assert ended == [0, 0]
        assert len({one.reason for one in made}) == len(made) == len(journal(registry))
        assert [one.replaced for one in made[1:]] == [one.model for one in made[:-1]]

    def test_replaces_the_pointer_in_one_step(
        self, registry: Registry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Cut off before the last step, the old champion is still in use."""
        registry.promote("model-001", reason="eerste")

        def cut_off(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(Path, "replace", cut_off)
        with pytest.raises(KeyboardInterrupt):
            registry.promote("anders", reason="beter")
        assert registry.champion == "model-001"

    def test_refuses_a_model_outside_the_registry(self, registry: Registry, tmp_path: Path) -> None:
        """The champion travels with the study, so it must be in it."""
        outside = tiny_model(tmp_path / "elders" / "m9")

        with pytest.raises(ModelError) as refused:
            registry.promote(str(outside.folder), reason="proef")
        assert refused.value.message == (
            f'no model "{outside.folder}" in {registry.folder}. Expected one of anders, model-001.'
        )
        assert refused.value.hint == SEE

    def test_refuses_a_model_that_is_not_whole(self, registry: Registry) -> None:
        """And leaves neither pointer nor journal."""
        (registry.folder / "anders" / "tokenizer.json").unlink()

        with pytest.raises(ModelError) as refused:
            registry.promote("anders", reason="proef")
        assert refused.value.message == (
            f"{registry.folder / 'anders'}: not a whole model: tokenizer.json is missing."
        )
        assert registry.champion is None
        assert not (registry.folder / "promotions.jsonl").exists()


def cut(registry: Registry, content: bytes) -> None:
    """Replace the journal's content."""
    (registry.folder / "promotions.jsonl").write_bytes(content)


class TestPromotions:
    def test_are_all_there_the_oldest_first(self, registry: Registry) -> None:
        """Before the first there are none."""
        assert registry.promotions() == ()

        registry.promote("model-001", reason="eerste")
        registry.promote("anders", reason="beter op HC")

        assert [(one.model, one.replaced, one.reason) for one in registry.promotions()] == [
            ("model-001", None, "eerste"),
            ("anders", "model-001", "beter op HC"),
        ]

    @pytest.mark.parametrize("torn", [b"", b'{"model": "and', b"{}\n", b"\xff\n", b"[]", b"null\n"])
    def test_a_cut_off_journal_is_made_whole(self, registry: Registry, torn: bytes) -> None:
        """The pointer holds what the journal's last line should; the next promotion adds it."""
        registry.promote("model-001", reason="eerste")
        before = (registry.folder / "promotions.jsonl").read_bytes()
        registry.promote("anders", reason="beter")
        cut(registry, before + torn)

        assert registry.champion == "anders"
        assert [one.model for one in registry.promotions()] == ["model-001", "anders"]

        registry.promote("model-001", reason="terug")

        assert [one.model for one in registry.promotions()] == ["model-001", "anders", "model-001"]
        whole = [line for line in journal_lines(registry) if b'"reason"' in line]
        assert [json.loads(line)["reason"] for line in whole] == ["eerste", "beter", "terug"]

    def test_a_lost_journal_leaves_the_last(self, registry: Registry) -> None:
        """It is the pointer's."""
        registry.promote("model-001", reason="eerste")
        (registry.folder / "promotions.jsonl").unlink()

        (last,) = registry.promotions()

        assert isinstance(last, Promotion)
        assert (last.model, last.reason) == ("model-001", "eerste")


# What is done on disk, in order: at each of these the process may die.
STEPS = ("NamedTemporaryFile", "fsync", "replace", "open", "none")
KILLED = """
import os, signal, sys, tempfile
from pathlib import Path
from werkalliantie.registry import Registry

def die(*args, **named):
    os.kill(os.getpid(), signal.SIGKILL)

step = sys.argv[2]
if step == "NamedTemporaryFile":
    tempfile.NamedTemporaryFile = die
elif step == "fsync":
    os.fsync = die
elif step == "replace":
    Path.replace = die
elif step == "open":
    opened = Path.open
    Path.open = lambda path, mode="r", *a, **n: (
        die() if mode == "ab+" else opened(path, mode, *a, **n)
    )
Registry(Path(sys.argv[1])).promote("anders", reason="beter")
"""


class TestKilled:
    @pytest.mark.parametrize("step", STEPS)
    def test_at_any_step_leaves_pointer_and_promotions_in_agreement(
        self, registry: Registry, step: str
    ) -> None:
        """Either nothing has happened, or all of it; and the next promotion goes on from there."""
        registry.promote("model-001", reason="eerste")
        where = os.pathsep.join(sys.path)

        ended = subprocess.run(
            [sys.executable, "-c", KILLED, str(registry.folder), step],
            env={**os.environ, "PYTHONPATH": where},
            check=False,
        )

        assert ended.returncode == (0 if step == "none" else -signal.SIGKILL)
        done = step in {"open", "none"}
        assert registry.champion == ("anders" if done else "model-001")
        assert registry.promotions()[-1].model == registry.champion
        assert len(registry.promotions()) == (2 if done else 1)
        assert registry.names() == ["anders", "model-001"]

        registry.promote("model-001" if done else "anders", reason="nog eens")

        assert [one.reason for one in registry.promotions()] == [
            "eerste",
            *(["beter"] if done else []),
            "nog eens",
        ]
        assert len(journal(registry)) == len(registry.promotions())


class TestOldModels:
    def test_still_label_after_others_came_in_their_place(self, registry: Registry) -> None:
        """By name; and back in use it is as if nothing had happened."""
        question = [Question(context="", text="moet ik dat melden")]
        registry.promote("model-001", reason="eerste")
        before = Labeller(registry.find(None), threads=1).logits(question)
        registry.promote("anders", reason="beter")

        old = Labeller(registry.find("model-001"), threads=1)
        new = Labeller(registry.find(None), threads=1)

        assert (old.model.name, new.model.name) == ("model-001", "anders")
        np.testing.assert_array_equal(old.logits(question), before)
        registry.promote("model-001", reason="terug")
        assert registry.find(None) == old.model


class TestPointer:
    @pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"{}", b"\xff\xfe"])
    def test_that_names_nothing_is_refused_and_can_be_mended(
        self, registry: Registry, content: bytes
    ) -> None:
        """The hint says to promote a model, so that must work."""
        path = registry.folder / "champion.json"
        path.write_bytes(content)

        with pytest.raises(ModelError) as refused:
            registry.find(None)
        assert refused.value.message == f"{path}: doesn't name a model."
        assert refused.value.hint == "Name one with: werkalliantie models promote MODEL"
        assert registry.promote("anders", reason="hersteld") is None
        assert registry.champion == "anders"

    def test_to_a_model_that_is_gone_is_refused(self, registry: Registry) -> None:
        """The name is that of the pointer."""
        registry.promote("anders", reason="proef")
        (registry.folder / "anders").rename(registry.folder / "verplaatst")

        with pytest.raises(ModelError) as refused:
            registry.find(None)
        assert refused.value.message == (
            'no model "anders". Expected one of model-001, verplaatst, or the path of a model '
            "folder."
        )


class TestFreeName:
    def test_counts_on_from_the_highest(self, registry: Registry) -> None:
        """A number is never used twice, even where one was thrown away in between."""
        tiny_model(registry.folder / "model-007")

        assert registry.free_name(None) == "model-008"

    def test_begins_at_one(self, tmp_path: Path) -> None:
        """The first model of a study."""
        assert Registry(tmp_path).free_name(None) == "model-001"

    def test_takes_the_name_that_is_wanted(self, registry: Registry) -> None:
        """If nobody has it."""
        assert registry.free_name("najaar-2.1") == "najaar-2.1"

    def test_refuses_a_name_that_is_taken(self, registry: Registry) -> None:
        """Models are never overwritten; nor is what else lies there, now or later."""
        for name in ("anders", "encoders", "searches", "champion.json", "promotions.jsonl"):
            with pytest.raises(ModelError) as refused:
                registry.free_name(name)
            assert refused.value.message == (
                f'there is already something called "{name}" in {registry.folder}.'
            )
            assert refused.value.hint == "Give another --name: models are never overwritten."

    def test_passes_over_those_of_models_that_were_in_use(self, registry: Registry) -> None:
        """A folder that was thrown away leaves its name in the pointer or the journal."""
        registry.promote("model-001", reason="eerste")
        tiny_model(registry.folder / "model-002")
        registry.promote("model-002", reason="beter")
        for name in ("model-001", "model-002"):
            shutil.rmtree(registry.folder / name)

        assert registry.free_name(None) == "model-003"
        with pytest.raises(ModelError) as refused:
            registry.free_name("model-001")
        assert refused.value.message == (
            f'"model-001" is the name of a model that was in use, which is gone from '
            f"{registry.folder}."
        )
        assert refused.value.hint == (
            "Give another --name, so that nobody takes the new model for that one."
        )

    @pytest.mark.parametrize("content", ["{", '{"model": "model-004"}'])
    def test_passes_over_what_a_pointer_without_a_promotion_names(
        self, registry: Registry, content: str
    ) -> None:
        """One that was written by hand; one that names nothing takes no name."""
        (registry.folder / "champion.json").write_text(content)

        assert registry.free_name(None) == ("model-002" if content == "{" else "model-005")

    @pytest.mark.parametrize("name", ["", ".verborgen", "..", "a/b", "a\\b", "twee woorden", "c:"])
    def test_refuses_what_is_no_folder_name(self, registry: Registry, name: str) -> None:
        """A name becomes a folder on every system."""
        with pytest.raises(ModelError) as refused:
            registry.free_name(name)

        assert refused.value.message == f"{name!r} can't be a model's name."
        assert refused.value.hint == "Use letters, digits, dots, dashes and underscores."
