"""The example corpus is what its datasheet says: size, spread, sound, codes and agreement."""

import csv
import itertools
import json
import re
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from werkalliantie.agreement.nominal import cohen_kappa
from werkalliantie.configuration import load_codebook, load_study_settings
from werkalliantie.example import ExampleCorpus
from werkalliantie.resources import shipped
from werkalliantie.utterances import Segmenter

CORPUS = ExampleCorpus.shipped()
DATASHEET = (CORPUS.folder / "README.md").read_text(encoding="utf-8")
SETTINGS = load_study_settings(CORPUS.study_settings)
Codes = dict[tuple[str, int], frozenset[str]]


@cache
def _tapes() -> list[dict[str, Any]]:
    lines = (CORPUS.folder / "tapes.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@cache
def _worker_texts() -> dict[tuple[str, int], str]:
    """Return the worker utterances that are no backchannels, by tape and index."""
    marks = Segmenter(SETTINGS)
    texts: dict[tuple[str, int], str] = {}
    for tape in _tapes():
        said = [turn["text"] for turn in tape["turns"] if turn["role"] == "worker"]
        texts |= {
            (tape["tape"], index): text
            for index, text in enumerate(said)
            if not marks.is_backchannel(text)
        }
    return texts


@cache
def _codings(name: str) -> Codes:
    path = CORPUS.folder / "codings" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {
            (row["tape"], int(row["index"])): frozenset()
            if row["codes"] == "geen"
            else frozenset(row["codes"].split(","))
            for row in csv.DictReader(file, delimiter=";")
        }


def _clusters(name: str, book: str = "werkalliantie-3") -> Codes:
    codebook = load_codebook(shipped("configs") / "codebooks" / f"{book}.toml")
    return {place: codebook.clusters_of(codes) for place, codes in _codings(name).items()}


def _kappa(one: Codes, two: Codes, code: str) -> float:
    places = sorted(one.keys() & two.keys())
    kappa = cohen_kappa([code in one[p] for p in places], [code in two[p] for p in places])
    assert kappa is not None
    return kappa


def _said(label: str) -> list[float]:
    """Return the numbers in the datasheet's table row that begins with a label."""
    row = re.search(rf"^\| {re.escape(label)} \|(.*)\|$", DATASHEET, flags=re.MULTILINE)
    assert row is not None, f"the datasheet has no row {label}"
    return [float(number) for number in re.findall(r"-?\d*\.?\d+", row[1].replace(",", ""))]


def test_size_and_spread() -> None:
    """68 tapes of 60-120 turns, 34 workers, 68 clients, 5 units, 4,000 worker utterances."""
    tapes = _tapes()
    workers = Counter(tape["worker"] for tape in tapes)

    assert len(tapes) == 68
    assert all(60 <= len(tape["turns"]) <= 120 for tape in tapes)
    assert len(workers) == 34 and set(workers.values()) == {2}
    assert len({tape["client"] for tape in tapes}) == 68
    assert len({tape["unit"] for tape in tapes}) == 5
    assert sum(t["role"] == "worker" for tape in tapes for t in tape["turns"]) >= 4000
    assert {tape["modality"] for tape in tapes} >= {"kantoor", "telefoon", "huisbezoek"}


def test_figures_of_the_datasheet() -> None:
    """What the datasheet counts is what there is."""
    n_worker = sum(t["role"] == "worker" for tape in _tapes() for t in tape["turns"])
    n_turns = sum(len(tape["turns"]) for tape in _tapes())

    assert _said("turns") == [n_turns]
    assert _said("worker utterances") == [n_worker]
    assert _said("of them backchannels") == [n_worker - len(_worker_texts())]
    for coder in ("k1", "k2", "k3"):
        codes = _clusters(coder)
        shares = [np.mean([c in given for given in codes.values()]) for c in ("DT", "ZBV", "HC")]
        several = np.mean([len(given) > 1 for given in codes.values()])
        none = np.mean([not given for given in codes.values()])
        expected = [len(codes), *(round(100 * share) for share in (*shares, several, none))]
        assert _said(f"coder {coder}") == expected


def test_kappas_of_the_datasheet() -> None:
    """The agreement it reports is what the codings give."""
    for one, two in itertools.combinations(("k1", "k2", "k3"), 2):
        kappas = [_kappa(_clusters(one), _clusters(two), code) for code in ("DT", "ZBV", "HC")]
        assert _said(f"{one} and {two}") == [round(kappa, 2) for kappa in kappas]
    book = "werkalliantie-4"
    first, second = (_clusters(f"{coder}-{book}", book) for coder in ("k1", "k2"))
    kappas = [_kappa(first, second, code) for code in ("TD", "CO", "ZV", "HD")]
    assert _said("k1 and k2, four categories") == [round(kappa, 2) for kappa in kappas]


def test_a_quarter_to_a_third_of_worker_turns_are_backchannels() -> None:
    """Spoken talk is full of "hm hm"; so is the corpus."""
    n_worker = sum(t["role"] == "worker" for tape in _tapes() for t in tape["turns"])

    assert 0.25 <= 1 - len(_worker_texts()) / n_worker <= 0.34


def test_no_near_duplicates() -> None:
    """Under 1 % of utterances of three words or more have a token Jaccard of over .8."""
    words = [frozenset(re.findall(r"\w+", text.casefold())) for text in _worker_texts().values()]
    words = [tokens for tokens in words if len(tokens) >= 3]
    by_word = defaultdict(list)
    for number, tokens in enumerate(words):
        for token in tokens:
            by_word[token].append(number)

    near = set()
    for number, tokens in enumerate(words):
        shared = Counter(other for token in tokens for other in by_word[token] if other > number)
        near |= {
            number for other, n in shared.items() if n / (len(tokens) + len(words[other]) - n) > 0.8
        }

    assert len(near) < 0.01 * len(words)


def test_codes_refer_to_existing_utterances() -> None:
    """Two coders coded every utterance but backchannels; the others some whole tapes of them."""
    places = set(_worker_texts())

    assert set(_codings("k1")) == places
    assert set(_codings("k2")) == places
    for name, n_tapes in (("k3", 12), ("adjudicated", 8), ("k1-werkalliantie-4", 6)):
        tapes = {tape for tape, _ in _codings(name)}
        assert len(tapes) == n_tapes
        assert set(_codings(name)) == {place for place in places if place[0] in tapes}


def test_adjudications_give_a_reason_where_the_coders_differed() -> None:
    """A resolved disagreement between the three coders has its reason; agreement needs none."""
    path = CORPUS.folder / "codings" / "adjudicated.csv"
    coders = [_clusters(coder) for coder in ("k1", "k2", "k3")]
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))

    differed = [len({c[row["tape"], int(row["index"])] for c in coders}) > 1 for row in rows]

    assert [bool(row["note"]) for row in rows] == differed


