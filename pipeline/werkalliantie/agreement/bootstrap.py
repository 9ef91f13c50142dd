"""Confidence intervals that respect that utterances of one tape belong together."""

import warnings

import numpy as np
from numpy.typing import NDArray

from werkalliantie.agreement.nominal import Counts, kappa_of

REPLICATES = 2000
LEVEL = 0.95


def mean_kappa_interval(
    counts: Counts, *, seed: int = 0, replicates: int = REPLICATES
) -> tuple[float, float] | None:
    """Return the 95 % percentile interval of the mean kappa over pairs, or None.

    Whole tapes are drawn with replacement (cluster bootstrap; Field and Welsh 2007), since
    utterances within a tape are alike. Replicates in which kappa is undefined for every pair are
    left out; None with fewer than two tapes or without a defined replicate.

    Args:
        counts: Contingency counts per pair and tape, shape `(n_pairs, n_tapes, 4)`.
    """
    n_tapes = counts.shape[1]
    if n_tapes < 2 or counts.shape[0] == 0:
        return None
    draws = np.random.default_rng(seed).multinomial(
        n_tapes, np.full(n_tapes, 1 / n_tapes), size=replicates
    )
    kappas = kappa_of(np.einsum("rt,ptc->rpc", draws.astype(float), counts))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a replicate without any defined pair
        means: NDArray[np.float64] = np.nanmean(kappas, axis=1)
    means = means[np.isfinite(means)]
    if len(means) == 0:
        return None
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.percentile(means, [tail, 100 - tail])
    return float(low), float(high)
