"""What a model must beat: giving no code ever, and a bag of words."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from werkalliantie_training.decisions import choose_thresholds
from werkalliantie_training.examples import Examples

# Punctuation counts too: where it was transcribed, a question mark tells much.
_WORDS = r"(?u)\w+|[^\w\s]"


def bag_of_words(
    train: Examples, validation: Examples, others: Sequence[Examples], *, seed: int
) -> list[NDArray[np.bool_]]:
    """Return the decisions of a bag-of-words model on each of `others`.

    Words, punctuation marks and pairs of them in the utterance, weighted by tf-idf; a logistic
    regression per code with balanced classes; thresholds chosen on the validation tapes.

    Returns:
        Per set `(n_utterances, n_codes)`.
    """
    score = _scorer(train, seed)
    thresholds = choose_thresholds(
        score(validation.texts), validation.answers, n_tapes=validation.n_tapes
    )
    return [np.asarray(score(part.texts) >= thresholds) for part in others]


def word_scores(train: Examples, texts: Sequence[str], seed: int) -> NDArray[np.float64]:
    """Return the bag-of-words model's probabilities for some texts, `(n_texts, n_codes)`."""
    return _scorer(train, seed)(texts)


def _scorer(train: Examples, seed: int) -> Callable[[Sequence[str]], NDArray[np.float64]]:
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=_WORDS)
    texts, decided = _told(train)
    features = words.fit_transform(texts)
    models = [_fit(features, decided[:, code], seed) for code in range(decided.shape[1])]

    def score(texts: Sequence[str]) -> NDArray[np.float64]:
        table = words.transform(texts)
        columns = [
            np.full(len(texts), float(model))
            if isinstance(model, bool)
            else model.predict_proba(table)[:, 1]
            for model in models
        ]
        return np.stack(columns, axis=1)

    return score


def _fit(features: object, yes: NDArray[np.bool_], seed: int) -> LogisticRegression | bool:
    """Return a fitted model, or the one answer there is."""
    if yes.all() or not yes.any():
        return bool(yes[0])
    model = LogisticRegression(class_weight="balanced", C=10, max_iter=1000, random_state=seed)
    return model.fit(features, yes)


def _told(train: Examples) -> tuple[Sequence[str], NDArray[np.bool_]]:
    """Return texts and codes: an utterance of a coded stretch carries its codes, unless its own."""
    bags, own = train.bags, {*zip(train.tapes, train.indices, strict=True)}
    members = [
        (bag, text)
        for bag, tape in enumerate(bags.tapes)
        for index, text in zip(bags.indices[bag], bags.texts[bag], strict=True)
        if (tape, index) not in own
    ]
    if not members:
        return train.texts, train.decided
    rows = [bag for bag, _ in members]
    texts = (*train.texts, *(text for _, text in members))
    return texts, np.concatenate([train.decided, bags.decided[rows]])
