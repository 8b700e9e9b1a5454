"""Why a reply is held: for its translation, or behind one that is."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("held_replies", sa.Column("translated_first", sa.Boolean()))
    op.add_column("held_replies", sa.Column("follows_since", sa.Integer()))
