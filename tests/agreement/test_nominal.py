import itertools
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from werkalliantie.agreement.nominal import (
    Counts,
    ac1_of,
    agreement_of,
    bias_index_of,
    cohen_kappa,
    contingency,
    defined,
    gwet_ac1,
    kappa_of,
    krippendorff_alpha,
    negative_agreement_of,
    pabak,
    pabak_of,
    positive_agreement_of,
    prevalence,
    prevalence_index_of,
)

NOT_SEEN = float("nan")
answer = st.sampled_from([0.0, 1.0])
answer_or_none = st.sampled_from([0.0, 1.0, NOT_SEEN])
two_coders = st.lists(st.tuples(answer, answer), min_size=1, max_size=40)
two_coders_with_gaps = st.lists(st.tuples(answer_or_none, answer_or_none), max_size=40)
more_coders_with_gaps = st.integers(min_value=1, max_value=8).flatmap(
    lambda n: st.lists(st.lists(answer_or_none, min_size=n, max_size=n), min_size=2, max_size=5)
)


def coders(yes_yes: int, yes_no: int, no_yes: int, no_no: int) -> tuple[list[int], list[int]]:
    """Return the answers of two coders behind a table of counts."""
    first = [1] * (yes_yes + yes_no) + [0] * (no_yes + no_no)
    second = [1] * yes_yes + [0] * yes_no + [1] * no_yes + [0] * no_no
    return first, second


def columns(pairs: list[tuple[float, float]]) -> tuple[list[float], list[float]]:
    """Return the answers of each coder."""
    return [a for a, _ in pairs], [b for _, b in pairs]


class TestContingency:
    def test_counts_the_four_cells_in_order(self) -> None:
        """Both gave, only the first, only the second, neither."""
        assert contingency(*coders(4, 3, 2, 1)).tolist() == [4, 3, 2, 1]

    def test_leaves_out_what_either_did_not_see(self) -> None:
        """Not seen is not a no: such an utterance is in no cell."""
        first = [1, NOT_SEEN, 0, NOT_SEEN]
        second = [1, 0, NOT_SEEN, NOT_SEEN]

        assert contingency(first, second).tolist() == [1, 0, 0, 0]

    def test_of_nothing_is_zeros(self) -> None:
        """Coders without utterances have four empty cells."""
        assert contingency([], []).tolist() == [0, 0, 0, 0]


class TestCohenKappa:
    @pytest.mark.parametrize(
        ("table", "published"), [((20, 5, 10, 15), 0.40), ((90, 5, 4, 1), 0.13)]
    )
    def test_is_as_published(self, table: tuple[int, int, int, int], published: float) -> None:
        """Textbook tables give the kappa that is printed with them."""
        kappa = cohen_kappa(*coders(*table))

        assert kappa is not None
        assert round(kappa, 2) == published

    @given(two_coders)
    def test_is_that_of_scikit_learn(self, pairs: list[tuple[float, float]]) -> None:
        """Another implementation says the same, but for None where it is undefined."""
        first, second = columns(pairs)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = cohen_kappa_score(first, second, labels=[0, 1])

        undefined = len({*first, *second}) == 1
        assert cohen_kappa(first, second) == (None if undefined else pytest.approx(expected))

    @given(two_coders_with_gaps)
    def test_is_symmetric(self, pairs: list[tuple[float, float]]) -> None:
        """It doesn't matter who is called the first."""
        first, second = columns(pairs)

        assert cohen_kappa(first, second) == pytest.approx(cohen_kappa(second, first))

    @given(two_coders_with_gaps)
    def test_is_that_of_what_both_saw(self, pairs: list[tuple[float, float]]) -> None:
        """Utterances that either didn't see change nothing."""
        both = [(a, b) for a, b in pairs if not np.isnan(a) and not np.isnan(b)]

        assert cohen_kappa(*columns(pairs)) == cohen_kappa(*columns(both))

    def test_tells_not_seen_from_no(self) -> None:
        """An utterance that one didn't see would be a disagreement if it were taken for a no."""
        assert cohen_kappa([1, 1, 0], [1, NOT_SEEN, 0]) == 1.0
        assert cohen_kappa([1, 1, 0], [1, 0, 0]) == pytest.approx(0.4)

    @pytest.mark.parametrize("given_by_both", [0, 1])
    def test_is_undefined_where_nothing_varies(self, given_by_both: int) -> None:
        """Two coders who always gave the same one answer have no kappa: neither 0 nor 1."""
        assert cohen_kappa([given_by_both] * 5, [given_by_both] * 5) is None

    def test_is_undefined_without_common_utterances(self) -> None:
        """Coders who saw different utterances have no kappa."""
        assert cohen_kappa([1, NOT_SEEN], [NOT_SEEN, 1]) is None
        assert cohen_kappa([], []) is None

    def test_is_zero_for_a_coder_who_never_gives_the_code(self) -> None:
        """Always no agrees with anybody as often as chance would."""
        assert cohen_kappa([0, 0, 0, 0], [1, 0, 1, 0]) == 0.0

    def test_of_many_tables_at_once_is_that_of_each(self) -> None:
        """Counts may have leading axes; an undefined one among them is NaN."""
        tables = np.array([[[20.0, 5, 10, 15], [0, 0, 0, 9]], [[90, 5, 4, 1], [0, 0, 0, 0]]])

        kappas = kappa_of(tables)
        assert kappas.shape == (2, 2)
        assert np.isnan(kappas).tolist() == [[False, True], [False, True]]
        assert kappas[:, 0].round(2).tolist() == [0.40, 0.13]


