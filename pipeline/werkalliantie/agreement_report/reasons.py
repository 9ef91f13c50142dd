"""Why figures of a code are null: what is undefined has its reason among the notes."""

from werkalliantie.agreement.comparison import Comparison
from werkalliantie.agreement.ledger import Figures
from werkalliantie.agreement_report.material import Material
from werkalliantie.agreement_report.note import Note, reason_in_dutch


def explain(
    notes: list[str],
    code: str,
    human: Figures,
    machine: Figures | None,
    share: Comparison | None,
    n_coders: int,
) -> None:
    """Add why figures of a code are null."""
    if n_coders < 2:
        notes.append(
            Note(f"{code}: coder_coder needs two coders", f"{code}: codeurs: er is maar één codeur")
        )
    for name, figures in (("coder_coder", human), ("model_coder", machine)):
        if figures is not None and (name == "model_coder" or n_coders > 1):
            notes += _missing(code, name, figures)
    if share is not None and share.other is not None and share.other <= 0:
        notes.append(
            Note(
                f"{code}: share_of_human is null: coders agree no more than chance",
                f"{code}: geen aandeel: de codeurs zijn het niet vaker eens dan bij toeval",
            )
        )


def _missing(code: str, name: str, figures: Figures) -> list[str]:
    """Return why a kappa or its interval is null."""
    who = {"coder_coder": "codeurs onderling", "model_coder": "model en codeurs"}[name]
    if figures["n_pairs"] == 0:
        return [
            Note(
                f"{code}: {name} is null: no pair has utterances in common",
                f"{code}: {who}: geen paar heeft uitingen gemeen",
            )
        ]
    if figures["kappa"] is None:
        english, dutch = _one_answer(figures)
        return [
            Note(
                f"{code}: {name} kappa is undefined: {english}",
                f"{code}: {who}: kappa is ongedefinieerd: {dutch}",
            )
        ]
    if figures["ci"] is None:
        reason = figures["ci_reason"]
        return [
            Note(
                f"{code}: {name} has no interval: {reason}",
                f"{code}: {who}: geen interval: {reason_in_dutch(reason)}",
            )
        ]
    return []


def _one_answer(figures: Figures) -> tuple[str, str]:
    if figures["prevalence"] == 0:
        return "nobody gave the code", "niemand gaf de code"
    if figures["prevalence"] == 1:
        return "everybody always gave the code", "iedereen gaf altijd de code"
    return "no pair's answers vary", "bij geen paar variëren de antwoorden"


def explain_all(notes: list[str], codes: Figures, material: Material) -> None:
    """Add what is null for every code, or has to be read with care."""
    if any(figures["floors"]["bag_of_words"] is None for figures in codes.values()):
        notes.append(
            Note(
                "bag_of_words: known only per utterance, on just the tapes that training tested, "
                "or validated, on",
                "losse woorden: alleen bekend per uiting, op precies de testtapes van de training "
                "of precies de validatietapes",
            )
        )
    if len(material.coders) == 2:
        notes.append(
            Note(
                "ceiling: with two coders, the majority of the others is the other one",
                "plafond: bij twee codeurs is de meerderheid van de anderen de ander",
            )
        )
    if any(figures["verdict"] is None for figures in codes.values()):
        notes.append(
            Note(
                "verdict: null where no model was measured beside coders",
                "oordeel: geen, waar geen model naast de codeurs is gemeten",
            )
        )
