"""Inboxes with a channel of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conversations", sa.Column("home", sa.String(length=20)))
    is_apart = sa.text("home IS NOT NULL")
    op.create_index(
        "ix_conversations_home",
        "conversations",
        ["home", "state", "last_message_at"],
        sqlite_where=is_apart,
        postgresql_where=is_apart,
    )
    op.create_table(
        "channels",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("is_usable", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channels")),
    )
    op.create_table(
        "inbox_channels",
        sa.Column("inbox", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("by_team", sa.String(length=20), nullable=False),
        sa.Column("by_user", sa.String(length=20), nullable=False),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["channel"], ["channels.id"], name=op.f("fk_inbox_channels_channel")),
        sa.PrimaryKeyConstraint("inbox", name=op.f("pk_inbox_channels")),
    )
    op.create_table(
        "attendance",
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("team", sa.String(length=20), nullable=False),
        sa.Column("user", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("channel", "team", "user", name=op.f("pk_attendance")),
    )
