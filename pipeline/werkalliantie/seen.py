"""Which tapes of a study a model has seen: by their names, and what it borrowed by their words."""

import hashlib
from collections.abc import Iterable

from werkalliantie.artefact import Artefact
from werkalliantie.store import Store
from werkalliantie.transcript import Utterance


def seen_by(model: Artefact, store: Store, tapes: Iterable[str]) -> frozenset[str]:
    """Return those of some tapes that training or the choice of thresholds has seen.

    A tape that was borrowed from another study went by another name there, or by one that is
    another tape's here. What was said on it tells it: the same words, however cut into utterances.

    Args:
        tapes: Tapes of the study; others are passed over.
    """
    asked = frozenset(tapes)
    by_name = model.trained_on & asked
    loans = model.manifest.get("borrowed", ())
    lent = {said for loan in loans for said in loan.get("said", {}).values()}
    if not lent:
        return by_name
    here = asked.intersection(tape.id for tape in store.summaries())
    return by_name | {tape for tape in here if words_hash(store.utterances(tape)) in lent}


def words_hash(utterances: Iterable[Utterance]) -> str:
    """Return a sha256 of the words of a tape's utterances, in any case."""
    return texts_hash(one.text for one in utterances)


def texts_hash(texts: Iterable[str]) -> str:
    """Return a sha256 of the words of texts, in any case and however they are cut."""
    words = [word for text in texts for word in text.casefold().split()]
    return hashlib.sha256(" ".join(words).encode()).hexdigest()
