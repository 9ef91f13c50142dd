import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from werkalliantie import artefact
from werkalliantie.artefact import Artefact, InputShape
from werkalliantie.errors import ModelError

SHAPE = InputShape(max_context=48, max_utterance=128, uses_types=True, pad_id=0)
MEND = "Copy the folder again from where it came, or train the model again."


def fill(folder: Path) -> None:
    """Write what training writes, but for its content."""
    (folder / "model.onnx").write_bytes(b"net")
    (folder / "tokenizer.json").write_text("{}")


def a_model(
    folder: Path,
    *,
    thresholds: Mapping[str, float] | None = None,
    temperatures: Mapping[str, float] | None = None,
    provenance: Mapping[str, Any] | None = None,
    fill: Callable[[Path], None] = fill,
) -> Artefact:
    """Write a small model with the codes D and H."""
    return artefact.write(
        folder,
        name=folder.name,
        codebook="proef-1",
        codes=("D", "H"),
        thresholds=thresholds or {"D": 0.5, "H": 0.25},
        temperatures=temperatures or {"D": 1.0, "H": 2.0},
        input_shape=SHAPE,
        metrics={"kappa": {"D": 0.4, "H": None}},
        provenance=provenance or {"seed": 13},
        card="# Proefmodel\n",
        fill=fill,
    )


def change(folder: Path, name: str, value: object) -> None:
    """Put other content in a file and make the manifest agree with it."""
    (folder / name).write_text(json.dumps(value))
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["files"][name] = artefact.sha256(folder / name)
    path.write_text(json.dumps(manifest))


def refusal(folder: Path) -> ModelError:
    """Return the error with which a folder is refused."""
    with pytest.raises(ModelError) as refused:
        artefact.read(folder)
    return refused.value


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Give the folder of a whole model."""
    return a_model(tmp_path / "m1").folder


class TestWrite:
    def test_what_is_written_can_be_read(self, tmp_path: Path) -> None:
        """A model comes back with everything that it was given."""
        written = a_model(tmp_path / "models" / "m1")

        read = artefact.read(tmp_path / "models" / "m1")
        assert read == written
        assert (read.name, read.codebook, read.codes) == ("m1", "proef-1", ("D", "H"))
        assert read.thresholds == {"D": 0.5, "H": 0.25}
        assert read.temperatures == {"D": 1.0, "H": 2.0}
        assert read.input == SHAPE
        assert read.metrics == {"kappa": {"D": 0.4, "H": None}}
        assert read.manifest["seed"] == 13
        assert read.file("README.md").read_text() == "# Proefmodel\n"

    def test_the_manifest_knows_every_other_file(self, model: Path) -> None:
        """Each file but the manifest has its sha256 in it."""
        manifest = json.loads((model / "manifest.json").read_text())

        others = {path.name for path in model.iterdir()} - {"manifest.json"}
        assert others == {*artefact.REQUIRED}
        assert manifest["files"] == {name: artefact.sha256(model / name) for name in others}

    def test_weights_may_come_along(self, tmp_path: Path) -> None:
        """The torch weights are a file like the others."""

        def with_weights(folder: Path) -> None:
            fill(folder)
            (folder / "weights.safetensors").write_bytes(b"w")

        written = a_model(tmp_path / "m1", fill=with_weights)
        assert "weights.safetensors" in written.manifest["files"]

    @pytest.mark.parametrize("name", ["pytorch_model.bin", "hoofd.pkl", "net.pt", "hoofd"])
    def test_a_pickle_never_goes_in(self, tmp_path: Path, name: str) -> None:
        """A file of a kind that can run code when it is read stops the writing."""

        def with_pickle(folder: Path) -> None:
            fill(folder)
            (folder / name).write_bytes(b"\x80\x04N.")

        with pytest.raises(ValueError) as refused:
            a_model(tmp_path / "m1", fill=with_pickle)
        assert str(refused.value) == f"a model folder doesn't hold files such as {name}"
        assert [*tmp_path.iterdir()] == []

    def test_a_failure_leaves_nothing(self, tmp_path: Path) -> None:
        """Training that breaks off in the middle of writing leaves no folder, whole or half."""

        def fail(folder: Path) -> None:
            fill(folder)
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            a_model(tmp_path / "m1", fill=fail)
        assert [*tmp_path.iterdir()] == []

    def test_an_incomplete_model_leaves_nothing(self, tmp_path: Path) -> None:
        """A folder without the network or the tokenizer never gets the model's name."""
        with pytest.raises(ModelError, match=r"model\.onnx is missing; tokenizer\.json is missing"):
            a_model(tmp_path / "m1", fill=lambda folder: None)

        assert [*tmp_path.iterdir()] == []

    def test_a_value_that_is_no_number_leaves_nothing(self, tmp_path: Path) -> None:
        """NaN is no JSON."""
        with pytest.raises(ValueError, match="not JSON compliant"):
            a_model(tmp_path / "m1", thresholds={"D": float("nan"), "H": 0.5})

        assert [*tmp_path.iterdir()] == []

    def test_a_model_is_never_overwritten(self, model: Path) -> None:
        """Whatever has the name keeps it."""
        before = {path.name: path.read_bytes() for path in model.iterdir()}

        with pytest.raises(ModelError) as refused:
            a_model(model, thresholds={"D": 0.9, "H": 0.9})
        assert refused.value.message == f"{model}: there is a model of this name already."
        assert refused.value.hint == "Name another."
        assert {path.name: path.read_bytes() for path in model.iterdir()} == before
        assert [path.name for path in model.parent.iterdir()] == ["m1"]


