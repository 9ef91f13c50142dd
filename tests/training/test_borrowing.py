"""Learning from the coded tapes of other studies too."""

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from training.runs import settings_for
from training.tiny import CODEBOOK, coded_study

from werkalliantie import artefact
from werkalliantie.cli import main
from werkalliantie.coding import Coding, Mode
from werkalliantie.errors import ConfigError
from werkalliantie.registry import Registry
from werkalliantie.study import Study, create
from werkalliantie_training import retrain as retraining
from werkalliantie_training.borrowing import borrow
from werkalliantie_training.data import read_training_data
from werkalliantie_training.retrain import retrain

BOTH = ("gesprek-05", "gesprek-06")


@pytest.fixture
def lender(tmp_path: Path) -> Study:
    """A study of six coded tapes, of which the first four are those of `study` under its names."""
    return coded_study(tmp_path / "uitlener", n_tapes=6)


def test_only_what_is_not_here_is_taken(study: Study, lender: Study) -> None:
    """Of no tape here, with every coder's answers, and each tape's hash for the record."""
    found = borrow(study, ["../uitlener"], study.codebook())

    (loan,) = found.loans
    assert (loan.study, tuple(loan.tapes), loan.n_left_out) == (lender.settings.name, BOTH, 4)
    assert loan.n_utterances == len(found.examples) > 0
    assert {*found.examples.tapes} == {f"uitlener/{tape}" for tape in BOTH}
    with lender.store() as store:
        given = [coding for coding in store.codings() if coding.tape in BOTH]
    assert np.isfinite(found.examples.answers).all(axis=2).sum() == len(given)


def test_uncoded_tapes_here_are_kept_out_too(tmp_path: Path, lender: Study) -> None:
    """They may be coded later, and models judged on them."""
    study = coded_study(tmp_path / "met-meer", n_tapes=4)
    with study.store() as here, lender.store() as there:
        tape = replace(there.tape(BOTH[0]), id="anders")
        uttered = [replace(one, tape="anders") for one in there.utterances(BOTH[0])]
        here.add([(tape, uttered)])

    (loan,) = borrow(study, [str(lender.folder)], study.codebook()).loans

    assert (tuple(loan.tapes), loan.n_left_out) == (BOTH[1:], 5)


def test_what_cannot_be_borrowed_is_said_of_every_lender(study: Study, tmp_path: Path) -> None:
    """No study, an empty one, the same tapes, none coded under the codebook, other codes."""
    create(tmp_path / "leeg")
    with create(tmp_path / "ander").store():
        pass
    coding = Coding(
        tape=BOTH[0], utterance=1, coder="cee", codebook=CODEBOOK, codes=frozenset({"XX"})
    )
    with coded_study(tmp_path / "eigen", n_tapes=5).store() as store:
        store.add_codings([coding])
    lenders = ["../nergens", "../leeg", str(study.folder), "../ander", "../eigen"]

    with pytest.raises(ConfigError) as caught:
        borrow(study, lenders, study.codebook())

    assert caught.value.message == "can't borrow: 5 faults."
    assert caught.value.faults == (
        "../nergens: no study there; expected configs/study.toml in that folder.",
        "../leeg: no tapes in that study yet.",
        f"{study.folder}: all of its coded tapes are in this study too.",
        f"../ander: no utterance there is coded under {CODEBOOK}.",
        f"../eigen: codings hold codes that the codebook {CODEBOOK} doesn't have: XX (1 coding, by "
        "cee).",
    )
    assert not (tmp_path / "leeg" / "data" / "werkalliantie.db").exists()


def test_what_is_borrowed_teaches_and_judges_nothing(study: Study, lender: Study) -> None:
    """It is behind what the study's own tapes teach, on no side of the split and in no fold."""
    settings = settings_for(Path("nergens"))
    plain = read_training_data(study, settings, tapes=None, codebook=None)
    asking = settings.model_copy(update={"borrow": (str(lender.folder),)})
    data = read_training_data(study, asking, tapes=None, codebook=None)
    cross = data.cross

    n_lent = data.borrowed.loans[0].n_utterances
    assert len(data.learnt) == len(plain.learnt) + n_lent
    assert len(data.own) == len(plain.learnt)
    assert data.learnt.texts[-n_lent:] == data.borrowed.examples.texts
    for part in ("train", "validation", "test"):
        assert getattr(data, part).texts == getattr(plain, part).texts
    assert data.hashes == plain.hashes
    assert cross.judged.texts == plain.train.texts
    lent = {*data.borrowed.examples.tapes}
    assert not (lent | {*BOTH}) & {*cross.judged.tapes, *cross.workers}


