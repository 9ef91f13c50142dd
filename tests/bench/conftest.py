"""The bench's own modules, which no package holds, and an AnnoMI of four invented transcripts."""

import csv
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from training.tiny import tiny_encoder

BENCH = Path(__file__).parents[2] / "bench"
PLANTED = "zandkasteel"
# What is said, and whether it is a question, a reflection and input.
_SAID = (
    ("Wat is de volgende stap in het plan?", (True, False, False)),
    ("Hoe was het weekend met je zoon?", (True, False, False)),
    ("Dat lijkt me moeilijk.", (False, True, False)),
    (f"Dus jij belt de gemeente, van dat {PLANTED}.", (False, True, False)),
    ("Dat moet ik melden.", (False, False, True)),
    ("De rechter zegt: je moet komen. Komt dat goed?", (True, False, True)),
    ("Ga zitten.", (False, False, False)),
)
_COLUMNS = (
    "transcript_id",
    "utterance_id",
    "interlocutor",
    "timestamp",
    "utterance_text",
    "annotator_id",
)
_FLAGS = ("question_exists", "reflection_exists", "therapist_input_exists")


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Keep torch to one thread: tiny networks gain nothing by more."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def bench_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the bench's scripts and their package be imported, behind everything else."""
    monkeypatch.setattr("sys.path", [*sys.path, str(BENCH)])


@pytest.fixture
def annomi(bench_modules: None) -> Any:  # noqa: ANN401 - a script isn't typed
    """The script `bench/annomi.py`."""
    return importlib.import_module("annomi")


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random encoder."""
    return tiny_encoder(tmp_path_factory.mktemp("encoders") / "tiny-bert", "bert")


@pytest.fixture(scope="session")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three transcripts with one annotator each and one with two, who differ in one answer."""
    path = tmp_path_factory.mktemp("annomi") / "annomi.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow([*_COLUMNS, *_FLAGS])
        for tape, annotators in enumerate((("1",), ("2",), ("1",), ("1", "2"))):
            for place in range(len(_SAID)):
                text, flags = _SAID[(place * 3 + tape) % len(_SAID)]
                time = f"00:00:{place:02}"
                for annotator in annotators:
                    differs = (tape, place, annotator) == (3, 0, "2")
                    given = [str(flag != differs) for flag in flags]
                    client = [tape, 2 * place + 1, "client", time, "Goed.", annotator]
                    rows.writerow([tape, 2 * place, "therapist", time, text, annotator, *given])
                    rows.writerow([*client, "n/a", "n/a", "n/a"])
    return path
