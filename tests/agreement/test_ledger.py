import numpy as np
import pytest

from werkalliantie.agreement.ceiling import majority_ceiling, with_majority
from werkalliantie.agreement.fleiss import fleiss_kappa
from werkalliantie.agreement.ledger import (
    agreement_on,
    always_no,
    ceiling_of,
    coder_pairs,
    mean_kappa,
    mean_kappa_interval,
    pair_counts,
)
from werkalliantie.agreement.nominal import cohen_kappa, krippendorff_alpha
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
    assert (figures["n"], figures["n_tapes"]) == (6, 2)


def test_counts_are_per_tape() -> None:
    """Each pair keeps its counts tape by tape, for the interval."""
    _, pairs = agreement_on(THREE, 0, [("anna", "bram")])

    assert pairs[0].counts.tolist() == [[1, 1, 0, 1], [1, 0, 1, 1]]


def test_a_pair_has_the_tapes_it_shares_and_the_utterances_on_them() -> None:
    """One shared utterance makes a tape; one that only either coded is none of theirs."""
    ratings = some_ratings("xxyz", anna=[1, 0, 1, 1], bram=[1, 1, 0, NOT_SEEN])
    _, (pair,) = agreement_on(ratings, 0, [("anna", "bram")])

    assert (pair.n, pair.n_tapes, pair.figures.n) == (3, 2, 3)


def test_each_code_has_its_own_figures() -> None:
    """What coders say of another code is no part of them."""
    other = some_ratings("xxxyyy", anna=[0] * 6, bram=[1] * 6, cleo=[1] * 6)
    both = Ratings(
        coders=THREE.coders,
        tapes=THREE.tapes,
        answers=np.concatenate([other.answers, THREE.answers], axis=2),
    )
    pairs = [("anna", "bram"), ("anna", "cleo")]

    assert agreement_on(both, 1, pairs)[0] == agreement_on(THREE, 0, pairs)[0]
    assert mean_kappa(pair_counts(both, 1, pairs)) == pytest.approx((1 / 3 + 1) / 2)


def test_only_what_a_pair_shares_is_compared() -> None:
    """The model beside one coder says nothing of the other coders, nor of what one of them saw."""
    figures, _ = agreement_on(THREE, 0, [("anna", "cleo")])

    assert figures["kappa"] == 1.0
    assert figures["prevalence"] == pytest.approx(4 / 6)
    assert (figures["n"], figures["n_tapes"]) == (3, 1)


def test_alpha_of_a_star_is_the_mean_over_its_pairs() -> None:
    """How coders agree with each other is no part of how a model agrees with them."""
    star = [("anna", "bram"), ("anna", "cleo")]
    figures, _ = agreement_on(THREE, 0, star)
    one, other = (agreement_on(THREE, 0, [pair])[0] for pair in star)

    assert figures["alpha"] == pytest.approx((one["alpha"] + other["alpha"]) / 2)
    assert figures["fleiss"] == pytest.approx((one["fleiss"] + other["fleiss"]) / 2)


def test_alpha_of_all_pairs_is_of_all_coders_at_once() -> None:
    """As Krippendorff's alpha and Fleiss' kappa are meant."""
    figures, _ = agreement_on(THREE, 0, coder_pairs(THREE.coders))

    table = THREE.answers[:, :, 0]
    assert figures["alpha"] == krippendorff_alpha(table)
    assert figures["fleiss"] == fleiss_kappa(table).value


def test_units_that_one_coder_saw_are_no_part_of_fleiss() -> None:
    """There is nothing to agree with."""
    more = some_ratings("xxxyz", anna=[1, 0, 1, 1, 1], bram=[1, 0, 0, NOT_SEEN, NOT_SEEN])
    fewer = some_ratings("xxx", anna=[1, 0, 1], bram=[1, 0, 0])

    one, other = (agreement_on(ratings, 0, [("anna", "bram")])[0] for ratings in (more, fewer))
    assert one["fleiss"] == other["fleiss"]


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
    counts = {"n_pairs", "n_tapes", "n"}
    assert {name: value for name, value in figures.items() if name in counts} == dict.fromkeys(
        counts, 0
    )
    assert {value for name, value in figures.items() if name not in counts} == {None}
    assert figures.keys() == agreement_on(THREE, 0, coder_pairs(THREE.coders))[0].keys()


