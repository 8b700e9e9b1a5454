"""The entry that a call in the channel shows, where its post stays in the thread when the call is over."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tickets", sa.Column("call_seq", sa.Integer()))
