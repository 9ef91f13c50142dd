import numpy as np
import pytest
from agreement.comparing import assert_alike

from werkalliantie.agreement.figure import Figure, Reason, figure, mean_figure, ratio


class TestFigure:
    def test_of_a_number_is_that_number(self) -> None:
        """A number needs no reason, whatever would be the reason without it."""
        assert figure(np.float64(0.5), Reason.NEVER_GIVEN) == Figure(0.5, None)

    def test_of_nan_is_the_reason(self) -> None:
        """NaN never leaves; the reason does."""
        assert figure(np.nan, Reason.NEVER_GIVEN) == Figure(None, Reason.NEVER_GIVEN)

    @pytest.mark.parametrize(("value", "reason"), [(0.5, Reason.NEVER_GIVEN), (None, None)])
    def test_has_a_value_or_a_reason(self, value: float | None, reason: Reason | None) -> None:
        """Both or neither is a mistake."""
        with pytest.raises(ValueError, match=r"^a figure has either a value or a reason$"):
            Figure(value, reason)

    @pytest.mark.parametrize("value", [float("nan"), float("inf")])
    def test_is_finite(self, value: float) -> None:
        """NaN and infinity aren't values."""
        with pytest.raises(ValueError, match=r"^a figure's value is a finite number, not "):
            Figure(value)

    def test_reasons_read_as_sentences(self) -> None:
        """A reason is its own sentence, for notes in JSON."""
        assert str(Reason.NOTHING_SHARED) == "no unit was answered by two coders"


class TestMeanFigure:
    def test_is_of_those_defined(self) -> None:
        """An undefined figure counts for nothing, not for 0."""
        figures = [Figure(0.2), Figure(None, Reason.NOTHING_VARIES), Figure(0.6)]

        assert_alike(mean_figure(figures), Figure(0.4))

    @pytest.mark.parametrize("figures", [[], [Figure(None, Reason.NOTHING_VARIES)]])
    def test_without_any_has_a_reason(self, figures: list[Figure]) -> None:
        """Nothing to take a mean of is said so."""
        assert mean_figure(figures) == Figure(None, Reason.NOTHING_DEFINED)


def test_ratio_is_nan_where_nothing_divides() -> None:
    """Neither an error, a warning nor infinity."""
    quotients = ratio([1.0, 3.0, 0.0], [0.0, 2.0, 0.0])

    assert quotients[1] == 1.5
    assert np.isnan(quotients).tolist() == [True, False, True]
