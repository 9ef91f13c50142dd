from collections.abc import Sequence

import numpy as np
import pytest

from werkalliantie_training.evaluation import evaluate
from werkalliantie_training.examples import Examples
from werkalliantie_training.floors import bag_of_words

# "melden" makes it a code, whatever stands around it.
YES = ("dat moet ik melden", "ik ga het melden", "melden doe ik altijd", "dan volgt melden")
NO = ("wat fijn voor je", "ga maar zitten", "hoe was je weekend", "dat komt goed", "tot donderdag")


def examples(
    texts: Sequence[str], *answers: Sequence[Sequence[float]], tape: str = "t1"
) -> Examples:
    """Return examples without context, with the answers of each coder."""
    return Examples(
        tapes=(tape,) * len(texts),
        indices=tuple(range(len(texts))),
        contexts=("",) * len(texts),
        texts=tuple(texts),
        coders=tuple("abc"[: len(answers)]),
        answers=np.array(answers, dtype=np.float32),
    )


def test_bag_of_words_learns_a_planted_word() -> None:
    """A code that hangs on one word is found again in sentences never seen."""
    train = examples(YES + NO, [[1.0]] * len(YES) + [[0.0]] * len(NO))
    unseen = examples(("zoiets moet men melden", "ga daar maar zitten"), [[1.0], [0.0]])

    (decided,) = bag_of_words(train, train, [unseen], seed=1)

    assert decided.tolist() == [[True], [False]]


@pytest.mark.parametrize("answer", [0.0, 1.0])
def test_a_code_with_one_answer_is_always_answered_so(answer: float) -> None:
    """Beside a code to learn, one that all or none of the training utterances carry is constant."""
    rows = [[1.0, answer]] * len(YES) + [[0.0, answer]] * len(NO)
    train = examples(YES + NO, rows)

    decided, again = bag_of_words(train, train, [train, train], seed=1)

    assert (decided[:, 1] == bool(answer)).all()
    assert decided[:, 0].tolist() == [True] * len(YES) + [False] * len(NO)
    np.testing.assert_array_equal(decided, again)


def test_evaluation_sets_the_model_beside_the_coders() -> None:
    """Kappa is the mean over coders; beside it stand the coders' own and how common it is."""
    judged = examples(
        ("a", "b", "c", "d"),
        [[1.0], [1.0], [0.0], [0.0]],
        [[1.0], [0.0], [0.0], [np.nan]],
    )

    found = evaluate(judged, np.array([[True], [True], [False], [False]]), ("HC",))

    # With the second coder: 2 of 3 agree, by chance 4/9.
    assert found["codes"]["HC"] == {
        "kappa": pytest.approx((1.0 + 0.4) / 2),
        "coder_coder": pytest.approx(0.4),
        "prevalence": pytest.approx(3 / 7),
        "given": 0.5,
    }
    assert found["mean_kappa"] == pytest.approx(0.7)
    assert (found["tapes"], found["n_utterances"]) == (["t1"], 4)


def test_what_is_undefined_is_none() -> None:
    """Never given by anybody there is no kappa, and no mean of kappas; nothing becomes NaN or 0."""
    judged = examples(("a", "b"), [[0.0], [0.0]])

    found = evaluate(judged, np.zeros((2, 1), dtype=bool), ("HC",))

    assert found["mean_kappa"] is None
    assert found["codes"]["HC"] == {
        "kappa": None,
        "coder_coder": None,
        "prevalence": 0.0,
        "given": 0.0,
    }


def test_the_mean_is_over_the_codes_that_have_a_kappa() -> None:
    """A code without a kappa doesn't lower the mean."""
    judged = examples(("a", "b"), [[1.0, 0.0], [0.0, 0.0]])

    found = evaluate(judged, np.array([[True, False], [False, False]]), ("DT", "HC"))

    assert found["mean_kappa"] == 1.0
    assert found["codes"]["HC"]["kappa"] is None
