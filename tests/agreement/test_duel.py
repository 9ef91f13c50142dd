import warnings
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from werkalliantie.agreement.duel import Duel, Scoring, duel_with, likenesses

GAP = np.nan


def one_code(*rows: Sequence[float]) -> NDArray[np.float64]:
    """Return answers on a single code, `(n_raters, n_units, 1)`."""
    return np.array(rows)[..., np.newaxis]


def test_answers_are_alike_or_not() -> None:
    """By accuracy all codes must be the same; what either didn't see is left open."""
    coders = np.array([[[1, 0], [1, 1], [0, 0]], [[1, 0], [1, 0], [GAP, 0]]])
    found = likenesses(np.array([[1.0, 0], [1, 1], [1, 0]]), coders, Scoring.ACCURACY)

    assert found.shape == (3, 2, 3)
    expected = [[[1, 1, 0], [1, 0, GAP]], [[1, 1, 1], [1, 0, GAP]], [[1, 0, GAP], [1, 1, GAP]]]
    assert np.array_equal(found, np.array(expected), equal_nan=True)


def test_code_sets_are_alike_by_what_they_share() -> None:
    """By Jaccard: one of two, one of three, none, and no code at all from either, which is 1."""
    model = np.array([[1.0, 1, 0], [1, 1, 0], [0, 0, 1], [0, 0, 0], [0, 0, 0]])
    coder = np.array([[1.0, 0, 0], [0, 1, 1], [1, 0, 0], [0, 0, 0], [0, 1, 0]])
    found = likenesses(model, coder[np.newaxis], Scoring.JACCARD)

    assert found[0, 0] == pytest.approx([1 / 2, 1 / 3, 0, 1, 0])


def test_a_duel_counts_who_agrees_better_with_the_others() -> None:
    """Worked by hand: the coder left out is ahead on unit 1, the model on unit 2, else none.

    The fourth unit the model didn't see, the fifth no other coder.
    """
    coders = one_code(
        [1, 0, 1, 1, 1],
        [1, 1, 1, 1, GAP],
        [1, 1, 0, 1, GAP],
    )
    likeness = likenesses(one_code([0, 1, 1, GAP, 1])[0], coders, Scoring.ACCURACY)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = duel_with(likeness, 0, np.array([7, 7, 2, 2, 9]))
    assert (found.coder, found.n_units) == (0, 3)
    assert [found.model_ahead, found.coder_ahead] == pytest.approx([2 / 3, 2 / 3])
    assert found.by_tape.tolist() == [0, 0]


def test_a_lead_with_one_of_three_others_is_a_lead() -> None:
    """Worked by hand for the second coder: alike with two of three, the model with one of three."""
    coders = one_code([1, 1], [1, 0], [1, 1], [0, 0])
    likeness = likenesses(one_code([0, 1])[0], coders, Scoring.ACCURACY)

    found = duel_with(likeness, 1, np.array([0, 1]))
    assert found.coder == 1
    assert found.by_tape.tolist() == [1, -1]
    assert (found.model_ahead, found.coder_ahead) == (0.5, 0.5)


def test_tapes_are_averaged_first() -> None:
    """A long tape counts as much as a short one."""
    coders = one_code([1, 1, 1, 0], [1, 1, 1, 1], [1, 1, 1, 1])
    found = duel_with(
        likenesses(one_code([0, 1, 1, 0])[0], coders, Scoring.ACCURACY), 0, np.array([0, 0, 0, 1])
    )

    assert found.by_tape == pytest.approx([1 / 3, 0])
    assert (found.model_ahead, found.coder_ahead) == (0.75, 1)


def test_equal_likenesses_are_equal_whatever_the_order_they_were_added_in() -> None:
    """Three Jaccard likenesses of 1/3, 1/2 and 1/6 to each: a tie, and no lead by a last digit."""
    model, coder = [1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1]
    others = [[1, 1, 0, 0, 0, 0], [1, 1, 1, 0, 0, 0], [1, 0, 0, 0, 0, 0]]
    likeness = likenesses(
        np.array([model], float),
        np.array([[coder], *[[o] for o in others]], float),
        Scoring.JACCARD,
    )
    likeness[0, 1:, 0] = likeness[0, [3, 1, 2], 0] + [1e-16, -1e-16, 1e-16]

    found = duel_with(likeness, 0, np.array([0]))
    assert (found.model_ahead, found.coder_ahead) == (1, 1)


def duel(*by_tape: float) -> Duel:
    """Return a duel that went so on each tape."""
    return Duel(
        coder=0, n_units=40, model_ahead=0.5, coder_ahead=0.5, by_tape=np.array(by_tape, float)
    )


@pytest.mark.parametrize("epsilon", [0, 0.1, 0.3])
def test_its_p_value_is_of_a_t_test_over_tapes(epsilon: float) -> None:
    """One sample, against the coder being ahead by epsilon or more."""
    tapes = [0.1, -0.05, 0.2, 0.15, 0.02]
    theirs = stats.ttest_1samp(tapes, epsilon, alternative="less").pvalue

    assert duel(*tapes).p_value(epsilon) == pytest.approx(theirs)


def test_tapes_that_all_went_alike_are_certain() -> None:
    """Without a spread there is no doubt, either way; at epsilon itself nothing is shown."""
    assert duel(0.25, 0.25).p_value(0.5) == 0
    assert duel(0.25, 0.25).p_value(0.125) == 1
    assert duel(0.25, 0.25).p_value(0.25) == 1