def test_the_split_is_by_worker() -> None:
    """56 tapes train, 6 validate and 6 test; no worker is on two sides."""
    split = SETTINGS.split
    sides = Counter(
        "test"
        if tape["worker"] in split.test_workers
        else "validation"
        if tape["worker"] in split.validation_workers
        else "train"
        for tape in _tapes()
    )

    assert sides == {"train": 56, "validation": 6, "test": 6}
    assert not set(split.test_workers) & set(split.validation_workers)


def test_formats_and_mess() -> None:
    """The transcripts come in every format that is read, several of them in old encodings."""
    paths = [origin.path for origin in CORPUS.origins()]
    suffixes = Counter(path.suffix for path in paths)

    assert set(suffixes) == {".txt", ".docx", ".csv", ".xlsx"}
    assert sorted(path.name for path in paths) == _transcripts()
    assert any(b"\r\n" in path.read_bytes() for path in paths if path.suffix == ".txt")


def test_backchannels_by_default_settings_too() -> None:
    """The corpus marks the same backchannels as a new study would."""
    default = load_study_settings(shipped("configs") / "study.toml")

    assert SETTINGS.backchannels == default.backchannels


def _transcripts() -> list[str]:
    return sorted(path.name for path in Path(CORPUS.folder / "transcripts").iterdir())
