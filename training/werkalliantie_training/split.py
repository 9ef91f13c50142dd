"""Which tapes train, which choose thresholds, and which are only tested on."""

import math
import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from werkalliantie.configuration.study import Split
from werkalliantie.errors import ConfigError
from werkalliantie_training.settings import Holdout


@dataclass(frozen=True, slots=True, kw_only=True)
class TapeSplit:
    """Tape ids by what they are for; no tape is in two of them."""

    train: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]


def split_tapes(
    coded: Mapping[str, str | None], named: Split, holdout: Holdout, *, seed: int
) -> TapeSplit:
    """Divide the coded tapes, as the study names them or else drawn with the seed.

    Args:
        coded: Coded tapes, each with its worker.
        named: Tapes and workers that the study holds back.
        holdout: Shares to draw where the study names none.

    Raises:
        ConfigError: Too few tapes, or the study names a tape or worker for two purposes.
    """
    test = _chosen(coded, named.test_tapes, named.test_workers)
    validation = _chosen(coded, named.validation_tapes, named.validation_workers)
    if both := sorted(test & validation):
        raise ConfigError(
            f"configs/study.toml: {', '.join(both)} held back for validation and for test.",
            hint="Name a tape, and a worker, for one of them.",
        )
    rest = sorted(coded.keys() - test - validation)
    random.Random(seed).shuffle(rest)
    if not named.test_tapes and not named.test_workers and holdout.test:
        test, rest = _take(rest, holdout.test, len(coded))
    if not validation:
        validation, rest = _take(rest, holdout.validation, len(coded))
    if not rest or not validation:
        raise ConfigError(
            f"{len(coded)} coded tape(s), of which {len(rest)} left to train on: training needs "
            "at least one tape to train on and one to validate with.",
            hint="Code another tape, or name fewer tapes under [split] in configs/study.toml.",
        )
    return TapeSplit(
        train=tuple(sorted(rest)), validation=tuple(sorted(validation)), test=tuple(sorted(test))
    )


def _chosen(
    coded: Mapping[str, str | None], tapes: Collection[str], workers: Collection[str]
) -> set[str]:
    return {tape for tape, worker in coded.items() if tape in tapes or worker in workers}


def _take(tapes: list[str], share: float, n_all: int) -> tuple[set[str], list[str]]:
    # Rounded to the nearest, but never nothing: a model without validation has no thresholds.
    n = max(1, math.floor(share * n_all + 0.5))
    return set(tapes[:n]), tapes[n:]
