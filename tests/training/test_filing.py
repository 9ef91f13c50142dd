"""What of a fine-tuned network goes into the model folder, and when an int8 copy does."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from training.runs import settings_for
from training.wide import Wide

from werkalliantie import artefact
from werkalliantie.artefact import Artefact
from werkalliantie.errors import ModelError
from werkalliantie.labeller import Labeller, Question
from werkalliantie.pairs import PairTokenizer, TokenPair
from werkalliantie.registry import Registry
from werkalliantie.study import Study
from werkalliantie_training import filing
from werkalliantie_training.coder import Fitted
from werkalliantie_training.data import TrainingData, read_training_data
from werkalliantie_training.decisions import sigmoid
from werkalliantie_training.encoders import Encoder, load_tokenizer
from werkalliantie_training.evaluation import evaluate
from werkalliantie_training.filing import file_model
from werkalliantie_training.judging import Judged
from werkalliantie_training.network import CoderNetwork
from werkalliantie_training.quantise import CAREFUL, USUAL, Care, quantise


class Workbench:
    """A network that is ready to be filed, and the study whose tapes it is judged on."""

    def __init__(self, study: Study, wide: Wide) -> None:
        self.study = study
        self.settings = settings_for(wide.folder)
        self.data: TrainingData = read_training_data(
            study, self.settings, tapes=None, codebook=None
        )
        tokenizer = load_tokenizer(wide.folder)
        self.fitted = Fitted(
            encoder=Encoder(name="breed", folder=wide.folder, sha256="0" * 64, source="proef"),
            tokenizer=tokenizer,
            tokens=PairTokenizer(tokenizer, max_context=48, max_utterance=128),
            network=wide.network,
        )
        logits = self.fitted.logits(self.data.validation)
        codes = self.data.codebook.codes
        thresholds = between(sigmoid(logits))
        decided = sigmoid(logits) >= thresholds
        metrics = evaluate(self.data.validation, decided, codes)
        none = {kind: metrics for kind in ("always_no", "bag_of_words")}
        self.judged = Judged(
            temperatures=dict.fromkeys(codes, 1.0),
            thresholds=dict(zip(codes, map(float, thresholds), strict=True)),
            metrics={"validation": metrics, "test": None},
            floors={"validation": none, "test": None},
            validation_logits=logits,
        )

    def file(self, workspace: Path) -> Artefact:
        """Return the model, filed as `breed`."""
        workspace.mkdir()
        registry = Registry(self.study.models)
        return file_model(
            registry, "breed", self.fitted, self.judged, self.data, self.settings, workspace
        )


def between(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return thresholds amid the widest gap of each code, which int8 doesn't bridge."""
    ordered = np.sort(probabilities, axis=0)
    widest = np.diff(ordered, axis=0).argmax(axis=0)
    columns = np.arange(ordered.shape[1])
    middles = (ordered[widest, columns] + ordered[widest + 1, columns]) / 2
    return np.asarray(middles.round(6))


