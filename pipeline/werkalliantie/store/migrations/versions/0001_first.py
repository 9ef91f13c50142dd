"""Tapes, turns, utterances, codings and predictions.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "tapes",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("worker", sa.String),
        sa.Column("client", sa.String),
        sa.Column("unit", sa.String),
        sa.Column("source_name", sa.String, nullable=False),
        sa.Column("source_text", sa.Text, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tapes"),
    )
    op.create_table(
        "turns",
        sa.Column("tape", sa.String, nullable=False),
        sa.Column("index", sa.Integer, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("speaker", sa.String, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("time", sa.Float),
        sa.Column("asides", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("tape", "index", name="pk_turns"),
        sa.ForeignKeyConstraint(["tape"], ["tapes.id"], name="fk_turns_tape"),
    )
    op.create_table(
        "utterances",
        sa.Column("tape", sa.String, nullable=False),
        sa.Column("index", sa.Integer, nullable=False),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("backchannel", sa.Boolean, nullable=False),
        sa.Column("time", sa.Float),
        sa.PrimaryKeyConstraint("tape", "index", name="pk_utterances"),
        sa.ForeignKeyConstraint(["tape"], ["tapes.id"], name="fk_utterances_tape"),
        sa.ForeignKeyConstraint(
            ["tape", "turn"], ["turns.tape", "turns.index"], name="fk_utterances_tape_turn"
        ),
    )
    _create_answers()
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER codings_no_{change.lower()} BEFORE {change} ON codings BEGIN "
            f"SELECT RAISE(ABORT, 'codings are append-only'); END"
        )
    # INSERT OR REPLACE takes a row away without firing the trigger on DELETE.
    op.execute(
        "CREATE TRIGGER codings_no_replace BEFORE INSERT ON codings "
        "WHEN EXISTS (SELECT 1 FROM codings WHERE id = NEW.id) BEGIN "
        "SELECT RAISE(ABORT, 'codings are append-only'); END"
    )


def _create_answers() -> None:
    op.create_table(
        "codings",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("tape", sa.String, nullable=False),
        sa.Column("utterance", sa.Integer, nullable=False),
        sa.Column("coder", sa.String, nullable=False),
        sa.Column("codebook", sa.String, nullable=False),
        sa.Column("mode", sa.String, nullable=False),
        sa.Column("codes", sa.JSON, nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_codings"),
        sa.ForeignKeyConstraint(
            ["tape", "utterance"],
            ["utterances.tape", "utterances.index"],
            name="fk_codings_tape_utterance",
        ),
    )
    op.create_index(
        "ix_codings_codebook_tape_utterance_coder_mode",
        "codings",
        ["codebook", "tape", "utterance", "coder", "mode"],
    )
    op.create_table(
        "predictions",
        sa.Column("tape", sa.String, nullable=False),
        sa.Column("utterance", sa.Integer, nullable=False),
        sa.Column("model", sa.String, nullable=False),
        sa.Column("codebook", sa.String, nullable=False),
        sa.Column("probabilities", sa.JSON, nullable=False),
        sa.Column("codes", sa.JSON, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tape", "utterance", "model", name="pk_predictions"),
        sa.ForeignKeyConstraint(
            ["tape", "utterance"],
            ["utterances.tape", "utterances.index"],
            name="fk_predictions_tape_utterance",
        ),
    )


def downgrade() -> None:
    for table in ("predictions", "codings", "utterances", "turns", "tapes"):
        op.drop_table(table)
