import random
import threading
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import a_tape, utterances_of

from werkalliantie.labeller import Question, Scores
from werkalliantie.precoding.asking import Asked
from werkalliantie.precoding.stream import scored


def asked(number: int, n_utterances: int) -> Asked:
    """Return a tape on which the worker says its number and the utterance's."""
    lines = [f"R: zin {number} {index}" for index in range(n_utterances)] or ["C: Hallo?"]
    tape = a_tape(*lines, id=f"t{number}")
    return Asked(tape=tape, utterances=utterances_of(tape))


def by_text(questions: Sequence[Question]) -> Scores:
    """Score a question with the numbers in its text."""
    rows = [[float(word) for word in question.text.split()[1:]] for question in questions]
    return np.array(rows, dtype=np.float32).reshape(-1, 2)


@given(sizes=st.lists(st.integers(0, 9), max_size=12), chunk=st.integers(1, 12))
def test_every_utterance_gets_its_own_scores(sizes: list[int], chunk: int) -> None:
    """Whatever the tapes' lengths and wherever a chunk ends."""
    tapes = [asked(number, n) for number, n in enumerate(sizes)]

    done = [*scored(iter(tapes), by_text, chunk=chunk)]
    assert [one.asked for one in done] == tapes
    for number, one in enumerate(done):
        assert one.scores.tolist() == [[number, index] for index in range(sizes[number])] or (
            sizes[number] == 0 and one.scores.size == 0
        )


def test_chunks_cross_the_borders_of_tapes() -> None:
    """All are full but the last, so that no core waits for the end of a tape."""
    sizes: list[int] = []

    def score(questions: Sequence[Question]) -> Scores:
        sizes.append(len(questions))
        return by_text(questions)

    assert len([*scored((asked(n, 3) for n in range(7)), score, chunk=4)]) == 7
    assert sizes == [4, 4, 4, 4, 4, 1]


@pytest.mark.parametrize("n_tapes", [100, 1000])
def test_the_number_of_tapes_in_memory_does_not_grow(n_tapes: int) -> None:
    """Of any number of tapes, those of a few chunks are held at a time."""
    held: list[int] = []
    started = finished = 0

    def tapes() -> Iterator[Asked]:
        nonlocal started
        for number in range(n_tapes):
            started += 1
            held.append(started - finished)
            yield asked(number, random.Random(number).randint(0, 5))

    for _ in scored(tapes(), by_text, chunk=10):
        finished += 1
    assert finished == n_tapes
    assert max(held) < 40


def test_the_next_chunk_is_read_while_one_is_scored() -> None:
    """The scorer always finds another chunk waiting."""
    may_score = threading.Event()
    read: list[int] = []

    def tapes() -> Iterator[Asked]:
        for number in range(6):
            read.append(number)
            if number == 2:
                may_score.set()
            yield asked(number, 1)

    def score(questions: Sequence[Question]) -> Scores:
        assert may_score.wait(10)
        return by_text(questions)

    first = next(scored(tapes(), score, chunk=1))
    assert first.asked.tape.id == "t0"
    assert read == [0, 1, 2]


def test_a_fault_while_scoring_is_passed_on() -> None:
    """Tapes before it are there; nothing hangs."""

    def score(questions: Sequence[Question]) -> Scores:
        if "zin 3 0" in [question.text for question in questions]:
            raise RuntimeError("kapot")
        return by_text(questions)

    done = []
    with pytest.raises(RuntimeError, match="kapot"):
        for one in scored((asked(n, 1) for n in range(50)), score, chunk=1):
            done.append(one.asked.tape.id)
    assert done == ["t0", "t1", "t2"]


def test_who_stops_listening_stops_the_scoring() -> None:
    """Chunks that wait are not scored, and no thread stays behind."""
    n_scored = 0

    def score(questions: Sequence[Question]) -> Scores:
        nonlocal n_scored
        n_scored += 1
        return by_text(questions)

    stream = scored((asked(n, 1) for n in range(1000)), score, chunk=1)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert n_scored <= 4
    assert not [t for t in threading.enumerate() if t.name.startswith("scorer")]
