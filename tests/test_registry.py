import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from models import tiny_model

from werkalliantie.errors import ModelError
from werkalliantie.registry import Registry

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
        """Models are never overwritten; nor is the encoders' folder."""
        (registry.folder / "encoders").mkdir()

        for name in ("anders", "encoders"):
            with pytest.raises(ModelError) as refused:
                registry.free_name(name)
            assert refused.value.message == (
                f'there is already something called "{name}" in {registry.folder}.'
            )
            assert refused.value.hint == "Give another --name: models are never overwritten."

    @pytest.mark.parametrize("name", ["", ".verborgen", "..", "a/b", "a\\b", "twee woorden", "c:"])
    def test_refuses_what_is_no_folder_name(self, registry: Registry, name: str) -> None:
        """A name becomes a folder on every system."""
        with pytest.raises(ModelError) as refused:
            registry.free_name(name)

        assert refused.value.message == f"{name!r} can't be a model's name."
        assert refused.value.hint == "Use letters, digits, dots, dashes and underscores."
