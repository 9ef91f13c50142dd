"""The alternative annotator test: would the model do as well in each coder's place?"""

from dataclasses import asdict

import numpy as np

from werkalliantie.agreement.alternative import alternative_test
from werkalliantie.agreement.duel import Scoring
from werkalliantie.agreement.ledger import Figures
from werkalliantie.agreement_report.levels import Level
from werkalliantie.agreement_report.material import Material
from werkalliantie.agreement_report.note import Note, reason_in_dutch

_NO_MODEL = Note("alt_test: no model was measured", "alt-test: er is geen model gemeten")


def alternative_test_of(material: Material, level: Level, notes: list[str]) -> Figures | None:
    """Return the test over code sets and tapes, with the winning rate by epsilon; None untested."""
    if material.machine is None:
        notes.append(_NO_MODEL)
        return None
    ratings = level.ratings
    model = ratings.answers[ratings.coders.index(material.machine.name)]
    seen = ratings.where(~np.isnan(model).any(axis=1))
    found = alternative_test(
        seen.of([material.machine.name]).answers[0],
        seen.of(material.coders).answers,
        seen.tape_numbers,
        scoring=Scoring.JACCARD,
    )
    if found.reason is not None:
        dutch = reason_in_dutch(found.reason)
        notes.append(Note(f"alt_test: {found.reason}", f"alt-test: {dutch}"))
        return None
    return {
        "scoring": Scoring.JACCARD.value,
        "epsilon": found.epsilon,
        "winning_rate": found.winning_rate,
        "passes": found.passes,
        "advantage": found.advantage,
        "coders": [asdict(one) | {"coder": material.coders[one.coder]} for one in found.coders],
        "curve": [asdict(point) for point in found.curve],
    }
