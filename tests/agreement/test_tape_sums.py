import numpy as np
import pytest

from werkalliantie.agreement.alpha import alpha_of, nominal_distances
from werkalliantie.agreement.nominal import contingency, kappa_of
from werkalliantie.agreement.tape_sums import Sums, difference, over_pairs, per_tape, share

GOOD, POOR, NEVER = [10.0, 2, 3, 10], [6.0, 4, 4, 6], [0.0, 0, 0, 20]


def alpha(tables: Sums) -> Sums:
    """Return nominal alpha."""
    return alpha_of(tables, nominal_distances(np.arange(2.0)))


def kappa(counts: list[float]) -> float:
    """Return the kappa of one pair."""
    return float(kappa_of(np.array(counts)))


def test_tapes_add_up_to_the_whole() -> None:
    """Counts per tape, in the order of their numbers; a number without units adds nothing."""
    answers = np.array([[1, 1], [1, 0], [0, 0], [1, 1]])
    counts = per_tape(lambda rows: contingency(*rows.T), answers, [2, 0, 0, 2])

    assert counts.tolist() == [[0, 1, 0, 1], [0, 0, 0, 0], [2, 0, 0, 0]]


def test_a_mean_over_pairs_leaves_out_the_undefined() -> None:
    """A pair that never gave the code has no kappa, and counts for nothing."""
    mean = over_pairs(kappa_of)
    counts = np.array([[GOOD, POOR, NEVER], [NEVER, NEVER, NEVER]])

    found = mean(counts)
    assert found[0] == pytest.approx((kappa(GOOD) + kappa(POOR)) / 2)
    assert np.isnan(found[1])


def test_a_difference_is_the_last_less_the_first() -> None:
    """The first so many pairs against all others, for any leading axes."""
    counts = np.array([[GOOD, GOOD, POOR], [POOR, POOR, GOOD]])
    found = difference(over_pairs(kappa_of), 2)(counts)

    less = kappa(POOR) - kappa(GOOD)
    assert found == pytest.approx([less, -less])


def test_a_share_is_the_last_divided_by_the_first() -> None:
    """Above chance; a share of no agreement, or of less, is undefined."""
    found = share(over_pairs(kappa_of), 1)

    assert found(np.array([GOOD, POOR])) == pytest.approx(kappa(POOR) / kappa(GOOD))
    both = found(np.array([[GOOD, POOR], [POOR, GOOD], [GOOD, GOOD]]))
    assert both == pytest.approx([kappa(POOR) / kappa(GOOD), kappa(GOOD) / kappa(POOR), 1])
    assert np.isnan(found(np.array([[5.0, 5, 5, 5], GOOD])))
    assert np.isnan(found(np.array([[4.0, 6, 6, 4], GOOD])))


def test_another_axis_may_be_split() -> None:
    """Coincidences of coders, then of coders and model, for two alphas."""
    human, both = np.array([[8.0, 2], [2, 8]]), np.array([[7.0, 3], [3, 7]])
    tables = np.array([human, both])

    less = over_pairs(alpha)
    assert difference(less, 1, axis=-3)(tables) == pytest.approx(alpha(both) - alpha(human))
    assert share(less, 1, axis=-3)(tables) == pytest.approx(alpha(both) / alpha(human))
