"""`train --search N`: trials that are stored, gone on with, and never see the test tapes."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from training.runs import settings_for
from training.tiny import CODEBOOK, PLANTED, coded_study

from werkalliantie.coding import Coding, Mode
from werkalliantie.configuration.study import Split
from werkalliantie.errors import ConfigError
from werkalliantie.registry import Registry
from werkalliantie.study import Study
from werkalliantie_training import search as searching
from werkalliantie_training.coder import fit_coder
from werkalliantie_training.epochs import Watch
from werkalliantie_training.filing import SEARCH
from werkalliantie_training.search import SPACE, search
from werkalliantie_training.settings import Evaluation, TrainSettings
from werkalliantie_training.train import train


@pytest.fixture
def tested(tmp_path: Path) -> Study:
    """A coded study with a validation tape and a test tape."""
    study = coded_study(tmp_path / "studie")
    split = Split(validation_tapes=("gesprek-02",), test_tapes=("gesprek-04",))
    return replace(study, settings=study.settings.model_copy(update={"split": split}))


@pytest.fixture
def settings(encoders: Path) -> TrainSettings:
    """Settings that train a tiny encoder."""
    return settings_for(encoders / "tiny-bert")


def test_trials_are_stored_and_gone_on_with(tested: Study, settings: TrainSettings) -> None:
    """A second search for as many runs nothing, one for one more runs one; the best is the max."""
    said: list[str] = []

    first = search(tested, settings, 3)
    again = search(tested, settings, 3, report=said.append)
    more = search(tested, settings, 4)

    assert [trial.number for trial in more.trials] == [0, 1, 2, 3]
    assert again == first
    assert more.trials[:3] == first.trials
    assert not [line for line in said if line.startswith("trial")]
    assert all(first.trials[0].parameters[name] == getattr(settings.fit, name) for name in SPACE)
    assert more.best.value == max(trial.value or 0 for trial in more.trials)
    assert all(more.best.parameters[name] == getattr(more.settings.fit, name) for name in SPACE)
    assert list((tested.models / ".training").iterdir()) == []
    (file,) = (tested.models / "searches").iterdir()
    assert not [word for word in PLANTED if word.encode() in file.read_bytes()]


def test_a_search_that_was_stopped_makes_the_same_trials(
    tested: Study, settings: TrainSettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The trial that was cut off is done again, and those after it are as in a search in one go."""
    other = coded_study(tmp_path / "anders")
    whole = search(replace(other, settings=tested.settings), settings, 3)
    done = fit_coder
    calls: list[int] = []

    def stopped(*words: object, **named: object) -> object:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return done(*words, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(searching, "fit_coder", stopped)
    with pytest.raises(KeyboardInterrupt):
        search(tested, settings, 3)
    found = search(tested, settings, 3)

    assert [trial.state for trial in found.trials].count("cut off") == 1
    kept = [trial.parameters for trial in found.trials if trial.state != "cut off"]
    assert kept == [trial.parameters for trial in whole.trials]


def test_codings_of_test_tapes_change_nothing(tested: Study, settings: TrainSettings) -> None:
    """With other codings on the test tape the search counts its trials as made, and is the same."""
    before = search(tested, settings, 2)
    with tested.store() as store:
        store.add_codings(
            [
                Coding(
                    tape="gesprek-04",
                    utterance=0,
                    coder="cor",
                    codebook=CODEBOOK,
                    codes=frozenset({"HC"}),
                    mode=Mode.BLIND,
                )
            ]
        )

    after = search(tested, settings, 2)

    assert after == before


def test_the_model_keeps_the_trials(tested: Study, settings: TrainSettings) -> None:
    """They lie in its folder, its settings are the best ones, and the card warns of the choice."""
    found = search(tested, settings, 2)
    model = train(tested, found.settings, trials=found.trials).model

    stored = json.loads(model.file(SEARCH).read_text(encoding="utf-8"))
    assert [trial["value"] for trial in stored] == [trial.value for trial in found.trials]
    assert stored[0].keys() == {"number", "state", "value", "seconds", "parameters"}
    assert model.manifest["settings"]["fit"] == found.settings.fit.model_dump()
    assert "chosen among 2 trials by how they did on the validation tapes" in (
        model.file("README.md").read_text(encoding="utf-8")
    )
    assert Registry(tested.models).names() == ["model-001"]


def test_a_head_alone_has_nothing_to_search(tested: Study, encoders: Path) -> None:
    """`--search` with `--quick`, which is 0 epochs, is refused."""
    with pytest.raises(ConfigError) as caught:
        search(tested, settings_for(encoders / "tiny-bert", epochs=0), 2)

    assert caught.value.message == (
        "with `--quick`, or `epochs = 0` in configs/train.toml, only the head is fitted, which "
        "leaves nothing to search."
    )
    assert caught.value.hint == (
        "Leave out --search, or leave out --quick and set epochs to 1 or more."
    )


def test_several_processes_are_refused(
    tested: Study, settings: TrainSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under `accelerate launch` the message says to search without it."""
    monkeypatch.setenv("WORLD_SIZE", "2")

    with pytest.raises(ConfigError) as caught:
        search(tested, settings, 2)

    assert caught.value.message == ("a search runs in one process; `accelerate launch` started 2.")
    assert caught.value.hint == (
        "Search without it, write what was chosen under [fit] in configs/train.toml, and launch "
        "`train` without --search."
    )


@pytest.mark.parametrize(("folds", "values"), [(2, (0.5, 0.6)), (0, (0.9, 0.7))])
def test_a_trial_is_worth_what_training_would_keep(
    tested: Study,
    settings: TrainSettings,
    monkeypatch: pytest.MonkeyPatch,
    folds: int,
    values: tuple[float, float],
) -> None:
    """With folds its last epoch, and no patience; without, the best one, or the head alone."""
    wanted = settings.model_copy(
        update={
            "evaluation": Evaluation(folds=folds),
            "fit": settings.fit.model_copy(update={"epochs": 2, "patience": 1}),
        }
    )
    scores = iter([(0.9, 0.8, 0.5), (0.2, 0.7, 0.6)])
    patience: list[bool] = []

    def scripted(*words: object, watch: Watch, **_: object) -> None:
        fit = words[3].fit  # type: ignore[attr-defined]
        patience.append(fit.patience >= fit.epochs)
        for epoch, value in enumerate(next(scores)):
            watch(epoch, value)

    monkeypatch.setattr(searching, "fit_coder", scripted)
    monkeypatch.setattr(searching, "SPACE", {"dropout": SPACE["dropout"]})

    found = search(tested, wanted, 2)

    assert tuple(trial.value for trial in found.trials) == values
    assert patience == [folds == 2] * 2
    assert found.best.value == max(values)
    assert found.settings.fit.patience == 1


def test_trials_without_folds_dont_count_with_them(tested: Study, settings: TrainSettings) -> None:
    """They are worth another thing; how many folds there are doesn't matter."""
    for folds in (0, 2, 3):
        search(tested, settings.model_copy(update={"evaluation": Evaluation(folds=folds)}), 1)

    assert len([*(tested.models / "searches").iterdir()]) == 2


def test_a_trial_that_falls_behind_is_pruned(
    tested: Study, settings: TrainSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sixth trial, below the median after its first epoch, stops there and isn't the best."""
    firsts = iter([0.5, 0.6, 0.7, 0.6, 0.5, 0.4])
    told: list[int] = []

    def scripted(*_: object, watch: Watch, **__: object) -> None:
        score = next(firsts)
        for epoch, value in enumerate((0.1, score, score)):
            told.append(epoch)
            watch(epoch, value)

    monkeypatch.setattr(searching, "fit_coder", scripted)

    found = search(tested, settings, 6)

    assert [trial.state for trial in found.trials] == ["complete"] * 5 + ["pruned"]
    assert told[-2:] == [0, 1]
    assert (found.best.number, found.trials[5].value) == (2, 0.4)
