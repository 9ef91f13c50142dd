from dataclasses import replace

import pytest
from samples import a_tape, utterances_of

from werkalliantie.segment import SegmentCoding, starting_within
from werkalliantie.transcript import Utterance


def a_segment(first: int = 0, last: int = 2, note: str | None = None) -> SegmentCoding:
    """Return a coded stretch."""
    return SegmentCoding(
        tape="t1",
        first=first,
        last=last,
        coder="ann",
        codebook="proef-1",
        codes=frozenset({"DT"}),
        note=note,
    )


def timed(*times: float | None) -> list[Utterance]:
    """Return utterances that start at these times."""
    tape = a_tape(*(f"R: Uiting {number}." for number in range(len(times))))
    units = utterances_of(tape)
    return [replace(unit, time=time) for unit, time in zip(units, times, strict=True)]


def test_both_ends_belong_to_a_stretch() -> None:
    """Its utterances are those from the first up to and with the last."""
    assert [*a_segment(3, 5).utterances] == [3, 4, 5]


@pytest.mark.parametrize(("first", "last"), [(-1, 2), (3, 2)])
def test_an_impossible_stretch(first: int, last: int) -> None:
    """A stretch that begins before the tape or behind its own end doesn't exist."""
    with pytest.raises(ValueError, match="a stretch runs from"):
        a_segment(first, last)


def test_the_repr_keeps_the_note_to_itself() -> None:
    """A note may quote, so no repr shows it."""
    assert "vuurtoren" not in repr(a_segment(note="zij noemt de vuurtoren"))


def test_the_end_of_a_time_does_not_belong() -> None:
    """Utterances that start at the end of the time belong to what comes next."""
    units = timed(0, 100, 299, 300, 600)

    assert starting_within(units, 0, 300) == range(0, 3)
    assert starting_within(units, 300, 600) == range(3, 4)
    assert starting_within(units, 601, 900) is None


def test_utterances_without_a_time_follow_the_last_that_has_one() -> None:
    """What has no time of its own starts, for all that is known, with the one before."""
    units = timed(None, 10, None, 310, None)

    assert starting_within(units, 0, 300) == range(1, 3)
    assert starting_within(units, 300, 600) == range(3, 5)


def test_times_that_run_back() -> None:
    """A stretch by time that isn't one stretch of utterances is refused."""
    with pytest.raises(ValueError, match="run back"):
        starting_within(timed(0, 400, 20), 0, 300)
