"""The scores by which utterances are ordered."""

import numpy as np
import pytest

from werkalliantie.ordering.scores import disagreement, rarity, surprise, uncertainty


def test_a_probability_at_its_threshold_is_most_uncertain() -> None:
    """Whatever the threshold is; as far to either side on the scale of log odds is alike."""
    scores = uncertainty([[0.2], [0.05], [0.5], [0.8]], [0.2])

    assert scores[0] == pytest.approx(1)
    assert scores[0] > scores[2] > scores[3]
    odds = 0.2 / 0.8
    either = np.array([[3 * odds / (1 + 3 * odds)], [odds / 3 / (1 + odds / 3)]])
    assert uncertainty(either, [0.2]) == pytest.approx([0.8112781244591328] * 2)


def test_two_doubtful_codes_count_for_twice_one() -> None:
    """Uncertainty is the mean over codes."""
    one, two = uncertainty([[0.5, 1.0], [0.5, 0.5]], [0.5, 0.5])

    assert (one, two) == (0.5, 1.0)


@pytest.mark.parametrize("threshold", [-0.1, 0.0, 1.0, 1.1])
def test_a_threshold_that_decides_beforehand_leaves_nothing_uncertain(threshold: float) -> None:
    """Nor do probabilities of 0 and 1 give NaN there."""
    assert uncertainty([[0.0], [0.5], [1.0]], [threshold]).tolist() == [0.0, 0.0, 0.0]


def test_models_that_say_the_same_do_not_disagree() -> None:
    """However unsure they are; certain opposites disagree by one bit."""
    scores = disagreement([[[0.5], [0.3], [1.0]], [[0.5], [0.3], [0.0]]])

    assert scores == pytest.approx([0, 0, 1])


def test_one_model_has_none_to_disagree_with() -> None:
    """Where the others didn't label, disagreement is NaN and not 0."""
    nan = np.nan
    scores = disagreement([[[0.9], [0.9]], [[nan], [0.1]], [[nan], [nan]]])

    assert np.isnan(scores).tolist() == [True, False]
    assert scores[1] == pytest.approx(1 - 0.4689955935892812)


def test_rarity_is_that_of_the_rarest_code_given() -> None:
    """And 0 where no code is."""
    given = [[True, True], [True, False], [False, False]]

    assert rarity(given, [0.1, 0.7]).tolist() == [0.7, 0.1, 0.0]


def test_a_code_that_nobody_gave_surprises_most() -> None:
    """Before anything is coded, every code does."""
    never, half, always = surprise([0, 499, 998], 998)

    assert never == 1
    assert half == pytest.approx(np.log2(2) / np.log2(1000))
    assert 0 < always < 0.001
    assert surprise([0, 0], 0).tolist() == [1.0, 1.0]
