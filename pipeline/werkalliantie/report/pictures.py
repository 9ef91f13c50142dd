"""Which plots the page has, each drawn once for each language."""

from collections.abc import Callable, Sequence

from markupsafe import Markup

from werkalliantie.agreement.ledger import coder_pairs
from werkalliantie.agreement.ratings import Ratings
from werkalliantie.agreement_report.document import Document
from werkalliantie.agreement_report.levels import level_of
from werkalliantie.agreement_report.material import Material
from werkalliantie.calibration import Calibration
from werkalliantie.report import plots
from werkalliantie.report.growth import growth_of
from werkalliantie.report.patterns import co_occurrence, confusion
from werkalliantie.report.words import EN, NL, Words, both


def pictures_of(
    material: Material, document: Document, curves: Sequence[Calibration]
) -> dict[str, Markup | None]:
    """Return every plot by name; None where there is nothing to draw."""
    ratings = level_of(material, "utterance").ratings
    steps, model = growth_of(material), material.machine is not None
    return {
        "forest": _in_both(lambda words: plots.forest(document, words)),
        "together": _in_both(lambda words: _together(material, ratings, words)),
        "coders": _in_both(lambda words: _coders(material, ratings, words))
        if len(material.coders) > 1
        else None,
        "model": _in_both(lambda words: _model(material, ratings, words)) if model else None,
        "reliability": _in_both(lambda words: plots.reliability(curves, words)) if curves else None,
        "growth": _in_both(lambda words: plots.growth(steps, words))
        if any(steps.values())
        else None,
    }


def _in_both(draw: Callable[[Words], Markup]) -> Markup:
    return both(draw(NL), draw(EN))


def _together(material: Material, ratings: Ratings, words: Words) -> Markup:
    pattern = co_occurrence(ratings.of(material.coders), material.codebook.codes)
    return plots.heat("together", pattern, words.given, words.gives, words)


def _coders(material: Material, ratings: Ratings, words: Words) -> Markup:
    pairs, codes = coder_pairs(material.coders), material.codebook.codes
    pattern = confusion(ratings, pairs, codes, words.none, both_ways=True)
    return plots.heat("coders", pattern, words.coder_gave, words.other_gave, words)


def _model(material: Material, ratings: Ratings, words: Words) -> Markup:
    name, codes = ratings.coders[-1], material.codebook.codes
    pairs = [(coder, name) for coder in material.coders]
    pattern = confusion(ratings, pairs, codes, words.none, both_ways=False)
    return plots.heat("model", pattern, words.coder_gave, words.model_gave, words)
