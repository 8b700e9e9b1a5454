"""Former threads are found by their conversation: all of them are read after a time away."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_former_threads_conversation_id", "former_threads", ["conversation_id"])
