import itertools
import math
from collections import Counter

import numpy as np
import pytest
from agreement.published import CODES, NOT_SEEN, sets_of
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from werkalliantie.agreement.alpha import alpha
from werkalliantie.agreement.figure import Figure, Reason
from werkalliantie.agreement.multivalued import multivalued_alpha

Unit = list[str | None]
FEW = "abcd"
few_codes = st.one_of(st.none(), st.sets(st.sampled_from(FEW)).map("".join))
units_coded = st.tuples(st.integers(1, 4), st.integers(1, 5)).flatmap(
    lambda shape: st.lists(
        st.lists(few_codes, min_size=shape[0], max_size=shape[0]),
        min_size=shape[1],
        max_size=shape[1],
    )
)


def dice(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the difference of two sets."""
    return 1 - 2 * len(one & other) / (len(one) + len(other)) if one or other else 0.0


def written_out(units: list[Unit]) -> float | None:
    """Return the multi-valued alpha with every two subsets of the codes written out."""
    coded = [[frozenset(given) for given in unit if given is not None] for unit in units]
    coded = [unit for unit in coded if len(unit) > 1]
    everything = [given for unit in coded for given in unit]
    if not everything:
        return None
    observed = sum(
        dice(a, b) / (len(unit) - 1) for unit in coded for a, b in itertools.permutations(unit, 2)
    ) / len(everything)
    times = Counter(code for given in everything for code in given)
    sizes = Counter(len(given) for given in everything)
    expected = 0.0
    for size, other in itertools.product(sizes, repeat=2):
        ways = distance = 0.0
        for c in map(frozenset, itertools.combinations(sorted(times), size)):
            for k in map(frozenset, itertools.combinations(sorted(times), other)):
                drawn = math.prod(times[code] for code in c) * math.prod(
                    times[code] - (code in c) for code in k
                )
                ways += drawn
                distance += drawn * dice(c, k)
        if ways:
            expected += sizes[size] * sizes[other] / len(everything) ** 2 * distance / ways
    return 1 - observed / expected if expected else None


@pytest.mark.parametrize(
    ("units", "published"),
    [
        ([["bd", "d", None], ["abd", "b", "bd"], ["", "a", "a"], ["a", None, None]], 0.287),
        ([["a", "a", "a"], ["abd", "abd", "abde"], ["d", "d", "d"]], 0.947),
        ([["a", "a", "a"], ["ab", "ab", "abd"], ["d", "d", "d"]], 0.923),
        ([["a", "a", "a"], ["b", "b", "bd"], ["d", "d", "d"]], 0.895),
        ([["a", "a", "a"], ["ab", "ad", "bd"], ["d", "d", "d"]], 0.716),
        ([["a", "a", "a"], ["ab", "ed", "f"], ["d", "d", "d"]], 0.554),
        ([["a", "b", "ab"], ["ab", "ed", "f"], ["bd", "d", "be"]], -0.002),
    ],
    ids=["table 3", "table 8a", "table 8b", "table 8c", "table 9a", "table 9b", "table 9c"],
)
def test_is_as_published(units: list[Unit], published: float) -> None:
    """Krippendorff and Craggs (2016): three observers, with a gap and an empty set in table 3."""
    assert multivalued_alpha(sets_of(*units)).value == pytest.approx(published, abs=5e-4)


@given(units_coded)
def test_is_that_of_all_subsets_written_out(units: list[Unit]) -> None:
    """Gathering the sums code by code is the same as going through every two subsets."""
    expected = written_out(units)

    found = multivalued_alpha(sets_of(*units)).value
    assert found == (None if expected is None else pytest.approx(expected, abs=1e-9))


@given(
    st.lists(
        st.lists(st.sampled_from([0.0, 1.0, 2.0, NOT_SEEN]), min_size=3, max_size=3), max_size=8
    )
)
def test_of_single_codes_is_nominal(units: list[list[float]]) -> None:
    """With one code per answer it is Krippendorff's nominal alpha."""
    coded = [[None if np.isnan(a) else CODES[int(a)] for a in unit] for unit in units]
    answers = np.array(units, dtype=float).reshape(-1, 3).T

    found = multivalued_alpha(sets_of(*coded, [None] * 3))
    assert found.value == pytest.approx(alpha(answers).value, abs=1e-9)
    assert found.reason == alpha(answers).reason


@given(units_coded, st.integers(0, 2**32 - 1))
def test_does_not_depend_on_order_or_names(units: list[Unit], seed: int) -> None:
    """Coders, units and codes in any order."""
    rng, answers = np.random.default_rng(seed), sets_of(*units)
    found = multivalued_alpha(answers)

    for axis in range(3):
        other = multivalued_alpha(rng.permutation(answers, axis=axis))
        assert other.reason == found.reason
        assert other.value == pytest.approx(found.value, abs=1e-9)


def test_says_why_it_is_undefined() -> None:
    """No pairs, no code ever, or the same set everywhere."""
    same: NDArray[np.float64] = sets_of(["ab", "ab"], ["ab", "ab"])

    assert multivalued_alpha(sets_of(["a", None])) == Figure(None, Reason.NOTHING_SHARED)
    assert multivalued_alpha(sets_of(["", ""])) == Figure(None, Reason.NOTHING_VARIES)
    assert multivalued_alpha(same) == Figure(None, Reason.NOTHING_VARIES)


def test_of_more_answers_than_a_product_of_counts_could_hold() -> None:
    """Thirty-odd codes given tens of thousands of times don't overflow."""
    rng = np.random.default_rng(3)
    truth = rng.random((1, 2_000, 40)) < 0.5
    answers = (truth ^ (rng.random((3, 2_000, 40)) < 0.02)).astype(float)
    many = np.tile(answers, (1, 5, 1))[:, :400]

    assert multivalued_alpha(many).value == pytest.approx(0.92, abs=0.03)
