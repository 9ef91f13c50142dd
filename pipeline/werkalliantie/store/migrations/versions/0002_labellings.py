"""Which version of a model labelled which text of a tape.

Predictions from before have no labelling: nothing says which model of that name they are from.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "labellings",
        sa.Column("tape", sa.String, nullable=False),
        sa.Column("model", sa.String, nullable=False),
        sa.Column("model_sha", sa.String, nullable=False),
        sa.Column("codebook", sa.String, nullable=False),
        sa.Column("text_sha", sa.String, nullable=False),
        sa.Column("device", sa.String, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tape", "model", name="pk_labellings"),
        sa.ForeignKeyConstraint(["tape"], ["tapes.id"], name="fk_labellings_tape"),
    )


def downgrade() -> None:
    op.drop_table("labellings")
