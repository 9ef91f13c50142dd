"""Which utterances are offered for review, and what the study's models say of them."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from werkalliantie.agreement.ratings import Place
from werkalliantie.artefact import Artefact
from werkalliantie.codebook import Codebook
from werkalliantie.coding import Coding, Prediction
from werkalliantie.ordering.pool import Pool, joined
from werkalliantie.ordering.scores import surprise
from werkalliantie.store import Store
from werkalliantie.transcript import Utterance
from werkalliantie.unknown_codes import refuse_unknown_codes


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What can be reviewed on some tapes.

    Attributes:
        surprises: How rare each code is among the coded utterances, `(n_codes,)`.
        n_coded: How many utterances of each tape are coded already.
        models: The other models that labelled any of the tapes.
        alone: The tapes with utterances on offer that no other model labelled.
    """

    pool: Pool
    surprises: NDArray[np.float64]
    n_coded: Mapping[str, int]
    models: tuple[str, ...]
    alone: tuple[str, ...]


def offer(store: Store, model: Artefact, codebook: Codebook, tapes: Sequence[str]) -> Offer:
    """Return what of the tapes is offered: no backchannels, and nothing that anyone has coded.

    A coding counts whoever gave it and however it came about; one under another codebook doesn't.

    Args:
        tapes: All labelled by the model.

    Raises:
        ConfigError: Codings hold codes that the codebook doesn't have.
    """
    codings = store.codings(codebook=codebook.key)
    refuse_unknown_codes(codings, codebook)
    coded = {(coding.tape, coding.utterance) for coding in codings}
    others = other_models(store, model)

    def open_(utterance: Utterance) -> bool:
        place = (utterance.tape, utterance.index)
        return not utterance.backchannel and place not in coded

    pool = pool_of(store, model, others, tapes, open_)
    n_coded = Counter(tape for tape, _ in coded)
    labelled: NDArray[np.bool_] = np.logical_not(np.isnan(pool.others).any(axis=2))
    compared = {pool.places[item][0] for item in np.nonzero(labelled)[1]}
    return Offer(
        pool=pool,
        surprises=surprises_of(codings, codebook),
        n_coded={tape: n_coded[tape] for tape in tapes},
        models=tuple(name for name, row in zip(others, labelled, strict=True) if row.any()),
        alone=tuple(tape for tape in pool.tapes if tape not in compared),
    )


def other_models(store: Store, model: Artefact) -> tuple[str, ...]:
    """Return the names of the study's other models with predictions under the same codebook."""
    return tuple(name for name in store.predicting_models(model.codebook) if name != model.name)


def pool_of(
    store: Store,
    model: Artefact,
    others: Sequence[str],
    tapes: Iterable[str],
    wanted: Callable[[Utterance], bool],
) -> Pool:
    """Return the utterances wanted, with what the model and the others say of them.

    Tapes that the model didn't label as a whole are left out.
    """
    pools = [_nothing(model, others)]
    for tape in tapes:
        utterances = [utterance for utterance in store.utterances(tape) if wanted(utterance)]
        own = _predictions(store, model.name, model, tape)
        if all(utterance.index in own for utterance in utterances):
            pools.append(_pool(store, model, others, utterances, own))
    return joined(pools)


def surprises_of(codings: Iterable[Coding], codebook: Codebook) -> NDArray[np.float64]:
    """Return how rare each code is; an utterance carries what any of its coders gave."""
    carried: dict[Place, set[str]] = {}
    for coding in codings:
        codes = carried.setdefault((coding.tape, coding.utterance), set())
        codes |= codebook.clusters_of(coding.codes)
    n_carrying = [sum(code in codes for codes in carried.values()) for code in codebook.codes]
    return surprise(n_carrying, len(carried))


def _pool(
    store: Store,
    model: Artefact,
    others: Sequence[str],
    utterances: Sequence[Utterance],
    own: Mapping[int, Prediction],
) -> Pool:
    shape = (len(utterances), len(model.codes))
    table = np.full((len(others), *shape), np.nan)
    for row, name in enumerate(others if utterances else ()):
        said = _predictions(store, name, model, utterances[0].tape)
        if all(utterance.index in said for utterance in utterances):
            table[row] = _chances(model, utterances, said)
    given = [[code in own[u.index].codes for code in model.codes] for u in utterances]
    return Pool(
        places=tuple((utterance.tape, utterance.index) for utterance in utterances),
        lines=tuple(utterance.line for utterance in utterances),
        probabilities=_chances(model, utterances, own),
        given=np.array(given, dtype=bool).reshape(shape),
        others=table,
    )


def _nothing(model: Artefact, others: Sequence[str]) -> Pool:
    return Pool(
        places=(),
        lines=(),
        probabilities=np.empty((0, len(model.codes))),
        given=np.empty((0, len(model.codes)), dtype=bool),
        others=np.empty((len(others), 0, len(model.codes))),
    )


def _predictions(store: Store, name: str, model: Artefact, tape: str) -> dict[int, Prediction]:
    """Return by utterance what a model said, where it is of the codes of `model`."""
    return {
        prediction.utterance: prediction
        for prediction in store.predictions(name, tapes=[tape])
        if prediction.codebook == model.codebook
        and prediction.probabilities.keys() >= {*model.codes}
    }


def _chances(
    model: Artefact, utterances: Sequence[Utterance], said: Mapping[int, Prediction]
) -> NDArray[np.float64]:
    rows = [[said[u.index].probabilities[code] for code in model.codes] for u in utterances]
    return np.array(rows, dtype=float).reshape(len(utterances), len(model.codes))
