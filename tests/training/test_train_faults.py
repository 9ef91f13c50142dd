"""What stops a training run, and what it leaves behind: no model."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from samples import a_tape, utterances_of
from training.runs import settings_for
from training.tiny import CODEBOOK, coded_study

from werkalliantie.coding import Coding, Mode
from werkalliantie.errors import ConfigError, EncoderError, ModelError, WerkalliantieError
from werkalliantie.registry import Registry
from werkalliantie.study import Study, create
from werkalliantie_training import filing
from werkalliantie_training import fit as fitting
from werkalliantie_training.data import read_training_data
from werkalliantie_training.settings import Input, TrainSettings
from werkalliantie_training.train import train


def refused(
    study: Study, settings: TrainSettings, *, name: str | None = None
) -> WerkalliantieError:
    """Return why training doesn't happen; the study's models must be as they were."""
    before = beside_workspaces(study)
    with pytest.raises(WerkalliantieError) as caught:
        train(study, settings, name=name)
    assert beside_workspaces(study) == before
    return caught.value


def beside_workspaces(study: Study) -> list[Path]:
    """Return what there is under `models/`, but for what a next run goes on with."""
    return sorted(path for path in study.models.rglob("*") if ".training" not in path.parts)


def test_a_name_that_is_taken(study: Study, encoders: Path) -> None:
    """Models are never overwritten, which is said before anything is read."""
    (study.models / "eerste").mkdir()

    error = refused(study, settings_for(encoders / "tiny-bert"), name="eerste")

    assert isinstance(error, ModelError)
    assert error.message == f'there is already something called "eerste" in {study.models}.'
    assert error.hint == "Give another --name: models are never overwritten."


@pytest.mark.parametrize("family", ["bert", "roberta"])
def test_an_encoder_that_is_too_short(study: Study, encoders: Path, family: str) -> None:
    """Context, utterance and special tokens must fit into what the encoder takes."""
    encoder = encoders / f"tiny-{family}"
    settings = settings_for(encoder).model_copy(
        update={"input": Input(max_context=109, max_utterance=400)}
    )

    error = refused(study, settings)

    assert isinstance(error, ConfigError)
    assert error.message == (
        "configs/train.toml: max_context and max_utterance ask for 513 tokens with the special "
        f"ones; {encoder} takes 512."
    )
    assert error.hint == "Lower one of them under [input]."


def test_an_encoder_that_is_not_here(study: Study, tmp_path: Path) -> None:
    """Nothing is downloaded: an encoder that isn't here is a mistake."""
    error = refused(study, TrainSettings(encoder=str(tmp_path / "nergens")))

    assert isinstance(error, EncoderError)


def test_a_code_without_examples(tmp_path: Path, encoders: Path) -> None:
    """Codes that no training tape carries are all named."""
    study = create(tmp_path / "studie")
    with study.store() as store:
        for name in ("een", "twee", "drie"):
            tape = a_tape(id=name)
            store.add([(tape, utterances_of(tape))])
            store.add_codings(
                [
                    Coding(
                        tape=name,
                        utterance=2,
                        coder="ann",
                        codebook=CODEBOOK,
                        codes=frozenset({"HC1"}),
                    )
                ]
            )

    error = refused(study, settings_for(encoders / "tiny-bert"))

    assert isinstance(error, ConfigError)
    assert error.message == (
        "no utterance of the training tapes carries DT, ZBV; a model can't learn a code without "
        "examples."
    )
    assert error.hint == "Code more tapes, or use a codebook without it."


def test_no_codings_at_all(tmp_path: Path, encoders: Path) -> None:
    """A study without codings has nothing to train on."""
    error = refused(create(tmp_path / "leeg"), settings_for(encoders / "tiny-bert"))

    assert error.message.startswith("0 coded tape(s), of which 0 left to train on: ")


def test_models_are_not_judged_on_assisted_codings(tmp_path: Path, encoders: Path) -> None:
    """Coded with suggestions in view only, a study has no tape to validate with."""
    study = coded_study(tmp_path / "studie", mode=Mode.ASSISTED)

    error = refused(study, settings_for(encoders / "tiny-bert"))

    assert isinstance(error, ConfigError)
    assert error.message.startswith("no utterance was coded blind on any of the 4 coded tape(s);")


def test_tapes_that_are_not_coded(study: Study) -> None:
    """Of the tapes asked for, those without codings are all named."""
    with pytest.raises(ConfigError) as caught:
        read_training_data(
            study, TrainSettings(), tapes=["gesprek-01", "later", "ooit"], codebook=None
        )

    assert caught.value.message == f"no codings under {CODEBOOK} for later, ooit."