class TestCompanions:
    def test_pabak_is_as_published(self) -> None:
        """A table with kappa .13 has PABAK .82: prevalence makes the difference."""
        assert pabak(*coders(90, 5, 4, 1)) == pytest.approx(0.82)

    def test_ac1_of_a_skewed_table(self) -> None:
        """With p_o = .91 and q = .945, AC1 is (.91 - 2q(1-q)) / (1 - 2q(1-q)) = .8996."""
        assert gwet_ac1(*coders(90, 5, 4, 1)) == pytest.approx(0.8996, abs=5e-5)

    def test_are_one_where_nothing_varies(self) -> None:
        """PABAK and AC1 are defined where kappa isn't."""
        assert pabak([0, 0], [0, 0]) == 1.0
        assert gwet_ac1([0, 0], [0, 0]) == 1.0

    def test_are_undefined_without_common_utterances(self) -> None:
        """Nothing in common is None, not 0."""
        assert pabak([1, NOT_SEEN], [NOT_SEEN, 1]) is None
        assert gwet_ac1([1, NOT_SEEN], [NOT_SEEN, 1]) is None

    @given(two_coders_with_gaps)
    def test_are_symmetric_and_within_bounds(self, pairs: list[tuple[float, float]]) -> None:
        """Whoever is the first; never below -1 or above 1."""
        first, second = columns(pairs)

        for statistic in (pabak, gwet_ac1):
            value = statistic(first, second)
            assert value == pytest.approx(statistic(second, first))
            assert value is None or -1 <= value <= 1


TABLES = np.array([[[40.0, 9, 6, 45], [80, 10, 5, 5]], [[0, 2, 3, 0], [0, 0, 0, 0]]])


class TestManyTables:
    """Counts with leading axes; the last table is empty, and the one before it all disagreement."""

    def test_of_agreement(self) -> None:
        """Feinstein and Cicchetti (1990): the same .85 agreement in both tables."""
        assert agreement_of(TABLES).tolist() == [
            [0.85, 0.85],
            [0.0, pytest.approx(np.nan, nan_ok=True)],
        ]

    def test_of_kappa(self) -> None:
        """Feinstein and Cicchetti (1990): kappas .70 and .32 in spite of that."""
        assert kappa_of(TABLES)[0].round(2).tolist() == [0.70, 0.32]

    def test_of_pabak(self) -> None:
        """PABAK sees no difference either."""
        assert pabak_of(TABLES)[0] == pytest.approx([0.70, 0.70])

    def test_of_ac1(self) -> None:
        """AC1 at mean prevalence q: with p_o = .85, (.85 - 2q(1-q)) / (1 - 2q(1-q))."""
        chance = [2 * q * (1 - q) for q in (95 / 200, 175 / 200)]

        assert ac1_of(TABLES)[0] == pytest.approx([(0.85 - e) / (1 - e) for e in chance])
        assert ac1_of(TABLES)[1] == pytest.approx([-1, np.nan], nan_ok=True)

    def test_of_positive_and_negative_agreement(self) -> None:
        """Cicchetti and Feinstein (1990): it is agreement on no that the second table lacks."""
        assert positive_agreement_of(TABLES)[0] == pytest.approx([80 / 95, 160 / 175])
        assert negative_agreement_of(TABLES)[0] == pytest.approx([90 / 105, 10 / 25])
        assert positive_agreement_of(TABLES)[1] == pytest.approx([0, np.nan], nan_ok=True)
        assert negative_agreement_of(TABLES)[1] == pytest.approx([0, np.nan], nan_ok=True)

    def test_of_positive_agreement_without_a_yes(self) -> None:
        """Nobody said yes: agreement on yes is undefined, agreement on no is whole."""
        assert np.isnan(positive_agreement_of(np.array([0.0, 0, 0, 7])))
        assert negative_agreement_of(np.array([0.0, 0, 0, 7])) == 1

    def test_of_the_indices(self) -> None:
        """Both by sign: more yes than no, and the first coder saying yes more often."""
        assert prevalence_index_of(TABLES)[0] == pytest.approx([-0.05, 0.75])
        assert bias_index_of(TABLES)[0] == pytest.approx([0.03, 0.05])
        assert prevalence_index_of(TABLES)[1] == pytest.approx([0, np.nan], nan_ok=True)
        assert bias_index_of(TABLES)[1] == pytest.approx([-0.2, np.nan], nan_ok=True)

    @given(st.lists(st.integers(0, 50), min_size=4, max_size=4).map(np.array).filter(np.any))
    def test_kappa_is_made_of_the_companions(self, counts: Counts) -> None:
        """Byrt et al. (1993): kappa is (PABAK - PI^2 + BI^2) / (1 - PI^2 + BI^2)."""
        squares = bias_index_of(counts) ** 2 - prevalence_index_of(counts) ** 2
        room = 1 + squares

        expected = (pabak_of(counts) + squares) / room if abs(room) > 1e-12 else np.nan
        assert kappa_of(counts) == pytest.approx(expected, abs=1e-12, nan_ok=True)


