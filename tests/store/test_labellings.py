import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from samples import a_tape, utterances_of
from sqlalchemy import create_engine

from werkalliantie.coding import Prediction
from werkalliantie.errors import StoreError
from werkalliantie.labelling import Labelling, ModelVersion, text_sha
from werkalliantie.store import Store, database

M1 = ModelVersion(name="m1", sha="1" * 64, codebook="proef-1")


def a_labelling(
    *, tape: str = "gesprek-01", model: ModelVersion = M1, n: int = 3, p: float = 0.25
) -> Labelling:
    """Return what a model says of the sample tape, unless said otherwise."""
    predictions = tuple(
        Prediction(
            tape=tape,
            utterance=index,
            model=model.name,
            codebook=model.codebook,
            probabilities={"D": p, "H": 2 / 3},
            codes=frozenset("H"),
        )
        for index in range(n)
    )
    return Labelling(
        tape=tape,
        model=model,
        text_sha="a" * 64,
        device="cpu",
        precision="int8",
        predictions=predictions,
    )


@pytest.fixture
def store(store: Store) -> Store:
    """Give a store with the sample conversation as gesprek-01 and gesprek-02."""
    tapes = [a_tape(id=id) for id in ("gesprek-01", "gesprek-02")]
    store.add([(tape, utterances_of(tape)) for tape in tapes])
    return store


def test_comes_back_as_it_went_in(store: Store) -> None:
    """With its version and every prediction; of another tape or model there is none."""
    labelling = a_labelling()

    assert store.add_labelling(labelling)
    assert store.labelling("gesprek-01", "m1") == labelling
    assert store.predictions("m1") == labelling.predictions
    assert store.labelling("gesprek-02", "m1") is None
    assert store.labelling("gesprek-01", "m2") is None


def test_of_the_same_version_and_text_is_written_once(store: Store) -> None:
    """The second is left out, unless it is to take the place of the first."""
    first, second = a_labelling(), a_labelling(p=0.75)
    store.add_labelling(first)
    before = store.path.read_bytes()

    assert not store.add_labelling(second)
    assert store.path.read_bytes() == before
    assert store.add_labelling(second, again=True)
    assert store.labelling("gesprek-01", "m1") == second


@pytest.mark.parametrize(
    "other",
    [
        a_labelling(model=replace(M1, sha="2" * 64), p=0.75),
        replace(a_labelling(p=0.75), text_sha="b" * 64),
    ],
)
def test_of_another_version_or_text_takes_the_place(store: Store, other: Labelling) -> None:
    """A tape has one labelling under a model's name, never a mixture."""
    store.add_labelling(a_labelling())

    assert store.add_labelling(other)
    assert store.labelling("gesprek-01", "m1") == other
    assert store.predictions("m1") == other.predictions


def test_of_each_model_is_kept_apart(store: Store) -> None:
    """As is that of each tape."""
    apart = [
        a_labelling(),
        a_labelling(tape="gesprek-02"),
        a_labelling(model=replace(M1, name="m2"), p=0.75),
    ]
    for labelling in apart:
        store.add_labelling(labelling)

    assert [store.labelling(one.tape, one.model.name) for one in apart] == apart


@pytest.mark.parametrize("n", [0, 2, 4])
def test_has_a_prediction_for_every_utterance(store: Store, n: int) -> None:
    """Otherwise it is refused, and what was there stays."""
    store.add_labelling(a_labelling())
    before = store.path.read_bytes()

    with pytest.raises(StoreError) as refused:
        store.add_labelling(a_labelling(n=n), again=True)
    assert refused.value.message == f'predictions: tape "gesprek-01" has 3 utterances, not {n}.'
    assert refused.value.hint == "Import the tape first, with the same utterance unit."
    assert store.path.read_bytes() == before


def test_of_an_unknown_tape_is_refused(store: Store) -> None:
    """Also when it says nothing."""
    for n in (0, 1):
        with pytest.raises(StoreError) as refused:
            store.add_labelling(a_labelling(tape="gesprek-9", n=n))
        assert refused.value.message == 'predictions: tape "gesprek-9" isn\'t in this study.'


def test_of_a_silent_tape(store: Store) -> None:
    """That there is nothing to say is remembered."""
    store.add([(a_tape("C: Hallo?", id="stil"), ())])
    labelling = a_labelling(tape="stil", n=0)

    assert store.add_labelling(labelling)
    assert not store.add_labelling(labelling)
    assert store.labelling("stil", "m1") == labelling