@pytest.fixture
def workbench(study: Study, wide: Wide, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    """Give a network to file; it is exported already, which takes the most time."""

    def export(network: CoderNetwork, path: Path, metadata: Mapping[str, str]) -> None:
        assert network is wide.network
        model = onnx.load(wide.file)
        onnx.helper.set_model_props(model, dict(metadata))
        onnx.save(model, path)

    monkeypatch.setattr(filing, "export", export)
    return Workbench(study, wide)


def contrary(source: Path, target: Path, pairs: Sequence[TokenPair], **_: object) -> None:
    """Write a copy that says the opposite of the original."""
    model = onnx.load(source)
    for node in model.graph.node:
        for place, name in enumerate(node.output):
            if name == "logits":
                node.output[place] = "turned"
    model.graph.node.append(onnx.helper.make_node("Neg", ["turned"], ["logits"], "turn"))
    onnx.save(model, target)


def test_an_int8_copy_that_decides_the_same_is_kept(workbench: Workbench, tmp_path: Path) -> None:
    """Under the limits as they are; it labels without being asked, and the card says so."""
    model = workbench.file(tmp_path / "werk")

    said: Any = model.manifest["parity"]["int8"]
    assert said == {
        "care": "usual",
        "same_decisions": 1.0,
        "kappa_loss": {"DT": 0.0, "ZBV": 0.0, "HC": 0.0},
        "n": len(workbench.data.validation),
        "passed": True,
        "reason": None,
        "check": said["check"],
    }
    assert model.has_int8
    assert Labeller(model, threads=1).precision == "int8"
    assert (
        "On the CPU it computes in int8, which gives the same decision as fp32 for 100.00% of the "
        "pairs of utterance and code; kappa lost by code: DT +0.000, ZBV +0.000, HC +0.000.\n"
    ) in model.file("README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("failing", "kept"), [((USUAL,), "careful"), ((USUAL, CAREFUL), "utmost")])
def test_one_made_with_more_care_is_kept_where_the_usual_fails(
    workbench: Workbench,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    failing: tuple[Care, ...],
    kept: str,
) -> None:
    """Manifest and card say that it holds more fp32."""

    def copy(
        source: Path,
        target: Path,
        pairs: Sequence[TokenPair],
        *,
        n_heads: int,
        uses_types: bool,
        care: Care,
    ) -> None:
        made = contrary if care in failing else quantise
        made(source, target, pairs, n_heads=n_heads, uses_types=uses_types, care=care)

    monkeypatch.setattr(filing, "quantise", copy)
    model = workbench.file(tmp_path / "werk")

    said: Any = model.manifest["parity"]["int8"]
    assert (said["care"], said["passed"], said["same_decisions"]) == (kept, True, 1.0)
    assert model.has_int8
    assert (
        "On the CPU it computes in int8 (its narrowing products in fp32), which gives the same "
    ) in model.file("README.md").read_text(encoding="utf-8")


def test_one_that_fails_the_gate_is_not_kept(
    workbench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model is filed in fp32 only; manifest and card say why."""
    monkeypatch.setattr(filing, "quantise", contrary)

    model = workbench.file(tmp_path / "werk")

    assert (tmp_path / "werk" / "model.int8.onnx").is_file()
    assert not model.file("model.int8.onnx").exists()
    assert not model.has_int8
    assert artefact.read(model.folder) == model
    said: Any = model.manifest["parity"]["int8"]
    assert (said["passed"], said["n"]) == (False, len(workbench.data.validation))
    assert said["same_decisions"] < 0.99
    assert said["reason"].startswith(
        f"{said['same_decisions']:.2%} of its decisions are those of fp32, under 99%"
    )
    for code, loss in said["kappa_loss"].items():
        fault = f"it loses {loss:.4f} kappa on {code}, over 0.01"
        assert (fault in said["reason"]) is (loss > 0.01)
    card = model.file("README.md").read_text(encoding="utf-8")
    assert f"There is no int8 copy: {said['reason']}. It computes in fp32.\n" in card
    assert "On the CPU it computes in int8" not in card


def test_an_fp16_copy_near_enough_is_kept(
    workbench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a GPU; on the CPU nothing changes. Manifest and card say how near it is."""

    def copy(source: Path, target: Path) -> None:
        shutil.copyfile(source, target)

    monkeypatch.setattr(filing, "halve", copy)
    model = workbench.file(tmp_path / "werk")

    said: Any = model.manifest["parity"]["fp16"]
    assert said["max_probability_difference"] < 1e-4
    assert (said["tolerance"], said["n"], said["passed"]) == (
        1e-3,
        len(workbench.data.validation),
        True,
    )
    assert model.has_fp16
    assert Labeller(model, threads=1).precision == "int8"
    card = model.file("README.md").read_text(encoding="utf-8")
    assert "On a GPU it computes in fp16: probabilities differ from fp32 by up to " in card


def test_an_fp16_copy_that_says_something_else_is_not_kept(
    workbench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A GPU computes in fp32 then, as manifest and card say."""
    monkeypatch.setattr(filing, "halve", lambda source, target: contrary(source, target, []))

    model = workbench.file(tmp_path / "werk")

    said: Any = model.manifest["parity"]["fp16"]
    assert said["max_probability_difference"] > 1e-3
    assert not said["passed"]
    assert not model.has_fp16
    assert not model.file("model.fp16.onnx").exists()
    card = model.file("README.md").read_text(encoding="utf-8")
    assert "There is no fp16 copy for a GPU: probabilities differ from fp32 by up to " in card


def test_a_model_without_int8_labels_in_fp32(
    workbench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless int8 is asked for, which is refused."""
    monkeypatch.setattr(filing, "quantise", contrary)
    model = workbench.file(tmp_path / "werk")

    labeller = Labeller(model, threads=1)
    with pytest.raises(ModelError) as refused:
        Labeller(model, precision="int8")

    assert labeller.precision == "fp32"
    examples = workbench.data.validation
    asked = [
        Question(context=context, text=text)
        for context, text in zip(examples.contexts, examples.texts, strict=True)
    ]
    expected = workbench.judged.validation_logits
    np.testing.assert_allclose(labeller.logits(asked), expected, atol=1e-4, rtol=0)
    assert refused.value.message == ("breed has no int8 copy; its model card says why.")


def test_outliers_are_looked_for_on_training_tapes(
    workbench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On some of their utterances, spread over all of them; never on the gate's own."""
    given: list[TokenPair] = []

    def spy(source: Path, target: Path, pairs: Sequence[TokenPair], **facts: object) -> None:
        assert facts == {"n_heads": 2, "uses_types": True, "care": USUAL}
        given.extend(pairs)
        shutil.copyfile(source, target)

    monkeypatch.setattr(filing, "quantise", spy)
    monkeypatch.setattr(filing, "_N_CALIBRATION", 10)
    workbench.file(tmp_path / "werk")

    train = workbench.fitted.pairs(workbench.data.train)
    assert len(train) == 39
    assert [pair.ids.tobytes() for pair in given] == [pair.ids.tobytes() for pair in train[::3]]


def test_a_processor_that_computes_int8_otherwise_gets_fp32(
    workbench: Workbench, tmp_path: Path
) -> None:
    """The manifest holds logits of a few random tokens; int8 that says others isn't used."""
    model = workbench.file(tmp_path / "werk")
    check = model.manifest["parity"]["int8"]["check"]
    assert len(check["ids"]) == 48
    check["logits"][0] += 1.0

    assert Labeller(model, threads=1).precision == "fp32"
    with pytest.raises(ModelError) as refused:
        Labeller(model, threads=1, precision="int8")

    assert refused.value.message == (
        f"{model.name}: this processor computes in int8 otherwise than where the model passed its "
        "parity gate."
    )
