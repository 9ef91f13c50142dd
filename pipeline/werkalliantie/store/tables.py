"""The tables, as the newest migration leaves them (a test holds the two together)."""

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

tapes = sa.Table(
    "tapes",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("worker", sa.String),
    sa.Column("client", sa.String),
    sa.Column("unit", sa.String),
    sa.Column("source_name", sa.String, nullable=False),
    sa.Column("source_text", sa.Text, nullable=False),
    sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
)

turns = sa.Table(
    "turns",
    metadata,
    sa.Column("tape", sa.ForeignKey("tapes.id"), primary_key=True),
    sa.Column("index", sa.Integer, primary_key=True),
    sa.Column("role", sa.String, nullable=False),
    sa.Column("speaker", sa.String, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("line", sa.Integer, nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("time", sa.Float),
    sa.Column("asides", sa.JSON, nullable=False),
)

utterances = sa.Table(
    "utterances",
    metadata,
    sa.Column("tape", sa.ForeignKey("tapes.id"), primary_key=True),
    sa.Column("index", sa.Integer, primary_key=True),
    sa.Column("turn", sa.Integer, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("line", sa.Integer, nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("backchannel", sa.Boolean, nullable=False),
    sa.Column("time", sa.Float),
    sa.ForeignKeyConstraint(["tape", "turn"], ["turns.tape", "turns.index"]),
)

# Append-only (the migration adds triggers that refuse UPDATE and DELETE): a coder who changes an
# answer adds a row, and the newest row of (tape, utterance, coder, codebook, mode) counts.
codings = sa.Table(
    "codings",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("tape", sa.String, nullable=False),
    sa.Column("utterance", sa.Integer, nullable=False),
    sa.Column("coder", sa.String, nullable=False),
    sa.Column("codebook", sa.String, nullable=False),
    sa.Column("mode", sa.String, nullable=False),
    sa.Column("codes", sa.JSON, nullable=False),
    sa.Column("note", sa.Text),
    sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(["tape", "utterance"], ["utterances.tape", "utterances.index"]),
    sa.Index(None, "codebook", "tape", "utterance", "coder", "mode"),
)

# Append-only too; the newest row of (tape, first, last, coder, codebook, mode) counts.
segment_codings = sa.Table(
    "segment_codings",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("tape", sa.String, nullable=False),
    sa.Column("first", sa.Integer, nullable=False),
    sa.Column("last", sa.Integer, nullable=False),
    sa.Column("coder", sa.String, nullable=False),
    sa.Column("codebook", sa.String, nullable=False),
    sa.Column("mode", sa.String, nullable=False),
    sa.Column("codes", sa.JSON, nullable=False),
    sa.Column("note", sa.Text),
    sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(["tape", "first"], ["utterances.tape", "utterances.index"]),
    sa.ForeignKeyConstraint(["tape", "last"], ["utterances.tape", "utterances.index"]),
    sa.Index(None, "codebook", "tape", "first", "last", "coder", "mode"),
)

predictions = sa.Table(
    "predictions",
    metadata,
    sa.Column("tape", sa.String, primary_key=True),
    sa.Column("utterance", sa.Integer, primary_key=True),
    sa.Column("model", sa.String, primary_key=True),
    sa.Column("codebook", sa.String, nullable=False),
    sa.Column("probabilities", sa.JSON, nullable=False),
    sa.Column("codes", sa.JSON, nullable=False),
    sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(["tape", "utterance"], ["utterances.tape", "utterances.index"]),
)

# One row a tape and model, written in one transaction with the predictions it stands for.
labellings = sa.Table(
    "labellings",
    metadata,
    sa.Column("tape", sa.ForeignKey("tapes.id"), primary_key=True),
    sa.Column("model", sa.String, primary_key=True),
    sa.Column("model_sha", sa.String, nullable=False),
    sa.Column("codebook", sa.String, nullable=False),
    sa.Column("text_sha", sa.String, nullable=False),
    sa.Column("device", sa.String, nullable=False),
    sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("precision", sa.String),
)
