"""What the queries hand back: plain, frozen rows with types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType

# Characters of an inbox's name.
LONGEST_INBOX = 40

ConversationId = NewType("ConversationId", str)
# Who may start a conversation, and with its client_id come back to it.
StartedBy = NewType("StartedBy", str)
TicketNumber = NewType("TicketNumber", int)
FileId = NewType("FileId", str)


class ConversationState(StrEnum):
    """Who answers the customer."""

    AI = "ai"
    WAITING = "waiting"
    TEAMMATE = "teammate"


class Status(StrEnum):
    """Where a ticket stands. The first four are active, the last two closed."""

    NEW = "new"
    ON_YOU = "on_you"
    ON_CUSTOMER = "on_customer"
    ON_HOLD = "on_hold"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        return self not in (Status.CLOSED, Status.CANCELLED)


class Kind(StrEnum):
    """What an entry is."""

    MESSAGE = "message"
    EDIT = "edit"
    RETRACT = "retract"
    NOTE = "note"
    SYSTEM = "system"


class Author(StrEnum):
    """Whose words an entry holds."""

    CUSTOMER = "customer"
    AI = "ai"
    TEAMMATE = "teammate"
    SYSTEM = "system"


class Audience(StrEnum):
    """Who may see an entry: both sides, or Slack only."""

    CUSTOMER = "customer"
    TEAM = "team"


@dataclass(frozen=True, slots=True)
class PersonId:
    """A Slack user. Ids are unique only within their team, so the two go together."""

    team: str
    user: str


@dataclass(frozen=True, slots=True)
class MessageRef:
    """A Slack message: its channel and its `ts`, which Slack also uses as a thread's name."""

    team: str
    channel: str
    ts: str

    @property
    def source(self) -> str:
        """The name under which the ledger remembers this message."""
        return f"slack:{self.team}/{self.channel}/{self.ts}"

    @classmethod
    def of(cls, source: str) -> MessageRef | None:
        """The message of that name; None if it is no message's."""
        kind, _, where = source.partition(":")
        parts = where.split("/")
        return cls(*parts) if kind == "slack" and len(parts) == 3 else None


ANYONE = StartedBy("anyone")
SERVER = StartedBy("server")


def signed_in(user_id: str) -> StartedBy:
    """Whoever proves to be the person whom the website knows by that id."""
    return StartedBy(f"customer:{user_id}")


@dataclass(frozen=True, slots=True)
class Customer:
    """What we were told about the person in the chat: theirs to invent, but for the fields named in `proven`.

    A field of the metadata is named there as `metadata.` and its key.
    """

    name: str | None = None
    email: str | None = None
    user_id: str | None = None
    locale: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    proven: frozenset[str] = frozenset()

    @property
    def verified(self) -> bool:
        """Whether the website vouches for who this is. Their other fields may be invented all the same."""
        return "user_id" in self.proven


def started_by(customer: Customer) -> StartedBy:
    """Who starts a conversation with this customer from a page: them, where the page proves who they are."""
    return signed_in(customer.user_id) if customer.verified and customer.user_id else ANYONE


