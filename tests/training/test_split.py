from collections.abc import Mapping

import pytest

from werkalliantie.configuration.study import Split
from werkalliantie.errors import ConfigError
from werkalliantie_training.settings import Holdout
from werkalliantie_training.split import CodedTapes, TapeSplit, split_tapes

TEN: Mapping[str, str | None] = {f"t{number:02d}": f"w{number % 5}" for number in range(10)}


def divided(
    coded: Mapping[str, str | None],
    named: Split,
    holdout: Holdout,
    *,
    seed: int,
    earlier: TapeSplit | None = None,
) -> TapeSplit:
    """Return a split of tapes that can all be judged on."""
    return split_tapes(CodedTapes(judging=coded), named, holdout, seed=seed, earlier=earlier)


def drawn(seed: int = 13, *, test: float = 0.2) -> TapeSplit:
    """Return a split of ten tapes of five workers, none of them named."""
    return divided(TEN, Split(), Holdout(validation=0.2, test=test), seed=seed)


@pytest.mark.parametrize("seed", range(5))
def test_every_tape_has_one_purpose(seed: int) -> None:
    """A drawn split uses every tape once, in the shares asked."""
    split = drawn(seed)

    assert sorted(split.train + split.validation + split.test) == sorted(TEN)
    assert (len(split.validation), len(split.test)) == (2, 2)


def test_the_seed_decides() -> None:
    """The same seed draws the same tapes whatever their order; another seed others."""
    backwards = dict(reversed(list(TEN.items())))

    assert drawn(1) == divided(backwards, Split(), Holdout(test=0.2), seed=1)
    assert len({drawn(seed).validation for seed in range(8)}) > 1


def test_no_test_tapes_unless_asked() -> None:
    """Without a share for testing no tape is set apart for it."""
    assert drawn(test=0.0).test == ()


def test_a_small_share_is_still_one_tape() -> None:
    """Two tapes are one to train on and one to validate with."""
    split = divided({"a": None, "b": None}, Split(), Holdout(validation=0.01), seed=1)

    assert (len(split.train), len(split.validation)) == (1, 1)


def test_named_workers_are_held_back_whole() -> None:
    """Of a named worker no tape trains, and nothing else is drawn for that purpose."""
    named = Split(validation_workers=("w1",), test_workers=("w2",))

    split = divided(TEN, named, Holdout(test=0.5), seed=1)

    assert split.validation == ("t01", "t06")
    assert split.test == ("t02", "t07")
    assert {TEN[tape] for tape in split.train} == {"w0", "w3", "w4"}


def test_named_tapes_that_are_not_coded_are_passed_over() -> None:
    """A named tape without codings is no part of the split."""
    split = divided(TEN, Split(validation_tapes=("t03", "later")), Holdout(), seed=1)

    assert split.validation == ("t03",)


def test_nothing_is_named_twice() -> None:
    """A tape for validation of a worker for testing is a mistake, named."""
    named = Split(validation_tapes=("t01", "t02"), test_workers=("w1",))

    with pytest.raises(ConfigError) as caught:
        divided(TEN, named, Holdout(), seed=1)

    assert caught.value.message == (
        "configs/study.toml: t01 held back for validation and for test."
    )
    assert caught.value.hint == "Name a tape, and a worker, for one of them."


@pytest.mark.parametrize(
    ("coded", "named"),
    [({"t01": None}, Split()), ({}, Split()), (TEN, Split(validation_tapes=(*TEN,)))],
)
def test_too_few_tapes(coded: Mapping[str, str | None], named: Split) -> None:
    """Without a tape to train on and one to validate with, the message says how many there are."""
    with pytest.raises(ConfigError) as caught:
        divided(coded, named, Holdout(), seed=1)

    assert caught.value.message == (
        f"{len(coded)} coded tape(s), of which 0 left to train on: training needs at least one "
        "tape to train on and one to validate with."
    )
    assert caught.value.hint == (
        "Code another tape, or name fewer tapes under [split] in configs/study.toml."
    )


EARLIER = TapeSplit(train=("t00", "t01", "t02"), validation=("t03",), test=("t04",))


