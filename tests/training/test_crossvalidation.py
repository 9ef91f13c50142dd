"""Cross-validation: who is judged by what, and what is chosen without whom."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from datasets import Dataset
from training.runs import settings_for
from training.tiny import coded_study

from werkalliantie.configuration.study import Split
from werkalliantie.errors import ConfigError
from werkalliantie_training import crossvalidation, probe, scorers
from werkalliantie_training.coder import fit_coder
from werkalliantie_training.crossvalidation import Crossing, OutOfFold, cross_validate, folds_of
from werkalliantie_training.data import read_training_data
from werkalliantie_training.encoders import Encoder, resolve
from werkalliantie_training.examples import Examples
from werkalliantie_training.network import CoderNetwork
from werkalliantie_training.probe import Frozen, frozen_features
from werkalliantie_training.settings import Evaluation, TrainSettings
from werkalliantie_training.shelf import Shelf
from werkalliantie_training.train import train
from werkalliantie_training.workspace import Workspace

VALIDATION = Split(validation_tapes=("gesprek-04",))


def some(tapes: list[str], texts: list[str] | None = None) -> Examples:
    """Return utterances of tapes, coded by one coder who gave the first of two codes."""
    said = texts or [f"zin {place}" for place in range(len(tapes))]
    answers = np.zeros((1, len(tapes), 2), dtype=np.float32)
    answers[:, :, 0] = 1
    return Examples(
        tapes=tuple(tapes),
        indices=tuple(range(len(tapes))),
        contexts=("",) * len(tapes),
        texts=tuple(said),
        coders=("ann",),
        answers=answers,
    )


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    """A workspace that says nothing."""
    return Workspace(folder=tmp_path)


class Known(NamedTuple):
    """What there is to cross-validate on."""

    learnt: Examples
    judged: Examples
    workers: dict[str, str | None]
    said: Mapping[str, Sequence[str]]


def divided(
    judged: Examples, groups: dict[str, str], n_folds: int, *, uncoded: tuple[str, ...] = ()
) -> dict[str, int]:
    """Return the folds of tapes on which nothing was said but what is judged, and of others."""
    said = {tape: judged.texts_by_tape.get(tape, []) for tape in groups}
    return folds_of(judged, groups, said | {tape: ["hm"] for tape in uncoded}, n_folds, seed=1)


def themselves(tapes: list[str]) -> dict[str, str]:
    """Return each tape as a group of its own."""
    return {tape: tape for tape in tapes}


def test_folds_hold_about_as_many_utterances() -> None:
    """The largest tapes go first, each to the fold that holds the least."""
    tapes = ["a"] * 6 + ["b"] * 5 + ["c"] * 3 + ["d"] * 2 + ["e"] * 2

    folds = divided(some(tapes), themselves([*"abcde"]), 2)

    loads = [sum(tapes.count(tape) for tape in folds if folds[tape] == fold) for fold in (0, 1)]
    assert loads == [10, 8] or loads == [8, 10]


def test_a_worker_is_in_one_fold() -> None:
    """Tapes of one group are never apart, whatever the number of folds."""
    workers = {"a": "w1", "b": "w2", "c": "w1", "d": "w3", "e": "w2"}

    folds = divided(some([*"abcde"]), workers, 50)

    assert folds["a"] == folds["c"]
    assert folds["b"] == folds["e"]
    assert len(set(folds.values())) == 3


def test_near_duplicates_are_in_one_fold() -> None:
    """A tape that holds another's text stays with it, though they are of different workers."""
    text = " ".join(f"woord-{place}" for place in range(40))
    others = [
        "het weekend was goed met de kinderen zei je",
        "ik moet dit de rechter melden",
    ]

    folds = divided(
        some([*"abcd"], [text, others[0], f"nou {text}", others[1]]), themselves([*"abcd"]), 4
    )

    assert folds["a"] == folds["c"]
    assert len(set(folds.values())) == 3


def test_what_is_no_tape_is_in_no_fold() -> None:
    """The codebook's examples are learnt from by every fold and judged by none."""
    assert divided(some(["a", "b", ""]), themselves(["a", "b"]), 3).keys() == {"a", "b"}


