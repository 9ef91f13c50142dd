"""Scores of coders on units, and pingouin's intraclass correlations of them."""

import itertools
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pingouin
from hypothesis import strategies as st
from numpy.typing import NDArray

from werkalliantie.agreement.reliability import IccKind

Table = NDArray[np.float64]
GAP = np.nan
NAMES = ["ICC(1,1)", "ICC(A,1)", "ICC(C,1)", "ICC(1,k)", "ICC(A,k)", "ICC(C,k)"]
"""Pingouin's, in the order of our kinds."""

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


def by_pingouin(table: Table) -> dict[IccKind, list[float]]:
    """Return pingouin's six correlations, each with its interval in full."""
    cells = [*itertools.product(*map(range, table.shape))]
    long = pd.DataFrame(
        {
            "coder": [coder for coder, _ in cells],
            "unit": [unit for _, unit in cells],
            "score": [table[cell] for cell in cells],
        }
    )
    decimals = pingouin.options["round.column.CI95"]
    pingouin.options["round.column.CI95"] = 15
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found: Any = pingouin.intraclass_corr(
                long, targets="unit", raters="coder", ratings="score"
            )
    finally:
        pingouin.options["round.column.CI95"] = decimals
    rows = found.set_index("Type")[["ICC", "CI95"]].T.to_dict()
    return {
        kind: [rows[name]["ICC"], *rows[name]["CI95"]]
        for name, kind in zip(NAMES, IccKind, strict=True)
    }
