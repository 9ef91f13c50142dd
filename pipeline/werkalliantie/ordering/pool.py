"""The utterances that may be reviewed, and what models say of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from werkalliantie.agreement.ratings import Place


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pool:
    """Utterances offered for review, in order of tape and place.

    Attributes:
        lines: Line of each in its transcript's source, from 1.
        probabilities: The model's, calibrated, `(n_utterances, n_codes)`.
        given: The codes it gives, `(n_utterances, n_codes)`.
        others: What other models say, NaN where one didn't label the tape,
            `(n_models, n_utterances, n_codes)`.
    """

    places: tuple[Place, ...]
    lines: tuple[int, ...]
    probabilities: NDArray[np.float64]
    given: NDArray[np.bool_]
    others: NDArray[np.float64]

    def __post_init__(self) -> None:
        n = len(self.places)
        shape = (n, self.probabilities.shape[-1])
        if len(self.lines) != n or self.probabilities.shape != shape or self.given.shape != shape:
            raise ValueError("a pool needs a line, probabilities and codes for each utterance")
        if self.others.shape[1:] != shape:
            raise ValueError("other models speak of the same utterances and codes")

    def __len__(self) -> int:
        return len(self.places)

    @property
    def tapes(self) -> tuple[str, ...]:
        """The tapes, each once, in order of appearance."""
        return tuple(dict.fromkeys(tape for tape, _ in self.places))


def joined(pools: Sequence[Pool]) -> Pool:
    """Return pools of the same models, at least one, as one."""
    return Pool(
        places=tuple(place for pool in pools for place in pool.places),
        lines=tuple(line for pool in pools for line in pool.lines),
        probabilities=np.concatenate([pool.probabilities for pool in pools]),
        given=np.concatenate([pool.given for pool in pools]),
        others=np.concatenate([pool.others for pool in pools], axis=1),
    )
