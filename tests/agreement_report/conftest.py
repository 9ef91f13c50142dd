"""Stores that several tests of the agreement document begin with."""

import pytest
from agreement_report.coded import N, code
from samples import a_tape, utterances_of

from werkalliantie.store import Store


@pytest.fixture
def filled(store: Store) -> Store:
    """Give a store with the tapes t1 to t3, of six worker utterances each."""
    tapes = [
        a_tape(
            *(f"R: Dit is zin {line} van {number}." for line in range(N)),
            id=f"t{number}",
            worker=f"w{number}",
        )
        for number in (1, 2, 3)
    ]
    store.add([(tape, utterances_of(tape)) for tape in tapes])
    return store


@pytest.fixture
def coded(filled: Store) -> Store:
    """Give a store in which two coders coded t1 and t2 blind."""
    code(filled, "anna", "t1", ["DT", "DT", "HC", "", "ZBV", ""])
    code(filled, "bram", "t1", ["DT", "", "HC", "", "ZBV", "DT"])
    code(filled, "anna", "t2", ["DT1", "", "HC", "HC", "", ""])
    code(filled, "bram", "t2", ["DT6", "", "HC", "", "", ""])
    return filled
