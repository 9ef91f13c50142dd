"""What is left to do: which tapes a model has labelled already, and what must not be touched."""

from collections.abc import Sequence
from dataclasses import dataclass

from werkalliantie.artefact import Artefact
from werkalliantie.codebook import Codebook
from werkalliantie.errors import ModelError
from werkalliantie.labelling import ModelVersion
from werkalliantie.store import Store
from werkalliantie.study import Study

_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The tapes asked for, each once, divided; each part in the order asked."""

    labelled: tuple[str, ...]
    to_label: tuple[str, ...]


def plan(store: Store, version: ModelVersion, tapes: Sequence[str], *, again: bool) -> Plan:
    """Divide tapes into those that this model version has labelled, as they read now, and others.

    Args:
        again: Count none as labelled.

    Raises:
        StoreError: A tape that the study doesn't have.
        ModelError: Another model of this name labelled tapes that would not be labelled anew.
    """
    store.refuse_unknown(tapes)
    _refuse_namesakes(store, version, frozenset(tapes) if again else frozenset())
    wanted = tuple(dict.fromkeys(tapes))
    if again:
        return Plan(labelled=(), to_label=wanted)
    there = {tape: _is_labelled(store, version, tape) for tape in wanted}
    return Plan(
        labelled=tuple(tape for tape in wanted if there[tape]),
        to_label=tuple(tape for tape in wanted if not there[tape]),
    )


def codebook_for(study: Study, model: Artefact) -> Codebook:
    """Return the codebook that a model codes under, as the study has it.

    Raises:
        ConfigError: It isn't one of the study's.
        ModelError: The model codes with other codes than the codebook has.
    """
    codebook = study.codebook(model.codebook)
    if model.codes != codebook.codes:
        raise ModelError(
            f"{model.name} gives {', '.join(model.codes)}, but {codebook.key} has "
            f"{', '.join(codebook.codes)}.",
            hint="Put the codebook that the model was trained under in configs/codebooks/.",
        )
    return codebook


def some(tapes: Sequence[str]) -> str:
    """Return tapes for a message: the first few, and how many more."""
    more = f" and {len(tapes) - _SHOWN} more" if len(tapes) > _SHOWN else ""
    return ", ".join(tapes[:_SHOWN]) + more


def _is_labelled(store: Store, version: ModelVersion, tape: str) -> bool:
    # Whatever it was computed in: int8 has passed its gate, so it is the same model's answer, and a
    # run that goes on on another processor must neither label twice nor change what was reviewed.
    # A tape is computed in one precision as a whole, which its labelling names, so its scores still
    # depend on nothing beside it. Who wants another asks for it with --again.
    text = store.labelled_text(tape, version)
    return text is not None and text == store.text_sha(tape)


def _refuse_namesakes(store: Store, version: ModelVersion, anew: frozenset[str]) -> None:
    # What is asked of a model is asked by its name: two models of one name would be read as one.
    others = [tape for tape in store.labelled_by_namesakes(version) if tape not in anew]
    if others:
        raise ModelError(
            f"{version}: another model of that name has labelled {some(others)}.",
            hint="Label these tapes anew too, with --again, or use the model that labelled them.",
        )
