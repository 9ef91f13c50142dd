"""One hash for what a model is made from: runs, searches and models go by it."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from werkalliantie.codebook import Cluster, Codebook
from werkalliantie_training.borrowing import Borrowed, Loan
from werkalliantie_training.data import CrossData, TrainingData
from werkalliantie_training.encoders import Encoder
from werkalliantie_training.examples import Examples
from werkalliantie_training.fingerprint import fingerprint
from werkalliantie_training.settings import Evaluation, Fit, TrainSettings

NOTHING = Examples(
    tapes=(),
    indices=(),
    contexts=(),
    texts=(),
    coders=(),
    answers=np.zeros((0, 0, 1), dtype=np.float32),
)
BOOK = Codebook(
    name="boek",
    version="1",
    title="Boek",
    language="nl",
    clusters=(Cluster(code="A", label="a", definition="a"),),
)
DATA = TrainingData(
    codebook=BOOK,
    train=NOTHING,
    validation=NOTHING,
    test=NOTHING,
    cross=CrossData(judged=NOTHING, workers={}, units={}),
    codebook_examples=NOTHING,
    said={},
    hashes={"train": {"t1": "1"}, "validation": {}, "test": {}},
    borrowed=Borrowed(examples=NOTHING),
)
ENCODER = Encoder(name="e", folder=Path("hier"), sha256="e", source="hub")


def lent(content: str) -> Borrowed:
    """Return a loan of one tape with this hash."""
    loan = Loan(study="s", tapes={"t9": content}, n_utterances=1, n_left_out=0)
    return Borrowed(examples=NOTHING, loans=(loan,))


def test_whatever_goes_into_a_model_tells_it_apart() -> None:
    """Data, split, what was borrowed, codebook, encoder, seed and every setting."""
    settings = TrainSettings()
    book = replace(BOOK, clusters=(Cluster(code="A", label="a", definition="a", examples=("a",)),))
    made = [
        fingerprint(DATA, settings, ENCODER),
        fingerprint(DATA, settings.model_copy(update={"seed": 14}), ENCODER),
        fingerprint(DATA, settings.model_copy(update={"fit": Fit(learning_rate=2e-4)}), ENCODER),
        fingerprint(replace(DATA, hashes={"train": {"t1": "2"}}), settings, ENCODER),
        fingerprint(replace(DATA, hashes={"test": {"t1": "1"}}), settings, ENCODER),
        fingerprint(replace(DATA, codebook=book), settings, ENCODER),
        fingerprint(replace(DATA, borrowed=lent("1")), settings, ENCODER),
        fingerprint(replace(DATA, borrowed=lent("2")), settings, ENCODER),
        fingerprint(DATA, settings, replace(ENCODER, sha256="f")),
    ]

    assert len({*made}) == len(made)


def test_who_is_on_a_tape_tells_where_folds_are_by_worker() -> None:
    """A worker that an import filled in since moves tapes to other folds; else it does nothing."""
    by_worker = TrainSettings(evaluation=Evaluation(group="worker"))
    filled = replace(DATA, cross=replace(DATA.cross, workers={"t1": "w1"}))

    before, after = (fingerprint(data, by_worker, ENCODER) for data in (DATA, filled))

    assert before != after
    assert fingerprint(DATA, TrainSettings(), ENCODER) == fingerprint(
        filled, TrainSettings(), ENCODER
    )


def test_where_encoder_and_lender_lie_does_not() -> None:
    """The same folders elsewhere make the same model."""
    moved, data = replace(ENCODER, folder=Path("daar")), replace(DATA, borrowed=lent("1"))
    here, there = TrainSettings(borrow=("hier",)), TrainSettings(borrow=("daar",))

    assert fingerprint(data, here, ENCODER) == fingerprint(data, there, moved)
