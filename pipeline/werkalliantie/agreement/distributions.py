"""Probabilities and quantiles of Student's t and Fisher's F, for the base has no scipy."""

import itertools
import math
from functools import lru_cache

_TINY = 1e-300
_PRECISION = 1e-15
_WIDEST_LOG_ODDS = 700.0
_HALVINGS = 70


def incomplete_beta(odds: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b) at `x = odds / (1 + odds)`.

    By its continued fraction; NIST Digital Library of Mathematical Functions, 8.17.22, turned round
    by 8.17.4 where it converges slowly. Odds keep both x and 1 - x exact.
    """
    if odds <= 0:
        return 0.0
    if odds * (b + 1) > a + 1:
        return 1 - incomplete_beta(1 / odds, b, a)
    log_x, log_rest = -math.log1p(1 / odds), -math.log1p(odds)
    log_beta = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    front = math.exp(a * log_x + b * log_rest - log_beta) / a
    return front / _continued_fraction(math.exp(log_x), a, b)


def t_probability(t: float, df: float) -> float:
    """Return the probability that Student's t with `df` degrees of freedom is at most `t`."""
    if t == 0:
        return 0.5
    tail = incomplete_beta(df / t / t, df / 2, 0.5) / 2
    return tail if t < 0 else 1 - tail


def t_quantile(probability: float, df: float) -> float:
    """Return what Student's t with `df` degrees of freedom stays below with a probability."""
    if probability == 0.5:
        return 0.0
    if probability > 0.5:
        return -t_quantile(1 - probability, df)
    return -math.sqrt(df / _odds_at(2 * probability, df / 2, 0.5))


def f_quantile(probability: float, df1: float, df2: float) -> float:
    """Return what F with `df1` and `df2` degrees of freedom stays below with a probability."""
    return _odds_at(probability, df1 / 2, df2 / 2) * df2 / df1


@lru_cache(maxsize=1024)
def _odds_at(probability: float, a: float, b: float) -> float:
    # By halving: it can't fail. A report asks for the same few some hundreds of times.
    low, high = -_WIDEST_LOG_ODDS, _WIDEST_LOG_ODDS
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if incomplete_beta(math.exp(middle), a, b) < probability:
            low = middle
        else:
            high = middle
    return math.exp((low + high) / 2)


def _continued_fraction(x: float, a: float, b: float) -> float:
    """Return 1 + d1/(1 + d2/(1 + ...)) of 8.17.22; Lentz (1976), Thompson and Barnett (1986)."""
    value = c = 1.0
    d = 0.0
    for n in itertools.count(1):
        m = n // 2
        if n % 2:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / _not_zero(1 + term * d)
        c = _not_zero(1 + term / c)
        value *= c * d
        if abs(c * d - 1) < _PRECISION:
            break
    return value


def _not_zero(number: float) -> float:
    return number if abs(number) > _TINY else _TINY
