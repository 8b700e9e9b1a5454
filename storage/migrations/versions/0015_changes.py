"""An index of what was edited or taken back: every reader of words asks for it."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_entries_changes",
        "entries",
        ["conversation_id", "seq"],
        sqlite_where=sa.text("kind IN ('edit', 'retract')"),
        postgresql_where=sa.text("kind IN ('edit', 'retract')"),
    )