def test_copies_are_told_by_all_that_was_said() -> None:
    """Also where other utterances of the copy were coded, or few of either."""
    text = [f"woord-{place} en wat daarbij hoort zei je" for place in range(40)]
    said = {"a": text, "b": ["hm"], "c": text}

    folds = folds_of(some([*"abc"]), themselves([*"abc"]), said, 3, seed=1)

    assert folds["a"] == folds["c"] != folds["b"]


@pytest.mark.parametrize("n_uncoded", [1, 20])
def test_a_fold_always_has_something_to_judge(n_uncoded: int) -> None:
    """Tapes without blind codings are in no fold, but with a worker or a copy that has some."""
    more = tuple(f"x{place}" for place in range(n_uncoded))
    groups = themselves(["a", "b", *more]) | {more[0]: "a"}

    folds = divided(some(["a", "b"]), groups, 3, uncoded=more)

    assert folds.keys() == {"a", "b", more[0]}
    assert folds["a"] == folds[more[0]] != folds["b"]


def test_one_group_can_not_be_divided() -> None:
    """With a single worker there is nobody left to learn from."""
    with pytest.raises(ConfigError) as raised:
        divided(some(["a", "b"]), {"a": "w", "b": "w"}, 5)

    assert raised.value.message == (
        "cross-validation needs at least two groups of tapes with utterances coded blind; "
        "2 coded tape(s) make 1."
    )


def test_thresholds_come_from_the_other_folds() -> None:
    """Changing a fold's own answers changes nothing of how that fold is decided."""
    random = np.random.default_rng(3)
    examples = some(["a"] * 60 + ["b"] * 60)
    examples.answers[0] = random.integers(0, 2, (120, 2))
    found = OutOfFold(
        examples=examples,
        folds=np.repeat([0, 1], 60),
        logits=2 * examples.answers[0] + random.normal(0, 2, (120, 2)),
        words=random.random((120, 2)),
    )
    before = found.decided, found.words_decided, found.probabilities

    examples.answers[0, :60] = 1 - examples.answers[0, :60]

    for was, now in zip(
        before, (found.decided, found.words_decided, found.probabilities), strict=True
    ):
        np.testing.assert_array_equal(was[:60], now[:60])
    assert (before[2][60:] != found.probabilities[60:]).any()


@pytest.fixture(scope="module")
def settings(encoders: Path) -> TrainSettings:
    """Settings that fit a head only, on a tiny encoder."""
    return settings_for(encoders / "tiny-bert", epochs=0)


@pytest.fixture(scope="module")
def cross(tmp_path_factory: pytest.TempPathFactory, settings: TrainSettings) -> Known:
    """What there is to cross-validate on in a small study."""
    study = coded_study(tmp_path_factory.mktemp("kruis") / "studie")
    data = read_training_data(study, settings, tapes=None, codebook=None)
    return Known(
        learnt=data.own, judged=data.cross.judged, workers=data.cross.workers, said=data.said
    )


