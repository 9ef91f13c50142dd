"""Agreement of decisions with coders, and like for like with a floor."""

import numpy as np

from werkalliantie_training.evaluation import evaluate, like_for_like
from werkalliantie_training.examples import Examples

CODES = ("A", "B")
YES, NO = 1.0, 0.0
FIRST, SECOND = [YES, NO, YES, NO], [YES, NO, NO, NO]


def coded(*coders: list[list[float]]) -> Examples:
    """Return four utterances on two tapes; of each coder a list of answers per code."""
    return Examples(
        tapes=("t1", "t1", "t2", "t2"),
        indices=(0, 1, 0, 1),
        contexts=("",) * 4,
        texts=("a", "b", "c", "d"),
        coders=tuple(f"k{number}" for number in range(len(coders))),
        answers=np.array(coders, dtype=np.float32).transpose(0, 2, 1),
    )


def decisions(first: list[float], second: list[float]) -> np.ndarray[tuple[int, int], np.dtype]:
    """Return what was decided of the four utterances, by code."""
    return np.array([first, second], dtype=bool).T


def test_a_code_that_only_the_floor_gives_takes_no_part() -> None:
    """Nobody gave B: the floor that gives it once has a kappa of 0 there, the model has none."""
    examples = coded([FIRST, [NO] * 4])
    model, floor = decisions(SECOND, [NO] * 4), decisions(FIRST, [YES, NO, NO, NO])

    assert evaluate(examples, model, CODES)["mean_kappa"] == 0.5
    assert evaluate(examples, floor, CODES)["mean_kappa"] == 0.5  # 1.0 on A, 0 on B
    assert like_for_like(examples, model, floor, CODES) == {"model": 0.5, "floor": 1.0}


def test_nor_does_such_a_coder() -> None:
    """The mean is over the coders with whom both have a kappa."""
    examples = coded([FIRST, FIRST], [[NO] * 4, FIRST])
    model, floor = decisions([NO] * 4, FIRST), decisions(SECOND, SECOND)

    assert like_for_like(examples, model, floor, CODES) == {"model": 0.5, "floor": 0.5}


def test_nothing_in_common_is_no_figure() -> None:
    """Where nobody gives anything there is nothing to compare."""
    nothing = decisions([NO] * 4, [NO] * 4)

    both = like_for_like(coded([[NO] * 4, [NO] * 4]), nothing, nothing, CODES)

    assert both == {"model": None, "floor": None}
