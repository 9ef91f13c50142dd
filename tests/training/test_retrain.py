"""Retraining a study of tiny tapes: what is compared with what, and what comes of it."""

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from models import tiny_model
from training.runs import settings_for
from training.tiny import CODEBOOK, coded_study

from werkalliantie.artefact import Artefact
from werkalliantie.cli import main
from werkalliantie.cli.retrain import document, summary
from werkalliantie.coding import Coding, Mode
from werkalliantie.configuration.study import PromotionRules
from werkalliantie.errors import ConfigError, ModelError
from werkalliantie.promotion import Difference, Gate, Verdict
from werkalliantie.registry import Registry
from werkalliantie.study import Study
from werkalliantie_training import judging
from werkalliantie_training import retrain as retraining
from werkalliantie_training.retrain import Retrained, retrain
from werkalliantie_training.settings import Holdout, TrainSettings
from werkalliantie_training.train import train

TAPES = tuple(f"gesprek-{number:02d}" for number in range(1, 10))
Json = dict[str, Any]


def no_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the bag of words know nothing, so that any first model beats it."""
    monkeypatch.setattr(
        judging,
        "bag_of_words",
        lambda one, two, parts, seed: [np.zeros_like(part.decided) for part in parts],
    )


@pytest.fixture(scope="module")
def settings(encoders: Path) -> TrainSettings:
    """Settings that hold back two thirds of the tapes, half of them for testing."""
    made = settings_for(encoders / "tiny-bert", epochs=2)
    return made.model_copy(update={"holdout": Holdout(validation=0.33, test=0.33)})


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory, settings: TrainSettings) -> Path:
    """A study of nine coded tapes whose model was trained when six of them were."""
    study = coded_study(tmp_path_factory.mktemp("begin") / "studie", n_tapes=9)
    with pytest.MonkeyPatch.context() as patch:
        no_floor(patch)
        first = train(study, settings, tapes=TAPES[:6])
    Registry(study.models).promote(first.model.name, reason="eerste")
    return study.folder


@pytest.fixture
def study(begun: Path, tmp_path: Path) -> Study:
    """A copy of that study, to retrain in."""
    shutil.copytree(begun, tmp_path / "studie")
    return Study.open(tmp_path / "studie")


def data_of(study: Study, model: str) -> dict[str, set[str]]:
    """Return the tapes of a model by what they were for."""
    data = Registry(study.models).find(model).manifest["data"]
    return {part: {*tapes} for part, tapes in data.items()}


@pytest.fixture(scope="module")
def grown(
    begun: Path, settings: TrainSettings, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Study, Retrained]:
    """The study after retraining on all nine tapes."""
    folder = tmp_path_factory.mktemp("gegroeid") / "studie"
    shutil.copytree(begun, folder)
    study = Study.open(folder)
    return study, retrain(study, settings)


def test_held_out_tapes_stay_held_out(grown: tuple[Study, Retrained]) -> None:
    """And new ones join them; no tape that trained the champion is among them."""
    study, retrained = grown
    before, after = data_of(study, "model-001"), data_of(study, retrained.model.name)

    assert all(before[part] <= after[part] for part in before)
    assert sorted(set().union(*after.values())) == [*TAPES]
    assert {part: len(tapes) for part, tapes in before.items()} == {
        "train": 2,
        "validation": 2,
        "test": 2,
    }
    assert (len(after["validation"]), len(after["test"])) == (3, 3)


def test_the_models_are_compared_on_the_test_tapes(grown: tuple[Study, Retrained]) -> None:
    """As the folders label them: the challenger's kappas there are those of its training."""
    study, retrained = grown
    compared = retrained.compared

    assert compared is not None
    assert compared.part == "test"
    assert {*compared.tapes} == data_of(study, retrained.model.name)["test"]
    assert (compared.gate.n_tapes, compared.n_flattered) == (3, 0)
    assert compared.n_utterances == retrained.metrics["test"]["n_utterances"]
    assert retrained.metrics["test"]["tapes"] == [*compared.tapes]


def test_the_verdict_is_carried_out(grown: tuple[Study, Retrained]) -> None:
    """The champion is the one the gate chose, and the reason names both."""
    study, retrained = grown
    in_use = Registry(study.models).champion

    assert retrained.compared is not None
    assert retrained.promoted is retrained.compared.gate.promoted
    assert in_use == retrained.champion == ("model-002" if retrained.promoted else "model-001")
    assert "model-001" in retrained.reason
    assert "model-002" in retrained.reason


