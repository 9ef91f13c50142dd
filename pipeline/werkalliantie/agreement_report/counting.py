"""Intraclass correlations of counts per window or tape: coders, and the model as one more."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from werkalliantie.agreement.count_sums import icc_over_tapes
from werkalliantie.agreement.ledger import Figures
from werkalliantie.agreement.reliability import Icc, IccKind, icc
from werkalliantie.agreement_report.levels import Level
from werkalliantie.agreement_report.material import Material
from werkalliantie.agreement_report.note import Note
from werkalliantie.agreement_report.parts import ends

ASK = Note(
    "icc: counts per utterance have none; ask for --unit window or tape",
    "ICC: aantallen per uiting hebben er geen; vraag --unit window of tape",
)


def icc_of(material: Material, level: Level, notes: list[str]) -> Figures | None:
    """Return the ICCs of counts, or None for utterances.

    `codes` holds ICC(2,1) on the units that all coders scored, with the interval over tapes in
    `intervals`; `forms` all six forms with their F-based intervals; `with_gaps` ICC(2,1) on every
    unit that was scored, where some coders didn't score all.
    """
    if level.counts is None:
        notes.append(ASK)
        return None
    figures = _of_raters(material, level, level.counts, material.coders)
    notes += _undefined(figures["codes"])
    return {
        "kind": IccKind.TWO_1.value,
        "of": "counts",
        **figures,
        "with_model": _with_model(material, level),
    }


def _with_model(material: Material, level: Level) -> Figures | None:
    """Return the ICCs with the model as one more coder, and the coders' alone on the same units."""
    if material.machine is None or level.counts is None:
        return None
    model = material.machine.name
    row = level.ratings.coders.index(model)
    of_model = np.where(np.isnan(level.counts[row]), np.nan, level.counts)
    return {
        **_of_raters(material, level, of_model, (*material.coders, model)),
        "without": _of_raters(material, level, of_model, material.coders),
    }


def _of_raters(
    material: Material, level: Level, counts: NDArray[np.float64], raters: Sequence[str]
) -> Figures:
    counts = counts[[level.ratings.coders.index(rater) for rater in raters]]
    scored = ~np.isnan(counts).all(axis=(0, 2))
    counts, tapes = counts[:, scored], level.ratings.tape_numbers[scored]
    complete = ~np.isnan(counts).any(axis=(0, 2))
    codes = list(enumerate(material.codebook.codes))
    over_tapes = {code: icc_over_tapes(counts[:, :, column], tapes) for column, code in codes}
    return {
        "coders": list(raters),
        "n_units": int(complete.sum()),
        "codes": {code: found.estimate for code, found in over_tapes.items()},
        "intervals": {code: ends(found.limits) for code, found in over_tapes.items()},
        "forms": {code: _forms(counts[:, complete, column]) for column, code in codes},
        "with_gaps": None
        if complete.all()
        else {code: _form(icc(counts[:, :, column], IccKind.TWO_1)) for column, code in codes},
    }


def _forms(counts: NDArray[np.float64]) -> Figures:
    return {kind.value: _form(icc(counts, kind)) for kind in IccKind}


def _form(found: Icc) -> Figures:
    limits = None if found.low is None or found.high is None else (found.low, found.high)
    return {"value": found.value, "ci": ends(limits), "n_units": found.n_units}


def _undefined(codes: Figures) -> list[str]:
    return [
        Note(
            f"{code}: icc is undefined: fewer than two coders, two units, or no variation",
            f"{code}: ICC is ongedefinieerd: minder dan twee codeurs of eenheden, of geen variatie",
        )
        for code, value in codes.items()
        if value is None
    ]
