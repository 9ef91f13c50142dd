"""The verdict on a code, and the sentences that explain it."""

from dataclasses import replace
from pathlib import Path

import pytest
from agreement_report.coded import code, document, predict
from models import tiny_model

from werkalliantie.agreement_report.verdict import Evidence, VerdictKind, verdict_on
from werkalliantie.configuration.study import VerdictRules
from werkalliantie.store import Store

RULES = VerdictRules()
GOOD = Evidence(
    code="DT",
    n_tapes=8,
    human=0.6,
    n_pairs=1,
    machine=0.55,
    share=0.917,
    share_low=0.8,
    share_high=1.02,
    floors={"always_no": 0.0, "bag_of_words": 0.3},
)


def test_a_model_that_shows_everything_is_a_second_coder() -> None:
    """The sentences give the figures, with a comma in Dutch and a point in English."""
    verdict = verdict_on(GOOD, RULES)

    assert verdict.kind is VerdictKind.SECOND_CODE
    assert verdict.dutch == (
        "DT: het model mag als tweede codeur meedoen. Per uiting, op 8 tapes, is de kappa van het "
        "model met de codeurs 0,55 en die tussen de codeurs 0,60, een aandeel van 0,92 "
        "(95 %-interval 0,80 tot 1,02)."
    )
    assert verdict.english == (
        "DT: the model may serve as the second coder. Per utterance, on 8 tapes, the model's kappa "
        "with the coders is 0.55 and that between the coders 0.60, a share of 0.92 "
        "(95 % interval 0.80 to 1.02)."
    )


def test_in_between_it_may_pre_code() -> None:
    """And the sentence says what it lacks to be a second coder."""
    verdict = verdict_on(replace(GOOD, share=0.7, share_low=0.5), RULES)

    assert verdict.kind is VerdictKind.PRE_CODE
    assert verdict.dutch.endswith(
        " Om tweede codeur te zijn: het aandeel haalt niet de 0,90 die nodig is; de ondergrens van "
        "het aandeel haalt niet de 0,75 die nodig is."
    )
    assert verdict.english.endswith(
        " To be the second coder: the share doesn't reach the 0.90 needed; the lower bound of the "
        "share doesn't reach the 0.75 needed."
    )


@pytest.mark.parametrize(
    ("change", "reason", "reden"),
    [
        (
            {"n_tapes": 4},
            "it was measured on fewer than 5 tapes",
            "het is op minder dan 5 tapes gemeten",
        ),
        (
            {"human": 0.39},
            "the coders themselves don't reach a kappa of 0.40, so there is nothing to measure by",
            "de codeurs zelf halen geen kappa van 0,40, dus er valt niet aan te meten",
        ),
        (
            {"human": None},
            "the coders' own kappa is undefined, so there is nothing to measure by",
            "de codeurs zelf hebben een onbepaalde kappa, dus er valt niet aan te meten",
        ),
        (
            {"human": None, "n_pairs": 0, "share": None, "share_low": None, "share_high": None},
            "it takes a second coder of the same utterances to measure by",
            "om aan te meten is een tweede codeur van dezelfde uitingen nodig",
        ),
        (
            {"floors": {"always_no": 0.0, "bag_of_words": 0.55}},
            "counting single words also reaches 0.55",
            "losse woorden tellen haalt ook 0,55",
        ),
        (
            {"machine": 0.0, "floors": {"always_no": 0.0, "bag_of_words": None}},
            "never giving this code also reaches 0.00",
            "nooit deze code geven haalt ook 0,00",
        ),
        (
            {"share": 0.59},
            "the share doesn't reach the 0.60 needed",
            "het aandeel haalt niet de 0,60 die nodig is",
        ),
        (
            {"share_low": 0.39},
            "the lower bound of the share doesn't reach the 0.40 needed",
            "de ondergrens van het aandeel haalt niet de 0,40 die nodig is",
        ),
    ],
)
def test_one_thing_lacking_is_not_yet(change: dict[str, object], reason: str, reden: str) -> None:
    """And the sentence names it, alone."""
    verdict = verdict_on(replace(GOOD, **change), RULES)  # type: ignore[arg-type]

    assert verdict.kind is VerdictKind.NOT_YET
    assert verdict.english.endswith(f" Reason: {reason}.")
    assert verdict.dutch.endswith(f" Reden: {reden}.")