def test_a_code_nobody_gives_has_no_kappa_but_has_the_others() -> None:
    """Kappa and alpha are undefined there; AC1 and PABAK say that everybody agrees."""
    figures, _ = agreement_on(some_ratings("xy", anna=[0, 0], bram=[0, 0]), 0, [("anna", "bram")])

    assert figures == {
        "kappa": None,
        "ci": None,
        "ci_reason": "the figure is undefined on all tapes together",
        "n_pairs": 1,
        "n_tapes": 2,
        "n": 2,
        "alpha": None,
        "fleiss": None,
        "prevalence": 0.0,
        "observed": 1.0,
        "ac1": 1.0,
        "pabak": 1.0,
        "positive": None,
        "negative": 1.0,
        "prevalence_index": -1.0,
        "bias_index": 0.0,
    }


def test_the_interval_is_of_the_tapes_that_a_pair_shares() -> None:
    """Tapes that only one of them saw are not drawn."""
    with_more = some_ratings(
        "xxxyyyz", anna=[1, 0, 1, 0, 0, 1, 1], bram=[1, 0, 0, 0, 1, 1, NOT_SEEN]
    )
    alone = with_more.on("xy")

    one, other = (agreement_on(ratings, 0, [("anna", "bram")])[0] for ratings in (with_more, alone))
    assert one["ci"] == other["ci"] is not None
    assert one["n_tapes"] == 2


def test_a_pair_has_its_own_interval() -> None:
    """From its counts per tape."""
    figures, (pair,) = agreement_on(THREE, 0, [("anna", "bram")])

    assert pair.interval.limits == tuple(figures["ci"])
    assert pair.n_tapes == 2


def test_pair_counts_line_up_by_tape() -> None:
    """A pair that shares nothing has zeros on every tape."""
    ratings = some_ratings("xy", anna=[1, 0], bram=[NOT_SEEN, 0], cleo=[1, NOT_SEEN])

    counts = pair_counts(ratings, 0, [("anna", "bram"), ("bram", "cleo")])
    assert counts.tolist() == [[[0] * 4, [0, 0, 0, 1]], [[0] * 4, [0] * 4]]
    assert mean_kappa(counts) is None


def test_counts_have_their_shape_without_pairs_or_units() -> None:
    """So that they may be put beside others of the same tapes."""
    pairs = coder_pairs(THREE.coders)

    assert pair_counts(THREE, 0, []).shape == (0, 2, 4)
    assert pair_counts(THREE.on([]), 0, pairs).shape == (3, 0, 4)


@pytest.mark.parametrize(
    ("tape", "other", "end"), [([5, 0, 0, 5], [4, 1, 1, 4], 1), ([0, 5, 5, 0], [1, 4, 4, 1], -1)]
)
def test_an_interval_of_kappa_ends_where_kappas_do(
    tape: list[float], other: list[float], end: float
) -> None:
    """Three tapes leave room beyond 1 and -1, and it is cut off."""
    found = mean_kappa_interval(np.array([[tape, tape, other]]))

    assert found.limits is not None
    assert end in found.limits
    assert abs(sum(found.limits)) < 2


class TestCeiling:
    RATINGS = some_ratings(
        "xxyy",
        anna=[1, 1, 0, 0],
        bram=[1, 0, 0, 0],
        cleo=[1, 1, 0, 1],
        model=[1, 1, 0, NOT_SEEN],
    )
    CODERS = ("anna", "bram", "cleo")

    def test_is_how_coders_agree_with_the_majority_of_the_others(self) -> None:
        """The mean over coders."""
        ceiling = ceiling_of(self.RATINGS, 0, self.CODERS, None)

        human = self.RATINGS.of(self.CODERS).answers[:, :, 0]
        kappas = [one.kappa.value for one in majority_ceiling(human)]
        assert None not in kappas
        assert ceiling.coders.value == pytest.approx(np.mean(np.array(kappas, dtype=float)))
        assert ceiling.model is None

    def test_beside_a_model_both_face_the_same_majorities(self) -> None:
        """On what the model saw: anna and it are then alike, so its mean has hers."""
        ceiling = ceiling_of(self.RATINGS, 0, self.CODERS, "model")

        seen = self.RATINGS.of(self.CODERS).answers[:, :3, 0]
        model = self.RATINGS.of(["model"]).answers[0, :3, 0]
        beside = [
            with_majority(model, np.delete(seen, coder, axis=0)).kappa.value for coder in range(3)
        ]
        assert ceiling.model is not None
        assert ceiling.model.value == pytest.approx(np.mean(np.array(beside, dtype=float)))
        assert (
            ceiling.coders
            == ceiling_of(
                self.RATINGS.where([True, True, True, False]), 0, self.CODERS, None
            ).coders
        )


def test_always_no_is_zero_where_the_code_occurs() -> None:
    """The floor counts only coders who gave the code; without any it is undefined."""
    assert always_no(some_ratings("xxxx", anna=[1, 0, 1, 0], bram=[0] * 4), 0) == 0.0
    assert always_no(some_ratings("xx", anna=[0, 0], bram=[0, NOT_SEEN]), 0) is None
