import numpy as np
import pytest

from werkalliantie.agreement.ledger import agreement_on, always_no, coder_pairs
from werkalliantie.agreement.nominal import cohen_kappa
from werkalliantie.agreement.ratings import Ratings

NOT_SEEN = float("nan")


def some_ratings(tapes: str, **answers: list[float]) -> Ratings:
    """Return the answers of coders on one code."""
    table = np.array([*answers.values()])[:, :, np.newaxis]
    return Ratings(coders=tuple(answers), tapes=tuple(tapes), answers=table)


THREE = some_ratings(
    "xxxyyy",
    anna=[1, 0, 1, 0, 0, 1],
    bram=[1, 0, 0, 0, 1, 1],
    cleo=[1, 0, 1, NOT_SEEN, NOT_SEEN, NOT_SEEN],
)


def test_pairs_are_each_two_once() -> None:
    """Three coders make three pairs, one coder none."""
    assert coder_pairs("abc") == [("a", "b"), ("a", "c"), ("b", "c")]
    assert coder_pairs("a") == []


def test_kappa_is_the_mean_over_pairs() -> None:
    """Each pair counts once, on the utterances that both saw."""
    figures, pairs = agreement_on(THREE, 0, coder_pairs(THREE.coders))

    anna, bram, cleo = THREE.answers[:, :, 0]
    kappas = [cohen_kappa(anna, bram), cohen_kappa(anna, cleo), cohen_kappa(bram, cleo)]
    assert [pair.kappa for pair in pairs] == kappas == pytest.approx([1 / 3, 1.0, 0.4])
    assert [(pair.first, pair.second, pair.n) for pair in pairs] == [
        ("anna", "bram", 6),
        ("anna", "cleo", 3),
        ("bram", "cleo", 3),
    ]
    assert figures["kappa"] == pytest.approx((1 / 3 + 1.0 + 0.4) / 3)
    assert figures["n_pairs"] == 3
    assert figures["prevalence"] == pytest.approx(8 / 15)


def test_counts_are_per_tape() -> None:
    """Each pair keeps its counts tape by tape, for the interval."""
    _, pairs = agreement_on(THREE, 0, [("anna", "bram")])

    assert pairs[0].counts.tolist() == [[1, 1, 0, 1], [1, 0, 1, 1]]


def test_only_raters_of_a_pair_count() -> None:
    """The model beside one coder says nothing of the other coders."""
    figures, _ = agreement_on(THREE, 0, [("anna", "cleo")])

    assert figures["kappa"] == 1.0
    assert figures["prevalence"] == pytest.approx(5 / 9)


@pytest.mark.parametrize(
    "ratings",
    [
        some_ratings("xx", anna=[1, 0]),
        some_ratings("xx", anna=[1, NOT_SEEN], bram=[NOT_SEEN, 0]),
    ],
    ids=["one coder", "disjoint coders"],
)
def test_without_a_pair_every_figure_is_none(ratings: Ratings) -> None:
    """One coder, or coders with nothing in common, agree nor disagree."""
    figures, pairs = agreement_on(ratings, 0, coder_pairs(ratings.coders))

    assert pairs == []
    assert figures == {
        "kappa": None,
        "ci": None,
        "n_pairs": 0,
        "alpha": None,
        "ac1": None,
        "pabak": None,
        "prevalence": None,
    }


def test_a_code_nobody_gives_has_no_kappa_but_has_the_others() -> None:
    """Kappa and alpha are undefined there; AC1 and PABAK say that everybody agrees."""
    figures, _ = agreement_on(some_ratings("xy", anna=[0, 0], bram=[0, 0]), 0, [("anna", "bram")])

    assert figures == {
        "kappa": None,
        "ci": None,
        "n_pairs": 1,
        "alpha": None,
        "ac1": 1.0,
        "pabak": 1.0,
        "prevalence": 0.0,
    }


def test_always_no_is_zero_where_the_code_occurs() -> None:
    """The floor counts only coders who gave the code; without any it is undefined."""
    assert always_no(some_ratings("xx", anna=[1, 0], bram=[0, 0]), 0) == 0.0
    assert always_no(some_ratings("xx", anna=[0, 0], bram=[0, NOT_SEEN]), 0) is None
