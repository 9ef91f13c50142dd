"""What an encoder made of tapes, kept between runs."""

import errno
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import IO

import numpy as np
import pytest
import torch
from training.runs import settings_for
from training.tiny import coded_study

from werkalliantie import artefact
from werkalliantie.study import Study
from werkalliantie_training import network
from werkalliantie_training.bags import Bags
from werkalliantie_training.codebook_examples import NO_TAPE
from werkalliantie_training.coder import fit_coder
from werkalliantie_training.crossvalidation import cross_validate
from werkalliantie_training.data import read_training_data
from werkalliantie_training.encoders import resolve
from werkalliantie_training.network import CoderNetwork
from werkalliantie_training.settings import TrainSettings
from werkalliantie_training.shelf import Array, Shelf, shelf_in
from werkalliantie_training.train import train
from werkalliantie_training.workspace import Workspace

DAY = 24 * 3600


class Maker:
    """Makes an array, and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> Array:
        """Return the array."""
        self.times += 1
        return np.linspace(0, 1, 6, dtype=np.float32).reshape(2, 3)


@pytest.fixture
def make() -> Maker:
    """What makes an array."""
    return Maker()


def test_what_was_made_is_given_again(tmp_path: Path, make: Maker) -> None:
    """To the bit, by another shelf in the same folder too."""
    first = Shelf(folder=tmp_path / "kast", reader="e").kept([1, 2], make)
    second = Shelf(folder=tmp_path / "kast", reader="e").kept([1, 2], make)

    np.testing.assert_array_equal(first, second)
    assert make.times == 1


def test_other_tokens_or_another_reader_make_it_anew(tmp_path: Path, make: Maker) -> None:
    """Nothing is given for what it wasn't made of."""
    shelf = Shelf(folder=tmp_path, reader="e")
    for asked in ([[1], [2]], [[1, 2]], [[1], [2], None]):
        shelf.kept(asked, make)
    replace(shelf, reader="f").kept([[1, 2]], make)

    assert make.times == 4


def test_what_is_torn_is_made_anew(tmp_path: Path, make: Maker) -> None:
    """A file cut short at any place gives no half array; the next run finds it whole."""
    shelf = Shelf(folder=tmp_path, reader="e")
    whole = shelf.kept([1], make)
    (path,) = tmp_path.iterdir()
    said = path.read_bytes()

    for size in range(len(said)):
        path.write_bytes(said[:size])
        np.testing.assert_array_equal(shelf.kept([1], make), whole)
        assert path.read_bytes() == said


def test_a_run_can_do_without(tmp_path: Path, make: Maker) -> None:
    """Where no folder can be made, or none is named, all is made anew and nothing is said."""
    (tmp_path / "bestand").write_text("")

    for folder in (tmp_path / "bestand", None):
        shelf = Shelf(folder=folder, reader="e")
        assert shelf.kept([1], make).shape == (2, 3)

    assert make.times == 2


