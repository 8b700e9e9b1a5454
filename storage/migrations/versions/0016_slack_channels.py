"""Each conversation names its Slack channel, and each Slack channel who reads it."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Nobody knows who reads there until Slack was asked.
    for column in (
        sa.Column("is_exposed", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("is_former", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("doubts", sa.Integer(), nullable=False, server_default="0"),
    ):
        op.add_column("channels", column)
    # Conversations of the configured channel did not say which that was. Those with a card stand where it
    # is; the others get the channel that is configured at the next start.
    op.execute("UPDATE conversations SET home = card_channel WHERE home IS NULL AND card_channel IS NOT NULL")
    # A channel that no inbox was connected to was the configured one. The next start says which still is.
    op.execute(
        "INSERT INTO channels (id, is_usable, is_former) "
        "SELECT found.channel, true, true FROM ("
        "SELECT home AS channel FROM conversations WHERE home IS NOT NULL "
        "UNION SELECT channel FROM former_threads) AS found "
        "WHERE found.channel NOT IN (SELECT id FROM channels)"
    )
    op.execute(
        "UPDATE outbox SET channel = (SELECT home FROM conversations WHERE id = outbox.conversation_id) "
        "WHERE channel IS NULL AND topic = 'slack' AND state IN ('ready', 'sending', 'unknown')"
    )
    # Who is where is asked of Slack at the start.
    op.execute("DELETE FROM attendance WHERE channel = ''")
