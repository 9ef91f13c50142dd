import numpy as np
import pytest

from werkalliantie.agreement.figure import Figure, Reason
from werkalliantie.agreement.nominal import contingency
from werkalliantie.agreement.pair import PairFigures, pair_figures

FIGURES = tuple(name for name in PairFigures.__dataclass_fields__ if name != "n")


def reasons(counts: list[float]) -> dict[str, Reason | None]:
    """Return the reasons of the figures that are undefined."""
    figures = pair_figures(np.array(counts))
    named = {name: getattr(figures, name).reason for name in FIGURES}
    return {name: reason for name, reason in named.items() if reason}


def test_of_a_skewed_table() -> None:
    """Kappa .13 beside PABAK .82: hardly any no, and no agreement on it."""
    figures = pair_figures(np.array([90.0, 5, 4, 1]))

    assert figures.n == 100
    assert {name: getattr(figures, name).value for name in FIGURES} == {
        "observed": 0.91,
        "kappa": pytest.approx(0.13461538),
        "kappa_error": pytest.approx(0.16210094),
        "ac1": pytest.approx(0.89955918),
        "pabak": pytest.approx(0.82),
        "positive": pytest.approx(180 / 189),
        "negative": pytest.approx(2 / 11),
        "prevalence_index": 0.89,
        "bias_index": 0.01,
    }


def test_without_shared_utterances_nothing_is_defined() -> None:
    """Coders who saw different tapes have no figures, and each says why."""
    assert pair_figures(contingency([], [])).n == 0
    assert reasons([0, 0, 0, 0]) == dict.fromkeys(FIGURES, Reason.NOTHING_SHARED)


def test_of_a_code_that_nobody_gave() -> None:
    """Kappa and agreement on yes are undefined, and the rest is defined."""
    assert reasons([0, 0, 0, 9]) == {
        "kappa": Reason.NOTHING_VARIES,
        "kappa_error": Reason.NOTHING_VARIES,
        "positive": Reason.NEVER_GIVEN,
    }


def test_of_a_code_that_everybody_always_gave() -> None:
    """Kappa and agreement on no are undefined, and the rest is defined."""
    assert reasons([9, 0, 0, 0]) == {
        "kappa": Reason.NOTHING_VARIES,
        "kappa_error": Reason.NOTHING_VARIES,
        "negative": Reason.ALWAYS_GIVEN,
    }


def test_of_coders_who_never_agree() -> None:
    """Figures may be below 0 and are all defined."""
    figures = pair_figures(np.array([0.0, 5, 5, 0]))

    assert reasons([0, 5, 5, 0]) == {}
    assert (figures.kappa, figures.pabak, figures.positive) == (Figure(-1), Figure(-1), Figure(0))