def test_is_recognised_by_its_version(store: Store) -> None:
    """Its name alone, or another codebook's, isn't enough."""
    store.add_labelling(a_labelling())

    assert store.labelled_text("gesprek-01", M1) == "a" * 64
    assert store.labelled_text("gesprek-02", M1) is None
    for other in (replace(M1, sha="2" * 64), replace(M1, name="m2"), replace(M1, codebook="x-1")):
        assert store.labelled_text("gesprek-01", other) is None


def test_by_namesakes_is_found(store: Store) -> None:
    """The tapes that another model of the same name labelled."""
    other = replace(M1, sha="2" * 64)
    store.add_labelling(a_labelling(model=other))
    store.add_labelling(a_labelling(tape="gesprek-02"))

    assert store.labelled_by_namesakes(M1) == ("gesprek-01",)
    assert store.labelled_by_namesakes(other) == ("gesprek-02",)
    assert store.labelled_by_namesakes(replace(M1, name="m2")) == ()


def test_ends_where_predictions_take_its_place(store: Store) -> None:
    """Predictions of an unknown version don't pass for those of a known one."""
    labelling = a_labelling()
    store.add_labelling(labelling)

    store.add_predictions(labelling.predictions[:1])
    assert store.labelling("gesprek-01", "m1") is None
    assert store.predictions("m1") == labelling.predictions[:1]


def test_the_hash_of_a_stored_text_is_that_of_its_tape(store: Store) -> None:
    """The one by which a labelling is recognised."""
    tape = a_tape("C: Hé.", "R: Ja.", "O: Nou, nee.", "R: Dat is goed.", id="gesprek-03")
    store.add([(tape, utterances_of(tape))])

    assert store.text_sha("gesprek-03") == text_sha(tape, utterances_of(tape))
    with pytest.raises(StoreError, match='no tape "gesprek-9" in this study'):
        store.text_sha("gesprek-9")


def test_unknown_tapes_are_refused(store: Store) -> None:
    """The first one that the study doesn't have is named, with those it has."""
    store.refuse_unknown(["gesprek-02", "gesprek-01"])

    with pytest.raises(StoreError) as refused:
        store.refuse_unknown(["gesprek-01", "gesprek-8", "gesprek-9"])
    assert refused.value.message == (
        'no tape "gesprek-8" in this study. Expected one of: gesprek-01, gesprek-02.'
    )


def test_a_database_of_the_first_version_is_brought_up(tmp_path: Path) -> None:
    """Its predictions stay; nothing is claimed about which model they are from."""
    path = tmp_path / "a.db"
    _at_version(path, "0001")
    with sqlite3.connect(path) as old:
        old.execute(
            "INSERT INTO tapes VALUES ('t1', NULL, NULL, NULL, 't1.txt', 'R: Hoi.', '2026-01-02')"
        )
        old.execute(
            "INSERT INTO turns VALUES ('t1', 0, 'worker', 'R', 'Hoi.', 1, 3, 7, NULL, '[]')"
        )
        old.execute("INSERT INTO utterances VALUES ('t1', 0, 0, 'Hoi.', 1, 3, 7, 0, NULL)")
        old.execute(
            "INSERT INTO predictions VALUES ('t1', 0, 'm1', 'x-1', '{\"D\": 0.5}', '[\"D\"]', "
            "'2026-01-02')"
        )

    with Store(path) as store:
        (prediction,) = store.predictions("m1")
        assert prediction.probabilities == {"D": 0.5}
        assert store.labelling("t1", "m1") is None
        assert store.labelled_by_namesakes(M1) == ()


def test_from_before_precision_was_written_down(tmp_path: Path) -> None:
    """It stays what it was, recognised as before, and says that its precision isn't known."""
    path = tmp_path / "a.db"
    _at_version(path, "0002")
    with sqlite3.connect(path) as old:
        old.execute(
            "INSERT INTO tapes VALUES ('t1', NULL, NULL, NULL, 't1.txt', 'C: Hoi.', '2026-01-02')"
        )
        old.execute(
            "INSERT INTO labellings VALUES "
            f"('t1', 'm1', '{M1.sha}', 'proef-1', 'a', 'cpu', '2026-01-02')"
        )

    with Store(path) as store:
        labelling = store.labelling("t1", "m1")
        assert labelling == Labelling(
            tape="t1", model=M1, text_sha="a", device="cpu", precision=None, predictions=()
        )
        assert store.labelled_text("t1", M1) == "a"


def _at_version(path: Path, version: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    with create_engine(f"sqlite:///{path}").begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
