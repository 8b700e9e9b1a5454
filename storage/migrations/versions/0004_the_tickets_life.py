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
    op.create_table(
        "joined",
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("team", sa.String(length=20), nullable=False),
        sa.Column("user", sa.String(length=20), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_joined_conversation_id")
        ),
        sa.PrimaryKeyConstraint("conversation_id", "team", "user", name=op.f("pk_joined")),
    )
