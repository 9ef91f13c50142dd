"""Which tapes a model has seen, though they go by other names here."""

from pathlib import Path

import pytest
from models import tiny_model
from samples import a_tape, utterances_of

from werkalliantie.artefact import Artefact
from werkalliantie.seen import seen_by, words_hash
from werkalliantie.store import Store

SAID = ("Goed dat je er bent. We gaan kijken naar je plan.", "Hoe was je week?")
TAPES = ("hier", "ander", "les")


@pytest.fixture
def study(store: Store) -> Store:
    """Give a store with a tape of some words, with one of others, and with one by a known name."""
    tapes = [
        a_tape(*(f"R: {text}" for text in texts), id=name)
        for name, texts in zip(TAPES, (SAID, SAID[:1], ("Dag.",)), strict=True)
    ]
    store.add([(tape, utterances_of(tape)) for tape in tapes])
    return store


def borrower(folder: Path, *said: str) -> Artefact:
    """Return a model trained on `les`, and on a tape of another study where this was said."""
    tape = a_tape(*(f"R: {text}" for text in said), id="ander")
    loan = {"study": "buren", "said": {"ander": words_hash(utterances_of(tape))}}
    return tiny_model(folder / "m1", trained_on=["les"], borrowed=[loan])


def test_the_words_tell_a_tape(study: Store, tmp_path: Path) -> None:
    """Not the name it had there, and neither capitals nor where utterances were cut."""
    cut = ("goed dat je er bent.", "We gaan kijken", "naar je plan. Hoe was je  week?")

    assert seen_by(borrower(tmp_path, *cut), study, TAPES) == {"hier", "les"}


def test_other_words_do_not(study: Store, tmp_path: Path) -> None:
    """A word more makes another tape."""
    assert seen_by(borrower(tmp_path, *SAID, "Ja."), study, TAPES) == {"les"}


def test_only_what_was_asked_for_is_told(study: Store, tmp_path: Path) -> None:
    """Tapes that aren't here are passed over, but for those known by name."""
    model = borrower(tmp_path, *SAID)

    assert seen_by(model, study, ["ander", "nergens"]) == frozenset()
    assert seen_by(model, study, ["hier"]) == {"hier"}


def test_models_without_loans_are_known_by_name(study: Store, tmp_path: Path) -> None:
    """Also one whose manifest doesn't say what was said on what it borrowed."""
    older = {"study": "buren", "tapes": {"ander": "0" * 64}}
    for number, borrowed in enumerate(([], [older])):
        model = tiny_model(tmp_path / f"m{number}", trained_on=["les", "x"], borrowed=borrowed)
        assert seen_by(model, study, [*TAPES, "x"]) == {"les", "x"}
