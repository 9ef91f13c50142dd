"""Drift: whether agreement changes over time, between coders, workers, units, phases and models."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from werkalliantie.agreement.comparison import compare
from werkalliantie.agreement.ledger import Figures, Pair, coder_pairs, pair_counts
from werkalliantie.agreement.ratings import Place, Ratings, ratings_of
from werkalliantie.agreement_report.material import Machine, Material
from werkalliantie.agreement_report.note import Note
from werkalliantie.agreement_report.parts import agreement_in, both_in, ends, kappa_in, kappas_in

N_BLOCKS = 4
PHASES = ("first", "middle", "last")
"""The thirds of a tape, by number of utterances."""
_TIME = Note(
    "drift: time is the order in which the first coding of each tape was entered; the study keeps "
    "neither the day of the session nor the day of coding",
    "verloop: tijd is de volgorde waarin de eerste codes van elke tape zijn ingevoerd; de dag van "
    "het gesprek en de dag van coderen worden niet bewaard",
)
_NO_SECOND = Note(
    "drift: no coder coded a tape twice; import the second coding with another --coder and name "
    "both with --second NAME=CODER",
    "verloop: geen codeur codeerde een tape twee keer; lees de tweede codering in met een andere "
    "--coder en noem beide met --second NAAM=CODEUR",
)
_NONE_IN_COMMON = Note(
    "drift: the models have no coded tape in common; each is shown on its own",
    "verloop: de modellen hebben geen gecodeerde tape gemeen; elk staat op zichzelf",
)


def drift_of(material: Material, notes: list[str]) -> Figures:
    """Return agreement per utterance, part by part of the material."""
    notes.append(_TIME)
    if not material.second:
        notes.append(_NO_SECOND)
    ratings = _ratings(material)
    return {
        "unit": "utterance",
        "time": _time(material, ratings),
        "coders": {coder: _coder(material, ratings, coder) for coder in material.coders},
        "workers": _parts(material, ratings, lambda place: material.tapes[place[0]].worker),
        "units": _parts(material, ratings, lambda place: material.tapes[place[0]].unit),
        "phases": _parts(material, ratings, lambda place: phase_of(material, place)),
        "models": _models(material, notes),
    }


def tapes_in_order(material: Material) -> list[str]:
    """Return the coded tapes, the one that was coded first in front."""
    return sorted(material.tapes, key=lambda tape: material.tapes[tape].order)


def phase_of(material: Material, place: Place) -> str:
    """Return the third of the tape in which an utterance falls."""
    n = len(material.tapes[place[0]].utterances)
    return PHASES[place[1] * len(PHASES) // n]


def _ratings(material: Material) -> Ratings:
    answers = dict(material.blind)
    if material.machine is not None:
        answers[material.machine.name] = dict(material.machine.codes)
    return ratings_of(answers, material.places, material.codebook)


def _time(material: Material, ratings: Ratings) -> Figures:
    """Return agreement in blocks of tapes, in the order in which they were coded."""
    order = tapes_in_order(material)
    blocks = [list(block) for block in np.array_split(order, min(N_BLOCKS, len(order)))]
    return {
        "by": "order of entry",
        "blocks": [
            {
                "from": material.tapes[block[0]].entered or None,
                "to": material.tapes[block[-1]].entered or None,
                "tapes": [str(tape) for tape in block],
                "codes": _agreement(material, ratings.on(block)),
            }
            for block in blocks
        ],
        "change": _change(material, ratings, blocks) if len(blocks) > 1 else None,
    }


def _change(material: Material, ratings: Ratings, blocks: list[list[str]]) -> Figures:
    """Return by how much agreement in the last block differs from that in the first."""
    numbers = {tape: number for number, tape in enumerate(sorted(set(ratings.tapes)))}
    last, first = ([numbers[tape] for tape in block] for block in (blocks[-1], blocks[0]))
    return {
        code: {
            "coder_coder": _later_less_earlier(ratings, column, _human(material), last, first),
            "model_coder": _later_less_earlier(ratings, column, _beside(material), last, first),
        }
        for column, code in enumerate(material.codebook.codes)
    }


def _later_less_earlier(
    ratings: Ratings, column: int, pairs: list[Pair], last: list[int], first: list[int]
) -> Figures | None:
    if not pairs:
        return None
    counts = pair_counts(ratings, column, pairs)
    later, earlier = np.zeros_like(counts), np.zeros_like(counts)
    later[:, last], earlier[:, first] = counts[:, last], counts[:, first]
    compared = compare(later, earlier)
    return {
        "difference": compared.difference.estimate,
        "ci": ends(compared.difference.limits),
    }


def _coder(material: Material, ratings: Ratings, coder: str) -> Figures:
    """Return how a coder agrees with the others and the model, and with herself."""
    others = [(coder, other) for other in material.coders if other != coder]
    machine = material.machine
    beside = None if machine is None else [(machine.name, coder)]
    blocks = np.array_split(tapes_in_order(material), min(N_BLOCKS, len(material.tapes)))
    return {
        "codes": both_in(ratings, material.codebook, others, beside),
        "blocks": [
            kappas_in(ratings.on(block), material.codebook, others, beside) for block in blocks
        ],
        "n_revised": sum(
            entry.n_revised
            for entry in material.entries
            if entry.coder == coder and entry.tape in material.tapes
        ),
        "second": _second(material, coder),
    }


def _second(material: Material, coder: str) -> Figures | None:
    """Return how a coder's second coding agrees with the first, or None where there is none."""
    again = material.second.get(coder)
    if again is None:
        return None
    places = sorted(again.keys() & material.blind[coder].keys())
    both = {"first": material.blind[coder], "second": again}
    ratings = ratings_of(both, places, material.codebook)
    return {
        code: kappa_in(ratings, column, [("first", "second")])
        for column, code in enumerate(material.codebook.codes)
    }


