"""The reliability curves of a report's model."""

import numpy as np

from werkalliantie.agreement_report.material import Material
from werkalliantie.calibration import Calibration, reliability_curve


def calibration_of(material: Material) -> list[Calibration]:
    """Return the reliability curve of each code; none without a model."""
    machine = material.machine
    if machine is None:
        return []
    places = [place for place in material.places if place in machine.probabilities]
    curves = []
    for code in material.codebook.codes:
        said = np.array([machine.probabilities[place][code] for place in places])
        given = np.array([_given(material, place, code) for place in places])
        curves.append(reliability_curve(code, said, given))
    return curves


def _given(material: Material, place: tuple[str, int], code: str) -> float:
    clusters = material.codebook.clusters_of
    answers = [
        code in clusters(codes[place]) for codes in material.blind.values() if place in codes
    ]
    return float(np.mean(answers))
