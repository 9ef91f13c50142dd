"""Reading and writing a study's tapes, codings and predictions; one transaction a change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa

from werkalliantie.coding import Coding, Mode, Prediction
from werkalliantie.errors import StoreError
from werkalliantie.labelling import Labelling, ModelVersion, sha_of
from werkalliantie.segment import SegmentCoding
from werkalliantie.store import changes, rows, tables
from werkalliantie.store.changes import CodingCounts
from werkalliantie.store.database import open_engine, reading, writing
from werkalliantie.transcript import Role, Tape, Utterance


@dataclass(frozen=True, slots=True, kw_only=True)
class TapeSummary:
    """A tape without its text."""

    id: str
    worker: str | None
    client: str | None
    unit: str | None
    n_utterances: int
    n_backchannels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingEntry:
    """When a coder's blind codings of one tape came into the store.

    Attributes:
        first: Number of the first of them; numbers rise with time.
        first_at: When that was.
        n_revised: How many answers were later given anew; a repeated answer leaves no trace.
    """

    tape: str
    coder: str
    first: int
    first_at: datetime
    n_answers: int
    n_revised: int


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
            The ids of the tapes that were new; one that is already there, unchanged, is left, but
            for a worker, client or unit that wasn't known.

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

    def add_answers(
        self, codings: Iterable[Coding], segments: Iterable[SegmentCoding]
    ) -> tuple[CodingCounts, CodingCounts]:
        """Append codings of utterances and of stretches, all of both or nothing.

        Returns:
            What became of the codings of utterances, and of those of stretches.

        Raises:
            StoreError: Codings for utterances that aren't there; all of them named.
        """
        with writing(self._engine) as connection:
            return (
                changes.append_codings(connection, codings),
                changes.append_segment_codings(connection, segments),
            )

    def add_predictions(self, predictions: Iterable[Prediction]) -> int:
        """Write predictions, in place of earlier ones of the same model and tape.

        Returns:
            How many were written.

        Raises:
            StoreError: Predictions for utterances that aren't there; all of them named.
        """
        with writing(self._engine) as connection:
            return changes.replace_predictions(connection, predictions)

    def add_labelling(self, labelling: Labelling, *, again: bool = False) -> bool:
        """Write a labelling with its predictions, all or nothing.

        It takes the place of what a model of that name said of the tape before. One by the same
        model version, of the same text, is left as it is unless `again` is given.

        Returns:
            Whether it was written.

        Raises:
            StoreError: There is no such tape, or it has another number of utterances.
        """
        with writing(self._engine) as connection:
            return changes.add_labelling(connection, labelling, again=again)

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

    def refuse_unknown(self, tapes: Iterable[str]) -> None:
        """Raise if the study doesn't have all of the tapes.

        Raises:
            StoreError: Naming the first it doesn't have.
        """
        wanted = [*tapes]
        query = sa.select(tables.tapes.c.id)
        if len(wanted) == 1:
            query = query.where(tables.tapes.c.id == wanted[0])
        known = {row.id for row in self._read(query)}
        for tape in wanted:
            if tape not in known:
                raise self._no_such_tape(tape)

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
        c = tables.codings.c
        query = _newest(tables.codings, (c.tape, c.utterance), codebook, tapes, coders)
        return tuple(rows.coding_from(row._mapping) for row in self._read(query))

    def segment_codings(
        self,
        *,
        codebook: str | None = None,
        tapes: Iterable[str] | None = None,
        coders: Iterable[str] | None = None,
    ) -> tuple[SegmentCoding, ...]:
        """Return the answers for stretches that count: per coder, stretch and so on the newest."""
        c = tables.segment_codings.c
        query = _newest(tables.segment_codings, (c.tape, c.first, c.last), codebook, tapes, coders)
        return tuple(rows.segment_from(row._mapping) for row in self._read(query))

    def said(self, tapes: Iterable[str] | None = None) -> dict[str, tuple[str, ...]]:
        """Return the texts of the worker's utterances in order, by tape, where there are any.

        Args:
            tapes: Only of these; of every tape if None.
        """
        u = tables.utterances.c
        query = sa.select(u.tape, u.text).order_by(u.tape, u.index)
        if tapes is not None:
            query = query.where(u.tape.in_([*tapes]))
        by_tape: dict[str, list[str]] = {}
        for row in self._read(query):
            by_tape.setdefault(row.tape, []).append(row.text)
        return {tape: tuple(texts) for tape, texts in by_tape.items()}

    def coding_entries(self, codebook: str) -> tuple[CodingEntry, ...]:
        """Return when blind codings were entered, per coder and tape, the earliest first."""
        c = tables.codings.c
        n_answers = sa.func.count(sa.distinct(c.utterance))
        first = sa.func.min(c.id)
        query = (
            sa.select(
                *(c.tape, c.coder, first.label("first")),
                sa.func.min(c.added_at).label("first_at"),
                n_answers.label("n_answers"),
                (sa.func.count() - n_answers).label("n_revised"),
            )
            .where(c.codebook == codebook, c.mode == Mode.BLIND.value)
            .group_by(c.tape, c.coder)
            .order_by(first)
        )
        return tuple(CodingEntry(**row._mapping) for row in self._read(query))

    def predicting_models(self, codebook: str) -> tuple[str, ...]:
        """Return the names of the models with predictions under a codebook."""
        c = tables.predictions.c
        query = sa.select(c.model).where(c.codebook == codebook).distinct().order_by(c.model)
        return tuple(row.model for row in self._read(query))

    def predictions(self, model: str, tapes: Iterable[str] | None = None) -> tuple[Prediction, ...]:
        """Return what a model said, by tape and utterance."""
        table = tables.predictions
        query = sa.select(table).where(table.c.model == model)
        if tapes is not None:
            query = query.where(table.c.tape.in_([*tapes]))
        query = query.order_by(table.c.tape, table.c.utterance)
        return tuple(rows.prediction_from(row._mapping) for row in self._read(query))

    def labelling(self, tape: str, model: str) -> Labelling | None:
        """Return what a model said of a whole tape; None if it didn't, or if no version is known.

        Predictions that were stored by `add_predictions` belong to no labelling.
        """
        found = self._read(sa.select(tables.labellings).filter_by(tape=tape, model=model))
        if not found:
            return None
        return rows.labelling_from(found[0]._mapping, self.predictions(model, tapes=[tape]))

    def labelled_text(self, tape: str, model: ModelVersion) -> str | None:
        """Return the hash of the text that this version of a model labelled, or None."""
        query = sa.select(tables.labellings.c.text_sha).filter_by(
            tape=tape, model=model.name, model_sha=model.sha, codebook=model.codebook
        )
        found = self._read(query)
        return str(found[0].text_sha) if found else None

    def text_sha(self, tape: str) -> str:
        """Return the `text_sha` of a tape as it is stored, without reading the rest of it.

        Raises:
            StoreError: There is no such tape.
        """
        self.refuse_unknown([tape])
        turns, units = tables.turns.c, tables.utterances.c
        said = sa.select(turns.role, turns.text).where(turns.tape == tape).order_by(turns.index)
        cut = sa.select(units.turn, units.text, units.backchannel).where(units.tape == tape)
        return sha_of(
            [(Role(row.role), row.text) for row in self._read(said)],
            [
                (row.turn, row.text, bool(row.backchannel))
                for row in self._read(cut.order_by(units.index))
            ],
        )

    def labelled_by_namesakes(self, model: ModelVersion) -> tuple[str, ...]:
        """Return the tapes that another model of the same name has labelled."""
        table = tables.labellings
        query = sa.select(table.c.tape).where(
            table.c.model == model.name, table.c.model_sha != model.sha
        )
        return tuple(row.tape for row in self._read(query.order_by(table.c.tape)))

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


def _newest(
    table: sa.Table,
    place: Sequence[sa.Column[Any]],
    codebook: str | None,
    tapes: Iterable[str] | None,
    coders: Iterable[str] | None,
) -> sa.Select[Any]:
    """Return a query for the newest answer of each coder on each place, in each mode."""
    c = table.c
    key = (*place, c.coder, c.codebook, c.mode)
    asked: list[sa.ColumnElement[bool]] = [
        column.in_([*wanted])
        for column, wanted in ((c.tape, tapes), (c.coder, coders))
        if wanted is not None
    ]
    if codebook is not None:
        asked.append(c.codebook == codebook)
    # All of it is part of the key, so nothing else has to be grouped.
    newest = sa.select(sa.func.max(c.id)).where(*asked).group_by(*key)
    return sa.select(table).where(c.id.in_(newest)).order_by(*key)