def borrowing(folder: Path, encoders: Path) -> Study:
    """Return a study of which the command line trains a model, cross-validated, with a loan."""
    study = coded_study(folder / "studie")
    encoder = encoders / "tiny-bert"
    (study.folder / "configs" / "train.toml").write_text(
        f'encoder = "{encoder}"\nborrow = ["../uitlener"]\n[fit]\nprecision = "fp32"\n',
        encoding="utf-8",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            sys, "argv", ["werkalliantie", "train", "--quick", "--study", str(study.folder)]
        )
        with pytest.raises(SystemExit) as ended:
            main()
    assert ended.value.code in (0, None)
    return study


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, encoders: Path) -> Study:
    """A study with a model that was taught by a lender's two other tapes too."""
    folder = tmp_path_factory.mktemp("lenen")
    coded_study(folder / "uitlener", n_tapes=6)
    return borrowing(folder, encoders)


def test_what_does_harm_is_given_back_and_said(
    tmp_path: Path, encoders: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """On screen and card; the manifest names no loan, since the model learnt nothing from it."""
    lender = coded_study(tmp_path / "uitlener", n_tapes=8)
    with lender.store() as store:
        moved = {"DT": "ZBV", "ZBV": "HC", "HC": "DT"}
        store.add_codings(
            replace(
                coding, codes=frozenset(moved[code] for code in coding.codes), mode=Mode.ADJUDICATED
            )
            for coding in store.codings()
        )

    study = borrowing(tmp_path, encoders)

    (listed,) = Registry(study.models).list()
    assert listed.model is not None
    manifest = listed.model.manifest
    card = (listed.model.folder / artefact.CARD).read_text(encoding="utf-8")
    screen = capfd.readouterr()
    assert "What was borrowed was left out: average precision" in screen.out
    assert "--borrow" not in screen.out
    assert "leaving out what was borrowed" in screen.err
    assert "- What was borrowed was left out: a head had average precision" in card
    assert "Borrowed from" not in card
    assert manifest["borrowed"] == []
    assert manifest["settings"]["borrow"] == ["uitlener"]
    tried = listed.model.metrics["metrics"]["cross_validation"]["loan"]
    assert tried["with_it"] < tried["without"]
    assert not tried["kept"]


def test_manifest_and_card_say_what_was_borrowed(trained: Study) -> None:
    """By the lender's name: where its folder lies is no business of who gets the model."""
    (listed,) = Registry(trained.models).list()
    assert listed.model is not None
    manifest = listed.model.manifest
    card = (listed.model.folder / artefact.CARD).read_text(encoding="utf-8")

    (loan,) = manifest["borrowed"]
    assert tuple(loan["tapes"]) == BOTH
    assert f"{loan['n_utterances']} coded utterances of 2 tapes" in card
    assert "- What was borrowed taught it too: a head had average precision" in card
    assert manifest["settings"]["borrow"] == [loan["study"]] == ["uitlener"]
    assert str(trained.folder.parent) not in json.dumps(manifest) + card
    assert not {*BOTH} & listed.model.trained_on


def test_a_tape_that_was_borrowed_judges_no_model_that_borrowed_it(
    trained: Study, tmp_path: Path
) -> None:
    """Imported later, under another name, it isn't among the tapes that `retrain` compares on."""
    shutil.copytree(trained.folder, tmp_path / "studie")
    study = Study.open(tmp_path / "studie")
    with Study.open(trained.folder.parent / "uitlener").store() as there, study.store() as here:
        for tape, name, before in ((BOTH[0], "geleend", ""), ("gesprek-01", "anders", "zeg ")):
            said = there.utterances(tape)
            uttered = [replace(one, tape=name, text=f"{before}{one.text}") for one in said]
            here.add([(replace(there.tape(tape), id=name), uttered)])
            here.add_codings(replace(c, tape=name) for c in there.codings(tapes=[tape]))
    model = Registry(study.models).find("model-001")

    compared = retraining._compare(study, study.codebook(), model, model)

    assert {*compared.tapes} == {*model.manifest["data"]["validation"], "anders"}


def test_retraining_says_that_it_borrows_no_more(
    trained: Study, encoders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a challenger loses to a model in use that learnt from more, and nobody knows why."""
    Registry(trained.models).promote("model-001", reason="for the test")
    told: list[str] = []

    def stop(*_: object, **__: object) -> None:
        raise ConfigError("far enough")

    monkeypatch.setattr(retraining, "train", stop)

    with pytest.raises(ConfigError, match="far enough"):
        retrain(trained, settings_for(encoders / "tiny-bert"), report=told.append)

    assert told == ["model-001 borrowed from other studies; this one won't (see --borrow)"]


def test_the_example_corpus_lends(tmp_path: Path) -> None:
    """By its name, to any study under its codebook that doesn't hold its tapes."""
    study = coded_study(tmp_path / "studie")
    (loan,) = borrow(study, ["voorbeeld", "voorbeeld"], study.codebook()).loans

    assert loan.n_left_out == 0
    assert [*loan.tapes] == sorted(f"t{number:02d}" for number in range(1, 69))