SAME = (
    "nothing has changed since model-002 was made: the same codings, codebook, settings and program"
)


def left_uncompared(
    study: Study, settings: TrainSettings, monkeypatch: pytest.MonkeyPatch
) -> pytest.MonkeyPatch:
    """Make a challenger and stop before it is compared; after that, training fails the test."""

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(retraining, "_compare", stopped)
        retrain(study, settings)
    monkeypatch.setattr(retraining, "train", pytest.fail)
    return monkeypatch


def test_the_same_again_trains_nothing(
    grown: tuple[Study, Retrained],
    settings: TrainSettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the model that these data made is in use, it says so."""
    shutil.copytree(grown[0].folder, tmp_path / "studie")
    study = Study.open(tmp_path / "studie")
    monkeypatch.setattr(retraining, "_made_before", lambda registry, *_: registry.find("model-002"))
    monkeypatch.setattr(retraining, "train", pytest.fail)
    Registry(study.models).promote("model-002", reason="met de hand")

    same = retrain(study, settings)

    assert same.unchanged
    assert (same.model.name, same.promoted, same.compared) == ("model-002", False, None)
    assert same.reason == f"{SAME} (it is in use). To train all the same, add --again."


def test_a_challenger_that_was_not_compared_is(
    study: Study, settings: TrainSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed when the model was there and before it was judged, the next run judges it."""
    left_uncompared(study, settings, monkeypatch)

    again = retrain(study, settings, name="model-002")

    assert again.compared is not None
    assert (again.model.name, again.unchanged) == ("model-002", True)
    assert again.promoted is again.compared.gate.promoted
    assert again.champion == Registry(study.models).champion
    assert again.champion == ("model-002" if again.promoted else "model-001")
    assert again.reason.startswith(f"{SAME} (--again trains it again); model-00")


def test_a_challenger_is_judged_by_the_rules_as_they_are_now(
    study: Study, settings: TrainSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused under the same rules it is refused again; under others it may be put in use."""
    left_uncompared(study, settings, monkeypatch)
    promotion = study.settings.promotion
    strict, lax = (
        replace(study, settings=study.settings.model_copy(update={"promotion": rules}))
        for rules in (
            promotion.model_copy(update={"min_tapes": 99}),
            promotion.model_copy(update={"min_tapes": 2}),
        )
    )

    first, second, third = (
        retrain(strict, settings),
        retrain(strict, settings),
        retrain(lax, settings),
    )

    assert first.reason == second.reason
    assert "model-001 stays in use: " in first.reason
    assert "it takes at least 99" in first.reason
    assert "it takes at least" not in third.reason
    assert third.compared is not None
    assert third.promoted is third.compared.gate.promoted


def test_a_model_that_was_put_out_of_use_stays_out(
    study: Study, settings: TrainSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever put the old one back by hand had a reason; the gate doesn't undo it."""
    left_uncompared(study, settings, monkeypatch)
    for name in ("model-002", "model-001"):
        Registry(study.models).promote(name, reason="met de hand")

    same = retrain(study, settings)

    assert (same.champion, same.promoted, same.compared) == ("model-001", False, None)
    assert same.reason == f"{SAME} (in use is model-001). To train all the same, add --again."


def test_a_first_model_that_was_not_judged_is(
    study: Study, settings: TrainSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before it was put in use, the next run sets it beside the floors."""
    shutil.rmtree(study.models)
    no_floor(monkeypatch)
    retrain(study, settings)
    for file in ("champion.json", "promotions.jsonl"):
        (study.models / file).unlink()
    monkeypatch.setattr(retraining, "train", pytest.fail)

    again = retrain(study, settings)

    assert (again.champion, again.promoted, again.unchanged) == ("model-001", True, True)
    assert "(--again trains it again); put in use: mean kappa " in again.reason


def another_answer(study: Study) -> None:
    """Let a third coder code the first utterance of a tape."""
    coding = Coding(
        tape=TAPES[0],
        utterance=0,
        coder="cas",
        codebook=CODEBOOK,
        codes=frozenset({"DT"}),
        mode=Mode.BLIND,
    )
    with study.store() as store:
        store.add_codings([coding])


def other_words_in_the_codebook(study: Study) -> None:
    """Change a definition, which leaves the key as it is."""
    path = study.folder / "configs" / "codebooks" / f"{CODEBOOK}.toml"
    text = path.read_text(encoding="utf-8")
    assert "Noemt, vraagt" in text
    path.write_text(text.replace("Noemt, vraagt", "Vraagt, noemt"), encoding="utf-8")


@pytest.mark.parametrize("change", [another_answer, other_words_in_the_codebook])
def test_any_change_is_noticed(
    grown: tuple[Study, Retrained],
    settings: TrainSettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Study], None],
) -> None:
    """One more answer, or another definition, and it trains."""
    shutil.copytree(grown[0].folder, tmp_path / "studie")
    study = Study.open(tmp_path / "studie")
    change(study)

    with pytest.raises(InterruptedError):
        retrain_until_training(study, settings, monkeypatch)


@pytest.mark.parametrize("what", ["again", "settings", "version"])
def test_other_settings_or_asking_for_it_train(
    grown: tuple[Study, Retrained],
    settings: TrainSettings,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
) -> None:
    """Another seed, another version of the program, or --again."""
    study, _ = grown
    if what == "settings":
        settings = settings.model_copy(update={"seed": 99})
    if what == "version":
        monkeypatch.setattr("werkalliantie.__version__", "99.0")

    with pytest.raises(InterruptedError):
        retrain_until_training(study, settings, monkeypatch, again=what == "again")


def retrain_until_training(
    study: Study, settings: TrainSettings, monkeypatch: pytest.MonkeyPatch, *, again: bool = False
) -> None:
    """Retrain, and stop with InterruptedError where the training itself would begin."""

    def interrupted(*_: object, **__: object) -> None:
        raise InterruptedError

    monkeypatch.setattr(retraining, "train", interrupted)
    retrain(study, settings, again=again)


def compare_with(study: Study, monkeypatch: pytest.MonkeyPatch, settings: TrainSettings) -> Json:
    """Retrain with a copy of the champion as the challenger; return what was compared."""

    def copied(held: Study, *_: object, **__: object) -> object:
        folder = held.models / "model-002"
        shutil.copytree(held.models / "model-001", folder)
        model = replace(Registry(held.models).find("model-001"), folder=folder, name="model-002")
        return type("Copied", (), {"model": model, "promoted": False, "reason": ""})

    monkeypatch.setattr(retraining, "train", copied)
    retrained = retrain(study, settings, again=True)
    assert retrained.compared is not None
    return {"retrained": retrained, "compared": retrained.compared}


def test_an_equal_challenger_is_promoted_and_not_called_better(
    study: Study, settings: TrainSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On tapes that hold every code, the same decisions are no loss."""
    found = compare_with(study, monkeypatch, settings)
    gate = found["compared"].gate
    measured = [one for one in gate.codes.values() if one.verdict is not Verdict.UNKNOWN]

    assert {one.difference for one in measured} == {0}
    assert not gate.better
    assert gate.promoted is (len(measured) == len(gate.codes))
    assert "than model-001" in found["retrained"].reason or "stays in use" in (
        found["retrained"].reason
    )


def test_assisted_codings_do_not_judge(
    study: Study, settings: TrainSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A coder who saw the suggestions agrees with them; those answers are left out."""
    added = [
        Coding(
            tape=TAPES[number],
            utterance=0,
            coder="cas",
            codebook=CODEBOOK,
            codes=frozenset({"DT"}),
            mode=Mode.ASSISTED,
        )
        for number in range(9)
    ]
    with study.store() as store:
        store.add_codings(added)
    found = compare_with(study, monkeypatch, settings)

    n_seen = sum(len(study_answers(study, tape)) for tape in found["compared"].tapes)
    assert found["compared"].n_utterances == n_seen


def study_answers(study: Study, tape: str) -> set[int]:
    """Return the utterances of a tape that somebody coded blind."""
    with study.store() as store:
        codings = store.codings(codebook=CODEBOOK, tapes=[tape])
    return {one.utterance for one in codings if one.mode is Mode.BLIND}


def test_too_few_test_tapes_are_made_up_with_validation_tapes(
    study: Study, settings: TrainSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the sentence says what was chosen on some of them."""
    rules = study.settings.promotion.model_copy(update={"min_tapes": 8})
    study = replace(study, settings=study.settings.model_copy(update={"promotion": rules}))

    found = compare_with(study, monkeypatch, settings)

    assert found["compared"].part == "validation"
    assert not found["retrained"].promoted
    assert found["retrained"].reason.startswith(
        "model-001 stays in use: 7 blind-coded held-out tapes can't show which model is better; it "
        "takes at least 8 (mean kappa "
    )
    assert found["retrained"].reason.endswith(
        "Epoch and thresholds were chosen on some of these tapes, which flatters the figures. Test "
        "tapes avoid that: see `test` under [holdout] in configs/train.toml. To put model-002 in "
        "use all the same: werkalliantie models promote model-002"
    )


def test_a_copy_of_a_held_out_tape_counts_once(
    study: Study, settings: TrainSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else importing a session twice would make a comparison look surer than it is."""
    kept = sorted(data_of(study, "model-001")["test"])[0]
    with study.store() as store:
        copy = replace(store.tape(kept), id="x-kopie")
        said = [replace(utterance, tape=copy.id) for utterance in store.utterances(kept)]
        store.add([(copy, said)])
        store.add_codings(replace(coding, tape=copy.id) for coding in store.codings(tapes=[kept]))

    found = compare_with(study, monkeypatch, settings)

    assert kept in found["compared"].tapes
    assert copy.id not in found["compared"].tapes


def test_validation_tapes_that_chose_nothing_flatter_nobody(
    study: Study, settings: TrainSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cross-validated models are compared on those too, with no caution."""
    monkeypatch.setattr(Artefact, "choices", ())

    found = compare_with(study, monkeypatch, settings)

    assert found["compared"].part == "test"
    validation = data_of(study, "model-001")["validation"]
    assert {*found["compared"].tapes} > validation
    assert "chosen on" not in found["retrained"].reason


def test_a_champion_of_another_codebook_is_not_compared_with(
    study: Study, settings: TrainSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new model is kept beside it, and the sentence says how to put it in use."""
    tiny_model(study.models / "oud", codebook="werkalliantie-8", codes=("A", "B"))
    Registry(study.models).promote("oud", reason="proef")
    no_floor(monkeypatch)

    retrained = retrain(study, settings, name="nieuw")

    assert (retrained.champion, retrained.promoted, retrained.compared) == ("oud", False, None)
    assert retrained.reason == (
        "oud stays in use: it codes under werkalliantie-8 and nieuw under werkalliantie-3, which "
        "can't be compared. To put the new one in use: werkalliantie models promote nieuw"
    )


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        (["DT", "ZBV"], "only nieuw gives HC"),
        (["DT", "ZBV", "HC", "X", "Y"], "only oud gives X, Y"),
        (["DT", "ZBV", "X"], "only oud gives X; only nieuw gives HC"),
        (["HC", "ZBV", "DT"], "they stand in another order"),
    ],
)
def test_nor_is_one_of_the_same_codebook_before_it_was_edited(
    study: Study,
    settings: TrainSettings,
    monkeypatch: pytest.MonkeyPatch,
    codes: list[str],
    said: str,
) -> None:
    """The sentence names the codes that only one of the models gives."""
    before = tiny_model(study.models / "oud", codes=codes)
    Registry(study.models).promote("oud", reason="proef")
    after = tiny_model(study.models / "nieuw")
    stand_in = SimpleNamespace(model=after, promoted=False, reason="")
    monkeypatch.setattr(retraining, "train", lambda *_, **__: stand_in)

    retrained = retrain(study, settings, again=True)

    assert before.codebook == after.codebook
    assert retrained.compared is None
    assert retrained.reason == (
        f"oud stays in use: it and nieuw don't give the same codes of werkalliantie-3 ({said}), so "
        "they can't be compared. To put the new one in use: werkalliantie models promote nieuw"
    )


@pytest.mark.parametrize("other", ["andere", "model-002"])
def test_a_model_that_was_put_in_use_meanwhile_stays(
    study: Study, settings: TrainSettings, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    """The challenger was set against another one; to judge it beside this one, retrain again."""
    tiny_model(study.models / "andere")
    left_uncompared(study, settings, monkeypatch)

    def put_in_use(stage: str) -> None:
        if stage.startswith("comparing "):
            Registry(study.models).promote(other, reason="met de hand")

    monkeypatch.setattr(retraining, "judge", lambda held_out, rules: equal())
    retrained = retrain(study, settings, report=put_in_use)

    assert (retrained.champion, retrained.promoted) == (other, False)
    assert [one.model for one in Registry(study.models).promotions()] == ["model-001", other]
    assert retrained.reason == (
        f"{SAME} (--again trains it again); another process changed meanwhile what is in use, "
        f"which is left as it is: {other}."
    ) + (" To compare model-002 with that: werkalliantie retrain" if other == "andere" else "")


def equal() -> Gate:
    """Return the verdict on two models that do the same."""
    same = Difference(
        champion=0.5,
        challenger=0.5,
        difference=0.0,
        low=0.0,
        high=0.0,
        verdict=Verdict.NOT_WORSE,
    )
    return Gate(codes={"HC": same}, mean=same, n_tapes=3, rules=PromotionRules(), promoted=True)


def test_a_broken_champion_is_named_before_the_long_work(
    study: Study, settings: TrainSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what is wrong with it, and the ways out."""
    folder = study.models / "model-001"
    (folder / "tokenizer.json").unlink()

    with pytest.raises(ModelError) as caught:
        retrain_until_training(study, settings, monkeypatch)

    assert caught.value.message == (
        f"the model in use can't be compared with: {folder}: not a whole model: tokenizer.json is "
        "missing."
    )
    assert caught.value.hint == (
        "Bring it back, put another one in use with `werkalliantie models promote MODEL`, or train "
        "without comparing: werkalliantie train"
    )


def test_several_processes_are_refused(
    study: Study, settings: TrainSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under `accelerate launch` each of them would compare and promote."""
    monkeypatch.setenv("WORLD_SIZE", "2")

    with pytest.raises(ConfigError) as caught:
        retrain_until_training(study, settings, monkeypatch)

    assert caught.value.message == (
        "retraining runs in one process; `accelerate launch` started 2."
    )
    assert caught.value.hint == (
        "Retrain without it. Or launch `train`, and put what it makes in use with: werkalliantie "
        "models promote MODEL"
    )


def test_the_first_model_has_no_champion(
    study: Study, settings: TrainSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then it is what `train` makes of it: it has to beat the floors."""
    shutil.rmtree(study.models)
    no_floor(monkeypatch)

    retrained = retrain(study, settings)

    assert retrained.compared is None
    assert retrained.promoted
    assert retrained.champion == "model-001"
    assert retrained.reason.startswith("put in use: mean kappa ")


def test_no_bound_lies_where_no_difference_of_kappas_can(grown: tuple[Study, Retrained]) -> None:
    """In the document as in the table; kappas differ by 2 at most."""
    _, retrained = grown
    assert retrained.compared is not None
    wide = replace(equal().mean, low=-2.7, high=2.4)
    gate = replace(equal(), codes={"HC": wide}, mean=wide)
    shown = replace(
        retrained, compared=replace(retrained.compared, gate=gate), promoted=True, unchanged=True
    )

    assert document(shown)["gate"]["mean"]["ci"] == [-2.0, 2.0]
    assert summary(shown).startswith("Model model-002, made before, compared in ")
    assert summary(shown).count("-2.000 to 2.000") == 2


def test_the_command_prints_one_json_document(
    study: Study,
    settings: TrainSettings,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What there is of figures, and what was decided; and in words without --json."""
    (study.folder / "configs" / "train.toml").write_text(
        f'encoder = "{settings.encoder}"\n[fit]\nepochs = 0\nprecision = "fp32"\n'
        "[holdout]\nvalidation = 0.33\ntest = 0.33\n",
        encoding="utf-8",
    )
    command = ["werkalliantie", "retrain", "--study", str(study.folder)]
    monkeypatch.setattr(sys, "argv", [*command, "--json"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    printed = json.loads(capfd.readouterr().out, parse_constant=pytest.fail)

    assert {*printed} == {
        "model",
        "codebook",
        "champion",
        "promoted",
        "reason",
        "gate",
        "metrics",
        "floors",
        "seconds",
        "unchanged",
    }
    assert {*printed["gate"]} == {
        "codes",
        "mean",
        "better",
        "part",
        "tapes",
        "n_tapes",
        "n_utterances",
        "n_flattered",
        "rules",
    }
    assert {*printed["gate"]["codes"]} == {"DT", "ZBV", "HC"}
    assert {*printed["gate"]["mean"]} == {
        "champion",
        "challenger",
        "difference",
        "ci",
        "verdict",
        "note",
    }

    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    assert capfd.readouterr().out.startswith("nothing has changed since model-002 was made: ")
