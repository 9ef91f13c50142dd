import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from werkalliantie.agreement.alpha import alpha_of, coincidences, nominal_distances
from werkalliantie.agreement.bootstrap import TapeInterval, tape_interval
from werkalliantie.agreement.nominal import (
    Counts,
    ac1_of,
    contingency,
    kappa_of,
    krippendorff_alpha,
    negative_agreement_of,
    pabak_of,
    positive_agreement_of,
)
from werkalliantie.agreement.resampling import Method, NoInterval, Resampled, resample
from werkalliantie.agreement.tape_sums import (
    Statistic,
    Sums,
    difference,
    over_pairs,
    per_tape,
    share,
)

AGREEING, DIFFERING = [10.0, 0, 0, 10], [4.0, 6, 6, 4]
NEVER = [0.0, 0, 0, 20]
KAPPA = over_pairs(kappa_of)


def one_pair(*tapes: list[float]) -> Counts:
    """Return the counts of one pair of coders, tape by tape."""
    return np.array(tapes)[:, np.newaxis]


def kappa_interval(counts: Counts, *, seed: int = 0, replicates: int = 4000) -> TapeInterval:
    """Return the interval of the mean kappa over pairs."""
    return tape_interval(counts, KAPPA, bounds=(-1, 1), seed=seed, replicates=replicates)


def width(found: TapeInterval) -> float:
    """Return how wide an interval is."""
    assert found.limits is not None
    return found.limits[1] - found.limits[0]


def study(seed: int, n_tapes: int, *, n_raters: int = 4) -> tuple[Counts, Sums]:
    """Return pair counts and coincidences of raters who err more on one tape than another."""
    random = np.random.default_rng(seed)
    tapes = np.repeat(np.arange(n_tapes), 60)
    applies = random.random(len(tapes)) < random.beta(4, 8, n_tapes)[tapes]
    wrong = random.random((n_raters, len(tapes))) < random.beta(3, 12, n_tapes)[tapes]
    answers = (applies ^ wrong).astype(float)
    pairs = itertools.combinations(range(n_raters), 2)
    counts = [
        per_tape(lambda rows: contingency(*rows.T), answers[[one, other]].T, tapes)
        for one, other in pairs
    ]
    yes = answers.sum(axis=0)
    tables = per_tape(coincidences, np.column_stack([n_raters - yes, yes]), tapes)
    return np.stack(counts, axis=1), tables


def test_it_holds_the_kappa_of_all_tapes() -> None:
    """The interval lies around the estimate, which is of all tapes together."""
    counts = one_pair(AGREEING, DIFFERING, AGREEING, DIFFERING, [8, 2, 2, 8])

    found = kappa_interval(counts)
    assert found.estimate == pytest.approx(float(kappa_of(counts.sum(axis=0))[0]))
    assert found.limits is not None
    assert found.limits[0] < float(kappa_of(counts.sum(axis=0))[0]) < found.limits[1]
    assert (found.n_tapes, found.n_undefined, found.reason) == (5, 0, None)


def test_it_draws_tapes_and_not_utterances() -> None:
    """Where tapes differ much, few tapes tell less than their many utterances suggest."""
    by_tape = one_pair(AGREEING, DIFFERING, AGREEING, DIFFERING, AGREEING, DIFFERING)
    cells = by_tape.sum(axis=(0, 1)).astype(int)
    by_utterance = np.repeat(np.eye(4), cells, axis=0)[:, np.newaxis]

    assert width(kappa_interval(by_tape)) > 2 * width(kappa_interval(by_utterance))


@pytest.mark.parametrize(
    ("counts", "estimate", "n_tapes", "reason"),
    [
        (one_pair(AGREEING), 1, 1, NoInterval.ONE_TAPE),
        (one_pair([0, 0, 0, 0], AGREEING), 1, 1, NoInterval.ONE_TAPE),
        (np.zeros((3, 0, 4)), None, 0, NoInterval.UNDEFINED),
        (one_pair(NEVER, NEVER), None, 2, NoInterval.UNDEFINED),
        (one_pair(NEVER, AGREEING), 1, 2, NoInterval.RESTS_ON_ONE),
    ],
)
def test_it_says_why_there_is_no_interval(
    counts: Counts, estimate: float | None, n_tapes: int, reason: NoInterval
) -> None:
    """One tape, no pairs, a code nobody gave, or one given on a single tape."""
    found = kappa_interval(counts)

    assert (found.estimate, found.n_tapes, found.reason) == (estimate, n_tapes, reason)
    assert found.limits is None
    assert (found.low, found.high, found.n_undefined) == (None, None, 0)


def test_it_is_the_same_every_time() -> None:
    """The same counts and seed give the same interval; another seed draws other tapes."""
    counts = one_pair(AGREEING, DIFFERING, [7, 3, 2, 9], [5, 1, 4, 8])
    first, again, other = (
        tape_interval(counts, KAPPA, method=Method.PERCENTILE, replicates=25, seed=seed)
        for seed in (0, 0, 1)
    )

    assert first == again
    assert first != other


def test_undefined_draws_are_counted() -> None:
    """A draw of only tapes on which the code never occurs has no kappa: 1 draw in 16."""
    found = kappa_interval(one_pair(NEVER, NEVER, AGREEING, AGREEING), replicates=10_000)

    assert found.limits == (1, 1)
    assert found.n_undefined == pytest.approx(625, abs=120)


