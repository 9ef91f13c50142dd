import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from samples import a_tape, utterances_of
from sqlalchemy.exc import IntegrityError

from werkalliantie.coding import Coding
from werkalliantie.errors import StoreError
from werkalliantie.store import Store, open_engine
from werkalliantie.store.database import reading, writing
from werkalliantie.store.tables import metadata

A_WRITER = """
import sys
from pathlib import Path
from samples import a_tape, utterances_of
from werkalliantie.coding import Coding
from werkalliantie.store import Store

path, name = Path(sys.argv[1]), sys.argv[2]
with Store(path) as store:
    for number in range(10):
        tape = a_tape(id=f"{name}-{number}")
        store.add([(tape, utterances_of(tape))])
        for codes in ({"DT"}, {"HC"}):
            answer = Coding(
                tape=tape.id, utterance=0, coder=name, codebook="proef-1", codes=frozenset(codes)
            )
            store.add_codings([answer])
"""


def coded_database(path: Path) -> sqlite3.Connection:
    """Make a database with one tape and one coding, and open it without our settings."""
    tape = a_tape()
    answer = Coding(tape=tape.id, utterance=0, coder="A", codebook="proef-1", codes=frozenset("D"))
    with Store(path) as store:
        store.add([(tape, utterances_of(tape))], [answer])
    return sqlite3.connect(path)


def test_tables_equal_migrations(tmp_path: Path) -> None:
    """A database brought up by the migrations is the one that the tables describe."""
    engine = open_engine(tmp_path / "a.db")

    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE codings SET codes = '[]'",
        "DELETE FROM codings",
        "INSERT OR REPLACE INTO codings SELECT * FROM codings",
        "REPLACE INTO codings SELECT id, tape, utterance, 'B', codebook, mode, codes, note, "
        "added_at FROM codings",
    ],
)
def test_codings_are_append_only(tmp_path: Path, change: str) -> None:
    """Even other programs can't change or remove a coding."""
    database = coded_database(tmp_path / "a.db")
    before = [*database.iterdump()]

    with pytest.raises(sqlite3.IntegrityError, match=r"^codings are append-only$"):
        database.execute(change)
    assert [*database.iterdump()] == before


def test_a_database_that_can_only_be_read_is_said_to_be_so(tmp_path: Path) -> None:
    """Closing other programs wouldn't help."""
    path = tmp_path / "a.db"
    engine = open_engine(path)

    with pytest.raises(StoreError) as refused, writing(engine) as connection:
        connection.exec_driver_sql("PRAGMA query_only=ON")
        connection.exec_driver_sql("DELETE FROM tapes")
    engine.dispose()
    assert refused.value.message == (
        f"{path}: nothing was written: attempt to write a readonly database."
    )
    assert refused.value.hint == (
        "Ask for the right to write in the file and its folder, or work on a copy of the study "
        "that is yours."
    )


def test_what_others_refer_to_stays(tmp_path: Path) -> None:
    """Foreign keys are enforced: the turns of a coded tape can't be taken away."""
    coded_database(tmp_path / "a.db").close()
    engine = open_engine(tmp_path / "a.db")

    with pytest.raises(IntegrityError, match="FOREIGN KEY"), writing(engine) as connection:
        connection.exec_driver_sql("DELETE FROM turns")
    engine.dispose()


def test_every_change_reaches_the_disk(tmp_path: Path) -> None:
    """SQLite waits for the disk at the end of every change."""
    engine = open_engine(tmp_path / "a.db")

    with reading(engine) as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2  # FULL
    engine.dispose()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    """A text file under the database's name is refused and left as it is."""
    path = tmp_path / "a.db"
    path.write_text("Dit is een brief en geen database, hoe de naam ook luidt.\n" * 30)
    before = path.read_bytes()

    with pytest.raises(StoreError) as refused:
        open_engine(path)
    assert refused.value.message == f"{path}: not a werkalliantie database (DatabaseError)."
    assert refused.value.hint == ("Restore it from a backup, or move it away to start a new one.")
    assert path.read_bytes() == before


