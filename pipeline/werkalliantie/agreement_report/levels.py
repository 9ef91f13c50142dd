"""The same answers at one scale: utterances, windows of some minutes, or whole tapes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from werkalliantie.agreement.ratings import Place, Ratings, grouped, ratings_of
from werkalliantie.agreement_report.material import Material
from werkalliantie.agreement_report.note import Note
from werkalliantie.agreement_report.question import WINDOW_UTTERANCES, Unit
from werkalliantie.transcript import Utterance


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """The coders' answers, and the model's as one more coder, at one scale.

    Attributes:
        counts: How often each code was given in a window or tape, `(n_coders, n_units, n_codes)`;
            None for utterances.
        groups: The tape of each unit and, for windows, its number on it.
        notes: What the reader has to know of the cutting.
    """

    unit: Unit
    ratings: Ratings
    counts: NDArray[np.float64] | None
    groups: tuple[tuple[str, int], ...]
    notes: tuple[str, ...]


def level_of(material: Material, unit: Unit) -> Level:
    """Lay out the answers at one scale."""
    machine = material.machine
    answers = dict(material.blind)
    if machine is not None:
        answers[machine.name] = dict(machine.codes)
    ratings = ratings_of(answers, material.places, material.codebook)
    if unit == "utterance":
        return Level(unit=unit, ratings=ratings, counts=None, groups=material.places, notes=())
    groups = groups_of(material, unit)
    numbered = {group: number for number, group in enumerate(sorted(set(groups)))}
    together, counts = grouped(ratings, [numbered[group] for group in groups])
    notes = _without_times(material) if unit == "window" else ()
    return Level(unit=unit, ratings=together, counts=counts, groups=tuple(numbered), notes=notes)


def groups_of(material: Material, unit: Unit) -> list[tuple[str, int]]:
    """Return the window, or the tape, that each place falls in."""
    if unit == "tape":
        return [(tape, 0) for tape, _ in material.places]
    return [
        (place[0], _window(material.tapes[place[0]].utterances, place, material))
        for place in material.places
    ]


def _window(utterances: Sequence[Utterance], place: Place, material: Material) -> int:
    time = utterances[place[1]].time
    if time is None or not has_times(utterances):
        return place[1] // WINDOW_UTTERANCES
    return int(time // material.question.window_seconds)


def has_times(utterances: Sequence[Utterance]) -> bool:
    """Return whether a tape can be cut by the clock: every utterance has its time."""
    return all(utterance.time is not None for utterance in utterances)


def _without_times(material: Material) -> tuple[str, ...]:
    return tuple(
        Note(
            f"{name}: no times; a window is {WINDOW_UTTERANCES} worker utterances",
            f"{name}: geen tijden; een venster is {WINDOW_UTTERANCES} uitingen van de werker",
        )
        for name, tape in material.tapes.items()
        if not has_times(tape.utterances)
    )
