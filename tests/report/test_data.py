"""What the pictures of the page are made of."""

import numpy as np
import pytest
from agreement_report.coded import code, material_of, predict
from report.conftest import SAID

from werkalliantie.agreement.ratings import Ratings
from werkalliantie.artefact import Artefact
from werkalliantie.calibration import Bin
from werkalliantie.coding import Prediction
from werkalliantie.report.calibration import calibration_of
from werkalliantie.report.disputed import most_disputed
from werkalliantie.report.growth import growth_of
from werkalliantie.report.patterns import co_occurrence, confusion
from werkalliantie.store import Store

NOT_SEEN = [np.nan, np.nan]
RATINGS = Ratings(
    coders=("anna", "bram"),
    tapes=("x",) * 4,
    answers=np.array(
        [[[1, 0], [1, 1], [0, 0], [0, 1]], [[1, 1], [0, 1], [0, 0], NOT_SEEN]], dtype=float
    ),
)


class TestPatterns:
    def test_codes_that_go_together(self) -> None:
        """A 3 times, with B in 2 of them and alone in 1; B 4 times, with A in 2, alone in 2."""
        pattern = co_occurrence(RATINGS, ["A", "B"])

        assert pattern.counts.tolist() == [3, 4]
        assert pattern.shares == pytest.approx(np.array([[1 / 3, 2 / 3], [2 / 4, 2 / 4]]))

    def test_a_code_nobody_gave_has_no_shares(self) -> None:
        """Not zero: nothing is known of it."""
        never = Ratings(coders=("a",), tapes=("x",), answers=np.array([[[0.0, 1.0]]]))

        pattern = co_occurrence(never, ["A", "B"])
        assert np.isnan(pattern.shares[0]).all()
        assert pattern.shares[1].tolist() == [0, 1]

    def test_what_a_model_gave_where_a_coder_gave_something(self) -> None:
        """Row by row, of the utterances that both saw; `none` is an answer."""
        pattern = confusion(RATINGS, [("anna", "bram")], ["A", "B"], "geen", both_ways=False)

        assert pattern.names == ("A", "B", "geen")
        assert pattern.counts.tolist() == [2, 1, 1]
        assert pattern.shares.tolist() == [[0.5, 1, 0], [0, 1, 0], [0, 0, 1]]

    def test_coders_are_taken_both_ways(self) -> None:
        """Neither of them is the right one, so the counts are symmetric."""
        pattern = confusion(RATINGS, [("anna", "bram")], ["A", "B"], "geen", both_ways=True)

        assert pattern.counts.tolist() == [3, 3, 2]
        together = pattern.shares * pattern.counts[:, np.newaxis]
        assert together == pytest.approx(together.T)


class TestCalibration:
    def test_holds_what_was_said_against_what_was_given(
        self, coded: Store, model: Artefact
    ) -> None:
        """All chances are .25; of DT the coders gave 4/9 or so, tape by tape."""
        dt, _, _ = calibration_of(material_of(coded, model=model))

        t1 = [1, 1 / 3, 0, 0, 0, 1 / 3]
        t2 = [1, 1 / 2, 0, 0, 0, 1 / 2]
        given = float(np.mean(t1 + t2))
        assert dt.code == "DT"
        assert dt.bins == (Bin(said=0.25, given=pytest.approx(given), n=12),)  # type: ignore[arg-type]
        assert dt.error == pytest.approx(abs(0.25 - given))

    def test_certainty_falls_in_the_last_bin(self, coded: Store, model: Artefact) -> None:
        """A chance of 1 has its place, and .05 another."""
        coded.add_predictions(
            Prediction(
                tape="t3",
                utterance=index,
                model="m1",
                codebook="werkalliantie-3",
                probabilities={"DT": chance, "ZBV": 0.5, "HC": 0.5},
                codes=frozenset(),
            )
            for index, chance in enumerate([1.0, 0.05])
        )
        dt, _, _ = calibration_of(material_of(coded, model=model, tapes=["t3"]))

        assert dt.bins == (Bin(said=0.05, given=0.5, n=1), Bin(said=1.0, given=1.0, n=1))
        assert dt.error == pytest.approx(0.225)

    def test_without_a_model_there_is_none(self, coded: Store) -> None:
        """There are no chances to look at."""
        assert calibration_of(material_of(coded)) == []


