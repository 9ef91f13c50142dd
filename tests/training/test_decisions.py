import warnings

import numpy as np
import pytest

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


def test_a_rare_code_gets_a_low_threshold() -> None:
    """Where every yes scores under a half, the threshold lies where the yeses begin."""
    probabilities = np.array([0.05] * 90 + [0.3] * 10)[:, None]
    answers = (probabilities > 0.1).astype(np.float32)[None]

    (threshold,) = choose_thresholds(probabilities, answers)

    assert 0.05 < threshold <= 0.3
    assert mean_kappa(probabilities[:, 0] >= threshold, answers[:, :, 0]) == 1.0
    assert mean_kappa(probabilities[:, 0] >= 0.5, answers[:, :, 0]) == 0.0


def test_a_lone_peak_is_passed_over_for_a_plateau() -> None:
    """A threshold that is best by a hair at one point loses to one that is good all around."""
    # At .35 alone one no fewer is given than from .11 to .34; right behind it 12 yeses are lost.
    yes = np.repeat([0.35, 0.815], [12, 8])
    no = np.repeat([0.1, 0.345, 0.805], [70, 1, 9])
    probabilities = np.concatenate([yes, no])[:, None]
    answers = np.concatenate([np.ones(len(yes)), np.zeros(len(no))]).astype(np.float32)[
        None, :, None
    ]

    (threshold,) = choose_thresholds(probabilities, answers)

    assert 0.1 < threshold < 0.345


@pytest.mark.parametrize("answer", [0.0, 1.0, np.nan])
def test_without_a_kappa_the_threshold_is_a_half(answer: float) -> None:
    """A code that coders always, never or nowhere decided on gives nothing to choose by."""
    probabilities = np.linspace(0, 1, 20)[:, None]
    answers = np.full((2, 20, 1), answer, dtype=np.float32)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert choose_thresholds(probabilities, answers).tolist() == [0.5]


def test_a_model_that_is_worse_than_chance_keeps_a_half() -> None:
    """Where no threshold agrees better than chance, none is preferred."""
    answers = np.array([1, 1, 0, 0], dtype=np.float32)[None, :, None]

    assert choose_thresholds(np.array([[0.1], [0.2], [0.8], [0.9]]), answers).tolist() == [0.5]


def test_kappa_is_the_mean_over_the_coders_it_is_defined_for() -> None:
    """One coder agrees fully, one half, one saw nothing."""
    decided = np.array([True, True, False, False])
    answers = np.array([[1, 1, 0, 0], [1, 0, 0, 1], [np.nan] * 4], dtype=np.float32)

    assert mean_kappa(decided, answers) == pytest.approx(0.5)
    assert np.isnan(mean_kappa(decided, answers[2:]))
