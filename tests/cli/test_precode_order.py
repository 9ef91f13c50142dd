"""`werkalliantie precode --order`, and `--budget`, as a user runs them."""

import csv
from pathlib import Path
from typing import Any

import pytest
from cli.commandline import Outcome, Run
from models import tiny_model
from samples import written

from werkalliantie.coding import Coding, Mode
from werkalliantie.study import Study

ALONE = (
    "disagreement: null; no other model under werkalliantie-3 has labelled these tapes. Train one "
    "with another seed, and label them with `werkalliantie precode TAPE --model NAME --out DIR`"
)


@pytest.fixture
def precoded(study: Path) -> Path:
    """Return where the sheets of the study go."""
    return study / "data" / "precoded"


def code(study: Path, coder: str, tape: str, *given: str, mode: Mode = Mode.BLIND) -> None:
    """Store codes of the utterances of a tape, such as "DT HC"; "-" for one not seen."""
    with Study.open(study).store() as store:
        store.add_codings(
            Coding(
                tape=tape,
                utterance=index,
                coder=coder,
                codebook="werkalliantie-3",
                codes=frozenset(codes.split()),
                mode=mode,
            )
            for index, codes in enumerate(given)
            if codes != "-"
        )


def read(path: Path) -> list[dict[str, str]]:
    """Return the rows of an order."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [*csv.DictReader(file, delimiter=";")]


def test_writes_an_order_beside_the_sheets(study: Path, precoded: Path, run: Run) -> None:
    """Every utterance that is no backchannel, by falling score, without a word of it."""
    document = run("precode", "all", "--order", "--study", study, "--json").document

    order = document["order"]
    assert Path(order["file"]) == precoded / "order.csv"
    rows = read(precoded / "order.csv")
    assert [*rows[0]] == [
        *("rank", "tape", "index", "line", "score", "uncertainty", "disagreement", "rarity", "why")
    ]
    assert [row["rank"] for row in rows] == ["1", "2", "3", "4"]
    places = sorted((row["tape"], row["index"], row["line"]) for row in rows)
    assert places == [("g1", "0", "1"), ("g1", "2", "6"), ("g2", "0", "1"), ("g2", "1", "3")]
    scores = [float(row["score"].replace(",", ".")) for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert {row["disagreement"] for row in rows} == {""}
    text = (precoded / "order.csv").read_text(encoding="utf-8")
    assert "donderdag" not in text
    assert "weekend" not in text
    assert (precoded / "g1.xlsx").is_file()


def test_says_the_same_as_the_file(study: Path, precoded: Path, run: Run) -> None:
    """The document lists the first utterances, all tapes, and what the reader has to know."""
    document = run("precode", "all", "--order", "--study", study, "--json").document

    order = document["order"]
    rows = read(precoded / "order.csv")
    assert [(one["tape"], str(one["utterance"]), one["why"]) for one in order["utterances"]] == [
        (row["tape"], row["index"], row["why"]) for row in rows
    ]
    assert [one["disagreement"] for one in order["utterances"]] == [None] * 4
    assert [one["rank"] for one in order["tapes"]] == [1, 2]
    assert {(one["tape"], one["n_offered"], one["n_coded"]) for one in order["tapes"]} == {
        ("g1", 2, 0),
        ("g2", 2, 0),
    }
    assert (order["n_utterances"], order["n_coded"], order["models"]) == (4, 0, ["m1"])
    assert document["notes"] == [ALONE]
    assert "review_curve" not in document


def test_without_it_the_document_is_as_it_was(study: Path, precoded: Path, run: Run) -> None:
    """And no order is written."""
    document = run("precode", "g2", "--study", study, "--json").document

    assert [*document] == ["model", "codebook", "tapes"]
    assert not (precoded / "order.csv").exists()


def test_the_same_order_twice(study: Path, precoded: Path, run: Run) -> None:
    """The second time, over the first; nothing is labelled again."""
    run("precode", "all", "--order", "--study", study)
    first = (precoded / "order.csv").read_bytes()

    run("precode", "all", "--order", "--study", study)
    assert (precoded / "order.csv").read_bytes() == first


def test_what_is_coded_is_not_offered(study: Path, precoded: Path, run: Run) -> None:
    """By whomever and however; a tape coded throughout has no rank."""
    code(study, "anna", "g1", "DT", "-", "-")
    code(study, "bram", "g2", "", "ZBV", mode=Mode.ASSISTED)

    document = run("precode", "all", "--order", "--study", study, "--json").document
    assert [(row["tape"], row["index"]) for row in read(precoded / "order.csv")] == [("g1", "2")]
    nothing: dict[str, Any] = {"rank": None, "score": None, "why": None, "n_offered": 0}
    first, last = document["order"]["tapes"]
    assert (first["tape"], first["rank"], first["n_coded"]) == ("g1", 1, 1)
    assert last == {"tape": "g2", **nothing, "n_coded": 2}


def test_codes_that_the_codebook_lost_are_refused(study: Path, run: Run) -> None:
    """How rare a code is can't be told of one that isn't there."""
    code(study, "anna", "g1", "DT", "OUD")

    result = run("precode", "all", "--order", "--study", study)
    assert result.code == 2
    assert result.err.splitlines()[-2] == (
        "error: codings hold codes that the codebook werkalliantie-3 doesn't have: OUD (1 coding, "
        "by anna)."
    )


def test_prints_a_table_of_tapes(study: Path, precoded: Path, run: Run) -> None:
    """On stdout, with the file; a dash where there is nothing to review."""
    code(study, "anna", "g2", "", "ZBV")

    result = run("precode", "g2", "--order", "--study", study)
    assert result.out == (
        "rank  tape  score  why  to review  coded already\n"
        "----  ----  -----  ---  ---------  -------------\n"
        "–     g2    –      –    0          2\n"
        "note: order: nothing to review; whatever isn't a backchannel has been coded\n"
        f"written: {precoded / 'order.csv'}\n"
    )
    assert result.code == 0


def test_other_models_that_labelled_a_tape_count(study: Path, precoded: Path, run: Run) -> None:
    """And where one didn't, that is said."""
    tiny_model(study / "models" / "m2", temperature=9.0)
    run("precode", "g1", "--model", "m2", "--out", study / "m2", "--study", study)

    document = run("precode", "all", "--order", "--study", study, "--json").document
    assert document["order"]["models"] == ["m1", "m2"]
    assert document["notes"] == ["disagreement: null on g2: no other model labelled them"]
    rows = read(precoded / "order.csv")
    assert {row["tape"] for row in rows if row["disagreement"]} == {"g1"}
    assert {row["tape"] for row in rows if not row["disagreement"]} == {"g2"}


