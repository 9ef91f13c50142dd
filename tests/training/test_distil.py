"""A small model made from the one in use, in a study with tapes that nobody has coded."""

import json
import shutil
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from samples import written
from training.runs import settings_for
from training.tiny import coded_study, tiny_encoder

from werkalliantie import artefact
from werkalliantie.cli import main
from werkalliantie.configuration.study import Split
from werkalliantie.errors import ConfigError, ModelError
from werkalliantie.registry import Registry
from werkalliantie.study import Study
from werkalliantie.transcript import Role, Tape, Turn
from werkalliantie.utterances import Segmenter
from werkalliantie_training import distil as distilling
from werkalliantie_training import parity
from werkalliantie_training.coder import Fitted
from werkalliantie_training.distil import Distilled, distil
from werkalliantie_training.examples import Examples
from werkalliantie_training.loaded import load_fitted
from werkalliantie_training.train import train

SPLIT = Split(validation_tapes=("gesprek-02",), test_tapes=("gesprek-03",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A study, and what came of distilling its only model."""

    study: Study
    distilled: Distilled
    heard: Examples


def uncoded(study: Study, name: str, *lines: str) -> None:
    """Add a tape on which the worker says these lines; nobody codes them."""
    turns, start = [], 0
    for index, text in enumerate(lines):
        turns.append(
            Turn(
                index=index,
                role=Role.WORKER,
                speaker="R",
                text=text,
                line=index + 1,
                start=start,
                end=start + len(text),
            )
        )
        start += len(text) + 1
    tape = Tape(id=name, turns=tuple(turns), source_name=name, source_text="\n".join(lines))
    with study.store() as store:
        store.add([(tape, Segmenter(study.settings).utterances(tape))])


def splitting(study: Study, split: Split) -> Study:
    """Return a study that holds back other tapes."""
    return replace(study, settings=study.settings.model_copy(update={"split": split}))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Four tapes coded, two not, of which the study holds one back; a model of four layers."""
    folder = tmp_path_factory.mktemp("klein")
    study = splitting(coded_study(folder / "studie"), SPLIT)
    uncoded(study, "vers", "Zullen we het plan maken?", "Hm hm.", "Fijn dat je er bent.")
    encoder = tiny_encoder(folder / "diep", "bert", num_hidden_layers=4)
    with pytest.MonkeyPatch.context() as patch:
        # Whether int8 of a random encoder decides as fp32 does is luck; here it always may.
        patch.setattr(parity, "SAME_DECISIONS", 0.0)
        patch.setattr(parity, "KAPPA_LOSS", 2.0)
        teacher = train(study, settings_for(encoder, epochs=3)).model
        uncoded(study, "later", "Dat houden we apart.")
        taught = []

        def answers(fitted: Fitted, examples: Examples) -> NDArray[np.float32]:
            taught.append(examples)
            return logits(fitted, examples)

        logits = Fitted.logits
        patch.setattr(Fitted, "logits", answers)
        kept = SPLIT.model_copy(update={"test_tapes": ("gesprek-03", "later")})
        distilled = distil(splitting(study, kept), teacher)
    return Made(study=study, distilled=distilled, heard=taught[0])


def test_it_hears_what_is_not_held_back(made: Made) -> None:
    """Coded or not, but no backchannel, and no tape that is to judge a model, now or then."""
    said = made.heard.texts_by_tape

    assert said.keys() == {"gesprek-01", "gesprek-04", "vers"}
    assert said["vers"] == ["Zullen we het plan maken?", "Fijn dat je er bent."]
    assert made.distilled.lesson.n_tapes == 3
    assert made.distilled.lesson.n_utterances == len(made.heard) == 28


def test_what_its_teacher_borrowed_taught_it_too(made: Made) -> None:
    """It says so, also of a loan by an earlier program, which didn't note what was said on it."""
    loan = {"study": "buren", "tapes": {"t1": "a"}, "n_utterances": 9, "n_left_out": 0}
    teacher = Registry(made.study.models).find("model-001")
    borrowed = {"borrowed": [loan, loan | {"said": {"t1": "b"}}]}
    teacher = replace(teacher, manifest={**teacher.manifest, **borrowed})

    data, _ = distilling._read(made.study, teacher, distilling._settings(teacher))

    assert [one.said for one in data.borrowed.loans] == [{}, {"t1": "b"}]
    assert data.borrowed.kept


def test_it_is_a_model_of_half_the_layers(made: Made) -> None:
    """With its teacher's temperatures and thresholds, and files a good deal smaller."""
    small, teacher = (Registry(made.study.models).find(f"model-00{n}") for n in (2, 1))

    assert small.manifest["encoder"]["config"]["num_hidden_layers"] == 2
    assert (made.distilled.lesson.layers, made.distilled.lesson.of) == (2, 4)
    assert small.temperatures == teacher.temperatures
    assert small.thresholds == teacher.thresholds
    sizes = [model.file(artefact.WEIGHTS).stat().st_size for model in (small, teacher)]
    assert sizes[0] < 0.9 * sizes[1]
    assert made.distilled.parity["fp32"]["max_logit_difference"] < 1e-4
    assert small.has_int8


def test_the_words_have_no_say_of_their_own(made: Made) -> None:
    """It learnt its teacher's scores whole; what words add to those would count twice."""
    small, teacher = (Registry(made.study.models).find(f"model-00{n}") for n in (2, 1))
    weights = {m.name: load_file(m.file(artefact.WEIGHTS)) for m in (small, teacher)}

    assert weights[teacher.name]["token_weights"].any()
    assert not weights[small.name]["token_weights"].any()
    assert not weights[small.name]["token_bias"].any()


def test_a_model_of_before_the_words_counted_loads(made: Made, tmp_path: Path) -> None:
    """Its weights hold nothing of theirs, and they add nothing."""
    teacher = Registry(made.study.models).find("model-001")
    folder = shutil.copytree(teacher.folder, tmp_path / "oud")
    weights = load_file(folder / artefact.WEIGHTS)
    kept = {name: value for name, value in weights.items() if not name.startswith("token_")}
    save_file(kept, folder / artefact.WEIGHTS)

    network = load_fitted(replace(teacher, folder=folder)).network

    assert not network.token_weights.any()
    torch.testing.assert_close(network.head.weight.detach(), weights["head.weight"])


def test_it_answers_much_as_its_teacher(made: Made) -> None:
    """More so than a model that gives every code, or none, would."""
    metrics = made.distilled.lesson.metrics
    given = [numbers["given"] for numbers in metrics["codes"].values()]
    share = sum(given) / len(given)

    assert metrics["tapes"] == made.distilled.held_out["tapes"] == ["gesprek-03"]
    assert made.distilled.lesson.same_decisions > max(share, 1 - share)


def test_what_it_was_judged_on_is_known(made: Made) -> None:
    """So that agreement is measured on other tapes than it heard, coded or not."""
    small, teacher = (Registry(made.study.models).find(f"model-00{n}") for n in (2, 1))

    assert teacher.trained_on == {"gesprek-01", "gesprek-02", "gesprek-04"}
    assert small.trained_on == teacher.trained_on | {"vers"}
    assert small.choices == teacher.choices == ("epoch", "thresholds")
    assert small.manifest["fingerprint"] != teacher.manifest["fingerprint"]
    assert small.manifest["lesson"]["teacher"] == "model-001"
    assert Registry(made.study.models).champion != "model-002"
    card = small.file("README.md").read_text(encoding="utf-8")
    assert "2 of the 4 layers of model-001, taught by its answers to 28 utterances" in card
    assert "Temperatures and thresholds are those of model-001." in card


def test_the_command_says_what_it_costs(
    made: Made, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one JSON document, and for people; it computes on the threads that train.toml says."""
    folder = str(made.study.folder)
    monkeypatch.setattr(distilling, "_FIT", distilling._FIT.model_copy(update={"epochs": 1}))

    def run(*words: str) -> str:
        monkeypatch.setattr(sys, "argv", ["werkalliantie", "distil", *words, "--study", folder])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code in (0, None)
        return capfd.readouterr().out

    written(made.study.folder / "configs" / "train.toml", "[fit]\nthreads = 2\n")
    document = json.loads(run("model-001", "--name", "klein", "--json"))

    assert (document["model"], document["teacher"]) == ("klein", "model-001")
    assert (document["layers"], document["teacher_layers"]) == (2, 4)
    assert document["utterances_per_second"].keys() == {"klein", "model-001"}
    assert all(speed > 0 for speed in document["utterances_per_second"].values())
    assert document["teacher_metrics"]["codes"].keys() == {"DT", "ZBV", "HC"}
    assert document["metrics"]["test"]["tapes"] == ["gesprek-03"]
    assert 0 <= document["same_decisions"] <= 1
    assert Registry(made.study.models).find("klein").manifest["reproducible"]["threads"] == 2
    assert torch.get_num_threads() == 1
    said = run("klein", "--name", "kleiner")
    assert "Model kleiner, 1 of the 2 layers of klein" in said
    assert "models promote kleiner" in said


def test_a_name_that_is_taken_shows_before_the_work(made: Made) -> None:
    """Nothing is asked of the teacher."""
    with pytest.raises(ModelError, match="already something called"):
        distil(made.study, made.distilled.model, name="model-001")


def test_several_processes_are_refused(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under `accelerate launch` each of them would file a model."""
    monkeypatch.setenv("WORLD_SIZE", "2")

    with pytest.raises(ConfigError) as caught:
        distil(made.study, made.distilled.model)

    assert caught.value.message == (
        "distilling runs in one process; `accelerate launch` started 2."
    )
    assert caught.value.hint == "Distil without it: werkalliantie distil"


def test_a_teacher_of_another_study_is_refused(made: Made, tmp_path: Path) -> None:
    """Its tapes aren't here, so nothing could be held back."""
    other = coded_study(tmp_path / "elders", n_tapes=2)

    with pytest.raises(ConfigError, match="gesprek-03, gesprek-04"):
        distil(other, made.distilled.model)

    assert not [*other.models.glob("*/manifest.json")]
