"""The windows of a tape, for each coder and the model."""

from dataclasses import replace

from agreement_report.coded import code, material_of
from samples import a_tape, utterances_of

from werkalliantie.artefact import Artefact
from werkalliantie.report.timeline import timelines_of
from werkalliantie.store import Store


def test_a_tape_has_a_row_for_each_code_and_rater(coded: Store, model: Artefact) -> None:
    """The model's is last of each code; without times a window is 25 utterances."""
    first = timelines_of(material_of(coded, model=model))[0]

    assert (first.tape, first.by_clock, first.n_raters) == ("t1", False, 4)
    assert [name for _, name in first.ticks] == ["1–25"]
    assert [row.label for row in first.rows if row.label] == ["DT", "ZBV", "HC"]
    assert [row.rater for row in first.rows[:4]] == ["anna", "bram", "cleo", "m1"]
    assert [row.machine for row in first.rows[:4]] == [False, False, False, True]
    assert [row.cells[0].count for row in first.rows[:4]] == [2, 2, 1, 1]
    assert [row.cells[0].weight for row in first.rows[:4]] == [1.0, 1.0, 0.5, 0.5]
    assert first.rows[3].cells[0].title == "model:m1, DT, 1–25"


def test_the_most_raters_come_first(coded: Store, model: Artefact) -> None:
    """Then the order of entry."""
    timelines = timelines_of(material_of(coded, model=model))

    assert [(one.tape, one.n_raters) for one in timelines] == [("t1", 4), ("t2", 3), ("t3", 2)]


def test_a_tape_of_one_coder_is_not_drawn(coded: Store) -> None:
    """There is nothing to compare."""
    assert [one.tape for one in timelines_of(material_of(coded, coders=["anna", "cleo"]))] == ["t1"]


def test_windows_go_by_the_clock_where_there_is_one(store: Store) -> None:
    """A window in which nobody was coded leaves a hole in the names; one not seen is empty."""
    tape = a_tape(*(f"R: Zin {number} hier." for number in range(4)), id="klok")
    times = [0.0, 50.0, 70.0, 200.0]
    units = [replace(u, time=t) for u, t in zip(utterances_of(tape), times, strict=True)]
    store.add([(tape, units)])
    code(store, "anna", "klok", ["DT", "DT", "", "DT"])
    code(store, "bram", "klok", ["DT", "DT", None, ""])
    (drawn,) = timelines_of(material_of(store, window_seconds=60.0))

    assert drawn.by_clock
    assert [name for _, name in drawn.ticks] == ["0–1", "1–2", "3–4"]
    assert [cell.count for cell in drawn.rows[0].cells] == [2, 0, 1]
    assert [cell.count for cell in drawn.rows[1].cells] == [2, None, 0]
