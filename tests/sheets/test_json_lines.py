import json
from pathlib import Path

import pytest
from sheets.desk import Desk

from werkalliantie.coding import Coding
from werkalliantie.errors import SheetError
from werkalliantie.sheets import SheetFormat, json_lines, write_codings


def test_a_row_is_one_object_with_codes_still_unknown(desk: Desk) -> None:
    """`codes` starts as null, which is *not seen*; a blind sheet has no suggestions."""
    lines = desk.sheet(SheetFormat.JSONL).read_text("utf-8").splitlines()

    assert len(lines) == 5
    assert json.loads(lines[2]) == {
        "tape": "gesprek-01",
        "index": 1,
        "line": 3,
        "time": None,
        "speaker": "R",
        "text": "Hm hm.",
        "codes": None,
        "note": None,
        "check": desk.rows("gesprek-01")[2].check,
        "role": "worker",
        "backchannel": True,
        "codebook": "werkalliantie-3",
        "model": None,
    }


def test_suggestions_are_a_list_and_chances_an_object(desk: Desk) -> None:
    """Context and backchannels have null for both."""
    lines = desk.sheet(SheetFormat.JSONL, suggested="DT").read_text("utf-8").splitlines()

    first, context, *_ = map(json.loads, lines)
    assert first["suggested"] == ["DT"]
    assert first["probabilities"] == {"DT": 0.9, "ZBV": 0.25, "HC": 0.5}
    assert first["model"] == "model-1"
    assert (context["suggested"], context["probabilities"]) == (None, None)


def test_codings_have_their_codes_as_a_list(tmp_path: Path) -> None:
    """No code is an empty list."""
    coding = Coding(tape="t03", utterance=4, coder="a", codebook="proef-1", codes=frozenset())

    write_codings(tmp_path / "uit.jsonl", [coding])

    assert json.loads((tmp_path / "uit.jsonl").read_text("utf-8")) == {
        "tape": "t03",
        "index": 4,
        "coder": "a",
        "codebook": "proef-1",
        "mode": "blind",
        "codes": [],
        "note": None,
    }


def test_every_line_that_is_no_object_is_named(tmp_path: Path) -> None:
    """Lines keep their numbers, empty ones included."""
    path = tmp_path / "t03.jsonl"
    path.write_text('{"tape": "t03"}\n\n{half\n[1]\n' + "[" * 100_000 + "\n", encoding="utf-8")

    with pytest.raises(SheetError) as raised:
        json_lines.read(path)

    assert raised.value.message == "t03.jsonl: 3 faults."
    assert raised.value.faults == (
        "line 3: not a JSON object",
        "line 4: not a JSON object",
        "line 5: not a JSON object",
    )
