"""From a model's scores to what it says of a tape, under its version."""

from collections.abc import Callable, Iterator, Sequence

from werkalliantie import artefact
from werkalliantie.artefact import Artefact
from werkalliantie.labeller import predictions_of
from werkalliantie.labelling import Labelling, ModelVersion
from werkalliantie.precoding.asking import Asked, Scored
from werkalliantie.precoding.engine import Engine
from werkalliantie.store import Store


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
        (scored.asked, _labelling(scored, model, version, made))
        for scored in made.scored(store, tapes)
    )


def _labelling(scored: Scored, model: Artefact, version: ModelVersion, engine: Engine) -> Labelling:
    return Labelling(
        tape=scored.asked.tape.id,
        model=version,
        text_sha=scored.asked.text_sha,
        device=engine.device,
        precision=engine.precision,
        predictions=tuple(predictions_of(model, scored.asked.utterances, scored.scores)),
    )
