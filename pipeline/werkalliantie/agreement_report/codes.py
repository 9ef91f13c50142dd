"""The part of the ledger that goes code by code: coders, the model beside them, floors, verdict."""

from werkalliantie.agreement.comparison import Comparison, model_beside_coders
from werkalliantie.agreement.equivalence import Equivalence
from werkalliantie.agreement.ledger import (
    Ceiling,
    Figures,
    PairAgreement,
    agreement_on,
    always_no,
    ceiling_of,
    coder_pairs,
)
from werkalliantie.agreement_report.levels import Level, level_of
from werkalliantie.agreement_report.material import Machine, Material
from werkalliantie.agreement_report.parts import ends
from werkalliantie.agreement_report.reasons import explain, explain_all
from werkalliantie.agreement_report.verdict import Evidence, verdict_on
from werkalliantie.configuration.study import VerdictRules


def codes_of(
    material: Material, level: Level, rules: VerdictRules, notes: list[str]
) -> tuple[Figures, list[Figures]]:
    """Return the figures of every code, and those of every pair of raters on it."""
    coders, codes, pairs = material.coders, {}, list[Figures]()
    by_utterance = level if level.unit == "utterance" else level_of(material, "utterance")
    for column, code in enumerate(material.codebook.codes):
        human, between = agreement_on(level.ratings, column, coder_pairs(coders))
        machine, beside = _beside(material, level, column)
        share = _share(material, level, column, rules)
        entry = {
            "coder_coder": human,
            "model_coder": machine,
            **_shares(share),
            "floors": _floors(material, level, column),
            "ceiling": _ceilings(material, level, column),
        }
        codes[code] = entry | _verdict(material, by_utterance, column, rules)
        pairs += [_pair(code, "coder_coder", pair) for pair in between]
        pairs += [_pair(code, "model_coder", pair) for pair in beside]
        explain(notes, code, human, machine, share, len(coders))
    explain_all(notes, codes, material)
    return codes, pairs


def bag_of_words(machine: Machine | None, level: Level, code: str) -> float | None:
    """Return the floor that training measured, where it did so on just these tapes."""
    if machine is None or level.counts is not None:
        return None
    measured = {*level.ratings.tapes_of(machine.name)}
    floors = machine.artefact.metrics["floors"]
    for part in ("test", "validation"):
        bag: Figures = (floors[part] or {}).get("bag_of_words", {})
        if bag and measured == {*bag["tapes"]}:
            kappa: float | None = bag["codes"][code]["kappa"]
            return kappa
    return None


def _beside(
    material: Material, level: Level, column: int
) -> tuple[Figures | None, list[PairAgreement]]:
    """Return how the model agrees with each coder on one code; nothing without a model."""
    if material.machine is None:
        return None, []
    pairs = [(material.machine.name, coder) for coder in material.coders]
    return agreement_on(level.ratings, column, pairs)


def _share(material: Material, level: Level, column: int, rules: VerdictRules) -> Comparison | None:
    if material.machine is None:
        return None
    return model_beside_coders(
        level.ratings, column, material.coders, material.machine.name, margin=rules.margin
    )


def _shares(share: Comparison | None) -> Figures:
    if share is None:
        missing = ("share_of_human", "share_of_human_ci", "same_tapes", "equivalence")
        return dict.fromkeys(missing)
    return {
        "share_of_human": share.share.estimate,
        "share_of_human_ci": ends(share.share.limits),
        "same_tapes": {
            "n_tapes": share.n_tapes,
            "coder_coder": share.other,
            "model_coder": share.one,
            "difference": share.difference.estimate,
            "difference_ci": ends(share.difference.limits),
        },
        "equivalence": _equivalence(share.equivalence),
    }


def _equivalence(tests: Equivalence) -> Figures | None:
    if tests.conclusion is None:
        return None
    return {
        "margin": tests.margin,
        "difference": tests.difference,
        "ci_90": [tests.low, tests.high],
        "p_lower": tests.p_lower,
        "p_upper": tests.p_upper,
        "conclusion": tests.conclusion.value,
        "noninferior": tests.noninferior,
    }


def _ceilings(material: Material, level: Level, column: int) -> Figures:
    everywhere = ceiling_of(level.ratings, column, material.coders, None)
    if material.machine is None:
        return {"majority_of_others": everywhere.coders.value, "same_tapes": None, "model": None}
    beside: Ceiling = ceiling_of(level.ratings, column, material.coders, material.machine.name)
    return {
        "majority_of_others": everywhere.coders.value,
        "same_tapes": beside.coders.value,
        "model": beside.model.value if beside.model is not None else None,
    }


def _verdict(material: Material, level: Level, column: int, rules: VerdictRules) -> Figures:
    """Return the verdict on one code.

    It goes by utterances whatever the scale asked for: that is what a model codes, and in a window
    or a tape nearly every code occurs.
    """
    share = _share(material, level, column, rules)
    if share is None or share.one is None:
        return {"verdict": None, "verdict_because": None}
    low, high = share.share.limits or (None, None)
    code = material.codebook.codes[column]
    verdict = verdict_on(
        Evidence(
            code=code,
            n_tapes=share.n_tapes,
            human=share.other,
            n_pairs=share.n_other,
            machine=share.one,
            share=share.share.estimate,
            share_low=low,
            share_high=high,
            floors=_floors(material, level, column),
        ),
        rules,
    )
    return {
        "verdict": verdict.kind.value,
        "verdict_because": {"nl": verdict.dutch, "en": verdict.english},
    }


def _floors(material: Material, level: Level, column: int) -> dict[str, float | None]:
    code = material.codebook.codes[column]
    return {
        "always_no": always_no(level.ratings.of(material.coders), column),
        "bag_of_words": bag_of_words(material.machine, level, code),
    }


def _pair(code: str, kind: str, pair: PairAgreement) -> Figures:
    return {
        "code": code,
        "kind": kind,
        "first": pair.first,
        "second": pair.second,
        "kappa": pair.kappa,
        "ci": ends(pair.interval.limits),
        "n": pair.n,
        "n_tapes": pair.n_tapes,
        "observed": pair.figures.observed.value,
        "positive": pair.figures.positive.value,
        "negative": pair.figures.negative.value,
    }
