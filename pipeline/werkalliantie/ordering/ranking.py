"""From scores to ranks, with a random sample spread evenly over the ranking.

Reviewing only what a model finds hard says nothing of how often it is right. So a share is drawn by
lot beforehand, whatever its scores, and is spread over the ranking: wherever a reviewer stops, what
they saw of it is a simple random sample of all that was offered.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranking:
    """Which item stands where.

    Attributes:
        items: The items' numbers, from the first rank to the last, `(n_items,)`.
        by_lot: Which ranks are of the random sample, `(n_items,)`.
    """

    items: NDArray[np.int64]
    by_lot: NDArray[np.bool_]


def ranking(
    scores: NDArray[np.float64], lots: NDArray[np.uint64], *, random_share: float
) -> Ranking:
    """Rank items, the highest score first; equal scores go by lot.

    The first k ranks hold `random_share` of k items of the sample, rounded down. Those of the
    sample aren't moved forward for a high score: if they were, the sample would be of the items
    that score high.

    Args:
        scores: Shape `(n_items,)`.
        lots: From `lots_of`, `(n_items,)`.
        random_share: Between 0 and 1.
    """
    n = len(scores)
    by_lot = np.diff(np.floor(np.arange(n + 1) * random_share + _ROUNDING)) > 0
    drawn = np.argsort(lots, kind="stable")[: by_lot.sum()]
    scored = np.lexsort((lots, -scores))
    items = np.empty(n, dtype=np.int64)
    items[by_lot] = drawn
    items[~by_lot] = scored[~np.isin(scored, drawn)]
    return Ranking(items=items, by_lot=by_lot)


def lots_of(names: Iterable[str], *, seed: int) -> NDArray[np.uint64]:
    """Return a lot for each name, the same wherever and with whatever else it is drawn."""
    drawn = [hashlib.blake2b(f"{seed}\n{name}".encode(), digest_size=8).digest() for name in names]
    return np.frombuffer(b"".join(drawn), dtype=">u8").astype(np.uint64)
