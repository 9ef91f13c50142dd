"""Tapes in, scores out, with no more in memory than a few chunks of utterances.

A chunk doesn't end where a tape does, so the cores never wait for a tape's last utterance. While
one chunk is scored, the next is read and the one before is kept. Knows no model and no store.
"""

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from werkalliantie.labeller import Question, Scores
from werkalliantie.precoding.asking import Asked, Scored

CHUNK = 1024
_AHEAD = 2

Score = Callable[[Sequence[Question]], Scores]
"""Questions to probabilities, shape `(n_questions, n_codes)`, in the order asked."""


def scored(tapes: Iterable[Asked], score: Score, *, chunk: int = CHUNK) -> Iterator[Scored]:
    """Yield each tape with its scores, in order.

    Args:
        tapes: Read one at a time, in this thread, a few chunks ahead of the scores.
        score: Called from one other thread, never twice at once.
        chunk: Most utterances scored in one call.
    """
    asked: deque[Asked] = deque()
    rows: deque[Scores] = deque()
    for scores in _ahead(_chunks(_questions(tapes, asked), chunk), score):
        rows.extend(scores)
        yield from _whole(asked, rows)
    yield from _whole(asked, rows)


def _questions(tapes: Iterable[Asked], asked: deque[Asked]) -> Iterator[Question]:
    for tape in tapes:
        asked.append(tape)
        yield from tape.questions


def _chunks(questions: Iterator[Question], size: int) -> Iterator[list[Question]]:
    while found := [*itertools.islice(questions, size)]:
        yield found


def _ahead(chunks: Iterable[list[Question]], score: Score) -> Iterator[Scores]:
    """Yield the scores of each chunk; the scoring thread always has another chunk waiting."""
    scorer = ThreadPoolExecutor(1, thread_name_prefix="scorer")
    waiting: deque[Future[Scores]] = deque()
    try:
        for chunk in chunks:
            waiting.append(scorer.submit(score, chunk))
            if len(waiting) > _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        scorer.shutdown(cancel_futures=True)


def _whole(asked: deque[Asked], rows: deque[Scores]) -> Iterator[Scored]:
    """Take the tapes of which every utterance has its scores."""
    while asked and len(asked[0].utterances) <= len(rows):
        tape = asked.popleft()
        own = [rows.popleft() for _ in tape.utterances]
        yield Scored(asked=tape, scores=np.array(own, dtype=np.float32))
