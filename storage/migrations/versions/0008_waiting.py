"""Reminders of those who wait, and who is available to be assigned."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from storage.engine.columns import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_IS_CALLED = sa.text("call_ts IS NOT NULL")
_IS_TOLD = sa.text("told_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("tickets", sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tickets", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tickets", sa.Column("reminders", sa.SmallInteger(), nullable=False, server_default="0"))
    op.add_column("tickets", sa.Column("call_channel", sa.String(length=20), nullable=True))
    op.add_column("tickets", sa.Column("call_ts", sa.String(length=20), nullable=True))
    op.create_index(
        "ix_tickets_called",
        "tickets",
        ["number"],
        unique=False,
        sqlite_where=_IS_CALLED,
        postgresql_where=_IS_CALLED,
    )
    op.create_index(
        "ix_tickets_told",
        "tickets",
        ["told_at"],
        unique=False,
        sqlite_where=_IS_TOLD,
        postgresql_where=_IS_TOLD,
    )
    op.add_column(
        "people", sa.Column("is_available", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("people", sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=True))
    # Whoever waits already is counted from now on: their teams are not all reminded at once.
    tickets = sa.table("tickets", sa.column("status"), sa.column("told_at", UtcDateTime()))
    waits = tickets.c.status.in_(["new", "on_you"])
    op.execute(sa.update(tickets).where(waits).values(told_at=datetime.now(UTC)))
