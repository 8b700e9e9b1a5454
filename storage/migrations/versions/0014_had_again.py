"""What is to be dealt with again of a message whose files Slack did not hand over."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("held_replies", sa.Column("again", sa.JSON()))
