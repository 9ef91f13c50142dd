"""The order of utterances and tapes, and why each stands there."""

from typing import Any

import numpy as np
import pytest

from werkalliantie.configuration.study import OrderRules
from werkalliantie.ordering import Order, Pool, Why, places_in_order, ranked

SHARPLY = OrderRules(random_share=0.0)
NAN = np.nan


def pool(
    chances: list[list[float]], *, tapes: str = "", others: list[list[list[float]]] | None = None
) -> Pool:
    """Return utterances with probabilities; a code is given from one half on."""
    table = np.array(chances)
    names = tapes or "a" * len(chances)
    places = [(tape, names[:place].count(tape)) for place, tape in enumerate(names)]
    return Pool(
        places=tuple(places),
        lines=tuple(10 + index for _, index in places),
        probabilities=table,
        given=table >= 0.5,
        others=np.array(others) if others else np.empty((0, *table.shape)),
    )


def order(of: Pool, rules: OrderRules = SHARPLY, rare: tuple[float, ...] = (0.2, 0.9)) -> Order:
    """Order a pool of two codes, of which the second is rare."""
    return ranked(of, thresholds=[0.5, 0.5], surprises=rare, rules=rules)


def reasons(made: Order) -> list[tuple[int, Why]]:
    """Return which utterance stands where, and why."""
    return [(one.utterance, one.why) for one in made.utterances]


def test_each_reason_is_the_part_that_adds_most() -> None:
    """Uncertain, disputed between models, a rare code, and sure of nothing."""
    made = order(
        pool(
            [[0.0, 0.0], [0.55, 0.45], [1.0, 0.0], [0.0, 1.0]],
            others=[[[0.0, 0.0], [0.55, 0.45], [0.0, 1.0], [0.0, 1.0]]],
        )
    )

    assert reasons(made) == [
        (2, Why.DISAGREE),
        (1, Why.UNCERTAIN),
        (3, Why.RARE),
        (0, Why.SURE),
    ]
    assert [one.rank for one in made.utterances] == [1, 2, 3, 4]
    first, third = made.utterances[0], made.utterances[2]
    assert (first.uncertainty, first.disagreement, first.rarity) == (0.0, 1.0, 0.2)
    assert first.score == pytest.approx(1.0 + 0.5 * 0.2)
    assert (third.tape, third.line) == ("a", 13)
    assert third.score == pytest.approx(0.45)


def test_one_model_alone_has_no_disagreement() -> None:
    """It is None, and adds nothing; likewise where the other model didn't label."""
    alone = order(pool([[0.5, 0.0]]))
    beside = order(pool([[0.5, 0.0]], others=[[[NAN, NAN]]]))

    assert alone == beside
    assert alone.utterances[0].disagreement is None
    assert alone.utterances[0].score == pytest.approx(0.5 + 0.5 * 0.2)


def test_a_model_that_is_always_sure_leaves_rarity_and_lots() -> None:
    """Nothing is uncertain: rare codes come first, and what has no code goes by lot."""
    made = order(pool([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]] * 4))

    whys = [one.why for one in made.utterances]
    assert whys == [Why.RARE] * 12 + [Why.SURE] * 8
    assert {one.utterance % 5 for one in made.utterances[:8]} == {2, 3}
    assert {one.utterance % 5 for one in made.utterances[8:12]} == {1}
    assert [one.utterance for one in made.utterances[12:]] != sorted(
        one.utterance for one in made.utterances[12:]
    )


def test_the_random_share_is_marked() -> None:
    """Of twenty utterances every fifth rank is random; all scores stay readable."""
    made = order(pool([[0.5, 0.0]] * 20), OrderRules())

    marked = [one.rank for one in made.utterances if one.why is Why.RANDOM]
    assert marked == [5, 10, 15, 20]
    assert {one.score for one in made.utterances} == {0.6}


def test_weights_decide_what_comes_first() -> None:
    """A part without weight is shown but adds nothing."""
    chances = [[0.5, 0.0], [0.0, 1.0]]
    first = order(pool(chances), OrderRules(random_share=0, rarity=0))
    second = order(pool(chances), OrderRules(random_share=0, uncertainty=0))

    assert reasons(first) == [(0, Why.UNCERTAIN), (1, Why.SURE)]
    assert reasons(second) == [(1, Why.RARE), (0, Why.RARE)]
    assert first.utterances[1].rarity == 0.9


def test_a_tape_scores_by_its_highest_utterances() -> None:
    """Not by all of them: a long tape isn't put off for what is clear in it."""
    chances = [[0.5, 0.0], [0.0, 0.0], [0.0, 0.0], [0.3, 0.0], [0.3, 0.0]]
    by_top = order(pool(chances, tapes="aaabb"), OrderRules(random_share=0, tape_utterances=1))
    by_all = order(pool(chances, tapes="aaabb"), OrderRules(random_share=0, tape_utterances=9))

    assert [(one.rank, one.tape, one.n_offered) for one in by_top.tapes] == [
        (1, "a", 3),
        (2, "b", 2),
    ]
    assert by_top.tapes[0].score == pytest.approx(0.6)
    assert by_top.tapes[0].why is Why.UNCERTAIN
    assert [one.tape for one in by_all.tapes] == ["b", "a"]


def test_tapes_have_a_random_share_too() -> None:
    """Of ten, the fifth and the tenth."""
    made = order(pool([[0.5, 0.0]] * 10, tapes="abcdefghij"), OrderRules())

    assert [one.rank for one in made.tapes if one.why is Why.RANDOM] == [5, 10]
    assert sorted(one.tape for one in made.tapes) == [*"abcdefghij"]


def test_nothing_offered_is_an_empty_order() -> None:
    """No utterances, no tapes."""
    empty = pool([[0.5, 0.0]])
    none = Pool(
        places=(),
        lines=(),
        probabilities=empty.probabilities[:0],
        given=empty.given[:0],
        others=empty.others[:, :0],
    )

    assert order(none) == Order(utterances=(), tapes=())


def test_the_places_alone_are_in_the_same_order() -> None:
    """What the curve uses is what the file shows."""
    of = pool([[0.5, 0.0], [0.9, 0.9], [0.4, 0.2]] * 5)
    made = order(of, OrderRules())

    places = places_in_order(of, thresholds=[0.5, 0.5], surprises=(0.2, 0.9), rules=OrderRules())
    assert places == tuple((one.tape, one.utterance) for one in made.utterances)


def test_a_pool_holds_together() -> None:
    """Arrays of other utterances or codes are refused."""
    of: dict[str, Any] = {
        "places": (("a", 0),),
        "lines": (1,),
        "given": np.ones((1, 2), dtype=bool),
    }
    with pytest.raises(ValueError, match="a line, probabilities and codes for each utterance"):
        Pool(probabilities=np.ones((2, 2)), others=np.ones((0, 2, 2)), **of)
    with pytest.raises(ValueError, match="the same utterances and codes"):
        Pool(probabilities=np.ones((1, 2)), others=np.ones((1, 1, 3)), **of)
