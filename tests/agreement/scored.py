"""Scores of coders on units, to try intraclass correlations on."""

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from werkalliantie.agreement.reliability import IccKind

Table = NDArray[np.float64]
GAP = np.nan
seeds = st.integers(0, 2**32 - 1)
kinds = st.sampled_from(IccKind)


def scores(seed: int, *, gaps: bool = False) -> Table:
    """Return scores with some variance of each kind, at times rounded to counts."""
    random = np.random.default_rng(seed)
    n_coders, n_units = int(random.integers(2, 6)), int(random.integers(3, 16))
    units = random.uniform(0, 3) * random.normal(size=n_units)
    levels = random.uniform(0, 2) * random.normal(size=(n_coders, 1))
    table = units + levels + random.normal(size=(n_coders, n_units))
    if random.random() < 0.3:
        table = np.round(table)
    if gaps:
        table[random.random(table.shape) < 0.25] = GAP
    return table