def test_codes_that_the_codebook_lost(study: Study) -> None:
    """Counted over all tapes at once, whichever side of the split they are on."""
    tapes = [f"gesprek-0{number}" for number in range(1, 5)]
    with study.store() as store:
        store.add_codings(
            Coding(tape=tape, utterance=0, coder="cee", codebook=CODEBOOK, codes=frozenset({"OUD"}))
            for tape in tapes
        )

    with pytest.raises(ConfigError) as caught:
        read_training_data(study, TrainSettings(), tapes=None, codebook=None)

    assert caught.value.message == (
        f"codings hold codes that the codebook {CODEBOOK} doesn't have: OUD (4 codings, by cee)."
    )


def test_only_the_tapes_asked_for(study: Study) -> None:
    """Other coded tapes are left out, of the hashes too."""
    wanted = ["gesprek-01", "gesprek-03"]

    data = read_training_data(study, TrainSettings(), tapes=wanted, codebook=None)

    assert sorted({*data.train.tapes, *data.validation.tapes}) == wanted
    assert sorted({**data.hashes["train"], **data.hashes["validation"]}) == wanted
    assert data.held_out is data.validation


def test_a_tapes_hash_follows_its_codings(study: Study) -> None:
    """One answer that changes changes the hash of its tape, and of that tape only."""
    before = read_training_data(study, TrainSettings(), tapes=None, codebook=None).hashes
    with study.store() as store:
        changed = Coding(
            tape="gesprek-01",
            utterance=4,
            coder="ann",
            codebook=CODEBOOK,
            codes=frozenset({"DT", "HC"}),
        )
        store.add_codings([changed])

    after = read_training_data(study, TrainSettings(), tapes=None, codebook=None).hashes

    different = [
        tape for part in before for tape in before[part] if before[part][tape] != after[part][tape]
    ]
    assert different == ["gesprek-01"]


def test_an_interrupted_run_leaves_no_model(
    study: Study, encoders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped before the first checkpoint, there is nothing left to go on from, nor a model."""
    during: list[Path] = []

    def stop(outcome: object) -> None:
        during.extend(study.models.iterdir())
        raise KeyboardInterrupt

    monkeypatch.setattr(fitting, "_average_precision", stop)
    with pytest.raises(KeyboardInterrupt):
        train(study, settings_for(encoders / "tiny-bert"))

    assert [path.name for path in during] == [".training"]
    assert [*study.models.rglob("fit-*/*")] == []
    assert Registry(study.models).names() == []


def test_a_name_that_is_taken_meanwhile(
    study: Study, encoders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that was trained is lost: under another name the model is there at once."""
    settings = settings_for(encoders / "tiny-bert")

    def take(stage: str) -> None:
        if stage.startswith("exporting"):
            (study.models / "eerste").mkdir()

    with pytest.raises(ModelError) as caught:
        train(study, settings, name="eerste", report=take)
    monkeypatch.setattr(fitting, "_train", pytest.fail)
    trained = train(study, settings, name="tweede")

    assert caught.value.message == f'there is already something called "eerste" in {study.models}.'
    assert trained.model.name == "tweede"
    assert [path.name for path in (study.models / ".training").iterdir()] == [".filing"]


def test_a_model_that_fails_the_parity_gate_is_not_kept(
    study: Study, encoders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An ONNX file that says something else than torch becomes no model; what it is of stays."""

    def other(path: Path, pairs: list[object], *, uses_types: bool) -> NDArray[np.float32]:
        assert path.is_file()
        return np.full((len(pairs), 3), 1e6, dtype=np.float32)

    monkeypatch.setattr(filing, "onnx_logits", other)
    error = refused(study, settings_for(encoders / "tiny-bert"))

    assert isinstance(error, ModelError)
    assert error.message == (
        "parity gate: the ONNX model's logits differ from torch by 1.0e+06; expected less than "
        "1e-04."
    )
    assert error.hint == "This encoder can't be exported faithfully; use another one."
    assert len([*study.models.rglob("fit-*/fitted.safetensors")]) == 1


def test_a_folder_half_written_is_not_kept(
    study: Study, encoders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full while a model is written leaves no model, but what it was made from."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    def no_logits(path: Path, pairs: list[object], *, uses_types: bool) -> NDArray[np.float32]:
        return np.zeros((len(pairs), 3), dtype=np.float32)

    monkeypatch.setattr(filing, "export", lambda network, path, metadata: path.touch())
    monkeypatch.setattr(filing, "quantise", lambda source, target, pairs, **_: target.touch())
    monkeypatch.setattr(filing, "onnx_logits", no_logits)
    monkeypatch.setattr(filing, "check_parity", lambda one, two: 0.0)
    monkeypatch.setattr(filing, "save_file", full)
    with pytest.raises(OSError, match="No space left on device"):
        train(study, settings_for(encoders / "tiny-bert"))

    assert [path.name for path in study.models.iterdir()] == [".training"]
    assert len([*study.models.rglob("fit-*/fitted.safetensors")]) == 1
    assert Registry(study.models).names() == []
