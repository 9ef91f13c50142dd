"""What a labelling was computed in.

Of those from before it isn't known: they keep no precision.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("labellings", sa.Column("precision", sa.String))


def downgrade() -> None:
    with op.batch_alter_table("labellings") as table:
        table.drop_column("precision")
