"""Writing the ONNX file of a quick run from that of an earlier one."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import onnx
import pytest
from safetensors.torch import load_file, save_file
from training.runs import settings_for
from training.tiny import coded_study

from werkalliantie import artefact
from werkalliantie.artefact import Artefact
from werkalliantie.labeller import onnx_metadata
from werkalliantie.study import Study
from werkalliantie_training import filing
from werkalliantie_training.export import export
from werkalliantie_training.loaded import load_fitted
from werkalliantie_training.network import CoderNetwork
from werkalliantie_training.settings import TrainSettings
from werkalliantie_training.train import train


@pytest.fixture
def settings(encoders: Path) -> TrainSettings:
    """Settings that fit a head only, on a tiny encoder."""
    return settings_for(encoders / "tiny-bert", epochs=0)


@pytest.fixture
def study(tmp_path: Path, settings: TrainSettings) -> Study:
    """A study of five tapes with a quick model of four of them."""
    made = coded_study(tmp_path / "studie", n_tapes=5)
    four = [f"gesprek-{number:02d}" for number in range(1, 5)]
    train(made, settings, tapes=four)
    return made


@pytest.fixture
def exports(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that are exported anew."""
    found: list[Path] = []

    def counted(network: CoderNetwork, path: Path, metadata: Mapping[str, str]) -> None:
        found.append(path)
        export(network, path, metadata)

    monkeypatch.setattr(filing, "export", counted)
    return found


def said_in(model: Artefact) -> dict[str, str]:
    """Return what the model's file says of itself."""
    return dict(onnx_metadata(model.codebook, model.codes, model.thresholds))


def test_the_file_is_that_of_a_new_export(
    study: Study, settings: TrainSettings, exports: list[Path], tmp_path: Path
) -> None:
    """To the bit, with the new head and the new thresholds, and without exporting."""
    model = train(study, settings).model

    assert not exports
    export(load_fitted(model).network, tmp_path / "new.onnx", said_in(model))
    made = model.file(artefact.ONNX).read_bytes()
    assert made == (tmp_path / "new.onnx").read_bytes()
    assert made != (study.models / "model-001" / artefact.ONNX).read_bytes()


def test_what_was_fine_tuned_is_exported(study: Study, encoders: Path, exports: list[Path]) -> None:
    """Its encoder is like no other's."""
    train(study, settings_for(encoders / "tiny-bert", epochs=1))

    assert len(exports) == 1


def altered(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change what a model's manifest says."""
    path = folder / artefact.MANIFEST
    said = json.loads(path.read_text(encoding="utf-8"))
    change(said)
    path.write_text(json.dumps(said), encoding="utf-8")


def without_weights(folder: Path) -> None:
    """Leave the weights out, as a model may be handed on."""
    (folder / artefact.WEIGHTS).unlink()
    altered(folder, lambda said: said["files"].pop(artefact.WEIGHTS))


def by_other_versions(folder: Path) -> None:
    """Say that another torch made the model."""
    altered(folder, lambda said: said["versions"].update(torch="1.0"))


def not_whole(folder: Path) -> None:
    """Cut the ONNX file short."""
    path = folder / artefact.ONNX
    path.write_bytes(path.read_bytes()[:-100])


def with_other_weights(folder: Path) -> None:
    """Move the encoder, as fine-tuning does, in weights and manifest."""
    path = folder / artefact.WEIGHTS
    weights = load_file(path)
    weights["encoder.embeddings.word_embeddings.weight"] += 0.01
    save_file(weights, path)
    altered(folder, lambda said: said["files"].update({path.name: artefact.sha256(path)}))


def by_another_program(folder: Path) -> None:
    """Turn the logits round, as an older graph of the same version may say something else."""
    path = folder / artefact.ONNX
    model = onnx.load(path)
    for node in model.graph.node:
        node.output[:] = ["turned" if name == "logits" else name for name in node.output]
    model.graph.node.append(onnx.helper.make_node("Neg", ["turned"], ["logits"]))
    onnx.save(model, path)
    altered(folder, lambda said: said["files"].update({path.name: artefact.sha256(path)}))


@pytest.mark.parametrize(
    "change",
    [without_weights, by_other_versions, not_whole, with_other_weights, by_another_program],
)
def test_an_earlier_model_that_will_not_do_is_passed_over(
    study: Study,
    settings: TrainSettings,
    exports: list[Path],
    change: Callable[[Path], None],
) -> None:
    """The run then exports its own, which passes the gate."""
    change(study.models / "model-001")

    model = train(study, settings).model

    assert len(exports) == 1
    assert model.manifest["parity"]["fp32"]["max_logit_difference"] < 1e-4
