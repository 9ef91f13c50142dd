"""Held-out tapes on which champion and challenger do as well as a test wants them to."""

import numpy as np

from werkalliantie.promotion import HeldOut


def compared(
    *,
    n_tapes: int = 12,
    champion: tuple[float, float] = (0.15, 0.15),
    challenger: tuple[float, float] = (0.15, 0.15),
    n: int = 150,
    seed: int = 3,
) -> HeldOut:
    """Return answers of two coders, who err on a tenth, and decisions of two models.

    Args:
        n_tapes: Number of tapes, of `n` utterances each.
        champion: Share of utterances on which it errs, for each of the codes DT and HC.
        challenger: Likewise. It errs where the champion does, as far as the shares allow.
        n: Utterances on a tape.
        seed: Of the luck.
    """
    random = np.random.default_rng(seed)
    shape = (n_tapes * n, 2)
    truth = random.random(shape) < 0.35
    coders = np.stack([truth ^ (random.random(shape) < 0.1) for _ in range(2)])
    luck = random.random(shape)
    return HeldOut(
        codes=("DT", "HC"),
        tapes=tuple(f"t{number:02d}" for number in range(n_tapes) for _ in range(n)),
        answers=coders.astype(float),
        champion=truth ^ (luck < champion),
        challenger=truth ^ (luck < challenger),
    )