class TestGrowth:
    def test_takes_tapes_in_order_of_entry(self, coded: Store) -> None:
        """Each tape brings a step; the last is kappa over all, the first has no interval."""
        steps = growth_of(material_of(coded, coders=["anna", "bram"]))

        assert [*steps] == ["DT", "ZBV", "HC"]
        assert [step.n_tapes for step in steps["DT"]] == [1, 2, 3]
        assert [step.kappa for step in steps["DT"]] == pytest.approx([0.25, 0.25, 0.25])
        assert steps["DT"][0].interval is None
        assert steps["DT"][2].interval == pytest.approx((0.25, 0.25))

    def test_tapes_of_one_coder_bring_none(self, coded: Store) -> None:
        """They say nothing of agreement."""
        steps = growth_of(material_of(coded, coders=["anna", "cleo"]))

        assert [step.n_tapes for step in steps["DT"]] == [1]

    def test_an_undefined_kappa_is_no_step(self, coded: Store) -> None:
        """One coder makes no pair."""
        assert growth_of(material_of(coded, coders=["anna"])) == {"DT": [], "ZBV": [], "HC": []}


class TestDisputed:
    def test_the_farthest_apart_come_first(self, coded: Store, model: Artefact) -> None:
        """At the same distance, what is farthest from the model; by id, and without text."""
        disputed = most_disputed(material_of(coded, model=model))

        assert [(one.tape, one.utterance) for one in disputed][:4] == [
            ("t2", 5), ("t2", 1), ("t3", 1), ("t3", 5),
        ]  # fmt: skip
        first = disputed[0]
        assert (first.distance, first.from_model, first.line) == (1.0, 1.0, 6)
        assert first.answers == (("anna", ()), ("bram", ("DT",)), ("model:m1", ("ZBV",)))
        assert first.text is None
        assert SAID not in repr(disputed)

    def test_a_set_within_another_is_half_a_dispute(self, coded: Store) -> None:
        """MASI of {HC} and {HC, ZBV}: 1 - 1/2 x 2/3."""
        disputed = most_disputed(material_of(coded, tapes=["t2"]))

        last = disputed[-1]
        assert last.utterance == 2
        assert last.distance == pytest.approx(2 / 3)
        assert last.from_model is None

    def test_agreement_is_no_dispute_and_the_list_has_an_end(self, coded: Store) -> None:
        """Utterances that coders agree on are left out."""
        material = material_of(coded)

        assert {one.utterance for one in most_disputed(material)} == {1, 2, 4, 5}
        assert len(most_disputed(material, most=2)) == 2

    def test_text_is_given_when_asked(self, coded: Store) -> None:
        """And then it is that of the utterance."""
        first = most_disputed(material_of(coded, tapes=["t2"]), with_text=True)[0]

        assert first.text == f"{SAID}, zin {first.utterance} van 2."

    def test_one_coder_disputes_nothing(self, coded: Store) -> None:
        """Not even with the model."""
        code(coded, "dirk", "t3", ["DT"])
        assert most_disputed(material_of(coded, coders=["dirk"])) == []


def test_predictions_elsewhere_are_no_matter(coded: Store, model: Artefact) -> None:
    """Only utterances that somebody coded are calibrated on."""
    code(coded, "eva", "t3", ["DT"])
    predict(coded, model, "t3", ["DT"] * 6)

    dt, _, _ = calibration_of(material_of(coded, model=model, coders=["eva"]))
    assert [one.n for one in dt.bins] == [1]