@pytest.fixture(scope="module")
def encoder(settings: TrainSettings, tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """The tiny encoder."""
    return resolve(settings.encoder, tmp_path_factory.mktemp("none"))


@pytest.mark.parametrize("epochs", [0, 1])
def test_no_fold_is_learnt_from(
    cross: Known,
    encoder: Encoder,
    settings: TrainSettings,
    place: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    epochs: int,
) -> None:
    """What a fold is scored as depends on the other folds' answers only."""
    settings = tuned(settings) if epochs else settings
    folds = folds_of(cross.judged, themselves([*cross.workers]), cross.said, 2, seed=1)
    rows = np.array([folds.get(tape) == 0 for tape in cross.learnt.tapes])

    def scored() -> OutOfFold:
        """Return what is said of every utterance out of fold."""
        made = cross_validate(cross.learnt, cross.judged, folds, encoder, settings, place)
        return made.out_of_fold

    before = scored()
    answers = cross.learnt.answers.copy()
    try:
        cross.learnt.answers[:, rows] = 1 - cross.learnt.answers[:, rows]
        after = scored()
    finally:
        cross.learnt.answers[:] = answers

    assert len(before.examples) == len(cross.judged)
    inside = before.folds == 0
    np.testing.assert_allclose(after.logits[inside], before.logits[inside], atol=1e-5)
    np.testing.assert_array_equal(after.words[inside], before.words[inside])
    assert (np.abs(after.logits[~inside] - before.logits[~inside]) > 0.1).any()


def test_a_head_is_fitted_as_if_alone(
    cross: Known, encoder: Encoder, settings: TrainSettings, place: Workspace
) -> None:
    """Reading the encoder once gives what training each fold, and all of them, anew gives."""
    folds = folds_of(cross.judged, themselves([*cross.workers]), cross.said, 3, seed=1)

    made = cross_validate(cross.learnt, cross.judged, folds, encoder, settings, place)

    found = made.out_of_fold
    outside = {tape for tape in cross.learnt.tapes if folds.get(tape) != 1}
    inside = {tape for tape, fold in folds.items() if fold == 1}
    alone = fit_coder(cross.learnt.of_tapes(outside), None, encoder, settings, place).logits(
        cross.judged.of_tapes(inside)
    )
    np.testing.assert_allclose(found.logits[found.folds == 1], alone, atol=1e-3)
    of_all = fit_coder(cross.learnt, None, encoder, settings, place)
    np.testing.assert_array_equal(made.model.logits(cross.judged), of_all.logits(cross.judged))


def tuned(settings: TrainSettings, **fit: float) -> TrainSettings:
    """Return settings that fine-tune for an epoch."""
    changed = settings.fit.model_copy(update={"epochs": 1, **fit})
    return settings.model_copy(update={"fit": changed})


@pytest.mark.parametrize(
    ("rate", "kept"), [(1e-3, "fine-tuned"), (1.0, "head")], ids=["learns", "destroys"]
)
def test_what_does_better_out_of_fold_is_kept(
    cross: Known,
    encoder: Encoder,
    settings: TrainSettings,
    place: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    rate: float,
    kept: str,
) -> None:
    """The mean of fine-tuned models, or the head alone where fine-tuning spoils the encoder."""
    folds = folds_of(cross.judged, themselves([*cross.workers]), cross.said, 3, seed=1)
    if kept == "fine-tuned":  # on so few utterances which is better is luck
        scores = iter([0.7, 0.6, 0.6])
        monkeypatch.setattr(crossvalidation, "average_precision", lambda *_: next(scores))

    both = cross_validate(
        cross.learnt,
        cross.judged,
        folds,
        encoder,
        tuned(settings, learning_rate=rate),
        place,
    )

    heads = cross_validate(cross.learnt, cross.judged, folds, encoder, settings, place)
    assert both.kept == kept
    assert both.precision.keys() == {"fine-tuned", "head"}
    said, by_head = (made.model.logits(cross.judged) for made in (both, heads))
    assert np.array_equal(said, by_head) == (kept == "head")
    out_of_fold = np.array_equal(both.out_of_fold.logits, heads.out_of_fold.logits)
    assert out_of_fold == (kept == "head")


def test_folds_are_fine_tuned_from_the_heads(
    cross: Known, encoder: Encoder, settings: TrainSettings, place: Workspace
) -> None:
    """At a learning rate of next to nothing both say the same of every fold."""
    folds = folds_of(cross.judged, themselves([*cross.workers]), cross.said, 2, seed=1)
    still = tuned(settings, learning_rate=1e-12, weight_decay=0.0)

    both = cross_validate(cross.learnt, cross.judged, folds, encoder, still, place)
    heads = cross_validate(cross.learnt, cross.judged, folds, encoder, settings, place)

    assert both.precision["fine-tuned"] == pytest.approx(both.precision["head"])
    assert both.kept == "fine-tuned"
    np.testing.assert_allclose(both.out_of_fold.logits, heads.out_of_fold.logits, atol=1e-4)


def lent_by(cross: Known, *, codes_move: int) -> Examples:
    """Return the study's utterances as another study's, their codes moved on by some places."""
    lent = replace(cross.learnt, tapes=tuple(f"elders/{tape}" for tape in cross.learnt.tapes))
    return replace(lent, answers=np.roll(lent.answers, codes_move, axis=2))


@pytest.mark.parametrize("epochs", [0, 1])
def test_a_loan_that_does_harm_is_given_back(
    cross: Known, encoder: Encoder, settings: TrainSettings, place: Workspace, epochs: int
) -> None:
    """Where the lender's codes mean something else, all is as if nothing had been borrowed."""
    settings = tuned(settings) if epochs else settings
    folds = folds_of(cross.judged, themselves([*cross.workers]), cross.said, 2, seed=1)

    def crossed(lent: Examples | None) -> Crossing:
        return cross_validate(
            cross.learnt, cross.judged, folds, encoder, settings, place, lent=lent
        )

    alone, found = crossed(None), crossed(lent_by(cross, codes_move=1))

    assert alone.loan is None
    assert found.loan is not None
    assert found.gave_back
    assert found.loan.with_it < found.loan.without
    assert found.kept == alone.kept
    np.testing.assert_array_equal(found.out_of_fold.logits, alone.out_of_fold.logits)
    np.testing.assert_array_equal(found.out_of_fold.words, alone.out_of_fold.words)
    said, of_own = (made.model.logits(cross.judged) for made in (found, alone))
    np.testing.assert_array_equal(said, of_own)


@pytest.mark.parametrize("epochs", [0, 1])
def test_a_loan_that_helps_is_kept(
    cross: Known, encoder: Encoder, settings: TrainSettings, place: Workspace, epochs: int
) -> None:
    """Where the lender has the very answers, every fold and the model itself learn from them."""
    settings = tuned(settings) if epochs else settings
    folds = folds_of(cross.judged, themselves([*cross.workers]), cross.said, 2, seed=1)
    lent = lent_by(cross, codes_move=0)

    found = cross_validate(cross.learnt, cross.judged, folds, encoder, settings, place, lent=lent)

    assert found.loan is not None
    assert not found.gave_back
    assert found.loan.with_it > found.loan.without
    assert found.precision["head"] == pytest.approx(found.loan.with_it)
    plain = cross_validate(cross.learnt, cross.judged, folds, encoder, settings, place)
    assert (found.out_of_fold.words != plain.out_of_fold.words).any()
    said, alone = (made.model.logits(cross.judged) for made in (found, plain))
    assert np.abs(said - alone).max() > 0.01


@pytest.mark.parametrize("epochs", [0, 1])
def test_heads_read_each_utterance_once(
    cross: Known,
    encoder: Encoder,
    settings: TrainSettings,
    place: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    epochs: int,
) -> None:
    """The encoder takes nearly all of the time of `train --quick`, and some of any training."""
    settings = tuned(settings) if epochs else settings
    read: list[int] = []

    def counted(network: CoderNetwork, examples: Dataset, *, bf16: bool, shelf: Shelf) -> Frozen:
        read.append(len(examples))
        return frozen_features(network, examples, bf16=bf16, shelf=shelf)

    for module in (scorers, probe):
        monkeypatch.setattr(module, "frozen_features", counted)
    folds = folds_of(cross.judged, themselves([*cross.workers]), cross.said, 3, seed=1)

    cross_validate(cross.learnt, cross.judged, folds, encoder, settings, place)

    assert read == [len(cross.learnt)]


@pytest.mark.parametrize(("n_blind", "n_folds"), [(4, 3), (3, 2), (2, None)])
def test_few_tapes_coded_blind_are_enough(
    settings: TrainSettings, tmp_path: Path, n_blind: int, n_folds: int | None
) -> None:
    """One of them validates; with a single other one there is nothing to divide."""
    settings = settings.model_copy(update={"evaluation": Evaluation(folds=3)})
    study = coded_study(tmp_path / "studie", n_tapes=9, assisted=range(n_blind + 1, 10))
    said: list[str] = []

    trained = train(study, settings, report=said.append)

    crossed = trained.metrics["cross_validation"]
    blind = {f"gesprek-{number:02d}" for number in range(1, n_blind + 1)}
    assert len(trained.model.manifest["data"]["train"]) == 8
    assert {*trained.metrics["validation"]["tapes"]} < blind
    assert (crossed and crossed["folds"]) == n_folds
    assert (crossed is None) == any(stage.startswith("no cross-validation:") for stage in said)
    if crossed is not None:
        assert {*crossed["tapes"]} == blind - {*trained.metrics["validation"]["tapes"]}


def test_by_worker_takes_workers(settings: TrainSettings, tmp_path: Path) -> None:
    """Whoever asks for it is told of which tapes they aren't known, on the card too."""
    settings = settings.model_copy(update={"evaluation": Evaluation(folds=2, group="worker")})
    some, none = (
        coded_study(tmp_path / str(len(lacking)), without_worker=lacking)
        for lacking in ((1,), (1, 2, 3, 4))
    )
    some = replace(some, settings=some.settings.model_copy(update={"split": VALIDATION}))
    said: list[str] = []

    trained = train(some, settings, report=said.append)

    assert "of gesprek-01 the worker isn't known: each is held out by itself" in said
    assert trained.metrics["cross_validation"]["ungrouped"] == ["gesprek-01"]
    card = trained.model.file("README.md").read_text(encoding="utf-8")
    assert "Of gesprek-01 the worker isn't known: each was held out by itself." in card
    with pytest.raises(ConfigError, match="of no training tape the worker is known"):
        train(none, settings)


def test_by_worker_takes_two_of_them(settings: TrainSettings, tmp_path: Path) -> None:
    """What was asked for isn't left out silently."""
    study = coded_study(tmp_path / "studie", n_tapes=2)
    wanted = settings.model_copy(update={"evaluation": Evaluation(folds=2, group="worker")})

    with pytest.raises(ConfigError, match="at least two groups of tapes"):
        train(study, wanted)


def test_a_cross_validated_model_says_so(settings: TrainSettings, tmp_path: Path) -> None:
    """Figures, calibration, breakdown and predictions out of fold are in the model's folder."""
    study = coded_study(tmp_path / "studie")
    wanted = settings.model_copy(update={"evaluation": Evaluation(folds=2, group="worker")})

    trained = train(study, wanted)

    crossed = trained.metrics["cross_validation"]
    assert crossed["folds"] == 2
    assert crossed["group"] == "worker"
    assert crossed["kept"] == "head"
    assert crossed["average_precision"].keys() == {"head"}
    assert set(crossed["calibration"]) == set(crossed["codes"])
    assert len(crossed["workers"]) == 3
    assert crossed["units"] == {}
    lines = trained.model.file("out_of_fold.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert len(rows) == crossed["n_utterances"]
    assert {row["fold"] for row in rows} == {0, 1}
    assert [*rows[0]] == ["tape", "utterance", "fold", "probabilities", "codes"]
    card = trained.model.file("README.md").read_text(encoding="utf-8")
    assert "## Agreement in cross-validation, 2 folds by worker" in card
    assert "with only a head fitted in fp32" in card
    assert "Expected calibration error out of fold: DT " in card


def test_fewer_folds_than_were_asked_for_are_said(settings: TrainSettings, tmp_path: Path) -> None:
    """There are as many as there are tapes to divide."""
    wanted = settings.model_copy(update={"evaluation": Evaluation(folds=50)})
    told: list[str] = []

    trained = train(coded_study(tmp_path / "studie"), wanted, report=told.append)

    assert trained.metrics["cross_validation"]["folds"] == 3
    assert "cross-validating in 3 folds: no more tapes to divide" in told


def test_tapes_with_the_same_text_are_refused(settings: TrainSettings, tmp_path: Path) -> None:
    """A tape that is in the study twice, under two names, may not be on both sides."""
    study = coded_study(tmp_path / "studie")
    with study.store() as store:
        from dataclasses import replace

        from werkalliantie.utterances import Segmenter

        old = store.tape("gesprek-01")
        copy = replace(old, id="gesprek-01b")
        store.add([(copy, Segmenter(study.settings).utterances(copy))])
        store.add_codings(
            replace(coding, tape="gesprek-01b") for coding in store.codings(tapes=["gesprek-01"])
        )
    split = study.settings.split.model_copy(update={"validation_tapes": ("gesprek-01b",)})
    held = replace(study, settings=study.settings.model_copy(update={"split": split}))

    with pytest.raises(ConfigError) as raised:
        train(held, settings)

    assert raised.value.message == (
        "tapes on two sides of the split hold nearly the same text: gesprek-01 and gesprek-01b. "
        "A model judged on what it learnt from looks better than it is."
    )