def alpha_by_pairs(table: list[list[float]]) -> float | None:
    """Return alpha by writing out every coincidence, as Krippendorff (2011) explains it."""
    coincidences: dict[tuple[float, float], float] = {}
    for unit in zip(*table, strict=True):
        answers = [a for a in unit if not np.isnan(a)]
        for a, b in itertools.permutations(answers, 2):
            coincidences[a, b] = coincidences.get((a, b), 0) + 1 / (len(answers) - 1)
    total = sum(coincidences.values())
    of = {v: sum(n for (a, _), n in coincidences.items() if a == v) for v in (0.0, 1.0)}
    if not of[0.0] or not of[1.0]:
        return None
    observed = sum(n for (a, b), n in coincidences.items() if a != b)
    return 1 - (total - 1) * observed / (2 * of[0.0] * of[1.0])


class TestKrippendorffAlpha:
    def test_is_as_published(self) -> None:
        """Krippendorff (2011), data A: two observers, ten units, alpha .095."""
        meg = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
        owen = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]

        assert krippendorff_alpha([meg, owen]) == pytest.approx(0.095, abs=5e-4)

    def test_by_hand_with_three_coders_and_gaps(self) -> None:
        """A unit with one answer isn't pairable, so a coder's answer to it doesn't count."""
        table: list[list[float]] = [[1, 0, 1], [1, 0, NOT_SEEN], [0, NOT_SEEN, NOT_SEEN]]

        # Pairable are 1, 1, 0 and 0, 0: five answers, two of them yes. Observed disagreement
        # 2*2*1 / (3-1) / 5 = .4; expected 2*2*3 / (5*4) = .6.
        assert krippendorff_alpha(table) == pytest.approx(1 - 0.4 / 0.6)

    @given(more_coders_with_gaps)
    def test_is_that_of_the_written_out_coincidences(self, table: list[list[float]]) -> None:
        """The short formula for yes and no is the long one."""
        expected = alpha_by_pairs(table)

        assert krippendorff_alpha(table) == (
            None if expected is None else pytest.approx(expected, abs=1e-9)
        )

    @pytest.mark.parametrize(
        "table",
        [[[0, 0], [0, 0]], [[1, 1], [1, 1]], [[1, NOT_SEEN], [NOT_SEEN, 0]], [[1, 0]], [[], []]],
    )
    def test_is_undefined_where_nothing_varies_or_pairs(self, table: list[list[float]]) -> None:
        """One answer only, no unit in common, one coder, no units: None."""
        assert krippendorff_alpha(table) is None


class TestPrevalence:
    def test_is_the_share_of_yeses_among_answers(self) -> None:
        """What wasn't seen isn't an answer."""
        assert prevalence([[1, 0, NOT_SEEN], [0, NOT_SEEN, 0]]) == 0.25

    @pytest.mark.parametrize("table", [[[NOT_SEEN, NOT_SEEN]], [[], []]])
    def test_without_answers_is_none(self, table: list[list[float]]) -> None:
        """Nothing seen is not a prevalence of 0."""
        assert prevalence(table) is None


def test_defined_turns_nan_into_none() -> None:
    """A statistic leaves as a float or as None."""
    assert defined(np.float32(0.5)) == 0.5
    assert defined(NOT_SEEN) is None