class TestRead:
    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        """The hint says how to see what there is."""
        error = refusal(tmp_path / "m9")

        assert error.message == f"{tmp_path / 'm9'}: no such model folder."
        assert error.hint == "See `werkalliantie models` for what there is."

    def test_a_folder_without_a_manifest(self, model: Path) -> None:
        """The manifest is written last, so without it the rest may be half."""
        (model / "manifest.json").unlink()

        error = refusal(model)
        assert error.message == (
            f"{model}: manifest.json is missing, so this is no model folder or an unfinished one."
        )
        assert error.hint == "Name another folder, or train the model again."

    def test_every_missing_or_altered_file_is_named(self, model: Path) -> None:
        """All that is wrong with the files comes at once."""
        (model / "README.md").unlink()
        (model / "tokenizer.json").unlink()
        (model / "model.onnx").write_bytes(b"nep")
        (model / "thresholds.json").write_text('{"D": 0.1, "H": 0.1}')

        error = refusal(model)
        assert error.message == (
            f"{model}: not a whole model: README.md is missing; tokenizer.json is missing; "
            "model.onnx was altered (its sha256 is not the manifest's); "
            "thresholds.json was altered (its sha256 is not the manifest's)."
        )
        assert error.hint == MEND
        assert len(error.faults) == 4

    def test_a_file_that_the_manifest_lists_beside_the_usual(self, tmp_path: Path) -> None:
        """Weights that came along and are gone are missed too."""

        def with_weights(folder: Path) -> None:
            fill(folder)
            (folder / "weights.safetensors").write_bytes(b"w")

        a_model(tmp_path / "m1", fill=with_weights).file("weights.safetensors").unlink()
        assert refusal(tmp_path / "m1").faults == ("weights.safetensors is missing",)

    @pytest.mark.parametrize("content", [b"{", b"", b"\xff\xfe"])
    def test_a_manifest_that_is_not_json(self, model: Path, content: bytes) -> None:
        """A torn manifest is reported as such."""
        (model / "manifest.json").write_bytes(content)

        error = refusal(model)
        assert error.message == f"{model}: not a whole model: manifest.json is not JSON."
        assert error.hint == MEND

    @pytest.mark.parametrize("manifest", [{"format": 2}, {}, [1]])
    def test_another_format(self, model: Path, manifest: object) -> None:
        """A folder of another version's layout is not guessed at."""
        (model / "manifest.json").write_text(json.dumps(manifest))

        error = refusal(model)
        assert error.message == (f"{model}: manifest.json is of another format; expected format 1.")
        assert error.hint == (
            "Use the version of werkalliantie that made this model, or train it again."
        )

    def test_codes_that_differ_between_files(self, model: Path) -> None:
        """Thresholds or temperatures for other codes than the labels are each named."""
        change(model, "thresholds.json", {"D": 0.5, "Z": 0.5})
        change(model, "calibration.json", {"temperatures": {"D": 1.0}})

        assert refusal(model).message == (
            f"{model}: not a whole model: thresholds.json and labels.json name different codes; "
            "calibration.json and labels.json name different codes."
        )

    @pytest.mark.parametrize(
        ("name", "value", "fault"),
        [
            ("labels.json", {"codes": ["D", "H"]}, "labels.json.codebook: Field required"),
            (
                "thresholds.json",
                ["D", "H"],
                "thresholds.json: Input should be a valid dictionary",
            ),
            (
                "thresholds.json",
                {"D": "half", "H": 0.5},
                "thresholds.json.D: Input should be a valid number, unable to parse string as a "
                "number",
            ),
            (
                "calibration.json",
                {"temperatures": {"D": 0, "H": 1}},
                "calibration.json.temperatures.D: Input should be greater than 0",
            ),
        ],
    )
    def test_files_with_other_content(
        self, model: Path, name: str, value: object, fault: str
    ) -> None:
        """A file that says something else than it should is named with what is wrong in it."""
        change(model, name, value)

        assert refusal(model).message == f"{model}: not a whole model: {fault}."


