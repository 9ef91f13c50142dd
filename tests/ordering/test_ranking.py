"""Ranks, and the random sample that is spread over them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from werkalliantie.ordering.ranking import Ranking, lots_of, ranking

SCORES = st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), max_size=60)
SHARES = st.integers(0, 100).map(lambda percent: percent / 100)


def ranked(scores: list[float], share: float, seed: int = 1) -> Ranking:
    """Rank items called 0, 1 and so on."""
    lots = lots_of(map(str, range(len(scores))), seed=seed)
    return ranking(np.array(scores), lots, random_share=share)


@given(SCORES, SHARES)
def test_every_item_is_ranked_once(scores: list[float], share: float) -> None:
    """A ranking is a permutation."""
    assert sorted(ranked(scores, share).items.tolist()) == [*range(len(scores))]


@given(SCORES, st.integers(0, 100))
def test_every_beginning_holds_the_random_share(scores: list[float], percent: int) -> None:
    """Of the first k, exactly the share of k, rounded down."""
    by_lot = ranked(scores, percent / 100).by_lot

    assert by_lot.cumsum().tolist() == [k * percent // 100 for k in range(1, len(scores) + 1)]


@given(SCORES, SHARES)
def test_the_sample_is_drawn_without_regard_to_scores(scores: list[float], share: float) -> None:
    """Its items, in order, are the first by lot: at every rank it is a simple random sample."""
    found = ranked(scores, share)

    lots = lots_of(map(str, range(len(scores))), seed=1)
    drawn = found.items[found.by_lot]
    assert drawn.tolist() == np.argsort(lots)[: len(drawn)].tolist()


@given(SCORES, SHARES)
def test_the_others_go_by_score(scores: list[float], share: float) -> None:
    """Outside the sample no score is above an earlier one."""
    found = ranked(scores, share)

    rest = np.array(scores)[found.items[~found.by_lot]]
    assert rest.tolist() == sorted(rest, reverse=True)


@given(SCORES, SHARES, st.integers())
def test_the_same_seed_gives_the_same_ranking(scores: list[float], share: float, seed: int) -> None:
    """Twice."""
    first, second = (ranked(scores, share, seed).items.tolist() for _ in range(2))

    assert first == second


def test_another_seed_draws_others() -> None:
    """And equal scores go by lot, not by place."""
    scores = [0.5] * 50
    one, other = (ranked(scores, 0.2, seed).items.tolist() for seed in (1, 2))

    assert one != other
    assert one != [*range(50)]


def test_a_lot_is_the_same_in_any_company() -> None:
    """What is coded in between doesn't change who is next by lot."""
    many = lots_of(["a", "b", "c"], seed=5)

    assert lots_of(["c"], seed=5)[0] == many[2]
    assert len(set(many.tolist())) == 3
    assert len(lots_of([], seed=5)) == 0
