"""Whether a tape still teaches the same: one hash of it."""

import hashlib
import json

from werkalliantie.codebook import Codebook
from werkalliantie.labeller import questions_of
from werkalliantie.store import Store


def tape_hash(store: Store, codebook: Codebook, tape: str) -> str:
    """Return a sha256 over what the model learns of a tape: utterances, contexts and codings."""
    utterances = store.utterances(tape)
    texts = [[q.context, q.text] for q in questions_of(store.tape(tape), utterances)]
    codings = [
        [c.utterance, c.coder, c.mode.value, sorted(c.codes)]
        for c in store.codings(codebook=codebook.key, tapes=[tape])
    ]
    stretches = [
        [c.first, c.last, c.coder, c.mode.value, sorted(c.codes)]
        for c in store.segment_codings(codebook=codebook.key, tapes=[tape])
    ]
    # A tape without coded stretches keeps the hash that it always had.
    learnt = [texts, codings, stretches] if stretches else [texts, codings]
    return hashlib.sha256(json.dumps(learnt).encode()).hexdigest()