def test_a_database_of_another_program(tmp_path: Path) -> None:
    """A database with other tables is refused, and gets none of ours."""
    path = tmp_path / "a.db"
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE recepten (naam TEXT)")
    database.commit()
    before = [*database.iterdump()]

    with pytest.raises(StoreError) as refused:
        open_engine(path)
    assert refused.value.message == (
        f"{path}: not a werkalliantie database (it holds other tables)."
    )
    assert [*database.iterdump()] == before


def test_a_database_of_a_newer_version(tmp_path: Path) -> None:
    """A schema that this version doesn't know is refused and left as it is."""
    path = tmp_path / "a.db"
    database = coded_database(path)
    database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.commit()
    before = [*database.iterdump()]

    with pytest.raises(StoreError) as refused:
        open_engine(path)
    assert refused.value.message == (
        f"{path}: made by a newer version of werkalliantie (schema 9999)."
    )
    assert refused.value.hint == (
        "Install the newer version, or restore a backup made with this one."
    )
    assert [*database.iterdump()] == before


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """What can't be opened isn't called a broken database."""
    path = tmp_path / "nergens" / "a.db"

    with pytest.raises(StoreError) as refused:
        open_engine(path)
    assert refused.value.message == (
        f"{path}: the database can't be opened: unable to open database file."
    )
    assert refused.value.hint == (
        "Check that its folder is there, that you may write in it and that no other program holds "
        "the file."
    )


def test_any_folder_name_will_do(tmp_path: Path) -> None:
    """Marks that mean something in a URL or in a settings file are plain letters in a path."""
    folder = tmp_path / "wat? 100% #1 & meer"
    folder.mkdir()

    coded_database(folder / "a.db").close()
    assert [path.name for path in folder.iterdir()] == ["a.db"]


def test_opening_again_keeps_what_is_there(tmp_path: Path) -> None:
    """Opening a database of the newest schema changes nothing in the file."""
    path = tmp_path / "a.db"
    coded_database(path).close()
    before = path.read_bytes()

    open_engine(path).dispose()
    assert path.read_bytes() == before


def test_reading_does_not_wait_for_a_writer(tmp_path: Path) -> None:
    """While another program is busy writing, what was there before can be read."""
    busy = coded_database(tmp_path / "a.db")

    with Store(tmp_path / "a.db") as store:
        busy.execute("BEGIN IMMEDIATE")
        busy.execute("UPDATE tapes SET worker = 'W9'")
        assert [summary.worker for summary in store.summaries()] == [None]


def test_a_database_that_stays_locked(tmp_path: Path) -> None:
    """A change that gets no lock is reported as not written."""
    path = tmp_path / "a.db"
    busy = coded_database(path)
    engine = open_engine(path)
    with reading(engine) as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=20")
    busy.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreError) as refused, writing(engine):
        pass
    assert refused.value.message == f"{path}: nothing was written: database is locked."
    assert refused.value.hint == (
        "Close other programs that use the file, or make room on the disk, and try again."
    )
    engine.dispose()


def test_five_processes_write_at_once(tmp_path: Path) -> None:
    """Five writers that start together, on a database that isn't there yet, lose nothing."""
    path = tmp_path / "a.db"
    command = [sys.executable, "-c", A_WRITER, str(path)]
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}

    writers = [
        subprocess.Popen([*command, name], stderr=subprocess.PIPE, text=True, env=environment)
        for name in "ABCDE"
    ]
    assert [writer.communicate()[1] for writer in writers] == [""] * 5
    with Store(path) as store:
        codings = store.codings()
        assert len(store.summaries()) == 50
    assert len(codings) == 50
    assert {coding.codes for coding in codings} == {frozenset({"HC"})}


def test_errors_hide_what_people_said(tmp_path: Path) -> None:
    """Even an error of the database itself doesn't show the text that was to be written."""
    tape = a_tape("R: Dit heeft niemand anders te weten.")
    (utterance,) = utterances_of(tape)

    with Store(tmp_path / "a.db") as store, pytest.raises(Exception) as failed:
        store.add([(tape, [utterance, utterance])])
    assert "UNIQUE constraint failed" in str(failed.value)
    assert "niemand" not in str(failed.value)