@pytest.mark.parametrize(
    ("change", "shown", "getoond"),
    [
        ({"human": 0.3996}, "between the coders 0.3996,", "tussen de codeurs 0,3996,"),
        ({"human": 0.398}, "between the coders 0.398,", "tussen de codeurs 0,398,"),
        ({"share": 0.597}, "a share of 0.597 (", "een aandeel van 0,597 ("),
        ({"share": 0.899}, "a share of 0.899 (", "een aandeel van 0,899 ("),
        ({"share_low": 0.396}, "interval 0.396 to 1.02)", "interval 0,396 tot 1,02)"),
        ({"share_low": 0.394}, "interval 0.39 to 1.02)", "interval 0,39 tot 1,02)"),
        ({"share_low": 0.754}, "interval 0.75 to 1.02)", "interval 0,75 tot 1,02)"),
    ],
)
def test_a_figure_never_looks_like_the_bound_it_misses(
    change: dict[str, object], shown: str, getoond: str
) -> None:
    """It has as many decimals as that takes, and two otherwise."""
    verdict = verdict_on(replace(GOOD, **change), RULES)  # type: ignore[arg-type]

    assert shown in verdict.english
    assert getoond in verdict.dutch


def test_a_bound_is_given_whole() -> None:
    """A kappa of 0.40 doesn't reach 0.402."""
    rules = VerdictRules(min_coder_kappa=0.402)
    verdict = verdict_on(replace(GOOD, human=0.4), rules)

    assert "between the coders 0.40," in verdict.english
    assert "don't reach a kappa of 0.402," in verdict.english
    assert "halen geen kappa van 0,402," in verdict.dutch


@pytest.mark.parametrize(
    ("evidence", "kind"),
    [
        ({"n_tapes": 5}, VerdictKind.SECOND_CODE),
        ({"human": 0.4}, VerdictKind.SECOND_CODE),
        ({"share": 0.9}, VerdictKind.SECOND_CODE),
        ({"share_low": 0.75}, VerdictKind.SECOND_CODE),
        ({"share": 0.6, "share_low": 0.4}, VerdictKind.PRE_CODE),
    ],
)
def test_thresholds_count_as_reached(evidence: dict[str, object], kind: VerdictKind) -> None:
    """Exactly the threshold is enough."""
    assert verdict_on(replace(GOOD, **evidence), RULES).kind is kind  # type: ignore[arg-type]


def test_a_share_without_an_interval_is_not_enough() -> None:
    """One tape says nothing of how tapes differ, and then nothing is sure."""
    rules = VerdictRules(min_tapes=1)
    one = replace(GOOD, n_tapes=1, share_low=None, share_high=None)
    verdict = verdict_on(one, rules)

    assert verdict.kind is VerdictKind.NOT_YET
    assert "on 1 tape, " in verdict.english
    assert "a share of 0.92 without an interval." in verdict.english
    assert "een aandeel van 0,92 zonder interval." in verdict.dutch


def test_without_agreement_between_coders_there_is_no_share() -> None:
    """The sentence says that it is unknown, and no number."""
    verdict = verdict_on(
        replace(GOOD, human=None, share=None, share_low=None, share_high=None), RULES
    )

    assert verdict.kind is VerdictKind.NOT_YET
    assert "and that between the coders unknown. Reason: the coders" in verdict.english
    assert "en die tussen de codeurs onbekend. Reden: de codeurs" in verdict.dutch


def test_floors_may_be_left_out_of_it() -> None:
    """A study that sets `beat_floors = false` has said so."""
    low = replace(GOOD, floors={"always_no": 0.0, "bag_of_words": 0.9})

    assert verdict_on(low, VerdictRules(beat_floors=False)).kind is VerdictKind.SECOND_CODE
    assert verdict_on(low, RULES).kind is VerdictKind.NOT_YET


def test_it_goes_by_utterances_at_every_scale(coded: Store, tmp_path: Path) -> None:
    """In a tape nearly every code occurs, which would make any model a good one."""
    code(coded, "anna", "t3", ["DT", "", "HC"])
    model = tiny_model(tmp_path / "m1")
    for tape in ("t1", "t2"):
        predict(coded, model, tape, ["DT", "", "HC", "", "", ""])
    by_tape, by_utterance = (document(coded, model=model, unit=u) for u in ("tape", "utterance"))

    for code_ in ("DT", "ZBV", "HC"):
        one, other = by_tape["codes"][code_], by_utterance["codes"][code_]
        assert one["verdict"] == other["verdict"] == "not yet"
        assert one["verdict_because"] == other["verdict_because"]
    assert by_utterance["codes"]["DT"]["verdict_because"]["en"].endswith(
        " Reason: it was measured on fewer than 5 tapes."
    )


def test_with_one_coder_there_is_nobody_to_measure_by(coded: Store, tmp_path: Path) -> None:
    """Whether one was asked for, or the model's tapes were coded by one only."""
    code(coded, "anna", "t3", ["DT"] + [""] * 5)
    model = tiny_model(tmp_path / "m1")
    for tape in ("t1", "t3"):
        predict(coded, model, tape, ["DT", "", "HC", "", "", ""])
    alone = document(coded, model=model, coders=["anna"])
    apart = document(coded, model=model, tapes=["t3"])

    for made in (alone, apart):
        assert made["codes"]["DT"]["verdict_because"]["en"].endswith(
            "; it takes a second coder of the same utterances to measure by."
        )
