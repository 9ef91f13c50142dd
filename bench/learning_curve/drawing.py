"""Training sets of each size, drawn from a corpus with a seed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from learning_curve.corpus import Corpus
from werkalliantie.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """One training set, and what is judged after it.

    Attributes:
        number: From 0; with the seed it decides everything that is random.
        seed: What methods are given.
    """

    size: int
    number: int
    seed: int
    tapes: tuple[str, ...]
    judged: tuple[str, ...]


def draws(
    corpus: Corpus, sizes: Sequence[int], *, n_draws: int, n_full: int, seed: int
) -> list[Draw]:
    """Return the training sets, the smallest first; each method is given the same ones.

    Args:
        corpus: What to draw from; its divisions take turns.
        sizes: In tapes.
        n_draws: Of each size.
        n_full: Of a division's whole pool, where draws differ only in what else is random.
        seed: Of the drawing, and from which the methods' seeds count on.

    Raises:
        ConfigError: A size is less than 2, or more than there are tapes.
    """
    largest = corpus.largest
    if wrong := [size for size in sizes if not 2 <= size <= largest]:
        raise ConfigError(
            f"no training sets of {', '.join(map(str, wrong))} tapes; expected 2 to {largest}.",
            hint="Correct --sizes.",
        )
    return [
        _draw(corpus, size, number, seed)
        for size in sorted(set(sizes))
        for number in range(n_full * len(corpus.divisions) if size == largest else n_draws)
    ]


def _draw(corpus: Corpus, size: int, number: int, seed: int) -> Draw:
    division = corpus.divisions[number % len(corpus.divisions)]
    drawn = random.Random(f"{seed} {size} {number}").sample(division.pool, size)
    return Draw(
        size=size,
        number=number,
        seed=seed + number,
        tapes=tuple(sorted(drawn)),
        judged=division.judged,
    )
