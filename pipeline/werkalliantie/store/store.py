"""Reading and writing a study's tapes, codings and predictions; one transaction a change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa

from werkalliantie.coding import Coding, Prediction
from werkalliantie.errors import StoreError
from werkalliantie.store import changes, rows, tables
from werkalliantie.store.changes import CodingCounts
from werkalliantie.store.database import open_engine, reading, writing
from werkalliantie.transcript import Tape, Utterance


@dataclass(frozen=True, slots=True, kw_only=True)
class TapeSummary:
    """A tape without its text."""

    id: str
    worker: str | None
    client: str | None
    unit: str | None
    n_utterances: int
    n_backchannels: int


class Store:
    """The database of one study; use it as a context manager.

    Args:
        path: The SQLite file; made when it isn't there.

    Raises:
        StoreError: The file isn't such a database or is newer than this program.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = open_engine(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._engine.dispose()

    def add(
        self, tapes: Sequence[tuple[Tape, Sequence[Utterance]]], codings: Iterable[Coding] = ()
    ) -> frozenset[str]:
        """Add tapes with their utterances and the codings they came with; all or nothing.

        Returns:
            The ids of the tapes that were new; one that is already there, unchanged, is left.

        Raises:
            StoreError: A tape of that name is there with another text.
        """
        with writing(self._engine) as connection:
            new = [tape.id for tape, units in tapes if changes.add_tape(connection, tape, units)]
            changes.append_codings(connection, codings)
        return frozenset(new)

    def add_codings(self, codings: Iterable[Coding]) -> CodingCounts:
        """Append codings, all or nothing; an answer equal to the coder's newest isn't repeated.

        Raises:
            StoreError: Codings for utterances that aren't there; all of them named.
        """
        with writing(self._engine) as connection:
            return changes.append_codings(connection, codings)

    def add_predictions(self, predictions: Iterable[Prediction]) -> int:
        """Write predictions, in place of earlier ones of the same model and tape.

        Returns:
            How many were written.

        Raises:
            StoreError: Predictions for utterances that aren't there; all of them named.
        """
        with writing(self._engine) as connection:
            return changes.replace_predictions(connection, predictions)

    def summaries(self) -> tuple[TapeSummary, ...]:
        """Return every tape without its text, by id."""
        t, u = tables.tapes.c, tables.utterances.c
        n_backchannels = sa.func.coalesce(sa.func.sum(sa.cast(u.backchannel, sa.Integer)), 0)
        query = (
            sa.select(
                *(t.id, t.worker, t.client, t.unit),
                sa.func.count(u.tape).label("n_utterances"),
                n_backchannels.label("n_backchannels"),
            )
            .outerjoin(tables.utterances, u.tape == t.id)
            .group_by(t.id)
            .order_by(t.id)
        )
        return tuple(TapeSummary(**row._mapping) for row in self._read(query))

    def tape(self, tape: str) -> Tape:
        """Return a tape with its turns.

        Raises:
            StoreError: There is no such tape.
        """
        found = self._read(sa.select(tables.tapes).where(tables.tapes.c.id == tape))
        if not found:
            raise self._no_such_tape(tape)
        query = sa.select(tables.turns).where(tables.turns.c.tape == tape)
        turns = self._read(query.order_by(tables.turns.c.index))
        return rows.tape_from(found[0]._mapping, tuple(rows.turn_from(t._mapping) for t in turns))

    def utterances(self, tape: str) -> tuple[Utterance, ...]:
        """Return a tape's worker utterances in order; none where the worker says nothing.

        Raises:
            StoreError: There is no such tape.
        """
        table = tables.utterances
        query = sa.select(table).where(table.c.tape == tape).order_by(table.c.index)
        found = tuple(rows.utterance_from(row._mapping) for row in self._read(query))
        if not found and not self._read(sa.select(tables.tapes.c.id).filter_by(id=tape)):
            raise self._no_such_tape(tape)
        return found

    def codings(
        self,
        *,
        codebook: str | None = None,
        tapes: Iterable[str] | None = None,
        coders: Iterable[str] | None = None,
    ) -> tuple[Coding, ...]:
        """Return the answers that count: per coder, utterance, codebook and mode the newest."""
        table = tables.codings
        key = (table.c.tape, table.c.utterance, table.c.coder, table.c.codebook, table.c.mode)
        newest = sa.select(sa.func.max(table.c.id)).group_by(*key)
        query = sa.select(table).where(table.c.id.in_(newest)).order_by(*key)
        for column, wanted in ((table.c.tape, tapes), (table.c.coder, coders)):
            if wanted is not None:
                query = query.where(column.in_([*wanted]))
        if codebook is not None:
            query = query.where(table.c.codebook == codebook)
        return tuple(rows.coding_from(row._mapping) for row in self._read(query))

    def predictions(self, model: str, tapes: Iterable[str] | None = None) -> tuple[Prediction, ...]:
        """Return what a model said, by tape and utterance."""
        table = tables.predictions
        query = sa.select(table).where(table.c.model == model)
        if tapes is not None:
            query = query.where(table.c.tape.in_([*tapes]))
        query = query.order_by(table.c.tape, table.c.utterance)
        return tuple(rows.prediction_from(row._mapping) for row in self._read(query))

    def _read(self, query: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        with reading(self._engine) as connection:
            return connection.execute(query).all()

    def _no_such_tape(self, tape: str) -> StoreError:
        known = [summary.id for summary in self.summaries()]
        there = ", ".join(known[:10]) + (f" and {len(known) - 10} more" if len(known) > 10 else "")
        return StoreError(
            f'no tape "{tape}" in this study. Expected one of: {there or "(none yet)"}.',
            hint="Import it first with: werkalliantie import FILE",
        )
