"""When codings came into the store, and which models have said something."""

from datetime import UTC, datetime, timedelta

import pytest
from samples import a_tape, utterances_of

from werkalliantie.coding import Coding, Mode, Prediction
from werkalliantie.store import Store

BOOK = "proef-1"


@pytest.fixture
def filled(store: Store) -> Store:
    """Give a store with two tapes of three worker utterances."""
    tapes = [a_tape(id=name) for name in ("g1", "g2")]
    store.add([(tape, utterances_of(tape)) for tape in tapes])
    return store


def code(store: Store, coder: str, tape: str, *codes: str, mode: Mode = Mode.BLIND) -> None:
    """Store codes of the first utterances of a tape."""
    store.add_codings(
        Coding(
            tape=tape,
            utterance=index,
            coder=coder,
            codebook=BOOK,
            codes=frozenset(code.split()),
            mode=mode,
        )
        for index, code in enumerate(codes)
    )


def test_entries_are_in_order_of_entry(filled: Store) -> None:
    """One for each coder and tape, the earliest first, with the moment of the first coding."""
    code(filled, "bram", "g2", "A")
    code(filled, "anna", "g1", "A", "", "B")
    entries = filled.coding_entries(BOOK)

    assert [(e.tape, e.coder, e.n_answers) for e in entries] == [
        ("g2", "bram", 1),
        ("g1", "anna", 3),
    ]
    assert entries[0].first < entries[1].first
    age = datetime.now(UTC) - entries[0].first_at.replace(tzinfo=UTC)
    assert timedelta(0) <= age < timedelta(minutes=5)


def test_answers_given_anew_are_counted(filled: Store) -> None:
    """A repeated answer leaves no trace, a changed one does."""
    code(filled, "anna", "g1", "A", "B")
    code(filled, "anna", "g1", "A", "")
    (entry,) = filled.coding_entries(BOOK)

    assert (entry.n_answers, entry.n_revised) == (2, 1)


def test_only_blind_codings_of_one_codebook_count(filled: Store) -> None:
    """The others are another matter."""
    code(filled, "anna", "g1", "A", mode=Mode.ASSISTED)
    code(filled, "team", "g1", "A", mode=Mode.ADJUDICATED)

    assert filled.coding_entries(BOOK) == ()
    code(filled, "anna", "g1", "A")
    assert filled.coding_entries("proef-2") == ()
    assert len(filled.coding_entries(BOOK)) == 1


def test_models_with_predictions_are_known_by_codebook(filled: Store) -> None:
    """Each once, by name."""
    for model, codebook in (("m2", BOOK), ("m1", BOOK), ("m3", "proef-2")):
        filled.add_predictions(
            Prediction(
                tape="g1",
                utterance=index,
                model=model,
                codebook=codebook,
                probabilities={"A": 0.5},
                codes=frozenset(),
            )
            for index in (0, 1)
        )

    assert filled.predicting_models(BOOK) == ("m1", "m2")
    assert filled.predicting_models("proef-9") == ()
