"""Codings of stretches of a tape as a whole.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "segment_codings",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("tape", sa.String, nullable=False),
        sa.Column("first", sa.Integer, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.Column("coder", sa.String, nullable=False),
        sa.Column("codebook", sa.String, nullable=False),
        sa.Column("mode", sa.String, nullable=False),
        sa.Column("codes", sa.JSON, nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_segment_codings"),
        *(
            sa.ForeignKeyConstraint(
                ["tape", end],
                ["utterances.tape", "utterances.index"],
                name=f"fk_segment_codings_tape_{end}",
            )
            for end in ("first", "last")
        ),
    )
    op.create_index(
        "ix_segment_codings_codebook_tape_first_last_coder_mode",
        "segment_codings",
        ["codebook", "tape", "first", "last", "coder", "mode"],
    )
    refuse = "SELECT RAISE(ABORT, 'segment codings are append-only'); END"
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER segment_codings_no_{change.lower()} "
            f"BEFORE {change} ON segment_codings BEGIN {refuse}"
        )
    # INSERT OR REPLACE takes a row away without firing the trigger on DELETE.
    op.execute(
        "CREATE TRIGGER segment_codings_no_replace BEFORE INSERT ON segment_codings "
        f"WHEN EXISTS (SELECT 1 FROM segment_codings WHERE id = NEW.id) BEGIN {refuse}"
    )


def downgrade() -> None:
    op.drop_table("segment_codings")
