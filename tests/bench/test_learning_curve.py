"""The learning curve on a made-up AnnoMI and a tiny encoder: every method, small and whole."""

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from bench.conftest import PLANTED

from werkalliantie.errors import MissingExtra

FLAGS = {"question", "reflection", "therapist_input"}
METHODS = "ours,quick,floor,trainer,textcat"

Script = Any


def module(name: str) -> Any:  # noqa: ANN401 - the bench isn't a package
    """Return a module of the bench's package."""
    return importlib.import_module(f"learning_curve.{name}")


@pytest.fixture
def short_textcat(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let spaCy stop after ten steps instead of thousands."""
    textcat = module("textcat")
    usual = textcat.init_config

    def short(**options: object) -> object:
        config = usual(**options)
        config["training"] |= {"max_steps": 10, "eval_frequency": 5}
        return config

    monkeypatch.setattr(textcat, "init_config", short)


def asked(table: Path, encoder: Path, folder: Path, *more: str) -> list[str]:
    """Return arguments that keep a run to seconds."""
    settings = folder / "train.toml"
    settings.write_text('[fit]\nepochs = 1\nprecision = "fp32"\n', encoding="utf-8")
    options = ["--encoder", str(encoder), "--settings", str(settings), "--draws", "2", "--json"]
    return [str(table), *options, *more]


def test_a_whole_run(
    annomi: Script,
    table: Path,
    encoder: Path,
    tmp_path: Path,
    short_textcat: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Five methods on two sizes: the figures others read, a line a result, a drawing, no text."""
    kept, drawing = tmp_path / "results.jsonl", tmp_path / "curve.svg"
    more = ("--sizes", "2,3", "--methods", METHODS, "--resume", str(kept), "--plot", str(drawing))

    status = annomi.main(asked(table, encoder, tmp_path, *more))

    assert status == 0
    document = json.loads(capsys.readouterr().out)
    assert list(document["sizes"]) == ["2", "3"]
    assert (document["n_judged"], document["n_judged_tapes"], document["n_coders"]) == (7, 1, 2)
    assert document["coder_coder"].keys() == FLAGS
    # Of 7 answers one differs, beside 3 yeses of one coder and 4 of the other, by chance 24/49.
    assert document["coder_coder"]["question"] == pytest.approx((42 - 24) / (49 - 24))
    for of_size, n_draws in ((document["sizes"]["2"], 2), (document["sizes"]["3"], 1)):
        for key in ("share_of_human", "kappa", "floor", "floor_kappa"):
            assert of_size[key].keys() == FLAGS
            assert all(isinstance(value, float) for value in of_size[key].values())
        assert of_size["seconds"] > 0
        assert of_size["peers"].keys() == {"quick", "trainer", "textcat"}
        assert all(len(one["draws"]) == n_draws for one in of_size["methods"].values())
    assert len(kept.read_text(encoding="utf-8").splitlines()) == 5 * 3
    assert "tapes to learn from" in drawing.read_text(encoding="utf-8")
    assert PLANTED not in kept.read_text(encoding="utf-8") + json.dumps(document)


def test_a_stopped_run_goes_on(
    annomi: Script,
    table: Path,
    encoder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Only what has no result is computed; half a line left by a killed run is no result."""
    kept = tmp_path / "results.jsonl"
    arguments = asked(
        table, encoder, tmp_path, "--sizes", "2", "--methods", "floor", "--resume", str(kept)
    )
    annomi.main(arguments)
    first = capsys.readouterr().out
    lines = kept.read_text(encoding="utf-8").splitlines(keepends=True)
    kept.write_text(lines[0] + lines[1][:40], encoding="utf-8")
    fits = []
    floor = module("floor").Floor
    usual = floor.fit

    def counted(self: object, train: object, *, seed: int) -> object:
        fits.append(seed)
        return usual(self, train, seed=seed)

    monkeypatch.setattr(floor, "fit", counted)

    annomi.main(arguments)

    def kappas(printed: str) -> Any:  # noqa: ANN401 - JSON
        return json.loads(printed)["sizes"]["2"]["floor_kappa"]

    assert fits == [14]
    assert kappas(capsys.readouterr().out) == kappas(first)
    assert len(kept.read_text(encoding="utf-8").splitlines()) == 3


def test_sizes_that_cannot_be_drawn(
    annomi: Script, table: Path, encoder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A size beyond the tapes there are is a user's mistake, said in two lines."""
    status = annomi.main(asked(table, encoder, tmp_path, "--sizes", "1,2,126"))

    assert status == 2
    assert capsys.readouterr().err == (
        "no training sets of 1, 126 tapes; expected 2 to 3.\nCorrect --sizes.\n"
    )


def test_setfit_absent(
    table: Path, encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its extra the peer says which one to install."""
    monkeypatch.setitem(sys.modules, "setfit", None)
    corpus = module("annomi").read_annomi(table)
    encoders = importlib.import_module("werkalliantie_training.encoders")
    method = module("contrastive").SetFit(encoder=encoders.resolve(str(encoder), tmp_path), steps=1)

    with pytest.raises(MissingExtra) as caught:
        method.fit(corpus.learnt, seed=1)

    assert caught.value.message == (
        'The peer setfit needs the "bench" extra, which is not installed.'
    )


def test_draws(table: Path) -> None:
    """The same seed draws the same tapes, all different; nothing drawn is judged."""
    corpus = module("annomi").read_annomi(table)
    drawn = [
        module("drawing").draws(corpus, [2, 3], n_draws=4, n_full=2, seed=seed)
        for seed in (1, 1, 2)
    ]

    assert drawn[0] == drawn[1] != drawn[2]
    assert [draw.size for draw in drawn[0]] == [2] * 4 + [3] * 2
    for draw in drawn[0]:
        assert len(set(draw.tapes)) == draw.size
        assert not set(draw.tapes) & set(draw.judged)


def test_shares_are_ratios_of_means() -> None:
    """Over two draws: mean kappa by mean kappa between coders, with the spread of the shares."""
    result = module("result")

    def of(number: int, kappa: float | None, human: float) -> Any:  # noqa: ANN401
        key = result.Key(corpus="c", method="m", recipe="", size=2, number=number, seed=number)
        return result.Result(
            key=key,
            kappa={"DT": kappa},
            coder_coder={"DT": human},
            given={"DT": 0.5},
            n_train=1,
            n_judged=1,
            seconds=2.0 * number,
            cpu_seconds=1.0,
            deciding_seconds=0.0,
        )

    found = module("summary").figures([of(1, 0.3, 0.6), of(2, 0.6, 0.6)], ["DT"])
    unknown = module("summary").figures([of(1, None, 0.6)], ["DT"])

    assert found["share_of_human"]["DT"] == pytest.approx(0.75)
    assert found["sd"]["DT"] == pytest.approx(0.5 / 2**0.5)
    assert (found["mean_share"], found["seconds"]) == (pytest.approx(0.75), 3.0)
    assert unknown["share_of_human"] == {"DT": None}
    assert unknown["mean_share"] is None


def test_the_example_corpus_is_divided_by_worker() -> None:
    """Every tape but the test tapes is judged once, and no worker is on both sides."""
    corpus = module("voorbeeld").read_voorbeeld(seed=13)
    judged = [tape for division in corpus.divisions for tape in division.judged]

    n_train_and_validation = 56 + 6
    assert len(judged) == len(set(judged)) == n_train_and_validation
    assert set(judged) == set(corpus.learnt.tapes) == set(corpus.judged.tapes)
    assert corpus.largest == min(len(division.pool) for division in corpus.divisions) == 48
    assert all(not set(division.pool) & set(division.judged) for division in corpus.divisions)