class TestEarlier:
    @pytest.mark.parametrize("seed", range(8))
    def test_every_tape_keeps_its_purpose(self, seed: int) -> None:
        """New tapes fill up the shares; nothing moves from one side to the other."""
        split = divided(TEN, Split(), Holdout(test=0.2), seed=seed, earlier=EARLIER)

        assert {*EARLIER.train} <= {*split.train}
        assert {*EARLIER.validation} <= {*split.validation}
        assert {*EARLIER.test} <= {*split.test}
        assert (len(split.train), len(split.validation), len(split.test)) == (6, 2, 2)
        assert sorted(split.train + split.validation + split.test) == sorted(TEN)

    def test_without_new_tapes_nothing_changes(self) -> None:
        """Whatever shares are asked for: what was trained on can't be held back any more."""
        coded = {tape: None for tape in (*EARLIER.train, *EARLIER.validation, *EARLIER.test)}
        holdout = Holdout(validation=0.6, test=0.4)

        assert divided(coded, Split(), holdout, seed=1, earlier=EARLIER) == EARLIER

    def test_shares_that_are_met_hold_nothing_more_back(self) -> None:
        """New tapes train where enough is held back."""
        holdout = Holdout(validation=0.1, test=0.0)

        split = divided(TEN, Split(), holdout, seed=1, earlier=EARLIER)

        assert (split.validation, split.test) == (("t03",), ("t04",))

    def test_a_held_out_tape_without_codings_is_passed_over(self) -> None:
        """A tape that was purged is in no part."""
        coded = {tape: worker for tape, worker in TEN.items() if tape != "t03"}

        split = divided(coded, Split(), Holdout(), seed=1, earlier=EARLIER)

        assert "t03" not in {*split.train, *split.validation, *split.test}
        assert len(split.validation) == 2

    def test_named_tapes_still_win(self) -> None:
        """What the study names is held back; what was held back before still doesn't train."""
        named = Split(test_tapes=("t09",))

        split = divided(TEN, named, Holdout(test=0.2), seed=1, earlier=EARLIER)

        assert split.test == ("t09",)
        assert split.validation == ("t03", "t04")

    def test_a_study_that_names_both_says_what_trains(self) -> None:
        """Then the rest trains, also what was held back before."""
        named = Split(test_tapes=("t09",), validation_workers=("w3",))

        split = divided(TEN, named, Holdout(), seed=1, earlier=EARLIER)

        assert (split.validation, split.test) == (("t03", "t08"), ("t09",))
        assert "t04" in split.train

    def test_named_tapes_that_were_trained_on_are_refused(self) -> None:
        """On them the two models can't be compared; all are named."""
        named = Split(test_tapes=("t09", "t02"), validation_tapes=("t00",))

        with pytest.raises(ConfigError) as caught:
            divided(TEN, named, Holdout(), seed=1, earlier=EARLIER)

        assert caught.value.message == (
            "configs/study.toml: t00, t02 held back under [split], but the model in use was "
            "trained on them, so on such tapes it can't be compared with a new one."
        )
        assert caught.value.hint == (
            "Hold back other tapes, or train without comparing with: werkalliantie train"
        )


class TestTapesThatCanOnlyTrain:
    """Of which nothing was coded blind."""

    ASSISTED: Mapping[str, str | None] = {f"a{number}": "w9" for number in range(20)}

    @pytest.mark.parametrize("seed", range(5))
    def test_they_are_never_drawn(self, seed: int) -> None:
        """The share held back is one of those that can be judged on."""
        tapes = CodedTapes(judging=TEN, teaching=self.ASSISTED)

        split = split_tapes(tapes, Split(), Holdout(validation=0.2, test=0.2), seed=seed)

        assert {*split.train} > {*self.ASSISTED}
        assert (len(split.validation), len(split.test)) == (2, 2)

    def test_named_they_stay_out(self) -> None:
        """Held back by the study they neither train nor judge."""
        tapes = CodedTapes(judging=TEN, teaching=self.ASSISTED)

        split = split_tapes(tapes, Split(test_tapes=("a1", "t1")), Holdout(), seed=1)

        assert not {"a1"} & {*split.train, *split.validation, *split.test}

    @pytest.mark.parametrize(
        ("judging", "named", "where"),
        [
            ({}, (), "any of the 20 coded tape(s)"),
            (TEN, ("a1", "a2"), "the validation tapes a1, a2"),
        ],
    )
    def test_there_has_to_be_something_to_judge(
        self, judging: Mapping[str, str | None], named: tuple[str, ...], where: str
    ) -> None:
        """No thresholds without blind codings."""
        tapes = CodedTapes(judging=judging, teaching=self.ASSISTED)

        with pytest.raises(ConfigError) as caught:
            split_tapes(tapes, Split(validation_tapes=named), Holdout(), seed=1)

        assert caught.value.message.startswith(f"no utterance was coded blind on {where};")
