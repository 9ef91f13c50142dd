"""The agreement document of `agree --json`, from codings and predictions in a store."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from agreement_report.coded import BOOK, N, code, document, material_of, notes_on, predict
from models import tiny_model
from samples import a_tape, utterances_of

from werkalliantie.agreement.ledger import NO_PAIR
from werkalliantie.agreement_report import document_of
from werkalliantie.agreement_report.note import dutch_of
from werkalliantie.coding import Mode
from werkalliantie.errors import ModelError, StoreError
from werkalliantie.seen import words_hash
from werkalliantie.segment import SegmentCoding
from werkalliantie.store import Store


class TestContract:
    def test_the_keys_are_those_of_the_contract(self, coded: Store, tmp_path: Path) -> None:
        """Other programs rely on these names."""
        model = tiny_model(tmp_path / "m1")
        predict(coded, model, "t1", ["DT", "", "HC", "", "", ""])
        made = document(coded, model=model)

        figures = {"kappa", "ci", "n_pairs", "alpha", "ac1", "pabak", "prevalence"}
        assert made.keys() >= {
            "unit", "codebook", "n_tapes", "n_utterances", "codes", "icc", "alt_test",
            "pairs", "excluded", "notes", "anchoring", "drift",
        }  # fmt: skip
        assert [*made["codes"]] == ["DT", "ZBV", "HC"]
        for one in made["codes"].values():
            assert one.keys() >= {
                "coder_coder", "model_coder", "share_of_human", "floors", "verdict",
            }  # fmt: skip
            assert one["coder_coder"].keys() == one["model_coder"].keys() >= figures
            assert one["floors"].keys() == {"always_no", "bag_of_words"}
        assert {"assisted", "not_seen"} <= made["excluded"].keys()
        assert (made["unit"], made["codebook"]) == ("utterance", "werkalliantie-3")

    def test_what_is_null_for_everybody_has_a_note(self, coded: Store) -> None:
        """What this version doesn't compute is null with a reason."""
        made = document(coded)

        for name in ("alt_test", "icc", "model", "anchoring"):
            assert made[name] is None
        assert {figures["verdict"] for figures in made["codes"].values()} == {None}
        assert made["notes"] == [
            "model_coder: no model is in use",
            "ZBV: coder_coder has no interval: without one of the tapes the figure is undefined",
            "bag_of_words: known only per utterance, on just the tapes that training tested, or "
            "validated, on",
            "ceiling: with two coders, the majority of the others is the other one",
            "verdict: null where no model was measured beside coders",
            "icc: counts per utterance have none; ask for --unit window or tape",
            "alt_test: no model was measured",
            "anchoring: nothing was coded with suggestions in sight",
            "drift: time is the order in which the first coding of each tape was entered; the "
            "study keeps neither the day of the session nor the day of coding",
            "drift: no coder coded a tape twice; import the second coding with another --coder "
            "and name both with --second NAME=CODER",
        ]

    def test_every_note_has_its_dutch(self, coded: Store) -> None:
        """The page shows them in both languages."""
        code(coded, "anna", "t3", ["DT"], Mode.ASSISTED)
        made = document_of(material_of(coded), "window")

        assert [note for note in made["notes"] if dutch_of(note) == note] == []


