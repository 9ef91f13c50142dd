import warnings

import numpy as np

from werkalliantie.agreement.bootstrap import mean_kappa_interval
from werkalliantie.agreement.nominal import kappa_of

AGREEING, DIFFERING = [10.0, 0, 0, 10], [4.0, 6, 6, 4]


def one_pair(*tapes: list[float]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return the counts of one pair of coders, tape by tape."""
    return np.array([tapes])


def test_it_holds_the_kappa_of_all_tapes() -> None:
    """The interval lies around the estimate."""
    counts = one_pair(AGREEING, DIFFERING, AGREEING, DIFFERING, [8, 2, 2, 8])

    interval = mean_kappa_interval(counts)
    assert interval is not None
    assert interval[0] < float(kappa_of(counts.sum(axis=1))[0]) < interval[1]


def test_it_draws_tapes_and_not_utterances() -> None:
    """Where tapes differ much, few tapes tell less than their many utterances suggest."""
    by_tape = one_pair(AGREEING, DIFFERING, AGREEING, DIFFERING)
    cells = by_tape[0].sum(axis=0).astype(int)
    by_utterance = np.repeat(np.eye(4), cells, axis=0)[np.newaxis]

    clustered, apart = mean_kappa_interval(by_tape), mean_kappa_interval(by_utterance)
    assert clustered is not None
    assert apart is not None
    assert clustered[1] - clustered[0] > 2 * (apart[1] - apart[0])


def test_one_tape_has_no_interval() -> None:
    """With a single tape nothing is known of how tapes differ."""
    assert mean_kappa_interval(one_pair(AGREEING)) is None


def test_no_pairs_have_no_interval() -> None:
    """Nobody to compare is None, without a warning."""
    assert mean_kappa_interval(np.zeros((0, 3, 4))) is None


def test_it_is_the_same_every_time() -> None:
    """The same counts and seed give the same interval; another seed draws other tapes."""
    counts = one_pair(AGREEING, DIFFERING, [7, 3, 2, 9], [5, 1, 4, 8])

    assert mean_kappa_interval(counts) == mean_kappa_interval(counts)
    assert mean_kappa_interval(counts, replicates=25) != mean_kappa_interval(
        counts, replicates=25, seed=1
    )


def test_undefined_replicates_are_left_out() -> None:
    """A draw of only tapes on which the code never occurs has no kappa and warns nobody."""
    never = [0.0, 0, 0, 20]

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert mean_kappa_interval(one_pair(never, AGREEING)) == (1.0, 1.0)
        assert mean_kappa_interval(one_pair(never, never)) is None


def test_the_mean_is_over_pairs() -> None:
    """Pairs that are equal give the interval of one of them; an undefined pair doesn't count."""
    tapes = [AGREEING, DIFFERING, AGREEING]
    never = [[0.0, 0, 0, 20]] * 3
    alone = mean_kappa_interval(np.array([tapes]))

    assert mean_kappa_interval(np.array([tapes, tapes])) == alone
    assert mean_kappa_interval(np.array([tapes, never])) == alone
