"""What a change writes and what it refuses; each function runs inside the caller's transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from werkalliantie.coding import Coding, Prediction
from werkalliantie.errors import StoreError, gather
from werkalliantie.labelling import Labelling
from werkalliantie.segment import SegmentCoding
from werkalliantie.store import rows, tables
from werkalliantie.transcript import Tape, Utterance

_Key = tuple[str, int, str, str, str]
_SegmentKey = tuple[str, int, int, str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingCounts:
    """What became of a set of codings: new answers, changed ones, and those already there."""

    added: int
    changed: int
    unchanged: int


def add_tape(connection: sa.Connection, tape: Tape, utterances: Sequence[Utterance]) -> bool:
    """Write a tape with its utterances; return whether it was new.

    Of one that is there, what wasn't known of its worker, client and unit is filled in.

    Raises:
        StoreError: A tape of that name is there with another text or other utterances.
    """
    if _is_there(connection, tape, utterances):
        _fill_in(connection, tape)
        return False
    connection.execute(sa.insert(tables.tapes), [rows.tape_values(tape)])
    _insert(connection, tables.turns, [rows.turn_values(tape.id, turn) for turn in tape.turns])
    _insert(connection, tables.utterances, [*map(rows.utterance_values, utterances)])
    return True


def append_codings(connection: sa.Connection, codings: Iterable[Coding]) -> CodingCounts:
    """Write the codings that differ from the newest answer to the same question.

    Raises:
        StoreError: Some are for utterances that aren't there; all of them named.
    """
    wanted = {_key(coding): coding for coding in codings}
    _check_places(connection, {(c.tape, c.utterance) for c in wanted.values()}, what="codings")
    there = _newest(connection, {coding.tape for coding in wanted.values()})
    new = [coding for key, coding in wanted.items() if there.get(key) != coding]
    n_changed = sum(_key(coding) in there for coding in new)
    _insert(connection, tables.codings, [*map(rows.coding_values, new)])
    return CodingCounts(
        added=len(new) - n_changed, changed=n_changed, unchanged=len(wanted) - len(new)
    )


def append_segment_codings(
    connection: sa.Connection, codings: Iterable[SegmentCoding]
) -> CodingCounts:
    """Write the codings of stretches that differ from the newest answer to the same question.

    Raises:
        StoreError: Some begin or end with utterances that aren't there; all of them named.
    """
    wanted = {_segment_key(coding): coding for coding in codings}
    ends = {(c.tape, index) for c in wanted.values() for index in (c.first, c.last)}
    _check_places(connection, ends, what="codings of stretches")
    there = _newest_segments(connection, {coding.tape for coding in wanted.values()})
    new = [coding for key, coding in wanted.items() if there.get(key) != coding]
    n_changed = sum(_segment_key(coding) in there for coding in new)
    _insert(connection, tables.segment_codings, [*map(rows.segment_values, new)])
    return CodingCounts(
        added=len(new) - n_changed, changed=n_changed, unchanged=len(wanted) - len(new)
    )


def replace_predictions(connection: sa.Connection, predictions: Iterable[Prediction]) -> int:
    """Write predictions in place of what the same models said of the same tapes.

    Raises:
        StoreError: Some are for utterances that aren't there; all of them named.
    """
    values = [rows.prediction_values(prediction) for prediction in predictions]
    _check_places(connection, {(v["tape"], v["utterance"]) for v in values}, what="predictions")
    for model, tape in sorted({(value["model"], value["tape"]) for value in values}):
        _forget(connection, model, tape)
    _insert(connection, tables.predictions, values)
    return len(values)


def add_labelling(connection: sa.Connection, labelling: Labelling, *, again: bool) -> bool:
    """Write a labelling, in place of what a model of that name said before; return whether it was.

    One by the same model version, of the same text, is left as it is unless `again` is given.

    Raises:
        StoreError: There is no such tape, or it has another number of utterances.
    """
    if not again and _is_labelled(connection, labelling):
        return False
    _check_whole(connection, labelling)
    _forget(connection, labelling.model.name, labelling.tape)
    values = [rows.prediction_values(prediction) for prediction in labelling.predictions]
    _insert(connection, tables.predictions, values)
    _insert(connection, tables.labellings, [rows.labelling_values(labelling)])
    return True


def _is_there(connection: sa.Connection, tape: Tape, utterances: Sequence[Utterance]) -> bool:
    query = sa.select(tables.tapes.c.source_text).where(tables.tapes.c.id == tape.id)
    stored = connection.execute(query).scalar_one_or_none()
    if stored is None:
        return False
    table = tables.utterances
    query = sa.select(table).where(table.c.tape == tape.id).order_by(table.c.index)
    units = [rows.utterance_from(row._mapping) for row in connection.execute(query)]
    if stored == tape.source_text and units == [*utterances]:
        return True
    raise StoreError(
        f'tape "{tape.id}" is already in this study, with another text or other utterances.',
        hint="Give this one another name with --tape, or correct the file: codings refer to the "
        "stored text, so it is never overwritten.",
    )


def _fill_in(connection: sa.Connection, tape: Tape) -> None:
    t = tables.tapes.c
    for column, value in ((t.worker, tape.worker), (t.client, tape.client), (t.unit, tape.unit)):
        if value is not None:
            unknown = sa.update(tables.tapes).where(t.id == tape.id, column.is_(None))
            connection.execute(unknown.values({column: value}))


def _check_places(connection: sa.Connection, places: set[tuple[str, int]], *, what: str) -> None:
    table = tables.utterances
    tapes = {tape for tape, _ in places}
    query = sa.select(table.c.tape, table.c.index).where(table.c.tape.in_(tapes))
    missing = places - {(tape, index) for tape, index in connection.execute(query)}
    faults = [f'no utterance {index} on tape "{tape}"' for tape, index in sorted(missing)]
    gather(what, faults, StoreError, "Import the tape first, with the same utterance unit.")


def _is_labelled(connection: sa.Connection, labelling: Labelling) -> bool:
    values = rows.labelling_values(labelling)
    key = {name: values[name] for name in ("tape", "model", "model_sha", "codebook", "text_sha")}
    query = sa.select(tables.labellings.c.tape).filter_by(**key)
    return connection.execute(query).first() is not None


def _check_whole(connection: sa.Connection, labelling: Labelling) -> None:
    table = tables.utterances
    query = sa.select(table.c.index).where(table.c.tape == labelling.tape).order_by(table.c.index)
    indexes = [*connection.execute(query).scalars()]
    is_there = (
        indexes
        or connection.execute(
            sa.select(tables.tapes.c.id).where(tables.tapes.c.id == labelling.tape)
        ).first()
    )
    n = len(labelling.predictions)
    if not is_there or indexes != [*range(n)]:
        what = f"has {len(indexes)} utterances, not {n}" if is_there else "isn't in this study"
        raise StoreError(
            f'predictions: tape "{labelling.tape}" {what}.',
            hint="Import the tape first, with the same utterance unit.",
        )


def _forget(connection: sa.Connection, model: str, tape: str) -> None:
    for table in (tables.predictions, tables.labellings):
        connection.execute(sa.delete(table).where(table.c.model == model, table.c.tape == tape))


def _newest(connection: sa.Connection, tapes: Iterable[str]) -> dict[_Key, Coding]:
    table = tables.codings
    query = sa.select(table).where(table.c.tape.in_([*tapes])).order_by(table.c.id)
    found = (rows.coding_from(row._mapping) for row in connection.execute(query))
    return {_key(coding): coding for coding in found}


def _newest_segments(
    connection: sa.Connection, tapes: Iterable[str]
) -> dict[_SegmentKey, SegmentCoding]:
    table = tables.segment_codings
    query = sa.select(table).where(table.c.tape.in_([*tapes])).order_by(table.c.id)
    found = (rows.segment_from(row._mapping) for row in connection.execute(query))
    return {_segment_key(coding): coding for coding in found}


def _segment_key(c: SegmentCoding) -> _SegmentKey:
    return c.tape, c.first, c.last, c.coder, c.codebook, c.mode.value


def _key(coding: Coding) -> _Key:
    return coding.tape, coding.utterance, coding.coder, coding.codebook, coding.mode.value


def _insert(connection: sa.Connection, table: sa.Table, values: list[rows.Values]) -> None:
    if values:
        connection.execute(sa.insert(table), values)
