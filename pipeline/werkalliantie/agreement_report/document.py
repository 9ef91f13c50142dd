"""The agreement document: what `agree --json` prints, and what the page is made from."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from werkalliantie.agreement_report.alternative_test import alternative_test_of
from werkalliantie.agreement_report.anchoring import anchoring_of
from werkalliantie.agreement_report.codes import codes_of
from werkalliantie.agreement_report.counting import icc_of
from werkalliantie.agreement_report.drift import drift_of
from werkalliantie.agreement_report.gathering import gather_material
from werkalliantie.agreement_report.generations import generations_of
from werkalliantie.agreement_report.levels import level_of
from werkalliantie.agreement_report.material import Mapped, Material
from werkalliantie.agreement_report.overall import mean_over_codes, sets_of
from werkalliantie.agreement_report.question import Question, Unit
from werkalliantie.artefact import Artefact
from werkalliantie.codebook import Codebook
from werkalliantie.configuration.study import VerdictRules
from werkalliantie.store import Store

Document = dict[str, Any]


def agreement_document(
    store: Store,
    codebook: Codebook,
    *,
    coders: Sequence[str] | None = None,
    tapes: Sequence[str] | None = None,
    unit: Unit = "utterance",
    model: Artefact | None = None,
) -> Document:
    """Measure agreement between coders, and between the model and the coders.

    Only blind codings count; what was left out is counted. The model is measured on tapes that its
    training hasn't seen, from its stored predictions.

    Raises:
        StoreError: No blind codings under this codebook, or a coder who gave none.
        ModelError: The model codes under another codebook, or was trained on tapes asked for.
    """
    question = Question(
        coders=None if coders is None else tuple(coders),
        tapes=None if tapes is None else tuple(tapes),
    )
    return document_of(gather_material(store, codebook, question, model=model), unit)


def document_of(
    material: Material,
    unit: Unit,
    *,
    rules: VerdictRules | None = None,
    books: Mapping[str, Codebook] | None = None,
) -> Document:
    """Return the agreement document at one scale.

    Args:
        material: The codings and predictions that count.
        unit: The scale.
        rules: When a model may help with a code; the defaults if left out.
        books: The other codebooks that codings were made under, by key.
    """
    notes = list(material.notes)
    level = level_of(material, unit)
    notes += level.notes
    codes, pairs = codes_of(material, level, rules or VerdictRules(), notes)
    return {
        "unit": unit,
        "window_seconds": material.question.window_seconds if unit == "window" else None,
        "codebook": material.codebook.key,
        "model": material.machine.name if material.machine is not None else None,
        "coders": list(material.coders),
        "n_tapes": len(material.tapes),
        "n_utterances": len(material.places),
        "codes": codes,
        "mean": mean_over_codes(codes),
        "sets": sets_of(material, level, notes),
        "icc": icc_of(material, level, notes),
        "alt_test": alternative_test_of(material, level, notes),
        "pairs": pairs,
        "anchoring": anchoring_of(material, notes),
        "drift": drift_of(material, notes),
        "generations": generations_of(material, books or {}, notes),
        "mapped": [_mapped(one) for one in material.mapped],
        "forced": list(material.forced),
        "excluded": dict(material.excluded),
        "notes": notes,
    }


def _mapped(one: Mapped) -> Document:
    return {**asdict(one), "coders": list(one.coders), "tapes": list(one.tapes)}
