"""What a model must beat: giving no code ever, and a bag of words."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from werkalliantie_training.decisions import choose_thresholds
from werkalliantie_training.examples import Examples


def bag_of_words(
    train: Examples, validation: Examples, others: Sequence[Examples], *, seed: int
) -> list[NDArray[np.bool_]]:
    """Return the decisions of a bag-of-words model on each of `others`.

    Words and word pairs of the utterance, weighted by tf-idf; a logistic regression per code with
    balanced classes; thresholds chosen on the validation tapes, as the coder model's are.

    Returns:
        Per set `(n_utterances, n_codes)`.
    """
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\b\w+\b")
    features = words.fit_transform(train.texts)
    models = [_fit(features, train.decided[:, code], seed) for code in range(_n_codes(train))]

    def score(texts: Sequence[str]) -> NDArray[np.float64]:
        table = words.transform(texts)
        columns = [
            np.full(len(texts), float(model))
            if isinstance(model, bool)
            else model.predict_proba(table)[:, 1]
            for model in models
        ]
        return np.stack(columns, axis=1)

    thresholds = choose_thresholds(score(validation.texts), validation.answers)
    return [np.asarray(score(part.texts) >= thresholds) for part in others]


def _fit(features: object, yes: NDArray[np.bool_], seed: int) -> LogisticRegression | bool:
    """Return a fitted model, or the one answer there is."""
    if yes.all() or not yes.any():
        return bool(yes[0])
    model = LogisticRegression(class_weight="balanced", C=10, max_iter=1000, random_state=seed)
    return model.fit(features, yes)


def _n_codes(examples: Examples) -> int:
    return int(examples.answers.shape[2])
