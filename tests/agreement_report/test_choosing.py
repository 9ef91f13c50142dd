"""Which codings count: forced tapes, other codebooks, second codings."""

from dataclasses import replace
from pathlib import Path

import pytest
from agreement_report.coded import BOOK, OLDER, code, document, material_of, notes_on, predict
from models import tiny_model

from werkalliantie.codebook import Cluster, Codebook
from werkalliantie.coding import Mode
from werkalliantie.errors import ConfigError, ModelError, StoreError
from werkalliantie.store import Store


class TestForcing:
    def test_a_model_trained_on_tapes_asked_for_is_refused(
        self, coded: Store, tmp_path: Path
    ) -> None:
        """The message names them, the hint the ways out."""
        model = tiny_model(tmp_path / "m1", trained_on=["t1", "t2", "t9"])

        with pytest.raises(ModelError) as refused:
            document(coded, model=model, tapes=["t2", "t1"])
        assert refused.value.message == "m1 was trained on tapes asked for: t1, t2."
        assert refused.value.hint == (
            "Leave them out of --tapes, add --no-model to compare only the coders, or --force to "
            "measure the model on them all the same, which every output will say."
        )

    def test_forced_it_is_measured_and_marked(self, coded: Store, tmp_path: Path) -> None:
        """The tapes are named in the document and in a note."""
        model = tiny_model(tmp_path / "m1", trained_on=["t1"])
        predict(coded, model, "t1", ["DT", "", "HC", "", "", ""])
        made = document(coded, model=model, tapes=["t1"], force=True)

        assert made["forced"] == ["t1"]
        assert made["codes"]["DT"]["model_coder"]["n_tapes"] == 1
        assert notes_on(made, "model_coder") == [
            "model_coder: FORCED: m1 was trained on t1, so its figures flatter it"
        ]

    def test_force_is_for_tapes_that_were_named(self, coded: Store, tmp_path: Path) -> None:
        """Without names, tapes of the training stay left out."""
        model = tiny_model(tmp_path / "m1", trained_on=["t1"])
        for tape in ("t1", "t2"):
            predict(coded, model, tape, ["DT", "", "HC", "", "", ""])
        made = document(coded, model=model, force=True)

        assert made["forced"] == []
        assert made["codes"]["DT"]["model_coder"]["n_tapes"] == 1


class TestGenerations:
    @pytest.fixture
    def mixed(self, coded: Store) -> Store:
        """Give a store in which t3 was coded under the four categories, and a bit of t1 too."""
        code(coded, "anna", "t3", ["TD", "CO1", "", "ZV"], book=OLDER.key)
        code(coded, "bram", "t3", ["TD8", "HD", "", "ZV TD"], book=OLDER.key)
        code(coded, "anna", "t1", ["ZV"], book=OLDER.key)
        return coded

    def test_codings_under_another_codebook_are_never_pooled(self, mixed: Store) -> None:
        """They are counted, and their own agreement stands apart."""
        made = document(mixed, books=[OLDER])

        assert made["n_tapes"] == 2
        assert made["excluded"]["other_codebooks"] == 9
        assert made["mapped"] == []
        assert notes_on(made, "codebook") == [
            "codebook: 9 codings under werkalliantie-4 are not pooled with these; see generations"
        ]
        apart = made["generations"]["werkalliantie-4"]
        assert (apart["coders"], apart["n_tapes"], apart["n_utterances"]) == (
            ["anna", "bram"],
            2,
            5,
        )
        kappas = {c: one["coder_coder"]["kappa"] for c, one in apart["codes"].items()}
        assert kappas == pytest.approx({"TD": 0.5, "CO": 0.0, "ZV": 1.0, "HD": 0.0})

    def test_a_codebook_that_is_not_there_has_a_note(self, mixed: Store) -> None:
        """Its codings are counted all the same."""
        made = document(mixed)

        assert made["generations"] == {}
        assert notes_on(made, "generations") == [
            "generations: werkalliantie-4 is left out: "
            "configs/codebooks/werkalliantie-4.toml is missing"
        ]

    def test_a_codebook_edited_since_has_a_note(self, mixed: Store) -> None:
        """Its codings can't be measured by codes that are no longer there."""
        made = document(mixed, books=[replace(OLDER, clusters=OLDER.clusters[1:], maps=())])

        assert made["generations"] == {}
        assert notes_on(made, "generations") == [
            "generations: werkalliantie-4 is left out: codings hold codes that "
            "configs/codebooks/werkalliantie-4.toml doesn't have: TD, TD8"
        ]

    def test_codes_that_the_codebook_itself_lost_are_refused(self, coded: Store) -> None:
        """However they were given: with suggestions in sight too."""
        code(coded, "cleo", "t1", ["HC5"], Mode.ASSISTED)

        with pytest.raises(ConfigError) as refused:
            document(coded, replace(BOOK, clusters=BOOK.clusters[:2], maps=()))
        assert refused.value.message == (
            "codings hold codes that the codebook werkalliantie-3 doesn't have: HC (5 codings, by "
            "anna, bram), HC5 (1 coding, by cleo)."
        )

    def test_mapped_on_request_they_count_and_are_flagged(self, mixed: Store) -> None:
        """By item: TD8 is HC here; where a coder answered under both, the own answer counts."""
        made = document(mixed, mapped=["werkalliantie-4"])

        assert (made["n_tapes"], made["n_utterances"]) == (3, 16)
        assert made["excluded"]["other_codebooks"] == 0
        assert made["mapped"] == [
            {
                "source": "werkalliantie-4",
                "codings": 8,
                "superseded": 1,
                "coders": ["anna", "bram"],
                "tapes": ["t3"],
            }
        ]
        assert notes_on(made, "codebook") == [
            "codebook: MAPPED: 8 codings were made under werkalliantie-4 and brought to this "
            "codebook (1 left out: the coder also answered under this one)"
        ]
        material = material_of(mixed, mapped=["werkalliantie-4"])
        assert material.blind["bram"]["t3", 0] == {"HC6"}
        assert material.blind["anna"]["t1", 0] == {"DT"}

    def test_a_codebook_without_a_map_is_refused(self, mixed: Store) -> None:
        """The message says which there are and where to add one."""
        code(mixed, "anna", "t3", ["X"], book="proef-1")

        with pytest.raises(ConfigError) as refused:
            document(mixed, mapped=["proef-1"])
        assert refused.value.message == (
            "werkalliantie-3 has no map from proef-1. Maps there: werkalliantie-8, werkalliantie-4."
        )
        assert refused.value.hint == (
            'Add [maps."proef-1"] to configs/codebooks/werkalliantie-3.toml, or leave --map out.'
        )

    def test_codes_that_the_map_leaves_out_are_named(self, coded: Store) -> None:
        """All of them at once."""
        book = Codebook(
            name="proef",
            version="2",
            title="Proef",
            language="nl",
            clusters=(Cluster(code="A", label="A", definition="Een."),),
            maps=(("oud-1", (("X", "A"),)),),
        )
        code(coded, "anna", "t3", ["X", "Y Z"], book="oud-1")

        with pytest.raises(ConfigError) as refused:
            document(coded, book, mapped=["oud-1"])
        assert (
            refused.value.message == '[maps."oud-1"] in configs/codebooks/proef-2.toml: 2 faults.'
        )
        assert refused.value.faults == (
            'nothing for "Y", which was given',
            'nothing for "Z", which was given',
        )
        assert refused.value.hint == "Say there what the code becomes."

    def test_a_codebook_nobody_used_is_refused(self, coded: Store) -> None:
        """A slip in --map doesn't pass for an answer."""
        with pytest.raises(StoreError) as refused:
            document(coded, mapped=["werkalliantie-9"])
        assert refused.value.message == (
            "no codings under werkalliantie-9 here to bring to werkalliantie-3."
        )
        assert refused.value.hint == "Correct --map, or import those codings first."


