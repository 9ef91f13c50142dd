"""`werkalliantie train`, in a study whose first model was put in use."""

import copy
import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from models import tiny_model
from safetensors.torch import load_file
from samples import written
from training.runs import Run, settings_for
from training.tiny import CODEBOOK, PLANTED, coded_study

from werkalliantie import artefact
from werkalliantie.cli import main
from werkalliantie.cli.train import summary
from werkalliantie.configuration.study import Split
from werkalliantie.labeller import Labeller
from werkalliantie.registry import Registry
from werkalliantie_training import judging
from werkalliantie_training.card import _chosen, _how, _number
from werkalliantie_training.train import first_champion, train


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, encoders: Path) -> Run:
    """The first model of a study, judged on a test tape beside floors that know nothing."""
    study = coded_study(tmp_path_factory.mktemp("eerste") / "studie")
    split = Split(test_tapes=("gesprek-04",))
    tested = replace(study, settings=study.settings.model_copy(update={"split": split}))
    settings = settings_for(encoders / "tiny-bert", epochs=3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            judging,
            "bag_of_words",
            lambda one, two, parts, seed: [np.zeros_like(part.decided) for part in parts],
        )
        trained = train(tested, settings)
    return Run(study=study, settings=settings, encoder=encoders / "tiny-bert", trained=trained)


def test_the_first_model_is_put_in_use_if_it_beats_the_floors(first: Run) -> None:
    """It becomes the champion, and the journal says why."""
    mean = first.trained.metrics["test"]["mean_kappa"]
    said = f"mean kappa {mean:.3f} on the test tapes against 0.000 for the floors"

    assert mean > 0
    assert first.trained.metrics["test"]["tapes"] == ["gesprek-04"]
    assert first.trained.promoted
    assert first.trained.reason == f"put in use: {said}"
    entry = json.loads((first.study.models / "champion.json").read_text(encoding="utf-8"))
    assert (entry["model"], entry["replaced"]) == ("model-001", None)
    assert entry["reason"] == f"first model; {said}"


def test_a_model_that_was_put_in_use_meanwhile_stays(first: Run, tmp_path: Path) -> None:
    """Another process did, while this one trained what was to be the first."""
    registry = Registry(tmp_path)
    shutil.copytree(first.trained.model.folder, tmp_path / "model-001")
    tiny_model(tmp_path / "andere")
    registry.promote("andere", reason="eerste")

    promoted, reason = first_champion(registry, None, registry.find("model-001"))

    assert not promoted
    assert registry.champion == "andere"
    assert reason == (
        "andere was put in use meanwhile, and stays; put this one in its place with: "
        "werkalliantie models promote model-001"
    )


def test_models_of_before_are_set_beside_the_floors_by_their_means(
    first: Run, tmp_path: Path
) -> None:
    """They have none over just what is defined for both."""
    made = first.trained.model
    metrics = copy.deepcopy({**made.metrics})
    for floor in metrics["floors"]["test"].values():
        del floor["like_for_like"]
    shutil.copytree(made.folder, tmp_path / "model-001")

    promoted, reason = first_champion(Registry(tmp_path), None, replace(made, metrics=metrics))

    assert promoted
    mean = metrics["metrics"]["test"]["mean_kappa"]
    assert f"mean kappa {mean:.3f} on the test tapes against 0.000 for the floors" in reason


@pytest.mark.parametrize("kept", ["head", "fine-tuned"])
def test_a_head_that_did_better_is_said_to_be_kept(first: Run, kept: str) -> None:
    """With both figures, on the screen and on the card; else only the card has them."""
    precision = {"fine-tuned": 0.61, "head": 0.62 if kept == "head" else 0.6}
    said = {"folds": 3, "group": "tape", "kept": kept, "average_precision": precision}
    parts = (first.trained.metrics, first.trained.floors)
    crossed = [{**part, "cross_validation": part["test"]} for part in parts]
    crossed[0]["cross_validation"] = crossed[0]["cross_validation"] | said
    trained = replace(first.trained, metrics=crossed[0], floors=crossed[1])

    printed = summary(trained)

    lost = "precision out of fold 0.610 against 0.620), so the head alone was kept" in printed
    assert lost == (kept == "head")
    assert "In cross-validation (3 folds by tape" in printed
    how = _how(dict(trained.model.manifest), trained.metrics)
    assert how == ("with only a head fitted" if kept == "head" else "fine-tuned")
    chosen = _chosen(dict(trained.model.manifest), trained.metrics["cross_validation"])
    assert (
        f"(average precision 0.610 out of fold) and a head alone ({precision['head']:.3f})"
        in chosen
    )