class TestCoders:
    def test_items_are_folded_into_clusters(self, coded: Store) -> None:
        """DT1 and DT6 are the same answer at the level of clusters."""
        made = document(coded, tapes=["t2"])

        assert made["codes"]["DT"]["coder_coder"]["kappa"] == 1.0
        assert made["codes"]["DT"]["coder_coder"]["prevalence"] == pytest.approx(1 / 6)

    def test_kappa_is_that_of_the_counts(self, coded: Store) -> None:
        """DT over both tapes: 2 both, 1 only anna, 1 only bram, 8 neither."""
        made = document(coded)
        pair = next(pair for pair in made["pairs"] if pair["code"] == "DT")

        expected = (10 / 12 - 0.625) / 0.375
        assert made["codes"]["DT"]["coder_coder"]["kappa"] == pytest.approx(expected)
        assert pair == {
            "code": "DT",
            "kind": "coder_coder",
            "first": "anna",
            "second": "bram",
            "kappa": pytest.approx(expected),
            "ci": [-1.0, 1.0],
            "n": 12,
            "n_tapes": 2,
            "observed": pytest.approx(10 / 12),
            "positive": pytest.approx(4 / 6),
            "negative": pytest.approx(16 / 18),
        }
        assert (made["n_tapes"], made["n_utterances"]) == (2, 12)

    def test_only_blind_codings_count_and_the_rest_is_counted(self, coded: Store) -> None:
        """Codes given with suggestions in sight, or settled together, would flatter everybody."""
        before = document(coded)
        code(coded, "cleo", "t1", ["DT", "DT", "DT"], Mode.ASSISTED)
        code(coded, "anna", "t3", ["DT", "HC"], Mode.ADJUDICATED)
        after = document(coded)

        assert after["excluded"] == {
            "assisted": 3, "adjudicated": 2, "not_seen": 0, "second": 0, "other_codebooks": 0,
        }  # fmt: skip
        same = {"excluded": None, "notes": None}
        assert {**after, **same} == {**before, **same}

    def test_an_utterance_that_one_did_not_see_is_not_a_no(self, coded: Store) -> None:
        """It is left out of the pair, and counted as not seen."""
        code(coded, "anna", "t3", ["DT", "DT", "", ""])
        code(coded, "bram", "t3", ["DT", None, "", None])
        made = document(coded, tapes=["t3"])

        assert made["codes"]["DT"]["coder_coder"]["kappa"] == 1.0
        assert {pair["n"] for pair in made["pairs"]} == {2}
        assert made["excluded"]["not_seen"] == 2
        assert made["n_utterances"] == 4

    def test_the_newest_answer_counts(self, coded: Store) -> None:
        """A coder who came back on an answer has one answer."""
        code(coded, "bram", "t1", ["DT", "DT", "HC", "", "ZBV", ""])
        made = document(coded, tapes=["t1"])

        assert made["codes"]["DT"]["coder_coder"]["kappa"] == 1.0

    def test_one_tape_has_no_interval_and_says_so(self, coded: Store) -> None:
        """Null, with the reason."""
        made = document(coded, tapes=["t1"])

        assert made["codes"]["DT"]["coder_coder"]["ci"] is None
        assert notes_on(made, "DT") == [
            "DT: coder_coder has no interval: a single tape doesn't show how tapes differ"
        ]

    def test_one_coder_has_no_agreement(self, coded: Store) -> None:
        """Every figure is null and a note says why."""
        made = document(coded, coders=["anna"])

        assert made["codes"]["DT"]["coder_coder"] == NO_PAIR
        assert made["pairs"] == []
        assert notes_on(made, "DT") == ["DT: coder_coder needs two coders"]

    def test_coders_of_other_tapes_have_no_agreement(self, filled: Store) -> None:
        """Coders with nothing in common are told so, not given a zero."""
        code(filled, "anna", "t1", ["DT", "HC"])
        code(filled, "bram", "t2", ["DT", "HC"])
        made = document(filled)

        assert made["codes"]["HC"]["coder_coder"]["kappa"] is None
        assert notes_on(made, "HC") == ["HC: coder_coder is null: no pair has utterances in common"]
        assert made["excluded"]["not_seen"] == 4

    def test_a_code_nobody_gave_has_no_kappa(self, filled: Store) -> None:
        """Undefined is null with a reason, neither 0 nor 1."""
        for coder in ("anna", "bram"):
            code(filled, coder, "t1", ["DT", ""])
        made = document(filled)

        assert made["codes"]["ZBV"]["coder_coder"]["kappa"] is None
        assert made["codes"]["ZBV"]["floors"]["always_no"] is None
        assert notes_on(made, "ZBV") == [
            "ZBV: coder_coder kappa is undefined: nobody gave the code"
        ]

    def test_a_code_everybody_always_gave_has_no_kappa(self, filled: Store) -> None:
        """The reason is another one than of a code that nobody gave."""
        for coder in ("anna", "bram"):
            code(filled, coder, "t1", ["HC", "HC"])
        made = document(filled)

        assert made["codes"]["HC"]["coder_coder"]["kappa"] is None
        assert notes_on(made, "HC") == [
            "HC: coder_coder kappa is undefined: everybody always gave the code"
        ]

    def test_pairs_that_never_vary_are_said_so(self, filled: Store) -> None:
        """One gave the code always and with one coder, the other never and with another."""
        code(filled, "anna", "t1", ["DT", "DT"])
        code(filled, "bram", "t1", ["DT", "DT"])
        code(filled, "cleo", "t2", ["", ""])
        code(filled, "dirk", "t2", ["", ""])
        made = document(filled)

        assert notes_on(made, "DT") == [
            "DT: coder_coder kappa is undefined: no pair's answers vary"
        ]

    def test_an_unknown_coder_is_refused(self, coded: Store) -> None:
        """The message names who there is."""
        with pytest.raises(StoreError) as refused:
            document(coded, coders=["anna", "dirk"])

        assert refused.value.message == "no blind codings by dirk. Coders here: anna, bram."
        assert refused.value.hint == "Correct --coders."

    def test_a_coder_of_other_tapes_is_told_apart(self, coded: Store) -> None:
        """As is one whose codings can't be compared: of stretches, or with suggestions."""
        code(coded, "cleo", "t3", ["DT"])
        code(coded, "eva", "t3", ["DT"], Mode.ASSISTED)
        stretches = [
            SegmentCoding(
                tape="t1", first=0, last=2, coder=coder, codebook=BOOK.key, codes=frozenset({"DT"})
            )
            for coder in ("cor", "eva")
        ]
        coded.add_answers([], stretches)

        with pytest.raises(StoreError) as refused:
            document(coded, coders=["cleo", "cor", "dirk", "eva"], tapes=["t1"])
        assert refused.value.message == (
            "no blind codings by dirk, eva; no blind codings by cleo on the tapes asked for; cor "
            "has coded stretches only, and agree compares codings of utterances. Coders here: "
            "anna, bram, cleo."
        )

    def test_a_study_without_codings_is_refused(self, filled: Store) -> None:
        """Assisted codings alone can't be measured."""
        code(filled, "anna", "t1", ["DT"], Mode.ASSISTED)

        with pytest.raises(StoreError) as refused:
            document(filled)
        assert refused.value.message == "no blind codings under werkalliantie-3 here."
        assert refused.value.hint == (
            "Import coded sheets with `werkalliantie codes import FILE --coder ID`, or name "
            "another --codebook."
        )


