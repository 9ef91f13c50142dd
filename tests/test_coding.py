import math
from dataclasses import replace

import pytest

from werkalliantie.coding import Coding, Prediction, State, state_of

CODING = Coding(
    tape="gesprek-01", utterance=0, coder="A", codebook="proef-1", codes=frozenset({"D"})
)


class TestCoding:
    def test_has_one_of_three_states(self) -> None:
        """With codes it is coded, without any no code, and where there is none not seen."""
        seen = replace(CODING, codes=frozenset())

        assert [state_of(coding) for coding in (CODING, seen, None)] == [
            State.CODED,
            State.NO_CODE,
            State.NOT_SEEN,
        ]

    @pytest.mark.parametrize("coder", ["", "  "])
    def test_has_a_coder(self, coder: str) -> None:
        """Nobody's answer is none."""
        with pytest.raises(ValueError, match=r"^a coding needs a coder$"):
            replace(CODING, coder=coder)

    def test_utterances_count_from_zero(self) -> None:
        """There is no utterance before the first."""
        with pytest.raises(ValueError, match=r"^utterances count from 0$"):
            replace(CODING, utterance=-1)

    def test_repr_hides_the_remark(self) -> None:
        """A remark may quote what was said."""
        assert "Sjors" not in repr(replace(CODING, note='zegt "Sjors"'))


class TestPrediction:
    def test_decisions_have_a_probability(self) -> None:
        """A code that was not scored can't be given."""
        with pytest.raises(ValueError, match=r"^a decision for a code without a probability$"):
            a_prediction({"D": 0.5}, "H")

    @pytest.mark.parametrize("p", [-0.1, 1.1, math.nan, math.inf])
    def test_probabilities_are_between_zero_and_one(self, p: float) -> None:
        """What is no probability is refused, with the code's name."""
        with pytest.raises(ValueError, match=r"^probabilities outside 0\.\.1 for H$"):
            a_prediction({"D": 0.0, "H": p, "Z": 1.0})


def a_prediction(probabilities: dict[str, float], *codes: str) -> Prediction:
    """Return a prediction with the given probabilities and decisions."""
    return Prediction(
        tape="gesprek-01",
        utterance=0,
        model="m1",
        codebook="proef-1",
        probabilities=probabilities,
        codes=frozenset(codes),
    )