@dataclass(frozen=True, slots=True)
class Conversation:
    """One customer's chat and who holds it."""

    id: ConversationId
    channel: str
    inbox: str | None
    customer: Customer
    state: ConversationState
    epoch: int
    holder: PersonId | None
    escalated_at: datetime | None
    last_seq: int
    last_message_seq: int
    mirrored: bool
    card: MessageRef | None
    created_at: datetime
    last_message_at: datetime | None
    # The Slack channel of its thread, whose people may see it. None where no Slack was ever connected.
    home: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened in a conversation. Never changed and never removed.

    Who shows it to somebody reads it as it reads now (`storage.chat.wording`): with the words of its latest
    edit, and with none where it `is_taken_back`.
    """

    conversation_id: ConversationId
    seq: int
    kind: Kind
    author: Author
    audience: Audience
    epoch: int
    person: PersonId | None
    name: str | None
    avatar_url: str | None
    text: str
    data: dict[str, Any]
    source: str | None
    created_at: datetime
    is_taken_back: bool = False

    @property
    def id(self) -> str:
        return f"{self.conversation_id}.{self.seq}"

    @property
    def said(self) -> str:
        """Its words; where it is nothing but files, their names."""
        return self.text or ", ".join(f"📎 {file['name']}" for file in self.attachments)

    @property
    def attachments(self) -> Sequence[Mapping[str, Any]]:
        """What was attached to it: the id, name, type and size of each file."""
        found: Sequence[Mapping[str, Any]] = self.data.get("attachments", ())
        return found


@dataclass(frozen=True, slots=True)
class TeammateCall:
    """A post that calls for a teammate in the channel.

    `seq`: it shows that entry, which stays in the thread when nobody has to be called for any more.
    """

    channel: str
    ts: str
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class Ticket:
    """The team's side of a conversation that a person answers or should."""

    number: TicketNumber
    type: str
    conversation_id: ConversationId
    channel: str
    status: Status
    subject: str | None
    summary: str | None
    language: str | None
    assignee: PersonId | None
    hold_reason: str | None
    status_since: datetime | None
    opened_at: datetime
    first_reply_at: datetime | None
    closed_at: datetime | None
    assigned_at: datetime | None = None
    told_at: datetime | None = None
    reminders: int = 0
    call: TeammateCall | None = None


@dataclass(frozen=True, slots=True)
class HeldReply:
    """A thread message that waits for its author to say: send it, or keep it as a note.

    `html` is the text as its author formatted it, where they did; `translation` is it in the customer's
    language, where it is in another and was translated. `translated_first`: that is what it is held for.
    `follows_since`: it only follows such a one, and was theirs to send in that epoch. `again`: it failed, for
    Slack did not hand over its files; this is how it was delivered, to be dealt with once more.
    """

    conversation_id: ConversationId
    message: MessageRef
    author: PersonId
    text: str
    html: str | None = None
    translation: str | None = None
    translated_first: bool = False
    follows_since: int | None = None
    again: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class File:
    """Something attached to a message. `type` is what its bytes are, whatever its sender called it.

    `source` is the Slack message it came with (None: from the customer), `seq` the customer's entry that
    carries it, `slack_id` Slack's own name for it. It is whole once `sha256` is known.
    """

    id: FileId
    conversation_id: ConversationId
    source: str | None
    seq: int | None
    slack_id: str | None
    name: str
    type: str
    size: int
    sha256: str | None

    @property
    def shown(self) -> dict[str, Any]:
        """What an entry remembers of it."""
        return {"id": self.id, "name": self.name, "type": self.type, "size": self.size}


@dataclass(frozen=True, slots=True)
class Person:
    """A teammate as Slack last described them."""

    id: PersonId
    name: str
    avatar_url: str | None
    may_act: bool
    fetched_at: datetime
    # BCP 47, and a name of the tz database. None: not asked for yet; empty: Slack did not say.
    locale: str | None = None
    zone: str | None = None
    # Not kept: Slack is asked anew before anybody acts.
    is_automaton: bool = False


@dataclass(frozen=True, slots=True)
class JobItem:
    """One row of the outbox within a job."""

    id: int
    fence: int
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Job:
    """What one call carries: one row of the outbox, or several of one lane that travel together, in order.

    `maybe_sent` is the time of the first try whose outcome nobody knows: the work may be done already.
    Only the bearer of its items' fences can settle it. `key` is the first row's.
    """

    items: tuple[JobItem, ...]
    lane: str
    kind: str
    conversation_id: ConversationId
    channel: str | None
    key: str
    attempts: int
    maybe_sent: datetime | None
    created_at: datetime

    @property
    def id(self) -> int:
        return self.items[0].id

    @property
    def fence(self) -> int:
        return self.items[0].fence

    @property
    def payload(self) -> dict[str, Any]:
        return self.items[0].payload