def test_the_mean_is_over_pairs() -> None:
    """Pairs that are equal give the interval of one of them; an undefined pair doesn't count."""
    tapes = np.array([AGREEING, DIFFERING, AGREEING])
    never = np.array([NEVER] * 3)
    alone = kappa_interval(tapes[:, None])

    assert kappa_interval(np.stack([tapes, tapes], axis=1)) == alone
    assert kappa_interval(np.stack([tapes, never], axis=1)) == alone


def test_it_stays_within_bounds() -> None:
    """Two tapes tell so little that t would go beyond what a kappa can be."""
    counts = one_pair(AGREEING, DIFFERING)
    unbound = tape_interval(counts, KAPPA)
    assert unbound.limits is not None

    assert unbound.limits[0] < -1
    assert unbound.limits[1] > 1
    assert kappa_interval(counts).limits == (-1, 1)


def test_a_lower_level_is_narrower() -> None:
    """90 % lies within 95 %, which is what it is unless asked otherwise."""
    counts, _ = study(1, 8)

    assert width(tape_interval(counts, KAPPA, level=0.9)) < width(tape_interval(counts, KAPPA))
    assert tape_interval(counts, KAPPA, level=0.95) == tape_interval(counts, KAPPA)
    assert tape_interval(counts, KAPPA, replicates=10_000) == tape_interval(counts, KAPPA)


@pytest.mark.parametrize(
    "figure", [kappa_of, ac1_of, pabak_of, positive_agreement_of, negative_agreement_of]
)
def test_draws_give_what_the_utterances_of_drawn_tapes_would(
    figure: Statistic,
) -> None:
    """Drawing sums is drawing utterances: a loop over draws comes to the same interval."""
    counts, _ = study(2, 6)
    fast = tape_interval(counts, over_pairs(figure), method=Method.PERCENTILE, replicates=300)

    often = np.random.default_rng(0).multinomial(6, [1 / 6] * 6, size=300)
    slow = [figure(np.repeat(counts, times, axis=0).sum(axis=0)).mean() for times in often]
    assert fast.limits == pytest.approx(np.quantile(slow, [0.025, 0.975]).tolist())


def test_it_serves_alpha() -> None:
    """Coincidences add up over tapes as well."""
    _, tables = study(3, 6)

    def nominal_alpha(sums: Sums) -> Sums:
        return alpha_of(sums, nominal_distances(np.arange(2.0)))

    found = tape_interval(tables, nominal_alpha, bounds=(-1, 1))
    assert found.low is not None
    assert found.high is not None
    assert found.low < float(nominal_alpha(tables.sum(axis=0))) < found.high


def test_differences_and_shares_are_of_the_same_draws() -> None:
    """What both sides have in common falls out: alike sides differ by nothing, surely."""
    counts, _ = study(4, 6)
    twice = np.concatenate([counts, counts], axis=1)

    assert tape_interval(twice, difference(KAPPA, 6)).limits == (0, 0)
    assert tape_interval(twice, share(KAPPA, 6)).limits == (1, 1)


@given(st.integers(0, 10_000), st.integers(1, 5))
def test_repeating_every_utterance_changes_nothing(seed: int, times: int) -> None:
    """Only tapes count; more of the same on each tells no more."""
    counts, _ = study(seed, 4, n_raters=2)
    once, more = kappa_interval(counts), kappa_interval(times * counts)

    assert more.limits == pytest.approx(once.limits)


@given(st.integers(0, 10_000))
def test_it_does_not_go_by_the_order_of_pairs(seed: int) -> None:
    """Nor by which coder of a pair comes first."""
    counts, _ = study(seed, 4, n_raters=3)
    turned = counts[:, ::-1][..., [0, 2, 1, 3]]

    assert kappa_interval(turned).limits == pytest.approx(kappa_interval(counts).limits)


def test_intervals_hold_the_truth_where_percentiles_fall_short() -> None:
    """In 400 small studies of 5 tapes; `bench/agreement.py --coverage` measures it properly."""
    many, _ = study(99, 2000, n_raters=2)
    true = float(KAPPA(many.sum(axis=0)))
    held = dict.fromkeys([Method.PERCENTILE, Method.OUTER], 0)
    for tapes in np.split(many, 400):
        found = resample(tapes, KAPPA, replicates=1000)
        assert isinstance(found, Resampled)
        for method in held:
            low, high = found.interval(method=method)
            held[method] += low <= true <= high

    assert held[Method.PERCENTILE] < 0.89 * 400
    assert 0.92 * 400 < held[Method.OUTER] < 0.98 * 400


def test_alpha_of_sums_is_that_of_answers() -> None:
    """The estimate is that of all utterances at once."""
    random = np.random.default_rng(8)
    answers, tapes = random.integers(0, 2, (3, 40)).astype(float), np.arange(40) % 4
    yes = answers.sum(axis=0)
    tables = per_tape(coincidences, np.column_stack([3 - yes, yes]), tapes)

    found = float(alpha_of(tables.sum(axis=0), nominal_distances(np.arange(2.0))))
    assert found == pytest.approx(krippendorff_alpha(answers))
