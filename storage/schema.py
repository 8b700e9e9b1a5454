"""The tables. A duplicate or a second owner is stopped here, by a constraint, not by a check in code.

`conversations` and `entries` are the ledger. `tickets` hangs off a conversation. `held_replies` are thread
messages whose author has not decided yet. `outbox` is everything still owed to Slack or to the AI;
`paces` says how soon. `inbox` is what Slack delivered about threads and no rule has dealt with yet.
`files` are what customers and teammates attach, `file_pieces` their bytes.
`people` is what Slack last said about a teammate. `inbox_channels` says which inboxes have a channel of
their own. `facts` keeps the few values an installation makes once.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from storage.engine.columns import Json, UtcDateTime
from storage.records import LONGEST_INBOX

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite only numbers rows by itself in a column declared INTEGER.
RowNumber = BigInteger().with_variant(Integer(), "sqlite")

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(32), primary_key=True),
    # Who started it, as whom, and the client_id they gave: nobody else comes back to it with that client_id.
    Column("started_by", String(140)),
    Column("start_key", String(128)),
    # The client_id of what was started before callers were told apart, until somebody comes back to it.
    Column("client_id", String(128), unique=True),
    Column("channel", String(40), nullable=False),
    Column("inbox", String(LONGEST_INBOX)),
    Column("customer_name", String(120)),
    Column("customer_email", String(254)),
    Column("customer_user_id", String(128)),
    # Whether the user_id is proven, and the names of the other fields that are.
    Column("customer_verified", Boolean, nullable=False, default=False),
    Column("customer_proven", Json),
    Column("customer_locale", String(35)),
    Column("customer_metadata", Json, nullable=False, default=dict),
    Column("state", String(10), nullable=False),
    Column("epoch", Integer, nullable=False, default=0),
    Column("holder_team", String(20)),
    Column("holder_user", String(20)),
    Column("escalated_at", UtcDateTime),
    Column("last_seq", Integer, nullable=False, default=0),
    # The last entry that the customer, the AI or a teammate wrote: what a card and a list quote.
    Column("last_message_seq", Integer, nullable=False, default=0, server_default="0"),
    Column("mirrored", Boolean, nullable=False, default=False),
    Column("card_team", String(20)),
    Column("card_channel", String(20)),
    Column("card_ts", String(20)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_message_at", UtcDateTime),
    # The Slack channel that its thread is in, or is to be, and whose people may see it.
    Column("home", String(20)),
    CheckConstraint("state IN ('ai', 'waiting', 'teammate', 'ended')", name="state"),
    CheckConstraint("(state = 'teammate') = (holder_user IS NOT NULL)", name="holder"),
    UniqueConstraint("card_team", "card_channel", "card_ts"),
)
Index("uq_conversations_start", conversations.c.started_by, conversations.c.start_key, unique=True)
Index("ix_conversations_live", conversations.c.state, conversations.c.last_message_at)
Index(
    "ix_conversations_home",
    conversations.c.home,
    conversations.c.state,
    conversations.c.last_message_at,
    sqlite_where=conversations.c.home.is_not(None),
    postgresql_where=conversations.c.home.is_not(None),
)

# Slack channels that were ever configured, or that an inbox was ever connected to. They stay: conversations
# may be at home there.
channels = Table(
    "channels",
    metadata,
    Column("id", String(20), primary_key=True),
    # False while nobody can post there; what starts meanwhile starts in the configured channel.
    Column("is_usable", Boolean, nullable=False),
    # Whether people of another organisation read what is posted there, or nobody knows. Nothing is then.
    Column("is_exposed", Boolean, nullable=False, default=True, server_default=true()),
    # It was the configured channel and is not any more: what goes on there goes on in that one.
    Column("is_former", Boolean, nullable=False, default=False, server_default=false()),
    # How often something was heard of it that only a look at Slack can tell.
    Column("doubts", Integer, nullable=False, default=0, server_default="0"),
)

# Inboxes whose conversations start in another channel than the configured one.
inbox_channels = Table(
    "inbox_channels",
    metadata,
    Column("inbox", String(LONGEST_INBOX), primary_key=True),
    Column("channel", ForeignKey("channels.id"), nullable=False),
    Column("by_team", String(20), nullable=False),
    Column("by_user", String(20), nullable=False),
    Column("connected_at", UtcDateTime, nullable=False),
)

# In which of our channels available people are, as Slack said last.
attendance = Table(
    "attendance",
    metadata,
    Column("channel", String(20), primary_key=True),
    Column("team", String(20), primary_key=True),
    Column("user", String(20), primary_key=True),
)

# Threads that a conversation had before its present one; what is typed there still belongs to it.
former_threads = Table(
    "former_threads",
    metadata,
    Column("team", String(20), primary_key=True),
    Column("channel", String(20), primary_key=True),
    Column("ts", String(20), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False, index=True),
)

# Teammates who answer beside the holder. The epoch says in which stretch; in any other it means nothing.
seen = Table(
    "seen",
    metadata,
    Column("conversation_id", ForeignKey("conversations.id"), primary_key=True),
    # The last entry of a teammate's that was on the customer's screen.
    Column("seq", Integer, nullable=False),
)

joined = Table(
    "joined",
    metadata,
    Column("conversation_id", ForeignKey("conversations.id"), primary_key=True),
    Column("team", String(20), primary_key=True),
    Column("user", String(20), primary_key=True),
    Column("epoch", Integer, nullable=False),
)

entries = Table(
    "entries",
    metadata,
    Column("conversation_id", ForeignKey("conversations.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("author", String(10), nullable=False),
    Column("audience", String(10), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("author_team", String(20)),
    Column("author_user", String(20)),
    Column("name", String(120)),
    Column("avatar_url", Text),
    Column("text", Text, nullable=False),
    Column("data", Json, nullable=False, default=dict),
    # Who said it once: a customer's client_id, a Slack message's team, channel and ts, the AI's question.
    Column("source", String(200)),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint("kind IN ('message', 'edit', 'retract', 'note', 'system')", name="kind"),
    CheckConstraint("author IN ('customer', 'ai', 'teammate', 'system')", name="author"),
    CheckConstraint("audience IN ('customer', 'team')", name="audience"),
    CheckConstraint("kind <> 'note' OR audience = 'team'", name="notes_stay"),
    UniqueConstraint("conversation_id", "source"),
)
# The day's events. Messages are not in it: they come too often, and are found by their conversation.
_IS_SYSTEM = text("kind = 'system'")
# Edits and retractions are few, and every reader of words asks for them.
_IS_A_CHANGE = text("kind IN ('edit', 'retract')")
Index(
    "ix_entries_changes",
    entries.c.conversation_id,
    entries.c.seq,
    sqlite_where=_IS_A_CHANGE,
    postgresql_where=_IS_A_CHANGE,
)
Index("ix_entries_events", entries.c.created_at, sqlite_where=_IS_SYSTEM, postgresql_where=_IS_SYSTEM)

tickets = Table(
    "tickets",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("type", String(20), nullable=False),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("channel", String(40), nullable=False),
    Column("status", String(12), nullable=False),
    Column("subject", String(200)),
    Column("summary", Text),
    Column("language", String(35)),
    Column("assignee_team", String(20)),
    Column("assignee_user", String(20)),
    # What it waits for while it is on hold.
    Column("hold_reason", String(200)),
    # Since when it has its status; unknown for what was opened before this was kept.
    Column("status_since", UtcDateTime),
    # When it was assigned to its teammate by rule; empty where they took it or were given it by a person.
    Column("assigned_at", UtcDateTime),
    # While somebody should answer: when they were last told, and how often they were reminded since then.
    Column("told_at", UtcDateTime),
    Column("reminders", SmallInteger, nullable=False, default=0, server_default="0"),
    # The post that calls for a teammate in the channel, as long as it stands there.
    Column("call_channel", String(20)),
    Column("call_ts", String(20)),
    Column("call_seq", Integer),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("first_reply_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    CheckConstraint(
        "status IN ('new', 'on_you', 'on_customer', 'on_hold', 'closed', 'cancelled')", name="status"
    ),
    CheckConstraint("(status IN ('closed', 'cancelled')) = (closed_at IS NOT NULL)", name="closed"),
    sqlite_autoincrement=True,
)
Index("ix_tickets_conversation_id", tickets.c.conversation_id)
Index("ix_tickets_open", tickets.c.status, tickets.c.opened_at)
Index("ix_tickets_assignee", tickets.c.assignee_team, tickets.c.assignee_user, tickets.c.closed_at)
_IS_CLOSED = text("closed_at IS NOT NULL")
Index(
    "ix_tickets_closed",
    tickets.c.closed_at,
    tickets.c.number,
    sqlite_where=_IS_CLOSED,
    postgresql_where=_IS_CLOSED,
)
_IS_TOLD = text("told_at IS NOT NULL")
_IS_CALLED = text("call_ts IS NOT NULL")
Index("ix_tickets_called", tickets.c.number, sqlite_where=_IS_CALLED, postgresql_where=_IS_CALLED)
Index("ix_tickets_told", tickets.c.told_at, sqlite_where=_IS_TOLD, postgresql_where=_IS_TOLD)
Index(
    "uq_tickets_one_open",
    tickets.c.conversation_id,
    unique=True,
    sqlite_where=text("closed_at IS NULL"),
    postgresql_where=text("closed_at IS NULL"),
)

held_replies = Table(
    "held_replies",
    metadata,
    Column("conversation_id", ForeignKey("conversations.id"), primary_key=True),
    # The Slack message, as the ledger would name its source.
    Column("source", String(200), primary_key=True),
    Column("message_team", String(20), nullable=False),
    Column("message_channel", String(20), nullable=False),
    Column("message_ts", String(20), nullable=False),
    Column("author_user", String(20), nullable=False),
    Column("text", Text, nullable=False),
    Column("html", Text),
    Column("translation", Text),
    Column("created_at", UtcDateTime, nullable=False),
    # Its author is to see it translated first.
    Column("translated_first", Boolean),
    # It goes on by itself once those before it are decided, if the conversation is still in this epoch.
    Column("follows_since", Integer),
    # It failed: how it was delivered, for when its author wants it tried again.
    Column("again", JSON(none_as_null=True)),
)

OPEN_STATES = ("ready", "sending", "unknown")

outbox = Table(
    "outbox",
    metadata,
    # Rows of one lane are inserted under that conversation's row lock, so ids follow commit order in a lane.
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("topic", String(10), nullable=False),
    Column("lane", String(80), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    # The Slack channel or the person it goes to.
    Column("channel", String(20)),
    Column("payload", Json, nullable=False, default=dict),
    # Opaque: it travels in Slack's message metadata, where anybody in the workspace may read it.
    Column("key", String(32), nullable=False, unique=True),
    # While a row with this value is ready, another is not added: only the latest matters.
    Column("coalesce", String(80)),
    Column("priority", SmallInteger, nullable=False),
    Column("state", String(10), nullable=False),
    # The row in whose call this one travels; the two stay together until the call's outcome is known.
    Column("carrier", RowNumber),
    # Once a call that carried several was refused, each goes alone: one of them is to blame.
    Column("alone", Boolean, nullable=False, default=False, server_default=false()),
    Column("attempts", SmallInteger, nullable=False, default=0),
    Column("fence", Integer, nullable=False, default=0),
    Column("available_at", UtcDateTime, nullable=False),
    Column("lease_until", UtcDateTime),
    # The process that has it under way, as it is known in `processes`.
    Column("claimed_by", RowNumber),
    Column("first_sent_at", UtcDateTime),
    Column("last_error", String(300)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    CheckConstraint("state IN ('ready', 'sending', 'unknown', 'done', 'parked', 'cancelled')", name="state"),
    sqlite_autoincrement=True,
)
_IS_OPEN = text("state IN ('ready', 'sending', 'unknown')")
Index("ix_outbox_open_lane", outbox.c.lane, outbox.c.id, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN)
Index(
    "ix_outbox_open_due",
    outbox.c.topic,
    outbox.c.priority,
    outbox.c.id,
    sqlite_where=_IS_OPEN,
    postgresql_where=_IS_OPEN,
)
_IS_READY = text("state = 'ready'")
Index(
    "uq_outbox_coalesce",
    outbox.c.coalesce,
    unique=True,
    sqlite_where=_IS_READY,
    postgresql_where=_IS_READY,
)

# How soon each paced thing may happen again, for all processes together.
paces = Table(
    "paces",
    metadata,
    Column("name", String(80), primary_key=True),
    # The generic cell rate algorithm's theoretical arrival time, in seconds since 1970.
    Column("arrival", Float, nullable=False),
    # Until then nothing: whoever we ask told us to wait.
    Column("closed_until", Float, nullable=False, default=0.0),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("kind", String(10), nullable=False),
    Column("team", String(20), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("message_ts", String(20), nullable=False),
    # Which edit of the message it is, by Slack's time of it; empty for what happens only once.
    Column("change", String(20), nullable=False),
    Column("thread_ts", String(20), nullable=False),
    Column("event_ts", String(20), nullable=False),
    # PostgreSQL's JSONB refuses a zero character, and nothing that Slack delivers is to be refused.
    Column("event", JSON, nullable=False),
    Column("attempts", SmallInteger, nullable=False, default=0),
    Column("due_at", UtcDateTime, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    CheckConstraint("kind IN ('posted', 'edited', 'deleted')", name="kind"),
    UniqueConstraint("kind", "team", "channel", "message_ts", "change"),
    sqlite_autoincrement=True,
)
Index("ix_inbox_due", inbox.c.due_at)
Index("ix_inbox_thread", inbox.c.team, inbox.c.channel, inbox.c.thread_ts)

files = Table(
    "files",
    metadata,
    # Unguessable, and still worth nothing without the conversation's token.
    Column("id", String(32), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    # The Slack message that a teammate's file came with; none for a customer's.
    Column("source", String(200)),
    # The customer's entry that carries it. Until there is one, it is nobody's but its sender's.
    Column("seq", Integer),
    # Slack's own name for it, once it is there.
    Column("slack_id", String(40)),
    Column("name", String(120), nullable=False),
    Column("type", String(100), nullable=False),
    Column("size", Integer, nullable=False),
    # None until all of it is there.
    Column("sha256", String(64)),
    Column("created_at", UtcDateTime, nullable=False),
)
Index("ix_files_source", files.c.conversation_id, files.c.source)
_IS_UNSAID = text("seq IS NULL")
Index("ix_files_unsaid", files.c.created_at, sqlite_where=_IS_UNSAID, postgresql_where=_IS_UNSAID)

file_pieces = Table(
    "file_pieces",
    metadata,
    Column("file_id", ForeignKey("files.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

people = Table(
    "people",
    metadata,
    Column("team_id", String(20), primary_key=True),
    Column("user_id", String(20), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("avatar_url", Text),
    Column("may_act", Boolean, nullable=False),
    Column("fetched_at", UtcDateTime, nullable=False),
    Column("locale", String(35)),
    Column("zone", String(64)),
    # Whether conversations may be assigned to them, by their own word, and when the last one was.
    Column("is_available", Boolean, nullable=False, default=False, server_default=false()),
    Column("assigned_at", UtcDateTime),
)

facts = Table(
    "facts",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

processes = Table("processes", metadata, Column("id", Integer, primary_key=True, autoincrement=False))
