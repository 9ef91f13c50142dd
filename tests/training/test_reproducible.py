"""The same seed, data and machine give the same files; another seed gives others."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from training.runs import settings_for
from training.tiny import coded_study

from werkalliantie import artefact
from werkalliantie.artefact import Artefact
from werkalliantie.configuration.study import Split
from werkalliantie_training import parity, probe
from werkalliantie_training.reproducible import reproducible, steady
from werkalliantie_training.train import train

MADE_AGAIN = (
    artefact.WEIGHTS,
    artefact.ONNX,
    artefact.INT8,
    artefact.THRESHOLDS,
    artefact.CALIBRATION,
)


def made(folder: Path, encoder: Path, *, precision: str, seed: int) -> Artefact:
    """Return a model trained in a new study, always on the same tapes."""
    study = coded_study(folder)
    split = Split(validation_tapes=("gesprek-02",))
    study = replace(study, settings=study.settings.model_copy(update={"split": split}))
    settings = settings_for(encoder)
    fit = settings.fit.model_copy(update={"precision": precision, "threads": 1})
    return train(study, settings.model_copy(update={"seed": seed, "fit": fit})).model


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_the_same_seed_gives_the_same_files(
    encoders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, precision: str
) -> None:
    """On one thread weights, both ONNX files, thresholds and temperatures have the same sha256."""
    monkeypatch.setattr(parity, "SAME_DECISIONS", 0.0)
    monkeypatch.setattr(parity, "KAPPA_LOSS", 2.0)
    # In a study this small the words tell all: no epoch would be kept, and no seed would matter.
    monkeypatch.setattr(probe, "TOKEN_SHARE", 0.0)
    encoder = encoders / "tiny-bert"
    one, two, other = (
        made(tmp_path / str(number), encoder, precision=precision, seed=seed)
        for number, seed in enumerate((3, 3, 4))
    )

    hashes = [[model.manifest["files"][name] for name in MADE_AGAIN] for model in (one, two, other)]
    assert hashes[0] == hashes[1]
    assert not {*hashes[0][:3]} & {*hashes[2][:3]}
    assert one.manifest["reproducible"] == {
        "threads": 1,
        "processes": 1,
        "deterministic": True,
        "why": None,
    }
    card = one.file(artefact.CARD).read_text(encoding="utf-8")
    assert "Trained on 1 thread: the same data, settings and versions give the same" in card


@pytest.mark.skipif(torch.cuda.is_available(), reason="says so of the GPU here")
def test_more_threads_promise_nothing() -> None:
    """On several threads it is said why the same bits aren't promised; the setting is undone."""
    before = torch.get_num_threads()
    with steady(2):
        said = reproducible()

    assert said == {
        "threads": 2,
        "processes": 1,
        "deterministic": False,
        "why": "2 threads add numbers up in no promised order",
    }
    assert torch.get_num_threads() == before
    assert not torch.are_deterministic_algorithms_enabled()