class TestInt8:
    @pytest.fixture
    def both(self, tmp_path: Path) -> Path:
        """Give the folder of a model with an int8 copy."""

        def with_int8(folder: Path) -> None:
            fill(folder)
            (folder / "model.int8.onnx").write_bytes(b"int8")

        return a_model(tmp_path / "m2", fill=with_int8).folder

    def test_is_there_if_the_manifest_lists_it(self, model: Path, both: Path) -> None:
        """With its checksum, as any file."""
        said = artefact.read(both)

        assert said.has_int8
        assert said.manifest["files"]["model.int8.onnx"] == artefact.sha256(
            both / "model.int8.onnx"
        )
        assert not artefact.read(model).has_int8

    def test_that_is_missing_is_a_fault(self, both: Path) -> None:
        """A model that had one isn't used without it: its scores would be others."""
        (both / "model.int8.onnx").unlink()

        error = refusal(both)
        assert error.message == f"{both}: not a whole model: model.int8.onnx is missing."
        assert error.hint == MEND

    def test_that_was_altered_is_a_fault(self, both: Path) -> None:
        """One byte is enough."""
        (both / "model.int8.onnx").write_bytes(b"int9")

        error = refusal(both)
        assert error.message == (
            f"{both}: not a whole model: model.int8.onnx was altered (its sha256 is not the "
            "manifest's)."
        )
        assert error.hint == MEND

    def test_that_nobody_vouches_for_is_not_used(self, model: Path) -> None:
        """A file that was put into the folder later hasn't passed a gate."""
        (model / "model.int8.onnx").write_bytes(b"int8")

        assert not artefact.read(model).has_int8


class TestTrainedOn:
    def test_tapes_that_training_has_seen(self, tmp_path: Path) -> None:
        """Tapes that chose the thresholds count as seen; held-out ones don't."""
        data = {"train": {"t1": "a1"}, "validation": {"t2": "b2"}, "test": {"t3": "c3"}}

        assert a_model(tmp_path / "m1", provenance={"data": data}).trained_on == {"t1", "t2"}

    @pytest.mark.parametrize(
        ("choices", "seen"), [([], {"t1"}), (["settings"], {"t1", "t2"}), (None, {"t1", "t2"})]
    )
    def test_validation_tapes_that_chose_nothing_are_not_seen(
        self, tmp_path: Path, choices: list[str] | None, seen: set[str]
    ) -> None:
        """Earlier models don't say what was chosen on them: thresholds, it may be."""
        said = {"data": {"train": {"t1": "a1"}, "validation": {"t2": "b2"}}}
        more = {} if choices is None else {"chosen_on_validation": choices}

        made = a_model(tmp_path / "m1", provenance=said | more)

        assert made.trained_on == seen
        assert made.chosen_on == seen - {"t1"}

    def test_what_a_small_model_heard_it_has_seen(self, tmp_path: Path) -> None:
        """Coded or not: there it answers as its teacher does more often than elsewhere."""
        said = {"data": {"train": {"t1": "a1"}}, "lesson": {"heard": ["t1", "t7"]}}

        assert a_model(tmp_path / "m1", provenance=said).trained_on == {"t1", "t7"}

    def test_no_tapes_where_the_manifest_names_none(self, model: Path) -> None:
        """A model from elsewhere may say nothing of its data."""
        assert artefact.read(model).trained_on == frozenset()
