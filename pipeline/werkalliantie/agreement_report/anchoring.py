"""Measured anchoring: do coders who see suggestions agree more with the model than blind ones?"""

from collections.abc import Mapping, Sequence

from werkalliantie.agreement.comparison import Comparison, compare
from werkalliantie.agreement.ledger import Figures, pair_counts
from werkalliantie.agreement.nominal import Counts
from werkalliantie.agreement.ratings import Place, ratings_of
from werkalliantie.agreement_report.material import Answers, Codes, Machine, Material
from werkalliantie.agreement_report.note import Note
from werkalliantie.agreement_report.parts import ends

_NO_ASSISTED = Note(
    "anchoring: nothing was coded with suggestions in sight",
    "verankering: niets is gecodeerd met voorstellen in beeld",
)
_NO_MODEL = Note(
    "anchoring: needs the model's stored predictions on the tapes coded with suggestions",
    "verankering: vraagt voorspellingen van het model op tapes die met voorstellen zijn gecodeerd",
)
_NO_BLIND = Note(
    "anchoring: no tape has both assisted and blind codings of utterances it predicted",
    "verankering: geen tape heeft zowel blinde codes als codes met voorstellen",
)
_ONE_TAPE = Note(
    "anchoring: no interval: it needs two tapes or more",
    "verankering: geen interval: daar zijn twee of meer tapes voor nodig",
)


def anchoring_of(material: Material, notes: list[str]) -> Figures | None:
    """Return how coders agree with the model when they saw its suggestions, beside when not.

    Assisted and blind answers on the same tapes are set against the model's; utterances may differ.
    Where a coder coded none of those tapes blind, the other coders' blind answers stand in, which
    `blind_by` says.
    """
    machine = material.machine
    if not material.assisted:
        notes.append(_NO_ASSISTED)
        return None
    if machine is None:
        notes.append(_NO_MODEL)
        return None
    assisted = _predicted(material.assisted, machine, None)
    tapes = _tapes(assisted)
    blind = _predicted(material.blind, machine, tapes)
    both = tapes & _tapes(blind)
    if not both:
        notes.append(_NO_BLIND)
        return None
    assisted, blind = (_predicted(given, machine, both) for given in (assisted, blind))
    if len(both) < 2:
        notes.append(_ONE_TAPE)
    return {
        "unit": "utterance",
        "model": machine.name,
        "tapes": sorted(both),
        **_compared(material, machine, assisted, blind),
        "coders": {
            coder: _of_coder(material, machine, coder, given, blind)
            for coder, given in assisted.items()
        },
    }


def _of_coder(
    material: Material, machine: Machine, coder: str, given: Codes, blind: Answers
) -> Figures:
    """Return a coder's anchoring on the tapes that she coded with suggestions."""
    tapes = {tape for tape, _ in given}
    own = _predicted({coder: blind.get(coder, {})}, machine, tapes)
    beside = own or _predicted({k: v for k, v in blind.items() if k != coder}, machine, tapes)
    who = "the coder" if own else "the other coders"
    figures = _compared(material, machine, {coder: given}, beside)
    return {"tapes": sorted(tapes), "blind_by": who if beside else None, **figures}


def _compared(material: Material, machine: Machine, assisted: Answers, blind: Answers) -> Figures:
    places = sorted({place for side in (assisted, blind) for place in _places(side)})
    one, other = (_counts(material, machine, side, places) for side in (assisted, blind))
    return {
        "n_assisted": sum(map(len, assisted.values())),
        "n_blind": sum(map(len, blind.values())),
        "codes": {
            code: _figures(compare(one[column], other[column]))
            for column, code in enumerate(material.codebook.codes)
        },
    }


def _counts(
    material: Material, machine: Machine, given: Answers, places: Sequence[Place]
) -> list[Counts]:
    """Return, per code, the counts of the model beside each coder on all of the places' tapes."""
    ratings = ratings_of({**given, machine.name: machine.codes}, places, material.codebook)
    pairs = [(machine.name, coder) for coder in given]
    return [pair_counts(ratings, column, pairs) for column in range(len(material.codebook.codes))]


def _figures(compared: Comparison) -> Figures:
    return {
        "assisted": compared.one,
        "blind": compared.other,
        "difference": compared.difference.estimate,
        "ci": ends(compared.difference.limits),
    }


def _predicted(answers: Answers, machine: Machine, tapes: set[str] | None) -> Answers:
    """Return the answers for utterances that the model predicted, of some tapes only."""
    kept: Mapping[str, Codes] = {
        coder: {
            place: codes
            for place, codes in given.items()
            if place in machine.codes and (tapes is None or place[0] in tapes)
        }
        for coder, given in answers.items()
    }
    return {coder: given for coder, given in kept.items() if given}


def _tapes(answers: Answers) -> set[str]:
    return {tape for tape, _ in _places(answers)}


def _places(answers: Answers) -> set[Place]:
    return {place for given in answers.values() for place in given}
