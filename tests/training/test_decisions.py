import warnings

import numpy as np
import pytest
from numpy.typing import NDArray

from werkalliantie_training.decisions import (
    Scaling,
    choose_thresholds,
    fit_scaling,
    mean_kappa,
    sigmoid,
)


def test_sigmoid() -> None:
    """Logits become probabilities, also far from 0."""
    np.testing.assert_allclose(
        sigmoid(np.array([0.0, np.log(3), -40.0])), [0.5, 0.75, 0], atol=1e-9
    )


def _honest(seed: int, size: int = 400) -> NDArray[np.float64]:
    """Return log odds of two codes."""
    return np.random.default_rng(seed).normal(-1, 2, (size, 2))


@pytest.mark.parametrize(("scale", "shift"), [(0.5, 0.0), (1.0, 1.5), (3.0, -2.0)])
def test_the_scaling_is_found_again(scale: float, shift: float) -> None:
    """Logits that are too large by a factor, and too high, are undone."""
    honest = _honest(1)

    found = fit_scaling((honest * scale + shift).astype(np.float32), _shares(honest))

    np.testing.assert_allclose(found.temperatures, scale, rtol=0.03)
    np.testing.assert_allclose(found.offsets, -shift, atol=0.1)


def test_codes_have_their_own_scaling() -> None:
    """A code that is overconfident, or given too readily, doesn't change another's scaling."""
    honest = _honest(2)

    found = fit_scaling((honest * [1, 4] + [0, 2]).astype(np.float32), _shares(honest))

    np.testing.assert_allclose(found.temperatures, [1, 4], rtol=0.03)
    np.testing.assert_allclose(found.offsets, [0, -2], atol=0.1)


def _shares(honest: NDArray[np.float64]) -> NDArray[np.float32]:
    return sigmoid(honest).astype(np.float32)


@pytest.mark.parametrize("slope", [-3.0, 0.0, 1.0, 40.0])
def test_probabilities_are_right_on_average(slope: float) -> None:
    """Also where the logits tell nothing, or the opposite, or all: but for Platt's one in n + 2."""
    honest = _honest(3, size=500)
    targets = (honest > 0).astype(np.float32)

    found = fit_scaling(honest * slope + 7, targets)

    said = found.probabilities(honest * slope + 7)
    np.testing.assert_allclose(said.mean(axis=0), targets.mean(axis=0), atol=2 / 500)


def test_logits_that_tell_the_opposite_are_not_turned_round() -> None:
    """What ranks higher stays likelier, however little."""
    honest = _honest(4)

    found = fit_scaling(-honest, _shares(honest))

    assert found.temperatures.tolist() == [8.0, 8.0]


def test_a_perfect_fit_is_no_certainty() -> None:
    """Four utterances told apart without a fault leave odds of no more than Platt's targets."""
    logits = np.array([[-9.0], [-8.0], [8.0], [9.0]])

    said = fit_scaling(logits, np.array([[0], [0], [1], [1]], dtype=np.float32))

    np.testing.assert_allclose(
        said.probabilities(logits)[:, 0], [0.25, 0.25, 0.75, 0.75], atol=0.05
    )


@pytest.mark.parametrize("answer", [0.0, 1.0])
def test_without_a_difference_logits_stay_as_they_are(answer: float) -> None:
    """A code that was given everywhere or nowhere tells nothing of the others to come."""
    logits = np.linspace(-2, 2, 9)[:, None]

    found = fit_scaling(logits, np.full((9, 1), answer, dtype=np.float32))

    assert (found.temperatures.tolist(), found.offsets.tolist()) == ([1.0], [0.0])


def test_the_prior_is_what_a_logit_of_nought_comes_to() -> None:
    """Offset over temperature, as a probability."""
    scaling = Scaling(offsets=np.array([-2.0, 0.0]), temperatures=np.array([2.0, 3.0]))

    np.testing.assert_allclose(scaling.prior, sigmoid(np.array([-1.0, 0.0])))