class TestModel:
    def test_without_predictions_it_is_null_with_a_note(self, coded: Store, tmp_path: Path) -> None:
        """The note says what to run, on the tapes that it wasn't trained on."""
        code(coded, "anna", "t3", ["DT"])
        made = document(coded, model=tiny_model(tmp_path / "m1", trained_on=["t1"]))

        assert made["model"] is None
        assert {figures["model_coder"] for figures in made["codes"].values()} == {None}
        assert {figures["share_of_human"] for figures in made["codes"].values()} == {None}
        assert notes_on(made, "model_coder") == [
            "model_coder: m1 has no stored predictions on the blind-coded tapes that it can be "
            "measured on; run `werkalliantie precode t2 t3 --model m1`"
        ]

    def test_it_is_measured_beside_each_coder(self, coded: Store, tmp_path: Path) -> None:
        """A model that says what anna said agrees with her wholly and with bram as she does."""
        model = tiny_model(tmp_path / "m1")
        predict(coded, model, "t1", ["DT", "DT", "HC", "", "ZBV", ""])
        predict(coded, model, "t2", ["DT", "", "HC", "HC", "", ""])
        made = document(coded, model=model)

        human = made["codes"]["DT"]["coder_coder"]["kappa"]
        beside = {
            pair["second"]: (pair["first"], pair["kappa"])
            for pair in made["pairs"]
            if pair["kind"] == "model_coder" and pair["code"] == "DT"
        }
        assert made["model"] == "model:m1"
        assert beside == {"anna": ("model:m1", 1.0), "bram": ("model:m1", human)}
        assert made["codes"]["DT"]["model_coder"]["n_pairs"] == 2
        assert made["codes"]["DT"]["share_of_human"] == pytest.approx((1 + human) / 2 / human)

    def test_does_not_change_what_coders_agree_on(self, coded: Store, tmp_path: Path) -> None:
        """The model is no coder."""
        model = tiny_model(tmp_path / "m1")
        predict(coded, model, "t1", ["HC"] * N)
        with_model, without = document(coded, model=model), document(coded)

        for code_ in BOOK.codes:
            one, other = with_model["codes"][code_], without["codes"][code_]
            assert one["coder_coder"] == other["coder_coder"]
            assert one["floors"] == other["floors"]
        assert with_model["excluded"] == without["excluded"]

    def test_tapes_it_was_trained_on_are_left_out(self, coded: Store, tmp_path: Path) -> None:
        """A model is not examined on its own exercises."""
        model = tiny_model(tmp_path / "m1", trained_on=["t1"])
        for tape in ("t1", "t2"):
            predict(coded, model, tape, ["DT", "", "HC", "", "", ""])
        made = document(coded, model=model)

        beside = [pair for pair in made["pairs"] if pair["kind"] == "model_coder"]
        assert {(pair["n"], pair["n_tapes"]) for pair in beside} == {(6, 1)}
        assert notes_on(made, "model_coder") == [
            "model_coder: left out tapes that m1 was trained on: t1"
        ]

    def test_so_are_tapes_it_had_borrowed_before_they_were_here(
        self, coded: Store, tmp_path: Path
    ) -> None:
        """By whatever name they came: what was said on them tells them."""
        mine = a_tape("R: Dit zei ik bij de buren.", *["R: Ja."] * (N - 1), id="t4")
        coded.add([(mine, utterances_of(mine))])
        code(coded, "anna", "t4", ["DT"] * N)
        said = {"t1": words_hash(coded.utterances("t4"))}  # there it was called t1
        model = tiny_model(tmp_path / "m1", borrowed=[{"study": "buren", "said": said}])
        for tape in ("t1", "t4"):
            predict(coded, model, tape, ["DT", "", "HC", "", "", ""])
        made = document(coded, model=model)

        beside = [pair for pair in made["pairs"] if pair["kind"] == "model_coder"]
        assert {pair["n_tapes"] for pair in beside} == {1}
        assert notes_on(made, "model_coder") == [
            "model_coder: left out tapes that m1 was trained on: t4 (borrowed from another study)"
        ]
        with pytest.raises(ModelError, match=r"on tapes asked for: t4 \(borrowed"):
            document(coded, model=model, tapes=["t1", "t4"])

    def test_trained_on_every_coded_tape_it_is_null(self, coded: Store, tmp_path: Path) -> None:
        """Then there is nothing left to examine it on."""
        model = tiny_model(tmp_path / "m1", trained_on=["t1", "t2"])
        predict(coded, model, "t1", ["DT"] * N)
        made = document(coded, model=model)

        assert made["codes"]["DT"]["model_coder"] is None
        assert notes_on(made, "model_coder") == [
            "model_coder: left out tapes that m1 was trained on: t1",
            "model_coder: no blind-coded tape lies outside the training of m1; have another tape "
            "coded blind, or hold tapes back with `test` under [holdout] in configs/train.toml and "
            "train again",
        ]

    def test_forced_on_tapes_it_has_not_labelled_it_says_to(
        self, coded: Store, tmp_path: Path
    ) -> None:
        """They count although it was trained on them."""
        model = tiny_model(tmp_path / "m1", trained_on=["t1", "t2"])
        made = document(coded, model=model, tapes=["t1"], force=True)

        (note,) = notes_on(made, "model_coder")
        assert note.endswith("; run `werkalliantie precode t1 --model m1`")

    def test_of_other_codes_than_the_codebook_has_now_is_refused(
        self, coded: Store, tmp_path: Path
    ) -> None:
        """The codebook was edited since, and its answers can't be held against it."""
        model = tiny_model(tmp_path / "m1", codes=["DT", "HC"])

        with pytest.raises(ModelError) as refused:
            document(coded, model=model)
        assert refused.value.message == ("m1 gives DT, HC, but werkalliantie-3 has DT, ZBV, HC.")
        assert refused.value.hint == (
            "Put the codebook that the model was trained under in configs/codebooks/, or add "
            "--no-model to compare only the coders."
        )

    def test_coders_at_chance_make_no_share(self, filled: Store, tmp_path: Path) -> None:
        """A share of nothing, or of less, is null with a reason."""
        model = tiny_model(tmp_path / "m1")
        code(filled, "anna", "t1", ["DT", "DT", "", ""])
        code(filled, "bram", "t1", ["", "", "DT", "DT"])
        predict(filled, model, "t1", ["DT", "DT", "", ""])
        made = document(filled, model=model)

        assert made["codes"]["DT"]["coder_coder"]["kappa"] == -1.0
        assert made["codes"]["DT"]["share_of_human"] is None
        assert "DT: share_of_human is null: coders agree no more than chance" in made["notes"]

    @pytest.mark.parametrize(("tapes", "floor"), [(["t1"], 0.3), (["t1", "t2"], None)])
    def test_bag_of_words_is_that_of_the_same_tapes(
        self, coded: Store, tmp_path: Path, tapes: list[str], floor: float | None
    ) -> None:
        """A floor of other tapes would be no comparison."""
        bag = {"tapes": tapes, "codes": {code_: {"kappa": 0.3} for code_ in BOOK.codes}}
        model = tiny_model(tmp_path / "m1", bag_of_words=bag)
        predict(coded, model, "t1", ["DT", "", "HC", "", "", ""])

        assert document(coded, model=model)["codes"]["DT"]["floors"]["bag_of_words"] == floor
        by_tape = document(coded, model=model, unit="tape")
        assert by_tape["codes"]["DT"]["floors"]["bag_of_words"] is None

    def test_of_another_codebook_is_refused(self, coded: Store, tmp_path: Path) -> None:
        """Its codes mean something else."""
        model = tiny_model(tmp_path / "m1", codebook="proef-1", codes=["A"])

        with pytest.raises(ModelError) as refused:
            document(coded, model=model)
        assert refused.value.message == "m1 codes under proef-1, not under werkalliantie-3."
        assert refused.value.hint == "Name a model of this codebook, or another --codebook."


