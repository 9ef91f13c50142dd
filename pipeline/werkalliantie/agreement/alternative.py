"""The alternative annotator test: would a model do as well in a coder's place as that coder does?

Calderon, Reichart and Dror (2025), "The Alternative Annotator Test for LLM-as-a-Judge". Each coder
in turn is left out, and the coder and the model are compared in how they agree with the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from werkalliantie.agreement.discovery import rejected
from werkalliantie.agreement.duel import Duel, Scoring, duel_with, likenesses

EPSILON = 0.15
"""What a model may be worse and still be worth it; theirs for trained, not expert, coders."""

EPSILONS = tuple(step / 20 for step in range(7))
"""0 to .30 in steps of .05."""

MIN_CODERS = 3
MIN_UNITS = 30
PASSING = 0.5


class NoTest(StrEnum):
    """Why there is no test; reports translate the member."""

    FEW_CODERS = (
        "the alternative annotator test needs three coders; with two, see whether the model's "
        "agreement with them is noninferior to theirs with each other"
    )
    FEW_UNITS = (
        f"fewer than three coders have {MIN_UNITS} units that the model and another coder saw too"
    )
    FEW_TAPES = "fewer than three coders have such units on two tapes"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """One coder left out, and the model put in that place, against the other coders.

    Attributes:
        coder: Row of the coder.
        n_units: Number of units that the coder, the model and some other coder saw.
        n_tapes: Number of tapes these are on.
        model_ahead: Share of units on which the model agrees at least as well with the others.
        coder_ahead: Share on which the coder does.
        p_value: Against the model being epsilon or more behind.
        wins: Whether the model isn't, with the false discovery rate over coders held.
    """

    coder: int
    n_units: int
    n_tapes: int
    model_ahead: float
    coder_ahead: float
    p_value: float
    wins: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EpsilonPoint:
    """The winning rate that another epsilon would give."""

    epsilon: float
    winning_rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AlternativeTest:
    """What the test says of a model, or why it says nothing.

    Attributes:
        winning_rate: Share of the coders against whom the model wins, omega.
        passes: Whether that is half of them or more.
        advantage: Mean over coders of `model_ahead`, rho: for comparing models, whatever epsilon.
        coders: Those who could be tested.
        curve: The winning rate by epsilon.
        reason: Why there is no test.
    """

    epsilon: float
    winning_rate: float | None
    passes: bool | None
    advantage: float | None
    coders: tuple[LeftOut, ...]
    curve: tuple[EpsilonPoint, ...]
    reason: NoTest | None


def alternative_test(
    model: ArrayLike,
    coders: ArrayLike,
    tapes: ArrayLike,
    *,
    scoring: Scoring = Scoring.ACCURACY,
    epsilon: float = EPSILON,
    epsilons: Sequence[float] = EPSILONS,
    rate: float = 0.05,
) -> AlternativeTest:
    """Test whether a model may take the place of coders.

    The authors test differences unit by unit. Units of a tape are alike, so here the differences of
    a coder are averaged by tape, and the t-test is over tapes. With each unit on a tape of its own
    it is the published test.

    Args:
        model: 1, 0 or NaN (not seen), shape `(n_units, n_codes)`.
        coders: Likewise, `(n_coders, n_units, n_codes)`.
        tapes: Tape of each unit as a number from 0, `(n_units,)`.
        scoring: How like two answers are.
        epsilon: What the model may be worse.
        epsilons: Those of the curve.
        rate: False discovery rate over coders.
    """
    likeness = likenesses(np.asarray(model, float), np.asarray(coders, float), scoring)
    n_seen = int(np.isfinite(np.asarray(coders, float)).all(axis=2).any(axis=1).sum())
    numbers = np.asarray(tapes, dtype=np.int64)
    duels = [duel_with(likeness, coder, numbers) for coder in range(likeness.shape[1])]
    long = [duel for duel in duels if duel.n_units >= MIN_UNITS]
    fit = [duel for duel in long if len(duel.by_tape) > 1]
    for have, reason in (
        (n_seen, NoTest.FEW_CODERS),
        (len(long), NoTest.FEW_UNITS),
        (len(fit), NoTest.FEW_TAPES),
    ):
        if have < MIN_CODERS:
            return AlternativeTest(
                epsilon=epsilon,
                winning_rate=None,
                passes=None,
                advantage=None,
                coders=(),
                curve=(),
                reason=reason,
            )
    left_out = _left_out(fit, epsilon, rate)
    winning_rate = float(np.mean([one.wins for one in left_out]))
    return AlternativeTest(
        epsilon=epsilon,
        winning_rate=winning_rate,
        passes=winning_rate >= PASSING,
        advantage=float(np.mean([one.model_ahead for one in left_out])),
        coders=left_out,
        curve=tuple(_point(fit, each, rate) for each in epsilons),
        reason=None,
    )


def _left_out(duels: Sequence[Duel], epsilon: float, rate: float) -> tuple[LeftOut, ...]:
    p_values = [duel.p_value(epsilon) for duel in duels]
    return tuple(
        LeftOut(
            coder=duel.coder,
            n_units=duel.n_units,
            n_tapes=len(duel.by_tape),
            model_ahead=duel.model_ahead,
            coder_ahead=duel.coder_ahead,
            p_value=p_value,
            wins=bool(wins),
        )
        for duel, p_value, wins in zip(duels, p_values, rejected(p_values, rate), strict=True)
    )


def _point(duels: Sequence[Duel], epsilon: float, rate: float) -> EpsilonPoint:
    wins = [one.wins for one in _left_out(duels, epsilon, rate)]
    return EpsilonPoint(epsilon=epsilon, winning_rate=float(np.mean(wins)))
