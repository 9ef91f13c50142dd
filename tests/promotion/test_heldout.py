import numpy as np
import pytest

from werkalliantie.agreement.nominal import cohen_kappa
from werkalliantie.promotion.heldout import HeldOut, gain, kappas, mean_gain

CODES = ("DT", "HC")


def held_out(seed: int = 1, *, n: int = 120, n_coders: int = 2) -> HeldOut:
    """Return random answers on four tapes; the first coder didn't see every utterance."""
    random = np.random.default_rng(seed)
    answers = random.integers(0, 2, (n_coders, n, len(CODES))).astype(float)
    answers[0, :7] = np.nan
    return HeldOut(
        codes=CODES,
        tapes=tuple(f"t{number}" for number in random.integers(0, 4, n)),
        answers=answers,
        champion=random.integers(0, 2, (n, len(CODES))).astype(bool),
        challenger=random.integers(0, 2, (n, len(CODES))).astype(bool),
    )


def test_sums_over_tapes_give_each_models_mean_kappa() -> None:
    """Counting by tape and adding up gives the kappas of the utterances themselves."""
    found = held_out()

    sums = found.sums()

    assert sums.shape == (4, 2, 2, 2, 4)
    for column in range(len(CODES)):
        for number, model in enumerate((found.champion, found.challenger)):
            each = [cohen_kappa(model[:, column], coder[:, column]) for coder in found.answers]
            expected = np.mean([kappa for kappa in each if kappa is not None])
            assert kappas(sums.sum(axis=0))[column, number] == pytest.approx(expected)


def test_tapes_are_kept_apart() -> None:
    """What a tape adds up to holds its own utterances and no others."""
    found = held_out()

    per_tape = found.sums()[:, 0, 0, 1].sum(axis=-1)

    assert per_tape.tolist() == [found.tapes.count(f"t{number}") for number in range(4)]


def test_a_coder_undefined_for_one_model_counts_for_neither() -> None:
    """Both means are over the same coders, so that a difference isn't one between coders."""
    never = np.zeros((4, 1))
    heard = np.array([[1.0], [0.0], [1.0], [0.0]])
    found = HeldOut(
        codes=("DT",),
        tapes=("t1", "t1", "t2", "t2"),
        answers=np.stack([never, heard]),
        champion=never.astype(bool),
        challenger=heard.astype(bool),
    )

    both = kappas(found.sums().sum(axis=0))[0]

    assert both.tolist() == [0.0, 1.0]
    assert gain(found.sums().sum(axis=0)).tolist() == [1.0]


def test_the_mean_gain_is_that_over_codes() -> None:
    """And undefined where that of a code is."""
    sums = held_out().sums().sum(axis=0)
    without = sums.copy()
    without[1] = 0

    assert mean_gain(sums) == pytest.approx(gain(sums).mean())
    assert np.isnan(mean_gain(without))


def test_other_utterances_are_refused() -> None:
    """Decisions that aren't on the coders' utterances compare nothing."""
    found = held_out()

    with pytest.raises(ValueError, match=r"that are not \(120, 2\), utterances by codes"):
        HeldOut(
            codes=CODES,
            tapes=found.tapes,
            answers=found.answers,
            champion=found.champion[1:],
            challenger=found.challenger,
        )
