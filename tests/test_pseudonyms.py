"""Whose tape it is, on a second import: filled in where it wasn't known, never changed."""

from pathlib import Path

import pytest
from samples import written

from werkalliantie.errors import StoreError
from werkalliantie.intake import Origin, Taken, take_in
from werkalliantie.study import Study, create

TABLE = "spreker;tekst;wie;kring\nR;Ga zitten.;w1;noord\nC;Dag.;w1;noord\n"


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Make a new study whose mapping reads a worker and a unit from tables."""
    made = create(tmp_path / "studie")
    path = made.folder / "configs" / "imports" / "default.toml"
    path.write_text(path.read_text() + 'worker = "wie"\nunit = "kring"\n')
    return made


def imported(
    study: Study,
    *paths: Path,
    worker: str | None = None,
    client: str | None = None,
    unit: str | None = None,
) -> list[Taken]:
    """Import files, with what the user says of them."""
    return take_in(
        study,
        [
            Origin(path=path, mapping=study.mapping(), worker=worker, client=client, unit=unit)
            for path in paths
        ],
    )


def known_of(study: Study, tape: str) -> tuple[str | None, str | None, str | None]:
    """Return the worker, client and unit that the store has for a tape."""
    with study.store() as store:
        found = store.tape(tape)
    return found.worker, found.client, found.unit


def test_what_was_not_known_is_filled_in(study: Study, tmp_path: Path) -> None:
    """Little by little; what is known is returned though it isn't said again."""
    path = written(tmp_path / "g1.txt", "R: Hoi.\nC: Dag.\n")
    imported(study, path)

    (second,) = imported(study, path, worker="w1")
    (third,) = imported(study, path, worker="w1", unit="noord")
    assert (second.new, second.filled_in, third.filled_in) == (False, ("worker",), ("unit",))
    assert third.reading.tape.worker == "w1"
    assert known_of(study, "g1") == ("w1", None, "noord")


def test_every_other_pseudonym_is_refused(study: Study, tmp_path: Path) -> None:
    """All of them at once, and nothing is written: neither new tapes nor what fits."""
    first, second, new = (written(tmp_path / f"g{n}.txt", f"R: Hoi {n}.\n") for n in (1, 2, 3))
    imported(study, first, worker="w1")
    imported(study, second, worker="w2", client="c2")

    with pytest.raises(StoreError) as refused:
        imported(study, new, first, second, worker="w3", client="c1", unit="noord")
    assert refused.value.message == "import: 3 faults."
    assert refused.value.faults == (
        'tape "g1" has worker "w1" in this study, not "w3"',
        'tape "g2" has worker "w2" in this study, not "w3"',
        'tape "g2" has client "c2" in this study, not "c1"',
    )
    assert known_of(study, "g1") == ("w1", None, None)
    with study.store() as store:
        assert [summary.id for summary in store.summaries()] == ["g1", "g2"]


def test_what_a_table_says_gives_way_to_what_the_study_knows(study: Study, tmp_path: Path) -> None:
    """The user said otherwise at first, and doesn't need to say it again."""
    path = written(tmp_path / "g1.csv", TABLE)
    imported(study, path, worker="w9")

    (again,) = imported(study, path)
    assert (again.reading.tape.worker, again.filled_in) == ("w9", ())
    assert known_of(study, "g1") == ("w9", None, "noord")
