import sqlite3
from pathlib import Path

import pytest
from samples import a_tape, utterances_of

from werkalliantie.coding import Coding, Mode
from werkalliantie.errors import StoreError
from werkalliantie.segment import SegmentCoding
from werkalliantie.store import CodingCounts, Store


def a_segment(
    *codes: str, first: int = 0, last: int = 1, coder: str = "ann", mode: Mode = Mode.BLIND
) -> SegmentCoding:
    """Return a coded stretch of the sample conversation."""
    return SegmentCoding(
        tape="gesprek-01",
        first=first,
        last=last,
        coder=coder,
        codebook="proef-1",
        codes=frozenset(codes),
        mode=mode,
        note="kort",
    )


def with_tape(store: Store) -> Store:
    """Return the store with the sample conversation in it."""
    tape = a_tape()
    store.add([(tape, utterances_of(tape))])
    return store


def test_the_newest_answer_counts(store: Store) -> None:
    """Given anew, an answer is added and counts; given again as it is, it isn't repeated."""
    with_tape(store).add_answers([], [a_segment("DT"), a_segment("HC", first=1, last=2)])

    _, counts = store.add_answers([], [a_segment(), a_segment("HC", first=1, last=2)])

    assert counts == CodingCounts(added=0, changed=1, unchanged=1)
    assert store.segment_codings() == (a_segment(), a_segment("HC", first=1, last=2))


def test_answers_by_stretch_coder_and_mode(store: Store) -> None:
    """Other ends, coders and modes are answers of their own, and can be asked for."""
    all_of_them = [
        a_segment("DT"),
        a_segment("DT", last=2),
        a_segment("DT", coder="bo"),
        a_segment("DT", mode=Mode.ASSISTED),
    ]

    with_tape(store).add_answers([], all_of_them)

    assert {*store.segment_codings()} == {*all_of_them}
    assert store.segment_codings(coders=["bo"]) == (a_segment("DT", coder="bo"),)
    assert store.segment_codings(codebook="proef-2") == ()
    assert store.segment_codings(tapes=["elders"]) == ()


def test_stretches_are_no_codings_of_utterances(store: Store) -> None:
    """What was said of a stretch is never read as if it were said of an utterance."""
    with_tape(store).add_answers([], [a_segment("DT", first=1, last=1)])

    assert store.codings() == ()


def test_all_or_nothing(store: Store) -> None:
    """A stretch that ends behind the tape is refused, and the utterance's coding with it."""
    coding = Coding(
        tape="gesprek-01", utterance=0, coder="ann", codebook="proef-1", codes=frozenset()
    )
    with_tape(store)

    with pytest.raises(StoreError) as refused:
        store.add_answers([coding], [a_segment("DT", last=9)])

    assert refused.value.message == 'codings of stretches: no utterance 9 on tape "gesprek-01"'
    assert store.codings() == ()
    assert store.segment_codings() == ()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE segment_codings SET codes = '[]'",
        "DELETE FROM segment_codings",
        "INSERT OR REPLACE INTO segment_codings SELECT * FROM segment_codings",
    ],
)
def test_they_are_append_only(tmp_path: Path, change: str) -> None:
    """Even other programs can't change or remove the coding of a stretch."""
    with Store(tmp_path / "a.db") as store:
        with_tape(store).add_answers([], [a_segment("DT")])
    database = sqlite3.connect(tmp_path / "a.db")

    with pytest.raises(sqlite3.IntegrityError, match=r"^segment codings are append-only$"):
        database.execute(change)