def test_shards_are_ordered_when_merged(study: Path, precoded: Path, run: Run) -> None:
    """The order is that of one machine."""
    run("precode", "all", "--order", "--out", study / "een", "--study", study)
    run("precode", "all", "--shard", "1/1", "--study", study)
    document = run("precode", "--merge", "--order", "--study", study, "--json").document

    assert document["order"]["n_utterances"] == 4
    assert (precoded / "order.csv").read_bytes() == (study / "een" / "order.csv").read_bytes()


def test_a_sheet_called_order_is_left(study: Path, precoded: Path, run: Run) -> None:
    """It may hold a coder's work."""
    written(precoded / "order.csv", "tape;index;codes\n")

    result = run("precode", "g1", "--order", "--study", study, "--json")
    assert result == Outcome(
        code=2,
        out="",
        err=f"error: {precoded / 'order.csv'}: already there, and no order of review. It may hold "
        "a coder's work.\n"
        "hint: Give another folder with --out, or move that file away.\n",
    )
    assert (precoded / "order.csv").read_text(encoding="utf-8") == "tape;index;codes\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["g1", "--order", "--shard", "1/2"],
            "Invalid value for --order: give it with --merge, not with --shard.",
        ),
        (["g1", "--budget"], "Invalid value for --budget: goes with --order."),
    ],
)
def test_mistakes_on_the_command_line(study: Path, run: Run, words: list[str], said: str) -> None:
    """Are told before anything is done."""
    result = run("precode", *words, "--study", study, "--json")

    assert (result.code, result.out) == (2, "")
    assert said in result.err


class TestBudget:
    def test_gives_the_curve(self, study: Path, run: Run) -> None:
        """From the model with the coders to the coders with each other."""
        code(study, "anna", "g1", "DT", "-", "HC ZBV")
        code(study, "bram", "g1", "DT", "-", "HC")
        code(study, "anna", "g2", "ZBV", "DT")
        code(study, "bram", "g2", "ZBV", "")

        words = ("precode", "all", "--order", "--budget", "--study", study)
        document = run(*words, "--json").document
        curve = document["review_curve"]
        assert [(one["share"], one["n_utterances"]) for one in curve] == [
            (0.0, 0), (0.05, 0), (0.1, 0), (0.2, 1), (0.4, 2), (0.6, 2), (0.8, 3), (1.0, 4),
        ]  # fmt: skip
        assert [*curve[0]] == [
            *("share", "n_utterances", "kappa", "mean", "ci"),
            *("random_mean", "random_ci", "gain", "gain_ci"),
        ]
        assert curve[-1]["kappa"] == {"DT": 0.5, "ZBV": 0.5, "HC": 1.0}
        assert curve[-1]["mean"] == pytest.approx(2 / 3)
        assert curve[-1]["random_mean"] == pytest.approx(2 / 3)
        measured = "review_curve: measured on 4 utterances of g1, g2, coded blind"
        assert measured in document["notes"]
        printed = run(*words)
        assert "\nreviewed  utterances  DT " in printed.out
        assert f"\nnote: {measured}\n" in printed.out

    def test_needs_blind_codings(self, study: Path, run: Run) -> None:
        """Where there are none, the curve is null and that is said."""
        document = run("precode", "all", "--order", "--budget", "--study", study, "--json").document

        assert document["review_curve"] is None
        assert document["notes"] == [
            ALONE,
            "review_curve is null: no blind codings under werkalliantie-3 here.",
        ]

    def test_needs_two_coders(self, study: Path, run: Run) -> None:
        """A coder isn't held against themselves."""
        code(study, "anna", "g1", "DT", "-", "HC ZBV")

        document = run("precode", "all", "--order", "--budget", "--study", study, "--json").document
        assert document["review_curve"] is None
        assert document["notes"][-1] == (
            "review_curve is null: it takes two coders who coded the same utterances blind, on "
            "tapes that m1 labelled and wasn't trained on; there is only anna, on g1"
        )

    def test_needs_tapes_outside_training(self, study: Path, run: Run) -> None:
        """On those it was trained on, a model flatters itself."""
        tiny_model(study / "models" / "m3", trained_on=["g1"])
        code(study, "anna", "g1", "DT", "-", "HC")
        code(study, "bram", "g1", "DT", "-", "HC")

        words = ("precode", "g1", "--model", "m3", "--order", "--budget")
        document = run(*words, "--study", study, "--json").document
        assert document["review_curve"] is None
        assert document["notes"][-2:] == [
            "review_curve is null: left out tapes that m3 was trained on: g1",
            "review_curve is null: no blind-coded tape lies outside the training of m3; have "
            "another tape coded blind, or hold tapes back with `test` under [holdout] in "
            "configs/train.toml and train again",
        ]