class TestSecondCodings:
    def test_are_no_coder_of_their_own(self, coded: Store) -> None:
        """Nobody is paired with herself; how she agrees with herself is part of the drift."""
        code(coded, "anna-2", "t1", ["DT", "", "HC", "", "ZBV", ""])
        code(coded, "anna-2", "t2", ["DT", "", "HC", "HC", "", ""])
        made = document(coded, second={"anna-2": "anna"})

        assert made["coders"] == ["anna", "bram"]
        assert made["excluded"]["second"] == 12
        second = made["drift"]["coders"]["anna"]["second"]
        assert second["HC"]["kappa"] == 1.0
        assert second["DT"]["kappa"] == pytest.approx(0.75)
        assert (second["DT"]["n"], second["DT"]["n_tapes"]) == (12, 2)
        assert made["drift"]["coders"]["bram"]["second"] is None
        assert notes_on(made, "drift: no coder") == []

    def test_stay_with_the_coder_asked_for(self, coded: Store) -> None:
        """Asking for anna brings her second coding along."""
        code(coded, "anna-2", "t1", ["DT"])
        made = document(coded, coders=["anna"], second={"anna-2": "anna"})

        assert made["drift"]["coders"]["anna"]["second"]["DT"]["n"] == 1

    @pytest.mark.parametrize("second", [{"anna-2": "anna"}, {"anna": "dirk"}])
    def test_unknown_names_are_refused(self, coded: Store, second: dict[str, str]) -> None:
        """The message names the one that isn't there."""
        missing = "anna-2" if "anna-2" in second else "dirk"

        with pytest.raises(StoreError) as refused:
            document(coded, second=second)
        assert refused.value.message == (f"no blind codings by {missing}. Coders here: anna, bram.")
        assert refused.value.hint == "Correct --second NAME=CODER, or --coders."

    def test_nor_may_coders_leave_them_out(self, coded: Store) -> None:
        """They coded blind, so that isn't what is said to be missing."""
        code(coded, "anna-2", "t1", ["DT"])

        with pytest.raises(StoreError) as refused:
            document(coded, coders=["bram"], second={"anna-2": "anna"})
        assert refused.value.message == (
            "no blind codings by anna-2, anna among those of --coders. Coders here: anna, anna-2, "
            "bram."
        )

    def test_a_coder_is_not_her_own_second(self, coded: Store) -> None:
        """The hint says how it is done."""
        with pytest.raises(StoreError) as refused:
            document(coded, second={"anna": "anna"})
        assert refused.value.message == "anna can't be the second coding of anna."
        assert refused.value.hint == (
            "Import the second coding with another --coder, and name it as --second NAME=CODER."
        )


def test_a_window_lasts_some_time(coded: Store) -> None:
    """Zero seconds are no window."""
    with pytest.raises(StoreError) as refused:
        document(coded, window_seconds=0.0)
    assert refused.value.message == "a window of 0 seconds. Expected more than 0."
    assert refused.value.hint == "Correct --window."


def test_adjudicated_codings_are_no_coder(coded: Store) -> None:
    """What was settled together says nothing of how far coders agree."""
    code(coded, "team", "t1", ["DT"] * 6, Mode.ADJUDICATED)

    assert material_of(coded).coders == ("anna", "bram")
    assert BOOK.key == "werkalliantie-3"
