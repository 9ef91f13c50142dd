"""The review-budget curve."""

import numpy as np
import pytest
from numpy.typing import NDArray

from werkalliantie.agreement.nominal import cohen_kappa
from werkalliantie.agreement.ratings import Ratings
from werkalliantie.ordering import BUDGETS, Point, review_curve

N = 240


def material(seed: int = 3) -> Ratings:
    """Return two coders, and a model that differs more, on four tapes and two codes."""
    random = np.random.default_rng(seed)
    truth = random.random((N, 2)) < 0.4
    rows = [truth ^ (random.random((N, 2)) < wrong) for wrong in (0.08, 0.08, 0.3)]
    tapes = tuple(f"t{number * 4 // N}" for number in range(N))
    return Ratings(coders=("anna", "bram", "m"), tapes=tapes, answers=np.array(rows, dtype=float))


def curve(of: Ratings, ranks: NDArray[np.int64]) -> tuple[Point, ...]:
    """Return the curve of the model m."""
    return review_curve(of, model="m", ranks=ranks)


def in_order(last: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return ranks by a key, ascending; equal ones from all tapes alike."""
    mixed = last + np.random.default_rng(1).random(len(last)) / 2
    return np.argsort(np.argsort(mixed)).astype(np.int64)


def test_it_goes_from_the_model_to_the_other_coder() -> None:
    """At 0 % the model with each coder, at 100 % the coders with each other; both to the bit."""
    of = material()
    points = curve(of, np.arange(N))

    anna, bram, m = of.answers
    for code in range(2):
        kappas = [cohen_kappa(m[:, code], coder[:, code]) for coder in (bram, anna)]
        assert points[0].kappa[code] == np.mean(np.array(kappas, dtype=float))
        assert points[-1].kappa[code] == cohen_kappa(anna[:, code], bram[:, code])
    assert [point.share for point in points] == [*BUDGETS]
    assert [point.n_utterances for point in points] == [0, 12, 24, 48, 96, 144, 192, 240]
    for end in (points[0], points[-1]):
        assert end.gain.estimate == pytest.approx(0)
        assert end.mean.estimate == pytest.approx(np.mean(np.array(end.kappa, dtype=float)))


def test_reviewing_mistakes_first_is_ahead_of_a_random_order() -> None:
    """And reviewing them last is behind; the gain is the difference."""
    of = material()
    right = (of.answers[2] == of.answers[0]).all(axis=1).astype(float)
    ahead, behind = curve(of, in_order(right))[4], curve(of, in_order(-right))[4]

    assert ahead.gain.estimate is not None
    assert ahead.gain.low is not None
    assert ahead.gain.low > 0.05
    assert behind.gain.high is not None
    assert behind.gain.high < -0.05
    assert ahead.mean.estimate is not None
    assert ahead.random.estimate is not None
    assert ahead.gain.estimate == pytest.approx(ahead.mean.estimate - ahead.random.estimate)


def test_the_random_order_is_the_mean_over_random_orders() -> None:
    """The kappa of expected counts is the mean of 60 shuffles but for what these differ."""
    of = material()
    random = np.random.default_rng(0)
    budgets = (0.2, 0.6)
    shuffled = [
        [
            point.mean.estimate
            for point in review_curve(of, model="m", ranks=random.permutation(N), budgets=budgets)
        ]
        for _ in range(60)
    ]

    points = review_curve(of, model="m", ranks=np.arange(N), budgets=budgets)
    expected = np.array([point.random.estimate for point in points], dtype=float)
    table = np.array(shuffled, dtype=float)
    error = table.std(axis=0) / np.sqrt(len(table))
    assert (error < 0.005).all()
    assert (np.abs(expected - table.mean(axis=0)) < 3 * error).all()


def test_what_one_of_them_did_not_see_does_not_count() -> None:
    """The curve is that of the utterances both coders and the model saw, at every budget."""
    of = material()
    answers = of.answers.copy()
    answers[0, :60] = np.nan
    answers[2, 200:] = np.nan
    partly = Ratings(coders=of.coders, tapes=of.tapes, answers=answers)
    ranks = np.arange(N)
    seen = (ranks >= 60) & (ranks < 200)

    point = review_curve(partly, model="m", ranks=ranks, budgets=(1.0,))[0]
    anna, bram, _ = of.where(seen).answers
    assert point.kappa == tuple(cohen_kappa(anna[:, code], bram[:, code]) for code in range(2))


def test_a_code_without_kappa_leaves_the_mean_undefined() -> None:
    """A mean over fewer codes would be another figure."""
    of = material()
    answers = of.answers.copy()
    answers[:, :, 1] = 0
    point = curve(Ratings(coders=of.coders, tapes=of.tapes, answers=answers), np.arange(N))[3]

    assert point.kappa[1] is None
    assert point.kappa[0] is not None
    assert point.mean.estimate is None
    assert point.gain.estimate is None


def test_one_coder_has_no_curve() -> None:
    """Nor have two who share nothing with each other."""
    of = material()
    assert curve(of.of(["anna", "m"]), np.arange(N)) == ()

    answers = of.answers.copy()
    answers[0, :100] = answers[1, 100:] = np.nan
    assert curve(Ratings(coders=of.coders, tapes=of.tapes, answers=answers), np.arange(N)) == ()
