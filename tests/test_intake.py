from pathlib import Path

import pytest
from samples import written

from werkalliantie import intake
from werkalliantie.errors import SheetError, StoreError, TranscriptError
from werkalliantie.intake import Origin, read_all, take_in
from werkalliantie.study import Study, create

GOOD = "R: Goedemorgen, ga zitten.\nC: Ik was er wel.\nR: Hm hm.\n"
OTHER = "R: Hoe was je weekend?\nC: Rustig.\n"
STRANGE = "R: Goedemorgen.\nMdw: Wie is dat?\nC: Hoi.\n"


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Make a new study with the default configs."""
    return create(tmp_path / "studie")


def origins(study: Study, *paths: Path, tape: str | None = None) -> list[Origin]:
    """Return files to be read by the study's own mapping."""
    return [Origin(path=path, mapping=study.mapping(), tape=tape) for path in paths]


def tapes_of(study: Study) -> list[str]:
    """Return the tapes that the study holds."""
    with study.store() as store:
        return [summary.id for summary in store.summaries()]


def test_files_become_tapes_with_utterances(study: Study, tmp_path: Path) -> None:
    """What is returned is what the store holds, in the order of the files."""
    paths = [written(tmp_path / "g2.txt", OTHER), written(tmp_path / "g1.txt", GOOD)]

    taken = take_in(study, origins(study, *paths))
    assert [(one.reading.tape.id, one.new) for one in taken] == [("g2", True), ("g1", True)]
    with study.store() as store:
        for one in taken:
            assert store.utterances(one.reading.tape.id) == one.utterances
            assert store.tape(one.reading.tape.id) == one.reading.tape
    assert [utterance.backchannel for utterance in taken[1].utterances] == [False, True]


def test_a_file_that_is_there_already_is_no_news(study: Study, tmp_path: Path) -> None:
    """Importing a folder again adds only what is new."""
    first = written(tmp_path / "g1.txt", GOOD)
    take_in(study, origins(study, first))
    second = written(tmp_path / "g2.txt", OTHER)

    assert [one.new for one in take_in(study, origins(study, first, second))] == [False, True]
    assert tapes_of(study) == ["g1", "g2"]


def test_refused_codes_leave_no_database(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A study without tapes is as it was."""

    def refuse(*_: object) -> None:
        raise SheetError("onbekende code")

    monkeypatch.setattr(intake, "_check_codings", refuse)

    with pytest.raises(SheetError):
        take_in(study, origins(study, written(tmp_path / "g1.txt", GOOD)))
    assert not study.database.exists()


def test_copies_are_told(study: Study, tmp_path: Path) -> None:
    """Among the new tapes and those of the study; what was there already isn't said again."""
    first, copy, other = (
        written(tmp_path / f"g{n}.txt", text) for n, text in enumerate((GOOD, GOOD, OTHER), start=1)
    )
    take_in(study, origins(study, first))

    taken = take_in(study, origins(study, first, copy, other))
    assert [one.same_as for one in taken] == [(), ("g1",), ()]


def test_one_file_that_cannot_be_read_stops_them_all(study: Study, tmp_path: Path) -> None:
    """All or nothing: half an import would be found out too late."""
    good, bad = written(tmp_path / "g1.txt", GOOD), written(tmp_path / "g2.txt", STRANGE)

    with pytest.raises(TranscriptError) as refused:
        take_in(study, origins(study, good, bad))
    assert "g2.txt" in refused.value.message
    assert "Mdw" in refused.value.message
    assert tapes_of(study) == []


def test_every_file_that_cannot_be_read_is_named(study: Study, tmp_path: Path) -> None:
    """Each fault says which file it is in."""
    paths = [
        written(tmp_path / "g1.txt", GOOD),
        written(tmp_path / "g2.txt", STRANGE),
        written(tmp_path / "g3.pdf", ""),
        written(tmp_path / "g4.txt", STRANGE + "Gast: Nee.\n"),
    ]

    with pytest.raises(TranscriptError) as refused:
        take_in(study, origins(study, *paths))
    assert refused.value.message == f"import: {len(refused.value.faults)} faults."
    assert {fault.split(".")[0] for fault in refused.value.faults} == {"g2", "g3", "g4"}
    assert tapes_of(study) == []


def test_a_tape_with_another_text_stops_them_all(study: Study, tmp_path: Path) -> None:
    """Codings refer to the stored text, so it is never overwritten."""
    path = written(tmp_path / "g1.txt", GOOD)
    take_in(study, origins(study, path))
    written(path, GOOD.replace("wel", "niet"))

    with pytest.raises(StoreError) as refused:
        take_in(study, origins(study, written(tmp_path / "g0.txt", OTHER), path))
    assert refused.value.message == (
        'tape "g1" is already in this study, with another text or other utterances.'
    )
    assert tapes_of(study) == ["g1"]


@pytest.mark.parametrize("names", [("a/g1.txt", "b/g1.txt"), ("g1.txt", "g1.docx.txt")])
def test_two_files_with_one_tape_are_refused(
    study: Study, tmp_path: Path, names: tuple[str, str]
) -> None:
    """Even where the files are called the same, in two folders."""
    first, second = (written(tmp_path / name, GOOD) for name in names)
    tape = "g1"

    with pytest.raises(TranscriptError) as refused:
        read_all(origins(study, first, second, tape=tape))
    assert refused.value.message == f'import: tape "g1" is in {first} and in {second}'
    assert refused.value.hint == "Import one of them with another --tape."


def test_what_is_said_of_a_file_comes_before_the_file(study: Study, tmp_path: Path) -> None:
    """A name and pseudonyms given by hand are those of the tape."""
    path = written(tmp_path / "opname van dinsdag.txt", GOOD)

    (taken,) = take_in(
        study,
        [
            Origin(
                path=path,
                mapping=study.mapping(),
                tape="t-07",
                worker="w03",
                client="c11",
                unit="noord",
            )
        ],
    )
    tape = taken.reading.tape
    assert (tape.id, tape.worker, tape.client, tape.unit) == ("t-07", "w03", "c11", "noord")
