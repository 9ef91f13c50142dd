"""Opening the database file: connection settings, transactions and schema version."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DatabaseError, OperationalError

from werkalliantie.errors import StoreError

_MIGRATIONS = Path(__file__).parent / "migrations"
_READING = "werkalliantie_reading"
_BUSY_HINT = "Close other programs that use the file, or make room on the disk, and try again."
_READ_ONLY_HINT = (
    "Ask for the right to write in the file and its folder, or work on a copy of the study that is "
    "yours."
)


def open_engine(path: Path) -> sa.Engine:
    """Open the SQLite file at `path`, made or brought to the newest schema where needed.

    Raises:
        StoreError: The file isn't such a database, comes from a newer version of the program, or
            can't be opened.
    """
    # An URL in one string would end the path at a "?". The parameters of a statement are what
    # people said, so no error message may hold them.
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)),
        connect_args={"timeout": 30},
        hide_parameters=True,
    )
    sa.event.listen(engine, "connect", _configure)
    sa.event.listen(engine, "begin", _begin)
    try:
        _upgrade(engine, path)
    except DatabaseError as error:
        engine.dispose()
        raise _unusable(path, error) from None
    except StoreError:
        engine.dispose()
        raise
    return engine


def reading(engine: sa.Engine) -> sa.Connection:
    """Return a connection that only reads: it doesn't wait for a writer that hasn't finished."""
    return engine.connect().execution_options(**{_READING: True})


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Give a connection whose changes are written together at the end, or not at all.

    Raises:
        StoreError: The file can't be written: another program holds it, or the disk is full.
    """
    try:
        with engine.begin() as connection:
            yield connection
    except OperationalError as error:
        raise StoreError(
            f"{engine.url.database}: nothing was written: {error.orig}.",
            hint=_READ_ONLY_HINT if _is_read_only(error) else _BUSY_HINT,
        ) from None


def _configure(connection: sqlite3.Connection, _record: object) -> None:
    # The driver must not open transactions by itself: `_begin` does.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("foreign_keys=ON", "busy_timeout=30000", "synchronous=FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    # A plain BEGIN that reads and then writes fails as "database is locked" among several writers,
    # so a change takes the lock at once; what only reads needs no such lock.
    only_reads = connection.get_execution_options().get(_READING, False)
    connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")


def _upgrade(engine: sa.Engine, path: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    with reading(engine) as connection:
        current = MigrationContext.configure(connection).get_current_revision()
        is_foreign = current is None and bool(sa.inspect(connection).get_table_names())
    if is_foreign:
        raise _not_ours(path, "it holds other tables")
    if current == scripts.get_current_head():
        return
    if current is not None and current not in {
        script.revision for script in scripts.walk_revisions()
    }:
        raise StoreError(
            f"{path}: made by a newer version of werkalliantie (schema {current}).",
            hint="Install the newer version, or restore a backup made with this one.",
        )
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _unusable(path: Path, error: DatabaseError) -> StoreError:
    if isinstance(error, OperationalError):
        return StoreError(
            f"{path}: the database can't be opened: {error.orig}.",
            hint="Check that its folder is there, that you may write in it and that no other "
            "program holds the file.",
        )
    return _not_ours(path, type(error.orig).__name__)


def _is_read_only(error: DatabaseError) -> bool:
    # The low byte is the kind of error; the rest says more about it.
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_READONLY


def _not_ours(path: Path, reason: str) -> StoreError:
    return StoreError(
        f"{path}: not a werkalliantie database ({reason}).",
        hint="Restore it from a backup, or move it away to start a new one.",
    )
