"""Which tapes train, which choose thresholds, and which are only tested on."""

import math
import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from werkalliantie.configuration.study import Split
from werkalliantie.errors import ConfigError
from werkalliantie_training.settings import Holdout


@dataclass(frozen=True, slots=True, kw_only=True)
class TapeSplit:
    """Tape ids by what they are for; no tape is in two of them."""

    train: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedTapes:
    """The coded tapes of a study, each with its worker.

    Attributes:
        judging: With utterances that were coded blind: models can be judged on them.
        teaching: The others, of assisted codings or of stretches only: they can but train.
    """

    judging: Mapping[str, str | None]
    teaching: Mapping[str, str | None] = field(default_factory=dict)


def split_tapes(
    tapes: CodedTapes,
    named: Split,
    holdout: Holdout,
    *,
    seed: int,
    earlier: TapeSplit | None = None,
) -> TapeSplit:
    """Divide the coded tapes, as the study names them or else drawn with the seed.

    Args:
        tapes: Those that can be judged on are drawn from; the others train, but for those that the
            study holds back.
        named: Tapes and workers that the study holds back.
        holdout: Shares to draw where the study names none.
        seed: Of the draws.
        earlier: The split of a model that the new one is to be compared with. What trained that one
            trains again, what was held back stays so, and only new tapes are drawn.

    Raises:
        ConfigError: Too few tapes, or none to judge on; the study names a tape or worker for two
            purposes, or it holds back tapes that the earlier model was trained on.
    """
    coded, further = tapes.judging, tapes.teaching
    test = _chosen(coded, named.test_tapes, named.test_workers)
    validation = _chosen(coded, named.validation_tapes, named.validation_workers)
    if both := sorted(test & validation):
        raise ConfigError(
            f"configs/study.toml: {', '.join(both)} held back for validation and for test.",
            hint="Name a tape, and a worker, for one of them.",
        )
    _refuse_unjudged(tapes, named, validation)
    draws_test = not named.test_tapes and not named.test_workers
    draws_validation = not validation
    before = earlier or TapeSplit(train=(), validation=(), test=())
    _refuse_trained_on({*before.train}, test | validation)
    kept = _kept(before, draws_test=draws_test, draws_validation=draws_validation)
    test, validation = (
        test | {*kept.test} & coded.keys() - validation,
        validation | {*kept.validation} & coded.keys() - test,
    )
    new = sorted(coded.keys() - test - validation - {*before.train})
    random.Random(seed).shuffle(new)
    if draws_test and holdout.test:
        test, new = _filled(test, new, holdout.test, len(coded))
    if draws_validation:
        validation, new = _filled(validation, new, holdout.validation, len(coded))
    rest = coded.keys() - test - validation | further.keys() - held_back(further, named)
    if not rest or not validation:
        n_coded = len(coded) + len(further)
        raise ConfigError(
            f"{n_coded} coded tape(s), of which {len(rest)} left to train on: training needs "
            "at least one tape to train on and one to validate with.",
            hint="Code another tape, or name fewer tapes under [split] in configs/study.toml.",
        )
    return TapeSplit(
        train=tuple(sorted(rest)), validation=tuple(sorted(validation)), test=tuple(sorted(test))
    )


def _kept(before: TapeSplit, *, draws_test: bool, draws_validation: bool) -> TapeSplit:
    """Return what is still held back of an earlier split, in the parts the study doesn't name.

    What was held back for the part that it names now goes to the other, and so doesn't train; only
    a study that names both says of all other tapes that they train.
    """
    every = (*before.validation, *before.test)
    return TapeSplit(
        train=before.train,
        validation=() if not draws_validation else before.validation if draws_test else every,
        test=() if not draws_test else before.test if draws_validation else every,
    )


def _refuse_trained_on(trained_on: Collection[str], held_out: Collection[str]) -> None:
    if clash := sorted({*trained_on} & {*held_out}):
        raise ConfigError(
            f"configs/study.toml: {', '.join(clash)} held back under [split], but the model in use "
            f"was trained on {'it' if len(clash) == 1 else 'them'}, so on such tapes it can't be "
            "compared with a new one.",
            hint="Hold back other tapes, or train without comparing with: werkalliantie train",
        )


def _refuse_unjudged(tapes: CodedTapes, named: Split, validation: Collection[str]) -> None:
    """Refuse to validate where nothing was coded blind."""
    meant = _chosen(tapes.teaching, named.validation_tapes, named.validation_workers)
    if tapes.teaching and not tapes.judging:
        where = f"any of the {len(tapes.teaching)} coded tape(s)"
    elif meant and not validation:
        where = f"the validation tapes {', '.join(sorted(meant))}"
    else:
        return
    raise ConfigError(
        f"no utterance was coded blind on {where}; thresholds are chosen, and models judged, on "
        "blind codings of utterances only.",
        hint="Have such tapes coded without suggestions"
        + (", or hold back others under [split] in configs/study.toml." if meant else "."),
    )


def held_back(tapes: Mapping[str, str | None], named: Split) -> set[str]:
    """Return which of some tapes, each given with its worker, a study holds back from training."""
    return _chosen(tapes, named.test_tapes, named.test_workers) | _chosen(
        tapes, named.validation_tapes, named.validation_workers
    )


def _chosen(
    coded: Mapping[str, str | None], tapes: Collection[str], workers: Collection[str]
) -> set[str]:
    return {tape for tape, worker in coded.items() if tape in tapes or worker in workers}


def _filled(held: set[str], new: list[str], share: float, n_all: int) -> tuple[set[str], list[str]]:
    """Add new tapes until the share is met; return what is held back, and the new that are left."""
    # Rounded to the nearest, but never nothing: a model without validation has no thresholds.
    n = max(1, math.floor(share * n_all + 0.5))
    missing = max(0, n - len(held))
    return held | {*new[:missing]}, new[missing:]
