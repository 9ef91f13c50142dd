"""From a model's scores to what it says of a tape: codes by its thresholds, under its version."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from werkalliantie import artefact
from werkalliantie.artefact import Artefact
from werkalliantie.coding import Prediction
from werkalliantie.labeller import Device, Scores
from werkalliantie.labelling import Labelling, ModelVersion
from werkalliantie.precoding.asking import Asked, Scored
from werkalliantie.precoding.engine import Engine
from werkalliantie.store import Store
from werkalliantie.transcript import Utterance


def version_of(model: Artefact) -> ModelVersion:
    """Return the model's version; its manifest holds the hashes of all its files."""
    sha = artefact.sha256(model.file(artefact.MANIFEST))
    return ModelVersion(name=model.name, sha=sha, codebook=model.codebook)


def labelled(
    store: Store, model: Artefact, tapes: Sequence[str], engine: Callable[[], Engine]
) -> Iterator[tuple[Asked, Labelling]]:
    """Label tapes, in order, a bounded number at a time.

    The engine is made at once, so that a model or device that doesn't work is known before
    anything is done; where there are no tapes it isn't made at all.
    """
    if not tapes:
        return iter(())
    made, version = engine(), version_of(model)
    return (
        (scored.asked, _labelling(scored, model, version, made.device))
        for scored in made.scored(store, tapes)
    )


def _labelling(scored: Scored, model: Artefact, version: ModelVersion, device: Device) -> Labelling:
    thresholds = np.array([model.thresholds[code] for code in model.codes], dtype=np.float32)
    both = zip(scored.asked.utterances, scored.scores, strict=True)
    return Labelling(
        tape=scored.asked.tape.id,
        model=version,
        text_sha=scored.asked.text_sha,
        device=device,
        predictions=tuple(_prediction(u, row, model, row >= thresholds) for u, row in both),
    )


def _prediction(
    utterance: Utterance, row: Scores, model: Artefact, above: np.typing.NDArray[np.bool_]
) -> Prediction:
    given = () if utterance.backchannel else np.array(model.codes)[above].tolist()
    return Prediction(
        tape=utterance.tape,
        utterance=utterance.index,
        model=model.name,
        codebook=model.codebook,
        probabilities=dict(zip(model.codes, map(float, row), strict=True)),
        codes=frozenset(given),
    )
