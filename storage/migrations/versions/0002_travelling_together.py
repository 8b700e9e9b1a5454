"""Rows that travel together, paces shared by processes, threads that moved, formatted replies."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

RowNumber = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "paces",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("arrival", sa.Float(), nullable=False),
        sa.Column("closed_until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_paces")),
    )
    op.create_table(
        "former_threads",
        sa.Column("team", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("ts", sa.String(length=20), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_former_threads_conversation_id")
        ),
        sa.PrimaryKeyConstraint("team", "channel", "ts", name=op.f("pk_former_threads")),
    )
    op.add_column("held_replies", sa.Column("html", sa.Text(), nullable=True))
    op.add_column("outbox", sa.Column("channel", sa.String(length=20), nullable=True))
    op.add_column("outbox", sa.Column("carrier", RowNumber, nullable=True))
    op.add_column("outbox", sa.Column("alone", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column(
        "conversations", sa.Column("last_message_seq", sa.Integer(), nullable=False, server_default="0")
    )
    op.execute(
        "UPDATE conversations SET last_message_seq = coalesce((SELECT max(entries.seq) FROM entries WHERE "
        "entries.conversation_id = conversations.id AND entries.kind = 'message' "
        "AND entries.author <> 'system'), 0)"
    )
