import numpy as np
import pytest

from werkalliantie.agreement.comparison import compare, model_beside_coders
from werkalliantie.agreement.equivalence import Conclusion
from werkalliantie.agreement.ratings import Ratings

HIGH, LOW = [4, 1, 1, 4], [3, 2, 2, 3]
"""Counts of kappa .6 and .2."""
NOTHING = [0, 0, 0, 0]


def counts(*tapes: list[int]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return the counts of one pair, tape by tape."""
    return np.array([tapes], dtype=float)


def test_two_kappas_have_a_difference_and_a_share() -> None:
    """Of the same tapes."""
    found = compare(counts(LOW, LOW, LOW), counts(HIGH, HIGH, HIGH))

    assert found.one == pytest.approx(0.2)
    assert found.other == pytest.approx(0.6)
    assert found.difference.estimate == pytest.approx(-0.4)
    assert found.share.estimate == pytest.approx(1 / 3)
    assert found.n_tapes == 3
    assert found.equivalence.conclusion is Conclusion.NOT_SHOWN


def test_draws_are_paired() -> None:
    """What a tape does to both sides falls out: equal sides differ by nothing, in every draw."""
    sides = counts(HIGH, LOW, [5, 0, 0, 5], [2, 3, 3, 2])
    found = compare(sides, sides)

    assert found.difference.limits == (0.0, 0.0)
    assert found.share.limits == (1.0, 1.0)
    assert found.equivalence.conclusion is Conclusion.EQUIVALENT


def test_the_margin_decides_what_is_equivalent() -> None:
    """A difference of .4 in every tape lies within .5, not within .1."""
    low, high = counts(LOW, LOW, LOW), counts(HIGH, HIGH, HIGH)

    assert compare(low, high, margin=0.5).equivalence.conclusion is Conclusion.EQUIVALENT
    assert compare(low, high, margin=0.1).equivalence.conclusion is Conclusion.NOT_SHOWN


def test_a_difference_is_at_most_two() -> None:
    """Kappas of 1 and -1 are as far apart as any; three tapes leave room beyond, and it is cut."""
    agreeing = counts([5, 0, 0, 5], [5, 0, 0, 5], [5, 0, 0, 5])
    opposed = counts([0, 5, 5, 0], [0, 5, 5, 0], [2, 3, 3, 2])
    above, below = compare(agreeing, opposed).difference, compare(opposed, agreeing).difference

    assert above.estimate == pytest.approx(1 + 11 / 15)
    assert (above.high, below.low) == (2, -2)


def test_other_tapes_on_either_side_are_one_sample() -> None:
    """As of later tapes set against earlier ones."""
    found = compare(counts(NOTHING, NOTHING, HIGH, HIGH), counts(LOW, LOW, NOTHING, NOTHING))

    assert found.difference.estimate == pytest.approx(0.4)
    assert found.n_tapes == 4


@pytest.mark.parametrize("chance", [[1, 1, 1, 1], [0, 2, 2, 0]])
def test_there_is_no_share_of_chance(chance: list[int]) -> None:
    """Or of less."""
    found = compare(counts(HIGH, HIGH), counts(chance, chance))

    assert found.other is not None
    assert found.other <= 0
    assert found.share.estimate is None
    assert found.difference.estimate == pytest.approx(0.6 - found.other)


def test_without_anything_shared_everything_is_none() -> None:
    """No tape, no figure."""
    found = compare(counts(NOTHING), counts(NOTHING))

    assert (found.one, found.other, found.n_tapes) == (None, None, 0)
    assert found.difference.estimate is None


def test_a_model_is_compared_on_what_it_saw() -> None:
    """The coders' agreement elsewhere is no part of it."""
    answers = np.array([[1, 0, 1, 0], [1, 0, 0, 1], [1, 0, np.nan, np.nan]])[:, :, np.newaxis]
    ratings = Ratings(coders=("anna", "bram", "model"), tapes=tuple("xxyy"), answers=answers)
    found = model_beside_coders(ratings, 0, ["anna", "bram"], "model")

    assert (found.one, found.other, found.n_tapes) == (1.0, 1.0, 1)


def test_a_model_is_compared_within_the_margin_asked_for() -> None:
    """A study may have reasons for another than ours."""
    answers = np.array([[1, 0, 1, 0], [1, 0, 0, 1], [1, 0, 0, 0]])[:, :, np.newaxis]
    ratings = Ratings(coders=("anna", "bram", "model"), tapes=tuple("xxyy"), answers=answers)
    found = model_beside_coders(ratings, 0, ["anna", "bram"], "model", margin=0.3)

    assert found.equivalence.margin == 0.3
