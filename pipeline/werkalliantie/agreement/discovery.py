"""Many tests at once: which hypotheses fall, with the share of false falls held down."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def rejected(p_values: Sequence[float], rate: float) -> NDArray[np.bool_]:
    """Return which hypotheses fall, with the false discovery rate held under any dependence.

    Benjamini and Yekutieli (2001), theorem 1.3.
    """
    n = len(p_values)
    rank = np.arange(1, n + 1)
    order = np.argsort(p_values)
    below = np.asarray(p_values)[order] <= rate * rank / (n * (1 / rank).sum())
    falls = np.zeros(n, dtype=bool)
    falls[order[: rank[below].max(initial=0)]] = True
    return falls
