"""What the figures say, in sentences that can go into a paper, with the note on the method."""

from collections.abc import Sequence
from dataclasses import dataclass

import werkalliantie
from werkalliantie.agreement.ledger import Figures
from werkalliantie.agreement.resampling import REPLICATES
from werkalliantie.agreement_report.document import Document
from werkalliantie.agreement_report.ledger import Ledger
from werkalliantie.agreement_report.note import dutch_of
from werkalliantie.agreement_report.numbers import APA, DUTCH, Writing


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    """A paragraph on the method, one for each code, and remarks; in both languages."""

    dutch: tuple[str, ...]
    english: tuple[str, ...]


def sentences_on(ledger: Ledger, document: Document) -> Sentences:
    """Return sentences on the figures of one scale."""
    names = {cluster.code: cluster.label for cluster in ledger.material.codebook.clusters}
    codes = document["codes"].items()
    marks = [note for note in document["notes"] if "FORCED:" in note or "MAPPED:" in note]
    return Sentences(
        dutch=(
            _method_nl(document),
            *(_code_nl(document, code, names[code], figures) for code, figures in codes),
            *(f"Let op: {dutch_of(mark)}." for mark in marks),
        ),
        english=(
            _method_en(document),
            *(_code_en(document, code, names[code], figures) for code, figures in codes),
            *(f"Caution: {mark}." for mark in marks),
        ),
    )


def _method_nl(document: Document) -> str:
    excluded = document["excluded"]
    n_utterances, n_tapes = _whole(document["n_utterances"], "."), document["n_tapes"]
    return (
        f"De overeenstemming is berekend met werkalliantie {werkalliantie.__version__}, "
        f"{_unit_nl(document)}, onder codeboek {document['codebook']}: {n_utterances} uitingen op "
        f"{_tapes(n_tapes)} door {_of(document['coders'], 'codeur', 'codeurs')}. Alleen blinde "
        f"coderingen tellen; weggelaten zijn {excluded['assisted']} coderingen met voorstellen in "
        f"beeld en {excluded['adjudicated']} uitkomsten van overleg. Een uiting die een codeur "
        "niet zag, telt voor die codeur niet als nee. De kappa is het gemiddelde van Cohens kappa "
        "over paren. Betrouwbaarheidsintervallen (95 %) komen uit "
        f"{_whole(REPLICATES, '.')} bootstraptrekkingen van hele tapes, verruimd voor een klein "
        "aantal tapes (expanded percentile, Hesterberg, 2015, of jackknife, Tukey, 1958: per kant "
        "de verste)."
    )


def _method_en(document: Document) -> str:
    excluded = document["excluded"]
    n_utterances, n_tapes = _whole(document["n_utterances"], ","), document["n_tapes"]
    return (
        f"Agreement was computed with werkalliantie {werkalliantie.__version__}, "
        f"{_unit_en(document)}, under codebook {document['codebook']}: {n_utterances} utterances "
        f"of {_tapes(n_tapes)} by {_of(document['coders'], 'coder', 'coders')}. Only blind codings "
        f"count; left out were {excluded['assisted']} codings made with suggestions in sight and "
        f"{excluded['adjudicated']} adjudicated ones. An utterance that a coder did not see is "
        "not a no of that coder. Kappa is the mean of Cohen's kappa over pairs. Confidence "
        f"intervals (95%) come from {_whole(REPLICATES, ',')} bootstrap draws of whole tapes, "
        "widened for small numbers of tapes (expanded percentile, Hesterberg, 2015, or jackknife, "
        "Tukey, 1958: on each side the farther)."
    )


def _code_nl(document: Document, code: str, label: str, figures: Figures) -> str:
    human, machine, icc = figures["coder_coder"], figures["model_coder"], document["icc"]
    said = (
        f"{code} ({label}): tussen codeurs {_kappa(human, DUTCH)} "
        f"({human['n_pairs']} {'paar' if human['n_pairs'] == 1 else 'paren'}, "
        f"{_tapes(human['n_tapes'])}), Krippendorffs α = {DUTCH.number(human['alpha'])}, Gwets "
        f"AC1 = {DUTCH.number(human['ac1'])}, prevalentie {DUTCH.number(human['prevalence'])}."
    )
    if icc is not None:
        value = DUTCH.with_interval(icc["codes"][code], icc["intervals"][code])
        said += f" De ICC(2,1) van de aantallen was {value}."
    if machine is not None:
        beside = DUTCH.number(figures["same_tapes"]["coder_coder"])
        share = DUTCH.with_interval(figures["share_of_human"], figures["share_of_human_ci"])
        said += (
            f" Het model ({_model(document)}) kwam met de codeurs op {_kappa(machine, DUTCH)}, op "
            f"{_tapes(machine['n_tapes'])}; de codeurs onderling kwamen op diezelfde tapes op κ = "
            f"{beside}. Het aandeel van het model daarin was {share}."
        )
    return said


def _code_en(document: Document, code: str, label: str, figures: Figures) -> str:
    human, machine, icc = figures["coder_coder"], figures["model_coder"], document["icc"]
    said = (
        f"{code} ({label}): between coders {_kappa(human, APA)} "
        f"({human['n_pairs']} {'pair' if human['n_pairs'] == 1 else 'pairs'}, "
        f"{_tapes(human['n_tapes'])}), Krippendorff's α = {APA.number(human['alpha'])}, Gwet's "
        f"AC1 = {APA.number(human['ac1'])}, prevalence {APA.number(human['prevalence'])}."
    )
    if icc is not None:
        value = APA.with_interval(icc["codes"][code], icc["intervals"][code])
        said += f" The ICC(2,1) of counts was {value}."
    if machine is not None:
        beside = APA.number(figures["same_tapes"]["coder_coder"])
        share = APA.with_interval(figures["share_of_human"], figures["share_of_human_ci"])
        said += (
            f" The model ({_model(document)}) reached {_kappa(machine, APA)} with the coders, on "
            f"{_tapes(machine['n_tapes'])}; on the same tapes the coders reached κ = {beside} with "
            f"each other. The model's share of that was {share}."
        )
    return said


def _kappa(figures: Figures, writing: Writing) -> str:
    return f"κ = {writing.with_interval(figures['kappa'], figures['ci'])}"


def _unit_nl(document: Document) -> str:
    seconds = document["window_seconds"]
    if seconds is not None:
        return f"per venster van {seconds:g} seconden"
    return {"utterance": "per uiting", "tape": "per tape"}[document["unit"]]


def _unit_en(document: Document) -> str:
    seconds = document["window_seconds"]
    if seconds is not None:
        return f"per window of {seconds:g} seconds"
    return f"per {document['unit']}"


def _of(names: Sequence[str], one: str, many: str) -> str:
    return f"{len(names)} {one if len(names) == 1 else many}"


def _tapes(number: int) -> str:
    return f"{number} tape" if number == 1 else f"{number} tapes"


def _model(document: Document) -> str:
    return str(document["model"]).removeprefix("model:")


def _whole(number: int, thousands: str) -> str:
    return f"{number:,}".replace(",", thousands)
