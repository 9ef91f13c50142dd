"""The public AnnoMI set, imported as a user would: its known figures come out."""

from functools import cache
from pathlib import Path

import pytest

from werkalliantie.agreement_report import Ledger, Question, open_ledger
from werkalliantie.intake import Origin, take_in
from werkalliantie.resources import shipped
from werkalliantie.study import Study, create

ANNOMI = Path(__file__).parents[3] / "shared" / "data" / "annomi" / "AnnoMI-full.csv"
pytestmark = pytest.mark.skipif(
    not ANNOMI.is_file(), reason="AnnoMI-full.csv is not in ../shared/data/annomi"
)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Give a study with all 133 tapes, seven of which ten annotators coded."""
    return imported(tmp_path_factory.mktemp("annomi") / "studie", "annomi")


def imported(folder: Path, mapping: str) -> Study:
    """Make a study on the set, read by one of its mappings, whose codebook is called alike."""
    settings = create(folder).folder / "configs" / "study.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("werkalliantie-3", f"{mapping}-1"), encoding="utf-8")
    study = Study.open(folder)
    rules = study.mapping(shipped("configs") / "imports" / f"{mapping}.toml")
    take_in(study, [Origin(path=ANNOMI, mapping=rules)])
    return study


@cache
def ledger(study: Study, window: float = 300.0) -> Ledger:
    """Return the ledger of the whole set."""
    return open_ledger(study, Question(window_seconds=window))


def test_kappas_are_the_known_ones(study: Study) -> None:
    """Question .869, reflection .660 to .663, input .642 to .644, whichever the measure."""
    codes = ledger(study).at("utterance")["codes"]

    figures = {code: one["coder_coder"] for code, one in codes.items()}
    assert [f["n_pairs"] for f in figures.values()] == [45, 45, 45]
    assert [f["n_tapes"] for f in figures.values()] == [7, 7, 7]
    for name in ("kappa", "alpha", "fleiss"):
        assert figures["question"][name] == pytest.approx(0.869, abs=5e-4)
        assert 0.6595 <= figures["reflection"][name] <= 0.6635
        assert 0.6415 <= figures["therapist_input"][name] <= 0.6445


@pytest.mark.parametrize(("window", "expected"), [(60.0, 0.93), (300.0, 0.97)])
def test_iccs_of_questions_per_window_are_the_known_ones(
    study: Study, window: float, expected: float
) -> None:
    """ICC(2,1) of counts, on the windows that all ten scored."""
    icc = ledger(study, window).icc_at("window")

    assert icc is not None
    assert icc["codes"]["question"] == pytest.approx(expected, abs=5e-3)
    assert len(icc["coders"]) == 10


def test_fleiss_of_the_main_behaviour_is_the_known_one(tmp_path: Path) -> None:
    """On the tapes that all ten coded, four values that exclude each other, "other" among them."""
    study = imported(tmp_path / "studie", "annomi-main")
    asked = Question(tapes=("7", "27", "55", "56", "66", "109", "130"))

    sets = open_ledger(study, asked).at("utterance")["sets"]["coder_coder"]

    assert sets["fleiss"] == pytest.approx(0.737, abs=5e-4)