def with_times(store: Store, times: Sequence[float]) -> None:
    """Add tape "klok" with a worker utterance at each of the times."""
    tape = a_tape(*(f"R: Zin {number} hier." for number in range(len(times))), id="klok")
    units = [replace(u, time=t) for u, t in zip(utterances_of(tape), times, strict=True)]
    store.add([(tape, units)])


class TestUnits:
    def test_a_window_is_five_minutes(self, filled: Store) -> None:
        """A code anywhere in the same five minutes is agreement; over the border it isn't."""
        with_times(filled, [0.0, 299.0, 300.0, 650.0])
        code(filled, "anna", "klok", ["DT", "", "", "HC"])
        code(filled, "bram", "klok", ["", "DT", "HC", ""])
        made = document(filled, unit="window")

        pairs = {pair["code"]: (pair["kappa"], pair["n"]) for pair in made["pairs"]}
        assert pairs["DT"] == (1.0, 3)
        assert pairs["HC"] == (pytest.approx(-0.5), 3)
        assert notes_on(made, "klok") == []

    def test_a_tape_without_times_is_cut_by_number(self, coded: Store) -> None:
        """And the document says so, once a tape."""
        made = document(coded, unit="window")

        assert {pair["n"] for pair in made["pairs"]} == {2}
        assert notes_on(made, "t") == [
            f"t{number}: no times; a window is 25 worker utterances" for number in (1, 2)
        ]

    def test_icc_is_of_counts_per_tape(self, coded: Store) -> None:
        """DT: anna counts 2 and 1, bram 2 and 1, so they count alike."""
        made = document(coded, unit="tape")

        assert (made["icc"]["kind"], made["icc"]["of"]) == ("ICC(2,1)", "counts")
        assert (made["icc"]["coders"], made["icc"]["n_units"]) == (["anna", "bram"], 2)
        assert made["icc"]["codes"] == pytest.approx({"DT": 1.0, "ZBV": 1.0, "HC": 0.0})
        assert made["codes"]["DT"]["coder_coder"]["kappa"] is None
        assert made["n_utterances"] == 12

    def test_an_undefined_icc_is_null_with_a_note(self, coded: Store) -> None:
        """One tape is one unit."""
        made = document(coded, unit="tape", tapes=["t1"])

        assert made["icc"]["codes"] == {"DT": None, "ZBV": None, "HC": None}
        assert (
            "DT: icc is undefined: fewer than two coders, two units, or no variation"
            in made["notes"]
        )

    def test_a_window_seen_in_part_is_not_compared(self, coded: Store) -> None:
        """The coder didn't see what the rest of the window holds."""
        code(coded, "anna", "t3", ["DT", ""])
        code(coded, "bram", "t3", ["DT", None])
        made = document(coded, unit="tape", tapes=["t3"])

        assert made["pairs"] == []
        assert notes_on(made, "DT: coder_coder") == [
            "DT: coder_coder is null: no pair has utterances in common"
        ]
