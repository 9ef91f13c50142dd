"""Worked examples as they were published, and ways to write answers down."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

NOT_SEEN = float("nan")
CODES = "abcdef"

# Krippendorff (2011), data C: four observers, twelve units, five categories, gaps.
DATA_C = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NOT_SEEN, NOT_SEEN, NOT_SEEN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NOT_SEEN, 3],
    [NOT_SEEN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NOT_SEEN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NOT_SEEN],
]

# Gwet (2014): nearly the same, but the last unit's only answer is of another rater.
FOUR_RATERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NOT_SEEN, NOT_SEEN, NOT_SEEN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NOT_SEEN, NOT_SEEN],
    [NOT_SEEN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 3],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NOT_SEEN],
]

# Two abstractors' types of 100 pregnancies (Gwet 2014; R package irrCAC, cont3x3abstractors).
ABSTRACTORS = np.array([[13.0, 0, 0], [0, 20, 7], [0, 4, 56]])

# A table of which the tests of statsmodels keep what the FREQ procedure of SAS printed.
SAS_TABLE = np.array([[0.0, 4, 1], [0, 8, 0], [0, 1, 5]])

# Fleiss (1971), table 1: diagnoses of thirty patients by six psychiatrists each.
DIAGNOSES = """
444444 222555 233335 555555 222444 113333 333355 113334 114444 555555
144444 124444 222333 144444 224445 333335 111455 111112 224444 133555
555555 244444 224555 114444 144445 222224 111155 224444 133333 555555
"""

# The textbook table of ten units with fourteen raters on five categories, as counts.
TEN_UNITS = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
]


def answers_of(counts: Sequence[Sequence[int]]) -> NDArray[np.float64]:
    """Return answers `(n_coders, n_units)` that count up to the same number for every unit."""
    return np.array([np.repeat(np.arange(len(unit)), unit) for unit in counts], dtype=float).T


def sets_of(*units: Sequence[str | None]) -> NDArray[np.float64]:
    """Return code sets `(n_coders, n_units, n_codes)` of units written as "ab", "" or None."""
    table = np.full((len(units[0]), len(units), len(CODES)), NOT_SEEN)
    for number, unit in enumerate(units):
        for coder, given in enumerate(unit):
            if given is not None:
                table[coder, number] = [code in given for code in CODES]
    return table