def test_a_full_disk_leaves_nothing_half(
    tmp_path: Path, make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run goes on without; a torn file would lie there for a week."""

    def fail(file: IO[bytes], made: Array) -> None:
        file.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "save", fail)

    assert Shelf(folder=tmp_path, reader="e").kept([1], make).shape == (2, 3)
    assert [*tmp_path.iterdir()] == []


def test_what_nobody_asked_for_in_a_week_goes(tmp_path: Path, make: Maker) -> None:
    """What was asked for since then stays, however long ago it was made."""
    shelf = shelf_in(tmp_path, encoder="e", bf16=False)
    for asked in ([1], [2]):
        shelf.kept(asked, make)
    (tmp_path / "tmp12.npy").write_bytes(b"half")  # of a run that was killed
    for path in tmp_path.iterdir():
        os.utime(path, (time.time() - 8 * DAY,) * 2)
    shelf.kept([1], make)

    shelf_in(tmp_path, encoder="e", bf16=False)

    assert len([*tmp_path.iterdir()]) == 1
    assert make.times == 2


def test_what_reads_is_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Encoder, precision, kind of processor, threads, library and the program's own network."""
    other = tmp_path / "network.py"
    other.write_text("# another\n", encoding="utf-8")
    readers = [
        shelf_in(tmp_path, encoder=encoder, bf16=bf16).reader
        for encoder, bf16 in (("e", False), ("f", False), ("e", True))
    ]
    for owner, name, value in (
        (torch.backends.cpu, "get_cpu_capability", lambda: "another"),
        (torch, "get_num_threads", lambda: 77),
        (torch, "__version__", "0.1"),
        (network, "__file__", str(other)),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, value)
            readers.append(shelf_in(tmp_path, encoder="e", bf16=False).reader)

    assert len({*readers}) == len(readers)
    assert shelf_in(tmp_path, encoder="e", bf16=False).reader == readers[0]


@pytest.fixture
def settings(encoders: Path) -> TrainSettings:
    """Settings that fit a head only, on a tiny encoder, and cross-validate."""
    plain = settings_for(encoders / "tiny-bert", epochs=0)
    return plain.model_copy(update={"evaluation": plain.evaluation.model_copy(update={"folds": 2})})


def test_training_reads_a_tape_once(
    tmp_path: Path, settings: TrainSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run on what an earlier one read reads nothing; on a tape more it reads that tape."""
    study = coded_study(tmp_path / "studie", n_tapes=5)
    read: list[int] = []
    pool = CoderNetwork.pool

    def counted(self: CoderNetwork, input_ids: torch.Tensor, **rest: torch.Tensor) -> torch.Tensor:
        read.append(len(input_ids))
        return pool(self, input_ids, **rest)

    def crossed(tapes: list[str]) -> int:
        """Return how many utterances the encoder is given before models are scored."""
        read.clear()
        data = read_training_data(study, settings, tapes=None, codebook=None)
        learnt = data.own.of_tapes([*tapes, NO_TAPE])
        place = Workspace(folder=tmp_path / "werk", features=study.features)
        folds = {tape: number % 2 for number, tape in enumerate(tapes)}
        judged = data.train.of_tapes(tapes)
        cross_validate(learnt, judged, folds, resolve(settings.encoder, tmp_path), settings, place)
        return sum(read)

    train_tapes = sorted(
        {*read_training_data(study, settings, tapes=None, codebook=None).train.tapes}
    )
    monkeypatch.setattr(CoderNetwork, "pool", counted)

    assert crossed(train_tapes[:2]) > 0
    assert crossed(train_tapes[:2]) == 0
    assert crossed(train_tapes[:3]) == 13


@pytest.mark.parametrize("stretches", [False, True])
def test_judging_reads_a_tape_once(
    tmp_path: Path, settings: TrainSettings, monkeypatch: pytest.MonkeyPatch, stretches: bool
) -> None:
    """A model of a head says the same as its network would; asked again, it reads nothing."""
    study = coded_study(tmp_path / "studie")
    data = read_training_data(study, settings, tapes=None, codebook=None)
    asked = data.validation
    if stretches:  # coded as a whole besides, which is for training only
        (tape,) = {*asked.tapes}
        whole = Bags(
            tapes=(tape,),
            indices=(asked.indices,),
            contexts=(asked.contexts,),
            texts=(asked.texts,),
            coders=asked.coders,
            targets=asked.targets[:1],
        )
        asked = replace(asked, bags=whole)
    place = Workspace(folder=tmp_path / "werk", features=study.features)
    fitted = fit_coder(data.train, None, resolve(settings.encoder, tmp_path), settings, place)
    said = fitted.logits(asked)
    np.testing.assert_allclose(said, replace(fitted, shelf=None).logits(asked), atol=1e-5)

    monkeypatch.setattr(CoderNetwork, "pool", None)

    np.testing.assert_array_equal(fitted.logits(asked), said)


def weights_of(study: Study, settings: TrainSettings) -> bytes:
    """Return the weights of a new model."""
    return train(study, settings).model.file(artefact.WEIGHTS).read_bytes()


def test_the_model_is_the_same_without_the_shelf(tmp_path: Path, settings: TrainSettings) -> None:
    """To the bit: what lies there is what would be read."""
    study = coded_study(tmp_path / "studie")
    made = weights_of(study, settings)
    assert any(study.features.iterdir())

    kept = weights_of(study, settings)
    for path in study.features.iterdir():
        path.unlink()

    assert made == kept == weights_of(study, settings)
