from pathlib import Path

import pytest
from samples import written

from werkalliantie.errors import ConfigError
from werkalliantie.resources import shipped
from werkalliantie_training.settings import Fit, TrainSettings, load_train_settings


def test_the_shipped_file_says_the_defaults() -> None:
    """Every setting stands in configs/train.toml with its default."""
    path = shipped("configs") / "train.toml"

    assert load_train_settings(path) == TrainSettings()
    assert load_train_settings(path).model_fields_set == set(TrainSettings.model_fields)


def test_defaults_without_a_file(tmp_path: Path) -> None:
    """A study without the file trains with the defaults."""
    assert load_train_settings(tmp_path / "train.toml") == TrainSettings()


def test_all_faults_at_once(tmp_path: Path) -> None:
    """Unknown keys and impossible values are all named."""
    path = written(tmp_path / "train.toml", '[fit]\nepoch = 3\nepochs = -1\nprecision = "fp16"\n')

    with pytest.raises(ConfigError) as caught:
        load_train_settings(path)

    assert caught.value.message == f"{path}: 3 faults."
    assert sorted(caught.value.faults) == [
        "fit.epochs: Input should be greater than or equal to 0, not -1",
        "fit.precision: Input should be 'auto', 'fp32' or 'bf16', not 'fp16'",
        'unknown key "fit.epoch"',
    ]


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("seed = -1", "seed: Input should be greater than or equal to 0, not -1"),
        ("seed = 4294967296", "seed: Input should be less than 4294967296, not 4294967296"),
        (
            "[fit]\nlearning_rate = inf",
            "fit.learning_rate: Input should be a finite number, not inf",
        ),
        ("[fit]\nweight_decay = nan", "fit.weight_decay: Input should be a finite number, not nan"),
        ("[fit]\nwarmup = 1.0", "fit.warmup: Input should be less than 1, not 1.0"),
        (
            "[evaluation]\nfolds = 1",
            "evaluation.folds: one fold divides nothing: 0 is none, 2 or more are folds",
        ),
        ("[fit]\nwarmup = nan", "fit.warmup: Input should be less than 1, not nan"),
    ],
)
def test_what_training_would_trip_over_is_a_fault(tmp_path: Path, said: str, fault: str) -> None:
    """At the door, not after the long work; a warmup of 1 would be one step to the library."""
    path = written(tmp_path / "train.toml", said)

    with pytest.raises(ConfigError) as caught:
        load_train_settings(path)

    assert caught.value.message == f"{path}: {fault}"


def test_an_unknown_key_is_a_fault(tmp_path: Path) -> None:
    """A misspelt key is never silently the default."""
    path = written(tmp_path / "train.toml", "sede = 4\n")

    with pytest.raises(ConfigError) as caught:
        load_train_settings(path)

    assert caught.value.message == f'{path}: unknown key "sede"'
    assert caught.value.hint == "Mend the training settings; see docs/configuration.md."


def test_a_command_line_changes_only_what_it_names() -> None:
    """What is asked for replaces a setting; what isn't stays, epochs and folds of 0 included."""
    settings = TrainSettings(seed=5, fit=Fit(threads=3, epochs=4))

    changed = settings.changed(encoder="een-map", quick=True, folds=0, group="worker")

    assert settings.changed() == settings
    assert (changed.encoder, changed.seed) == ("een-map", 5)
    assert (changed.fit.threads, changed.fit.epochs) == (3, 0)
    assert (changed.evaluation.folds, changed.evaluation.group) == (0, "worker")


def test_an_encoder_is_seen_from_the_studys_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From wherever training starts, as lenders are; embedded ones and hub ids stay names."""
    study = tmp_path / "studie"
    for folder in (study / "configs", study / "eigen" / "bert", study / "embedded-nl"):
        folder.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)

    def read(encoder: str) -> str:
        path = written(Path("studie/configs/train.toml"), f'encoder = "{encoder}"\n')
        return load_train_settings(path).encoder

    assert Path(read("eigen/bert")) == Path("studie/eigen/bert")
    assert Path(read("../studie/eigen/bert")).samefile(study / "eigen" / "bert")
    assert Path(read(str(study / "eigen"))) == study / "eigen"
    for name in ("embedded-nl", "DTAI-KULeuven/robbert-2023-dutch-base"):
        assert read(name) == name


def test_lenders_are_seen_from_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The example corpus goes by its name; without the option the file's lenders stay."""
    monkeypatch.chdir(tmp_path)
    settings = TrainSettings(borrow=("../ander",))

    assert settings.changed(borrow=["voorbeeld", "daar"]).borrow == (
        "voorbeeld",
        str(tmp_path.resolve() / "daar"),
    )
    assert settings.changed().borrow == ("../ander",)