def _rare() -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Return probabilities and answers where every yes, one in ten, scores under a half."""
    probabilities = np.array([0.05] * 90 + [0.3] * 10)[:, None]
    return probabilities, (probabilities > 0.1).astype(np.float32)[None]


def test_a_code_is_given_as_often_as_coders_give_it() -> None:
    """On many tapes the threshold lies where as many utterances score higher as carry the code."""
    probabilities, answers = _rare()

    (threshold,) = choose_thresholds(probabilities, answers, n_tapes=1000)

    assert 0.05 < threshold < 0.3
    assert mean_kappa(probabilities[:, 0] >= threshold, answers[:, :, 0]) == 1.0
    assert mean_kappa(probabilities[:, 0] >= 0.5, answers[:, :, 0]) == 0.0


def test_how_often_is_the_mean_over_the_coders_who_saw_it() -> None:
    """Coders who give a code to four, two and none of four that they saw: to two of every four."""
    probabilities = np.linspace(0.1, 0.9, 8)[:, None]
    answers = np.full((3, 8, 1), np.nan, dtype=np.float32)
    answers[0, :4], answers[1, :4], answers[2, :4] = 1, [[0], [1], [0], [1]], 0

    (threshold,) = choose_thresholds(probabilities, answers, n_tapes=10**9)

    assert (probabilities >= threshold).sum() == 4


def test_few_tapes_draw_a_threshold_to_a_half() -> None:
    """The log odds of what the tapes ask for count for as much as eight tapes do for a half."""
    probabilities, answers = _rare()
    asked = np.log([0.05 / 0.95, 0.3 / 0.7]).mean()

    found = [choose_thresholds(probabilities, answers, n_tapes=n)[0] for n in (2, 8, 24)]

    np.testing.assert_allclose(found, sigmoid(asked * np.array([0.2, 0.5, 0.75])))


def test_few_tapes_draw_a_threshold_to_its_prior() -> None:
    """Each code's to its own, where no tapes tell how often it is given."""
    probabilities, answers = np.hstack([_rare()[0]] * 2), np.concatenate([_rare()[1]] * 2, axis=2)
    asked = np.log([0.05 / 0.95, 0.3 / 0.7]).mean()

    found = choose_thresholds(probabilities, answers, n_tapes=8, prior=np.array([0.1, 0.3]))

    np.testing.assert_allclose(found, sigmoid(asked / 2 + np.log([1 / 9, 3 / 7]) / 2))


def test_scaling_changes_no_decision() -> None:
    """With its prior a code is given to the utterances that it was given to by the logits."""
    honest = _honest(5)
    answers = (np.random.default_rng(6).random(honest.shape) < sigmoid(honest)).astype(np.float32)
    logits = honest * 1.5 + [1.0, 2.5]

    scaling = fit_scaling(logits, answers)

    scaled = scaling.probabilities(logits)
    for n_tapes in (2, 30):
        plain = choose_thresholds(sigmoid(logits), answers[None], n_tapes=n_tapes)
        drawn = choose_thresholds(scaled, answers[None], n_tapes=n_tapes, prior=scaling.prior)
        np.testing.assert_array_equal(scaled >= drawn, sigmoid(logits) >= plain)
        own = scaling.thresholds(logits, answers[None], n_tapes=n_tapes)
        np.testing.assert_array_equal(own, drawn)


@pytest.mark.parametrize("answer", [0.0, 1.0, np.nan])
def test_without_a_kappa_the_threshold_is_a_half(answer: float) -> None:
    """A code that coders always, never or nowhere decided on gives nothing to choose by."""
    probabilities = np.linspace(0, 1, 20)[:, None]
    answers = np.full((2, 20, 1), answer, dtype=np.float32)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert choose_thresholds(probabilities, answers, n_tapes=9).tolist() == [0.5]


def test_a_threshold_is_never_certainty() -> None:
    """Scores of nought and one leave thresholds that a model can still pass, or miss."""
    answers = np.array([1, 1, 0, 0], dtype=np.float32)[None, :, None]
    scores = np.array([[1.0], [1.0], [1.0], [0.0]])

    (threshold,) = choose_thresholds(scores, answers, n_tapes=10**9)

    assert threshold == pytest.approx(0.99)


def test_kappa_is_the_mean_over_the_coders_it_is_defined_for() -> None:
    """One coder agrees fully, one half, one saw nothing."""
    decided = np.array([True, True, False, False])
    answers = np.array([[1, 1, 0, 0], [1, 0, 0, 1], [np.nan] * 4], dtype=np.float32)

    assert mean_kappa(decided, answers) == pytest.approx(0.5)
    assert np.isnan(mean_kappa(decided, answers[2:]))
