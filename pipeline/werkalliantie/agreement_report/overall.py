"""What is said of all codes at once: agreement on code sets, and the mean kappa over codes."""

import numpy as np
from numpy.typing import NDArray

from werkalliantie.agreement.figure import Figure
from werkalliantie.agreement.ledger import Figures, coder_pairs
from werkalliantie.agreement.multivalued import multivalued_alpha
from werkalliantie.agreement.ratings import Ratings
from werkalliantie.agreement.sets import set_alpha, set_fleiss
from werkalliantie.agreement_report.levels import Level
from werkalliantie.agreement_report.material import Material
from werkalliantie.agreement_report.note import Note, reason_in_dutch


def sets_of(material: Material, level: Level, notes: list[str]) -> Figures:
    """Return agreement on whole code sets: between the coders, and of the model with each coder.

    The model's are means over its pairs with the coders, as its kappas are; the coders' own are
    given over all coders at once and, to read the model's beside, as means over pairs too.
    """
    human = level.ratings.of(material.coders)
    pairs = coder_pairs(material.coders)
    machine = material.machine
    beside = [(machine.name, coder) for coder in material.coders] if machine is not None else None
    return {
        "coder_coder": {
            "alpha_masi": _said(notes, "sets: alpha_masi", set_alpha(human.answers)),
            "alpha_multivalued": _said(
                notes, "sets: alpha_multivalued", multivalued_alpha(human.answers)
            ),
            "alpha_masi_pairs": _mean_of_pairs(level.ratings, pairs),
            "fleiss": _said(notes, "sets: fleiss", set_fleiss(human.answers)),
        },
        "model_coder": None
        if beside is None
        else {"alpha_masi_pairs": _mean_of_pairs(level.ratings, beside)},
    }


def _mean_of_pairs(ratings: Ratings, pairs: list[tuple[str, str]]) -> float | None:
    values = [set_alpha(ratings.of(pair).answers).value for pair in pairs]
    defined: NDArray[np.float64] = np.array([value for value in values if value is not None])
    return float(defined.mean()) if len(defined) else None


def _said(notes: list[str], what: str, figure: Figure) -> float | None:
    if figure.reason is not None:
        notes.append(
            Note(
                f"{what} is null: {figure.reason}",
                f"{what}: geen getal: {reason_in_dutch(figure.reason)}",
            )
        )
    return figure.value


def mean_over_codes(codes: Figures) -> Figures:
    """Return the mean kappa over codes, of the coders and of the model; None if one code has none.

    A mean over fewer codes on one side than on the other would be no comparison.
    """
    return {kind: _mean(codes, kind) for kind in ("coder_coder", "model_coder")}


def _mean(codes: Figures, kind: str) -> float | None:
    kappas = [None if one[kind] is None else one[kind]["kappa"] for one in codes.values()]
    return None if None in kappas else float(np.mean(np.array(kappas, dtype=float)))
