"""Domain objects as table rows, and back."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from werkalliantie.coding import Coding, Mode, Prediction
from werkalliantie.labelling import Labelling, ModelVersion
from werkalliantie.segment import SegmentCoding
from werkalliantie.transcript import Aside, LineKind, Role, Tape, Turn, Utterance

Row = sa.RowMapping
Values = dict[str, Any]


def tape_values(tape: Tape) -> Values:
    """Return the row of a tape, without its turns."""
    return {
        "id": tape.id,
        "worker": tape.worker,
        "client": tape.client,
        "unit": tape.unit,
        "source_name": tape.source_name,
        "source_text": tape.source_text,
        "added_at": datetime.now(UTC),
    }


def tape_from(row: Row, turns: tuple[Turn, ...]) -> Tape:
    """Return the tape of a row and its turns."""
    return Tape(
        id=row["id"],
        worker=row["worker"],
        client=row["client"],
        unit=row["unit"],
        source_name=row["source_name"],
        source_text=row["source_text"],
        turns=turns,
    )


def turn_values(tape: str, turn: Turn) -> Values:
    """Return the row of a turn."""
    return {
        "tape": tape,
        "index": turn.index,
        "role": turn.role.value,
        "speaker": turn.speaker,
        "text": turn.text,
        "line": turn.line,
        "start": turn.start,
        "end": turn.end,
        "time": turn.time,
        "asides": [
            {"kind": a.kind.value, "text": a.text, "role": a.role and a.role.value}
            for a in turn.asides
        ],
    }


def turn_from(row: Row) -> Turn:
    """Return the turn of a row."""
    return Turn(
        index=row["index"],
        role=Role(row["role"]),
        speaker=row["speaker"],
        text=row["text"],
        line=row["line"],
        start=row["start"],
        end=row["end"],
        time=row["time"],
        asides=tuple(
            Aside(kind=LineKind(a["kind"]), text=a["text"], role=a["role"] and Role(a["role"]))
            for a in row["asides"]
        ),
    )


def utterance_values(utterance: Utterance) -> Values:
    """Return the row of an utterance."""
    return {
        "tape": utterance.tape,
        "index": utterance.index,
        "turn": utterance.turn,
        "text": utterance.text,
        "line": utterance.line,
        "start": utterance.start,
        "end": utterance.end,
        "backchannel": utterance.backchannel,
        "time": utterance.time,
    }


def utterance_from(row: Row) -> Utterance:
    """Return the utterance of a row."""
    return Utterance(**row)


def coding_values(coding: Coding) -> Values:
    """Return the row of a coding, but for its id."""
    return {
        "tape": coding.tape,
        "utterance": coding.utterance,
        "coder": coding.coder,
        "codebook": coding.codebook,
        "mode": coding.mode.value,
        "codes": sorted(coding.codes),
        "note": coding.note,
        "added_at": datetime.now(UTC),
    }


def coding_from(row: Row) -> Coding:
    """Return the coding of a row."""
    return Coding(
        tape=row["tape"],
        utterance=row["utterance"],
        coder=row["coder"],
        codebook=row["codebook"],
        codes=frozenset(row["codes"]),
        mode=Mode(row["mode"]),
        note=row["note"],
    )


def segment_values(coding: SegmentCoding) -> Values:
    """Return the row of a coded stretch, but for its id."""
    return {
        "tape": coding.tape,
        "first": coding.first,
        "last": coding.last,
        "coder": coding.coder,
        "codebook": coding.codebook,
        "mode": coding.mode.value,
        "codes": sorted(coding.codes),
        "note": coding.note,
        "added_at": datetime.now(UTC),
    }


def segment_from(row: Row) -> SegmentCoding:
    """Return the coded stretch of a row."""
    return SegmentCoding(
        tape=row["tape"],
        first=row["first"],
        last=row["last"],
        coder=row["coder"],
        codebook=row["codebook"],
        codes=frozenset(row["codes"]),
        mode=Mode(row["mode"]),
        note=row["note"],
    )


def prediction_values(prediction: Prediction) -> Values:
    """Return the row of a prediction."""
    return {
        "tape": prediction.tape,
        "utterance": prediction.utterance,
        "model": prediction.model,
        "codebook": prediction.codebook,
        "probabilities": dict(prediction.probabilities),
        "codes": sorted(prediction.codes),
        "added_at": datetime.now(UTC),
    }


def prediction_from(row: Row) -> Prediction:
    """Return the prediction of a row."""
    return Prediction(
        tape=row["tape"],
        utterance=row["utterance"],
        model=row["model"],
        codebook=row["codebook"],
        probabilities=row["probabilities"],
        codes=frozenset(row["codes"]),
    )


def labelling_values(labelling: Labelling) -> Values:
    """Return the row of a labelling, without its predictions."""
    return {
        "tape": labelling.tape,
        "model": labelling.model.name,
        "model_sha": labelling.model.sha,
        "codebook": labelling.model.codebook,
        "text_sha": labelling.text_sha,
        "device": labelling.device,
        "precision": labelling.precision,
        "added_at": datetime.now(UTC),
    }


def labelling_from(row: Row, predictions: tuple[Prediction, ...]) -> Labelling:
    """Return the labelling of a row and its predictions."""
    return Labelling(
        tape=row["tape"],
        model=ModelVersion(name=row["model"], sha=row["model_sha"], codebook=row["codebook"]),
        text_sha=row["text_sha"],
        device=row["device"],
        precision=row["precision"],
        predictions=predictions,
    )
