"""The utterances that coders disagree on most, to talk over: by id, with no text."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from werkalliantie.agreement.ratings import Place
from werkalliantie.agreement.sets import masi_distances
from werkalliantie.agreement_report.material import Material

N_SHOWN = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputed:
    """One utterance with what each gave.

    Attributes:
        distance: Mean MASI distance between the coders' code sets, 0 to 1.
        from_model: Mean distance of the model's set from theirs; None where it gave none.
        answers: Codes by coder, in order of name, and the model's last.
        text: What was said, where it was asked for.
    """

    tape: str
    utterance: int
    line: int
    distance: float
    from_model: float | None
    answers: tuple[tuple[str, tuple[str, ...]], ...]
    text: str | None


def most_disputed(
    material: Material, *, with_text: bool = False, most: int = N_SHOWN
) -> list[Disputed]:
    """Return the utterances that two coders or more disagree on, those farthest apart first."""
    found = [_of(material, place, with_text=with_text) for place in material.places]
    disputed = [one for one in found if one.distance > 0]
    disputed.sort(key=lambda one: (-one.distance, -(one.from_model or 0), one.tape, one.utterance))
    return disputed[:most]


def _of(material: Material, place: Place, *, with_text: bool) -> Disputed:
    human = {name: given[place] for name, given in material.blind.items() if place in given}
    machine = material.machine
    model = machine.codes.get(place) if machine is not None else None
    answers = {name: _in_order(material, codes) for name, codes in human.items()}
    from_model = None
    if machine is not None and model is not None:
        answers[machine.name] = _in_order(material, model)
        from_model = float(
            np.mean([_distance(material, answers[machine.name], answers[name]) for name in human])
        )
    apart = [
        _distance(material, answers[one], answers[other])
        for one, other in itertools.combinations(human, 2)
    ]
    utterance = material.tapes[place[0]].utterances[place[1]]
    return Disputed(
        tape=place[0],
        utterance=place[1],
        line=utterance.line,
        distance=float(np.mean(apart)) if apart else 0.0,
        from_model=from_model,
        answers=tuple(answers.items()),
        text=utterance.text if with_text else None,
    )


def _in_order(material: Material, codes: frozenset[str]) -> tuple[str, ...]:
    clusters = material.codebook.clusters_of(codes)
    return tuple(code for code in material.codebook.codes if code in clusters)


def _distance(material: Material, one: Sequence[str], other: Sequence[str]) -> float:
    if one == other:
        return 0.0
    sets = np.array([[code in codes for code in material.codebook.codes] for codes in (one, other)])
    return float(masi_distances(sets.astype(float))[0, 1])
