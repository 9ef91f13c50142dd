"""Sentences for a paper, and the figures in them."""

from pathlib import Path

import pytest
from agreement_report.coded import material_of, predict
from models import tiny_model

from werkalliantie import __version__
from werkalliantie.agreement_report import Ledger
from werkalliantie.agreement_report.numbers import APA, DUTCH, ENGLISH
from werkalliantie.agreement_report.sentences import sentences_on
from werkalliantie.configuration.study import VerdictRules
from werkalliantie.store import Store


@pytest.fixture
def ledger(coded: Store, tmp_path: Path) -> Ledger:
    """Give a ledger with a forced model that follows anna."""
    model = tiny_model(tmp_path / "m1", trained_on=["t2"])
    predict(coded, model, "t1", ["DT", "DT", "HC", "", "ZBV", ""])
    predict(coded, model, "t2", ["DT", "", "HC", "HC", "", ""])
    material = material_of(coded, model=model, tapes=["t1", "t2"], force=True)
    return Ledger(study="proef", material=material, rules=VerdictRules(), books={})


def test_the_method_is_told_in_both_languages(ledger: Ledger) -> None:
    """With what counted, what didn't, and how the intervals came about."""
    said = sentences_on(ledger, ledger.at("utterance"))

    assert said.english[0] == (
        f"Agreement was computed with werkalliantie {__version__}, per utterance, under codebook "
        "werkalliantie-3: 12 utterances of 2 tapes by 2 coders. Only blind codings count; left "
        "out were 0 codings made with suggestions in sight and 0 adjudicated ones. An utterance "
        "that a coder did not see is not a no of that coder. Kappa is the mean of Cohen's kappa "
        "over pairs. Confidence intervals (95%) come from 10,000 bootstrap draws of whole tapes, "
        "widened for small numbers of tapes (expanded percentile, Hesterberg, 2015, or jackknife, "
        "Tukey, 1958: on each side the farther)."
    )
    assert said.dutch[0].startswith(
        f"De overeenstemming is berekend met werkalliantie {__version__}, per uiting, onder "
        "codeboek werkalliantie-3: 12 uitingen op 2 tapes door 2 codeurs. Alleen blinde "
    )
    assert "10.000 bootstraptrekkingen" in said.dutch[0]


def test_each_code_has_its_sentences(ledger: Ledger) -> None:
    """APA style in English, commas in Dutch; HC: 3 and 2 times given, twice together, of 12."""
    document = ledger.at("utterance")
    said = sentences_on(ledger, document)

    hc = document["codes"]["HC"]
    human, machine, share = (
        hc["coder_coder"]["ci"],
        hc["model_coder"]["ci"],
        hc["share_of_human_ci"],
    )
    assert said.english[3] == (
        f"HC (Helderheid en controle): between coders κ = .75, {APA.ends(human)} (1 pair, "
        "2 tapes), Krippendorff's α = .76, Gwet's AC1 = .88, prevalence .21. The model (m1) "
        f"reached κ = .88, {APA.ends(machine)} with the coders, on 2 tapes; on the same tapes the "
        "coders reached κ = .75 with each other. The model's share of that was 1.17, "
        f"{APA.ends(share)}."
    )
    assert said.dutch[3] == (
        f"HC (Helderheid en controle): tussen codeurs κ = 0,75, {DUTCH.ends(human)} (1 paar, "
        "2 tapes), Krippendorffs α = 0,76, Gwets AC1 = 0,88, prevalentie 0,21. Het model (m1) kwam "
        f"met de codeurs op κ = 0,88, {DUTCH.ends(machine)}, op 2 tapes; de codeurs onderling "
        "kwamen op diezelfde tapes op κ = 0,75. Het aandeel van het model daarin was 1,17, "
        f"{DUTCH.ends(share)}."
    )


def test_what_was_forced_is_said(ledger: Ledger) -> None:
    """In a paper too."""
    said = sentences_on(ledger, ledger.at("utterance"))

    assert said.english[-1] == (
        "Caution: model_coder: FORCED: m1 was trained on t2, so its figures flatter it."
    )
    assert said.dutch[-1] == (
        "Let op: model: GEFORCEERD: m1 is op t2 getraind; de cijfers vleien het."
    )


def test_windows_and_tapes_have_their_icc(ledger: Ledger) -> None:
    """And the length of a window is said."""
    window = sentences_on(ledger, ledger.at("window"))
    tape = sentences_on(ledger, ledger.at("tape"))

    assert "per window of 300 seconds" in window.english[0]
    assert "per venster van 300 seconden" in window.dutch[0]
    assert "per tape, under codebook" in tape.english[0]
    assert "The ICC(2,1) of counts was 1.00" in tape.english[1]
    assert "De ICC(2,1) van de aantallen was 1,00" in tape.dutch[1]
    assert "κ = undefined" in tape.english[1]
    assert "κ = onbepaald" in tape.dutch[1]


@pytest.mark.parametrize(
    ("number", "dutch", "english", "apa"),
    [
        (0.456, "0,46", "0.46", ".46"),
        (-0.456, "−0,46", "−0.46", "−.46"),
        (-0.001, "0,00", "0.00", ".00"),
        (1.0, "1,00", "1.00", "1.00"),
        (-1.0, "−1,00", "−1.00", "−1.00"),
        (None, "onbepaald", "undefined", "undefined"),
    ],
)
def test_figures_are_written_as_each_language_does(
    number: float | None, dutch: str, english: str, apa: str
) -> None:
    """Two decimals, a true minus, and no minus before nothing."""
    assert [w.number(number) for w in (DUTCH, ENGLISH, APA)] == [dutch, english, apa]


def test_an_interval_follows_its_figure() -> None:
    """Where there is one."""
    assert APA.with_interval(0.5, [0.1, 0.9]) == ".50, 95% CI [.10, .90]"
    assert DUTCH.with_interval(0.5, [0.1, 0.9]) == "0,50, 95 %-BI [0,10; 0,90]"
    assert ENGLISH.with_interval(0.5, None) == "0.50"
