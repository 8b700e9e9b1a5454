"""What teammates' lists and figures are found by."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_IS_CLOSED = sa.text("closed_at IS NOT NULL")
_IS_SYSTEM = sa.text("kind = 'system'")


def upgrade() -> None:
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.create_index(
            "ix_tickets_assignee", ["assignee_team", "assignee_user", "closed_at"], unique=False
        )
        batch_op.create_index(
            "ix_tickets_closed",
            ["closed_at", "number"],
            unique=False,
            sqlite_where=_IS_CLOSED,
            postgresql_where=_IS_CLOSED,
        )
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.create_index(
            "ix_entries_events",
            ["created_at"],
            unique=False,
            sqlite_where=_IS_SYSTEM,
            postgresql_where=_IS_SYSTEM,
        )
