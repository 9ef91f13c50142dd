"""What `label` prints and what `precode` stores of the same words, in fp32 and in int8."""

import json
from pathlib import Path

import pytest
from cli.commandline import Run
from models import tiny_model

from werkalliantie.study import Study

Scores = dict[tuple[str, int], dict[str, float]]


def labelled(run: Run, study: Path, model: str, *tapes: str) -> Scores:
    """Return what `label` prints of some tapes' files."""
    files = [study.parent / f"{tape}.txt" for tape in tapes]
    result = run("label", *files, "--model", model, "--study", study)
    assert result.code == 0, result.err
    rows = [json.loads(line) for line in result.out.splitlines()]
    return {(row["tape"], row["index"]): row["probabilities"] for row in rows}


def stored(study: Path, model: str) -> Scores:
    """Return what the study's store keeps of a model."""
    with Study.open(study).store() as store:
        said = store.predictions(model)
    return {(p.tape, p.utterance): dict(p.probabilities) for p in said}


@pytest.mark.parametrize("int8", [False, True])
def test_label_prints_what_precode_stores(study: Path, run: Run, int8: bool) -> None:
    """To the last bit, whichever tapes are labelled together, in what order and on what cores."""
    for name in ("alles", "los"):
        tiny_model(study / "models" / name, int8=int8)
    assert run("precode", "all", "--model", "alles", "--study", study).code == 0
    for tape, threads in (("g2", "1"), ("g1", "4")):
        words = ["precode", tape, "--force", "--threads", threads, "--model", "los"]
        assert run(*words, "--study", study).code == 0

    printed = labelled(run, study, "alles", "g1", "g2")
    apart = [labelled(run, study, "alles", tape) for tape in ("g2", "g1")]

    assert len(printed) == 5
    assert printed == stored(study, "alles") == stored(study, "los")
    assert printed == apart[0] | apart[1]


def test_int8_is_used_where_it_passed_the_gate(study: Path, run: Run) -> None:
    """Both commands take the int8 copy, whose scores aren't those of fp32."""
    for name, int8 in (("met", True), ("zonder", False)):
        tiny_model(study / "models" / name, int8=int8)

    in_int8, in_fp32 = (labelled(run, study, name, "g1") for name in ("met", "zonder"))

    assert in_int8 != in_fp32
    for place, scores in in_int8.items():
        assert scores == pytest.approx(in_fp32[place], abs=0.02)
