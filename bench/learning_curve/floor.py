"""The floor: the bag of words that training itself must beat, its thresholds out of fold.

Stronger than the one that `train` prints, it counts punctuation too: AnnoMI is transcribed with
question marks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from learning_curve.method import Decide
from learning_curve.thresholds import out_of_fold_thresholds
from werkalliantie_training.examples import Examples
from werkalliantie_training.floors import word_scores


@dataclass(frozen=True, slots=True)
class Floor:
    """A logistic regression on words, punctuation and pairs of them."""

    recipe: str = "words and marks"

    def fit(self, train: Examples, *, seed: int) -> Decide:
        """Choose thresholds out of fold; the rest waits for the texts to decide on."""

        def scored(examples: Examples, texts: Sequence[str]) -> NDArray[np.float64]:
            return word_scores(examples, texts, seed)

        thresholds = out_of_fold_thresholds(train, scored, seed=seed)
        return lambda examples: scored(train, examples.texts) >= thresholds
