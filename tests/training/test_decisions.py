import warnings

import numpy as np
import pytest
from numpy.typing import NDArray

from werkalliantie_training.decisions import (
    choose_thresholds,
    fit_temperatures,
    mean_kappa,
    sigmoid,
)


def test_sigmoid() -> None:
    """Logits become probabilities, also far from 0."""
    np.testing.assert_allclose(
        sigmoid(np.array([0.0, np.log(3), -40.0])), [0.5, 0.75, 0], atol=1e-9
    )


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
def test_the_temperature_is_found_again(scale: float) -> None:
    """Logits that are too large by a known factor are divided by that factor."""
    honest = np.random.default_rng(1).normal(0, 2, (400, 2))

    found = fit_temperatures(
        (honest * scale).astype(np.float32), sigmoid(honest).astype(np.float32)
    )

    np.testing.assert_allclose(found, scale, rtol=0.03)


def test_codes_have_their_own_temperature() -> None:
    """A code that is overconfident doesn't change another's temperature."""
    honest = np.random.default_rng(2).normal(0, 2, (400, 2))

    found = fit_temperatures(
        (honest * [1.0, 4.0]).astype(np.float32), sigmoid(honest).astype(np.float32)
    )

    np.testing.assert_allclose(found, [1.0, 4.0], rtol=0.03)


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