@pytest.mark.parametrize(
    ("n_tapes", "lenders", "said"), [(16, [], True), (17, [], False), (2, ["elders"], False)]
)
def test_borrowing_is_suggested_on_few_tapes(
    first: Run, n_tapes: int, lenders: list[str], said: bool
) -> None:
    """And only there, and not to who does so already, or tried to."""
    learnt = {"train": dict.fromkeys(map(str, range(n_tapes)), "hash")}
    asked = {**first.trained.model.manifest["settings"], "borrow": lenders}
    manifest = {**first.trained.model.manifest, "data": learnt, "settings": asked}
    trained = replace(first.trained, model=replace(first.trained.model, manifest=manifest))

    assert ("--borrow voorbeeld" in summary(trained)) == said


def test_train_prints_one_json_document(
    first: Run, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second model is described on stdout, and leaves the first one in use."""
    folder = first.study.folder
    settings = 'encoder = "nergens"\n[fit]\nepochs = 1\nbatch_size = 8\n[evaluation]\nfolds = 2\n'
    written(folder / "configs" / "train.toml", settings)
    words = ["train", "--json", "--study", str(folder), "--encoder", str(first.encoder)]
    monkeypatch.setattr(sys, "argv", ["werkalliantie", *words])

    with pytest.raises(SystemExit) as ended:
        main()

    printed = capfd.readouterr()
    assert ended.value.code in (0, None)
    document = json.loads(printed.out)
    assert {"model", "metrics", "floors", "parity", "seconds"} <= document.keys()
    assert (document["model"], document["codebook"]) == ("model-002", CODEBOOK)
    assert document["parity"]["fp32"]["max_logit_difference"] < 1e-4
    assert document["floors"]["validation"].keys() == {"always_no", "bag_of_words"}
    assert document["metrics"]["validation"]["codes"].keys() == {"DT", "ZBV", "HC"}
    assert document["seconds"] > 0
    assert not document["champion"]
    assert document["reason"] == (
        "model-001 stays in use; put this one in its place with: "
        "werkalliantie models promote model-002"
    )
    assert Registry(first.study.models).champion == "model-001"
    assert Registry(first.study.models).names() == ["model-001", "model-002"]
    assert [word for word in PLANTED if word in printed.out + printed.err] == []
    assert printed.err.splitlines() == [
        "starting: loading the training libraries",
        "reading the coded tapes",
        f"loading encoder {first.encoder}",
        "training on 39 utterances, validating on 13",
        "cross-validating: fold 1 of 2",
        "cross-validating: fold 2 of 2",
        "choosing thresholds",
        "exporting to ONNX and comparing with torch",
    ]


def test_quick_training_fits_the_head_only(
    encoders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`train --quick` leaves the encoder's weights as they were; the manifest says no epochs."""
    study = coded_study(tmp_path / "studie")
    encoder = encoders / "tiny-bert"
    words = ["train", "--quick", "--study", str(study.folder), "--encoder", str(encoder)]
    monkeypatch.setattr(sys, "argv", ["werkalliantie", *words])

    with pytest.raises(SystemExit) as ended:
        main()

    model = artefact.read(study.models / "model-001")
    trained, own = load_file(model.file(artefact.WEIGHTS)), load_file(encoder / "model.safetensors")
    assert ended.value.code in (0, None)
    assert model.manifest["settings"]["fit"]["epochs"] == 0
    kept = {name: value for name, value in trained.items() if name.startswith("encoder.")}
    assert len(kept) > 10
    assert all(
        torch.equal(value, own[name.removeprefix("encoder.")]) for name, value in kept.items()
    )
    card = model.file(artefact.CARD).read_text(encoding="utf-8")
    assert _how(dict(model.manifest), {"cross_validation": None}) == "with only a head fitted"
    assert "with only a head fitted in " in card
    # At once: nothing that takes longer than the head itself.
    for copied in ("int8", "fp16"):
        assert not model.manifest["parity"][copied]["passed"]
        assert f"There is no {copied} copy" in card
    assert not (model.has_int8 or model.has_fp16)
    assert Labeller(model).precision == "fp32"


@pytest.mark.parametrize(
    ("value", "written"), [(-0.001, "0.00"), (-0.01, "-0.01"), (0.996, "1.00"), (None, "–")]
)
def test_no_figure_on_the_card_is_less_than_nothing(value: float | None, written: str) -> None:
    """Floors often miss a kappa of 0 by a rounding."""
    assert _number(value) == written
