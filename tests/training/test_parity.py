import numpy as np
import pytest
from numpy.typing import NDArray

from werkalliantie.errors import ModelError
from werkalliantie_training.parity import check_parity, judge_int8


def column(n_yes: int, n: int) -> NDArray[np.bool_]:
    """Return decisions on one code, the first `n_yes` of them yes."""
    return (np.arange(n) < n_yes)[:, None]


def answered(*coders: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return coders' answers as examples hold them."""
    return np.array(coders, dtype=np.float32)


class TestCheckParity:
    def test_the_largest_difference_is_returned(self) -> None:
        """Whatever its sign."""
        one = np.zeros((2, 2), dtype=np.float32)
        other = np.array([[0, -5e-5], [1e-5, 0]], dtype=np.float32)

        assert check_parity(one, one) == 0
        assert check_parity(one, other) == check_parity(other, one) == pytest.approx(5e-5)

    def test_nothing_differs_by_nothing(self) -> None:
        """Without utterances there is nothing to differ."""
        nothing = np.zeros((0, 3), dtype=np.float32)

        assert check_parity(nothing, nothing) == 0

    @pytest.mark.parametrize(
        ("off", "said"), [(1.1e-4, "1.1e-04"), (-0.25, "2.5e-01"), (np.nan, "nan"), (np.inf, "inf")]
    )
    def test_over_the_tolerance_is_refused(self, off: float, said: str) -> None:
        """Also what is no number at all."""
        one = np.zeros((4, 3), dtype=np.float32)
        other = one.copy()
        other[2, 1] = off

        with pytest.raises(ModelError) as refused:
            check_parity(one, other)
        assert refused.value.message == (
            f"parity gate: the ONNX model's logits differ from torch by {said}; expected less than "
            "1e-04."
        )
        assert refused.value.hint == ("This encoder can't be exported faithfully; use another one.")


class TestJudgeInt8:
    def test_the_same_decisions_pass(self) -> None:
        """The figures are plain numbers, as JSON wants them."""
        decided = np.hstack([column(40, 100), column(10, 100)])

        figures = judge_int8(decided, decided, answered(decided, ~decided), ["A", "B"])
        assert figures == {
            "same_decisions": 1.0,
            "kappa_loss": {"A": 0.0, "B": 0.0},
            "n": 100,
            "passed": True,
            "reason": None,
        }
        assert {type(value) for value in figures["kappa_loss"].values()} == {float}

    def test_99_of_100_is_enough(self) -> None:
        """The limit itself passes where no kappa is lost."""
        fp32, int8 = column(100, 200), column(102, 200)

        figures = judge_int8(fp32, int8, answered(int8), ["A"])
        assert (figures["same_decisions"], figures["passed"]) == (0.99, True)
        assert figures["kappa_loss"]["A"] == pytest.approx(-0.02)

    def test_under_99_of_100_is_not(self) -> None:
        """The reason gives the share; decisions that got better count as others too."""
        fp32, int8 = column(100, 200), column(103, 200)

        figures = judge_int8(fp32, int8, answered(int8), ["A"])
        assert figures["passed"] is False
        assert figures["reason"] == "98.50% of its decisions are those of fp32, under 99%"

    def test_a_share_just_under_the_limit_does_not_look_like_it(self) -> None:
        """Rounded to tenths it would read as 99.0%."""
        fp32, int8 = column(5000, 10000), column(5104, 10000)

        reason = judge_int8(fp32, int8, answered(int8), ["A"])["reason"]
        assert reason == "98.96% of its decisions are those of fp32, under 99%"

    def test_a_code_that_loses_kappa_is_named(self) -> None:
        """However few decisions it is: a rare code stands or falls with them."""
        fp32 = np.hstack([column(4, 1000), column(500, 1000)])
        int8 = np.hstack([column(3, 1000), column(500, 1000)])

        figures = judge_int8(fp32, int8, answered(fp32), ["A", "B"])
        assert figures["same_decisions"] == 0.9995
        assert figures["passed"] is False
        assert figures["reason"] == "it loses 0.1433 kappa on A, over 0.01"
        assert figures["kappa_loss"] == {"A": pytest.approx(0.1433, abs=1e-4), "B": 0.0}

    def test_all_faults_come_at_once(self) -> None:
        """The share and every code that loses."""
        fp32 = np.hstack([column(50, 100), column(50, 100)])

        figures = judge_int8(fp32, ~fp32, answered(fp32), ["A", "B"])
        assert figures["reason"] == (
            "0.00% of its decisions are those of fp32, under 99%; it loses 2.0000 kappa on A, over "
            "0.01; it loses 2.0000 kappa on B, over 0.01"
        )

    def test_the_loss_is_the_mean_over_coders(self) -> None:
        """What one coder loses another may win; who saw no yes and no model's yes has no say."""
        fp32, int8 = column(10, 400), column(9, 400)
        blind = np.full_like(answered(fp32), np.nan)
        blind[0, 100:] = 0

        alone = judge_int8(fp32, int8, answered(fp32), ["A"])["kappa_loss"]["A"]
        both = judge_int8(fp32, int8, answered(fp32, int8), ["A"])
        seen_by_one = judge_int8(fp32, int8, np.concatenate([answered(fp32), blind]), ["A"])

        assert alone > 0
        assert both["kappa_loss"]["A"] == pytest.approx(0)
        assert seen_by_one["kappa_loss"]["A"] == pytest.approx(alone)

    def test_kappa_that_is_undefined_is_no_loss(self) -> None:
        """Where neither a coder nor fp32 ever gives a code there is nothing to lose."""
        never = column(0, 300)

        figures = judge_int8(never, column(1, 300), answered(never), ["A"])
        assert figures["kappa_loss"] == {"A": 0.0}
        assert figures["passed"]

    def test_without_utterances_it_passes(self) -> None:
        """There is nothing on which it decides otherwise."""
        nothing = np.zeros((0, 1), dtype=bool)

        figures = judge_int8(nothing, nothing, np.zeros((2, 0, 1), dtype=np.float32), ["A"])
        assert (figures["same_decisions"], figures["n"], figures["passed"]) == (1.0, 0, True)