def _parts(
    material: Material, ratings: Ratings, part_of: Callable[[Place], str | None]
) -> dict[str, Figures]:
    """Return agreement in each part that places fall in; those in none are left out."""
    parts = [part_of(place) for place in material.places]
    names = sorted({part for part in parts if part is not None}, key=_phases_in_order)
    return {name: _agreement(material, ratings.where(_is(parts, name))) for name in names}


def _phases_in_order(name: str) -> tuple[int, str]:
    return (PHASES.index(name) if name in PHASES else 0, name)


def _is(parts: list[str | None], name: str) -> NDArray[np.bool_]:
    return np.array([part == name for part in parts], dtype=bool)


def _models(material: Material, notes: list[str]) -> Figures:
    """Return how each model agrees with the coders, on the tapes that all of them predicted."""
    versions = material.versions
    tapes = [{tape for tape, _ in version.codes} & {*material.tapes} for version in versions]
    common = set.intersection(*tapes) if tapes else set()
    if len(versions) > 1 and not common:
        notes.append(_NONE_IN_COMMON)
    return {
        version.artefact.name: {
            "tapes": sorted(common or own),
            "codes": _of_model(material, version, common or own),
        }
        for version, own in zip(versions, tapes, strict=True)
    }


def _of_model(material: Material, version: Machine, tapes: set[str]) -> Figures:
    answers = {**material.blind, version.name: version.codes}
    ratings = ratings_of(answers, material.places, material.codebook).on(tapes)
    pairs = [(version.name, coder) for coder in material.coders]
    return {
        code: kappa_in(ratings, column, pairs)
        for column, code in enumerate(material.codebook.codes)
    }


def _agreement(material: Material, ratings: Ratings) -> Figures:
    machine = material.machine
    name = None if machine is None else machine.name
    return agreement_in(ratings, material.codebook, material.coders, name)


def _human(material: Material) -> list[Pair]:
    return coder_pairs(material.coders)


def _beside(material: Material) -> list[Pair]:
    machine = material.machine
    return [] if machine is None else [(machine.name, coder) for coder in material.coders]
