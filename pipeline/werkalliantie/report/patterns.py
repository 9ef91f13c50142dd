"""Which codes go together in one coder's answer, and which stand in for each other in two."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from werkalliantie.agreement.ledger import Pair
from werkalliantie.agreement.ratings import Ratings

Shares = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Of the answers with the code of a row, the share with the code of a column.

    Attributes:
        names: Codes, of the rows and the columns.
        shares: NaN where a row's code was never given, `(n_codes, n_codes)`.
        counts: Number of answers with the code of each row, `(n_codes,)`.
    """

    names: tuple[str, ...]
    shares: Shares
    counts: NDArray[np.int64]


def co_occurrence(ratings: Ratings, codes: Sequence[str]) -> Pattern:
    """Return how often each code goes with each other in one answer; alone, on the diagonal."""
    given = ratings.answers[ratings.seen]  # (n_answers, n_codes)
    together = given.T @ given
    alone = (given * (given.sum(axis=1, keepdims=True) == 1)).sum(axis=0)
    counts = np.diag(together).copy()
    np.fill_diagonal(together, alone)
    return _pattern(codes, together, counts)


def confusion(
    ratings: Ratings, pairs: Sequence[Pair], codes: Sequence[str], none: str, *, both_ways: bool
) -> Pattern:
    """Return what the second of a pair gave where the first gave a code, or none.

    Args:
        ratings: The answers.
        pairs: Whose answers are set against each other.
        codes: Names of the codes.
        none: Name of the answer that no code applies.
        both_ways: Whether each of a pair is also taken as the first, as of coders.
    """
    size = len(codes) + 1
    together, counts = np.zeros((size, size)), np.zeros(size)
    for first, second in [*pairs, *(pair[::-1] for pair in pairs if both_ways)]:
        one, other = (_with_none(ratings, name) for name in (first, second))
        shared = ~(np.isnan(one).any(axis=1) | np.isnan(other).any(axis=1))
        together += one[shared].T @ other[shared]
        counts += one[shared].sum(axis=0)
    return _pattern((*codes, none), together, counts)


def _with_none(ratings: Ratings, name: str) -> Shares:
    answers = ratings.answers[ratings.coders.index(name)]
    none = np.where(np.isnan(answers).any(axis=1), np.nan, answers.sum(axis=1) == 0)
    return np.column_stack([answers, none])


def _pattern(names: Sequence[str], together: Shares, counts: Shares) -> Pattern:
    below = np.where(counts > 0, counts, np.nan)[:, np.newaxis]
    return Pattern(names=tuple(names), shares=together / below, counts=counts.astype(np.int64))
