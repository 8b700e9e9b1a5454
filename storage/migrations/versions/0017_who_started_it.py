"""Who started a conversation, and which fields of its customer are proven."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conversations", sa.Column("started_by", sa.String(length=140)))
    op.add_column("conversations", sa.Column("start_key", sa.String(length=128)))
    proven = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.add_column("conversations", sa.Column("customer_proven", proven))
    op.create_index("uq_conversations_start", "conversations", ["started_by", "start_key"], unique=True)
