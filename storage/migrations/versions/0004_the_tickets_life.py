"""The ticket's life."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tickets", sa.Column("hold_reason", sa.String(length=200), nullable=True))
    op.add_column("tickets", sa.Column("status_since", sa.DateTime(timezone=True), nullable=True))
