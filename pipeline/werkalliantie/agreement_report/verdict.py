"""What a model may do with a code: the study's rules applied, and the sentence that says why."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from werkalliantie.agreement_report.numbers import DUTCH, ENGLISH, Writing
from werkalliantie.configuration.study import VerdictRules

_nl, _en = DUTCH.bound, ENGLISH.bound


class VerdictKind(StrEnum):
    """Suggest codes that a coder reviews, stand in for a second coder, or neither."""

    PRE_CODE = "pre-code"
    SECOND_CODE = "second-code"
    NOT_YET = "not yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of a model on one code; kappas and the share are of the same tapes.

    Attributes:
        human: Mean kappa between the coders.
        n_pairs: How many pairs of coders that is of.
        machine: Mean kappa of the model with the coders.
        share: The one divided by the other, with the ends of its 95 % interval.
        floors: Kappas of what needs no model; None where unknown.
    """

    code: str
    n_tapes: int
    human: float | None
    n_pairs: int
    machine: float
    share: float | None
    share_low: float | None
    share_high: float | None
    floors: Mapping[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a model may do, in one word, and why, in a sentence of each language."""

    kind: VerdictKind
    dutch: str
    english: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lack:
    """One thing that the evidence doesn't show."""

    dutch: str
    english: str


def verdict_on(evidence: Evidence, rules: VerdictRules) -> Verdict:
    """Return the verdict on one code."""
    in_the_way = _in_the_way(evidence, rules)
    to_pre_code = _short_of(evidence, rules.pre_code_share, rules.pre_code_low)
    to_second_code = _short_of(evidence, rules.second_code_share, rules.second_code_low)
    if in_the_way or to_pre_code:
        return _written(VerdictKind.NOT_YET, evidence, rules, in_the_way or to_pre_code)
    if to_second_code:
        return _written(VerdictKind.PRE_CODE, evidence, rules, to_second_code)
    return _written(VerdictKind.SECOND_CODE, evidence, rules, [])


def _in_the_way(evidence: Evidence, rules: VerdictRules) -> list[_Lack]:
    """Return what keeps a model from any use."""
    lacks = []
    if evidence.n_tapes < rules.min_tapes:
        n = rules.min_tapes
        lacks.append(
            _Lack(
                dutch=f"het is op minder dan {n} tapes gemeten",
                english=f"it was measured on fewer than {n} tapes",
            )
        )
    lacks += _nothing_to_measure_by(evidence, rules.min_coder_kappa)
    return lacks + (_floors_above(evidence) if rules.beat_floors else [])


def _nothing_to_measure_by(evidence: Evidence, least: float) -> list[_Lack]:
    if not evidence.n_pairs:
        return [
            _Lack(
                dutch="om aan te meten is een tweede codeur van dezelfde uitingen nodig",
                english="it takes a second coder of the same utterances to measure by",
            )
        ]
    if evidence.human is None:
        return [
            _Lack(
                dutch="de codeurs zelf hebben een onbepaalde kappa, dus er valt niet aan te meten",
                english="the coders' own kappa is undefined, so there is nothing to measure by",
            )
        ]
    if evidence.human < least:
        return [
            _Lack(
                dutch=f"de codeurs zelf halen geen kappa van {_nl(least)}, dus er valt niet aan te "
                "meten",
                english=f"the coders themselves don't reach a kappa of {_en(least)}, so there is "
                "nothing to measure by",
            )
        ]
    return []


def _floors_above(evidence: Evidence) -> list[_Lack]:
    names = {
        "always_no": ("nooit deze code geven", "never giving this code"),
        "bag_of_words": ("losse woorden tellen", "counting single words"),
    }
    return [
        _Lack(
            dutch=f"{names[name][0]} haalt ook {DUTCH.number(floor)}",
            english=f"{names[name][1]} also reaches {ENGLISH.number(floor)}",
        )
        for name, floor in evidence.floors.items()
        if floor is not None and evidence.machine <= floor
    ]


def _short_of(evidence: Evidence, share: float, low: float) -> list[_Lack]:
    lacks = []
    if evidence.share is None or evidence.share < share:
        lacks.append(
            _Lack(
                dutch=f"het aandeel haalt niet de {_nl(share)} die nodig is",
                english=f"the share doesn't reach the {_en(share)} needed",
            )
        )
    if evidence.share_low is None or evidence.share_low < low:
        lacks.append(
            _Lack(
                dutch=f"de ondergrens van het aandeel haalt niet de {_nl(low)} die nodig is",
                english=f"the lower bound of the share doesn't reach the {_en(low)} needed",
            )
        )
    return lacks


def _written(
    kind: VerdictKind, evidence: Evidence, rules: VerdictRules, lacks: list[_Lack]
) -> Verdict:
    dutch, english = _OPENINGS[kind]
    in_between = kind is VerdictKind.PRE_CODE
    lead_nl, lead_en = _TO_SECOND_CODE if in_between else ("Reden: ", "Reason: ")
    why_nl = lead_nl + "; ".join(lack.dutch for lack in lacks) + "."
    why_en = lead_en + "; ".join(lack.english for lack in lacks) + "."
    return Verdict(
        kind=kind,
        dutch=" ".join(
            [f"{evidence.code}: {dutch}.", _figures_nl(evidence, rules), *[why_nl][: len(lacks)]]
        ),
        english=" ".join(
            [f"{evidence.code}: {english}.", _figures_en(evidence, rules), *[why_en][: len(lacks)]]
        ),
    )


_TO_SECOND_CODE = ("Om tweede codeur te zijn: ", "To be the second coder: ")
_OPENINGS = {
    VerdictKind.NOT_YET: ("nog niet inzetten", "not yet"),
    VerdictKind.PRE_CODE: (
        "het model mag vooraf coderen, een codeur beslist",
        "the model may pre-code, a coder decides",
    ),
    VerdictKind.SECOND_CODE: (
        "het model mag als tweede codeur meedoen",
        "the model may serve as the second coder",
    ),
}


def _figures_nl(e: Evidence, rules: VerdictRules) -> str:
    human = "onbekend" if e.human is None else _human(e, rules, DUTCH)
    share = "" if e.share is None else f", een aandeel van {_share(e, rules, DUTCH)}"
    if e.share is not None and e.share_low is not None:
        ends = f"{_low(e, rules, DUTCH)} tot {DUTCH.number(e.share_high)}"
        share += f" (95 %-interval {ends})"
    elif e.share is not None:
        share += " zonder interval"
    return (
        f"Per uiting, op {_tapes(e)}, is de kappa van het model met de codeurs "
        f"{DUTCH.number(e.machine)} en die tussen de codeurs {human}{share}."
    )


def _figures_en(e: Evidence, rules: VerdictRules) -> str:
    human = "unknown" if e.human is None else _human(e, rules, ENGLISH)
    share = "" if e.share is None else f", a share of {_share(e, rules, ENGLISH)}"
    if e.share is not None and e.share_low is not None:
        ends = f"{_low(e, rules, ENGLISH)} to {ENGLISH.number(e.share_high)}"
        share += f" (95 % interval {ends})"
    elif e.share is not None:
        share += " without an interval"
    return (
        f"Per utterance, on {_tapes(e)}, the model's kappa with "
        f"the coders is {ENGLISH.number(e.machine)} and that between the coders {human}{share}."
    )


def _tapes(e: Evidence) -> str:
    return f"{e.n_tapes} {'tape' if e.n_tapes == 1 else 'tapes'}"


def _human(e: Evidence, rules: VerdictRules, writing: Writing) -> str:
    return writing.below(e.human, [rules.min_coder_kappa])


def _share(e: Evidence, rules: VerdictRules, writing: Writing) -> str:
    return writing.below(e.share, [rules.pre_code_share, rules.second_code_share])


def _low(e: Evidence, rules: VerdictRules, writing: Writing) -> str:
    return writing.below(e.share_low, [rules.pre_code_low, rules.second_code_low])
