"""A transaction: the open connection, its moment in time, and the queries, grouped by what they are about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.chat.conversations import ConversationRows
from storage.chat.files import Files
from storage.chat.held import HeldReplies
from storage.chat.joined import Joined
from storage.chat.ledger import Ledger
from storage.chat.search import Search
from storage.chat.seen import Seen
from storage.engine.session import Session
from storage.engine.unit_of_work import Savepoint, UnitOfWork
from storage.key_values import KeyValues
from storage.outbox.jobs import Outbox
from storage.outbox.rate_limits import RateLimits
from storage.processes import Processes
from storage.records import ConversationId, Entry, MessageRef
from storage.slack.availability import Availability
from storage.slack.people import People
from storage.slack.slack_channels import SlackChannelRows
from storage.slack.slack_events import SlackEvents
from storage.tickets.stats import Stats
from storage.tickets.ticket_filters import TicketFilters
from storage.tickets.tickets import Tickets


@dataclass(frozen=True, slots=True)
class LockHint:
    """What a rule is going to ask for first: its conversation, by id or by thread, and who said it before.

    Rules that share a transaction get it all in a few statements. A rule that asks for something else gets it
    all the same, in a statement of its own.
    """

    conversation_id: ConversationId | None = None
    thread: MessageRef | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """How far a transaction had come."""

    pending: Savepoint
    added: int
    topics: frozenset[str]
    changes: int


class Transaction:
    """What a rule works with. `now` is one moment for the whole transaction, aware and in UTC.

    `touched` and `topics` say, after the commit, which conversations' streams and which outbox workers to
    wake; `added` holds the entries they may show without looking. `process` is the number of the process it
    runs in (`storage.processes`).
    """

    def __init__(
        self,
        connection: Connection | AsyncConnection,
        *,
        now: datetime,
        process: int,
        is_on_the_loop: bool = False,
    ) -> None:
        self._unit_of_work = UnitOfWork()
        self.connection = Session(connection, self._unit_of_work, is_on_the_loop=is_on_the_loop)
        self.now = now
        self.added: list[Entry] = []
        self.topics: set[str] = set()
        self.conversations = ConversationRows(self.connection, now, self._unit_of_work)
        self.ledger = Ledger(self.connection, now, self.conversations, self._unit_of_work, self.added)
        self.tickets = Tickets(self.connection, now)
        self.joined = Joined(self.connection)
        self.seen = Seen(self.connection)
        self.stats = Stats(self.connection)
        self.ticket_filters = TicketFilters(self.connection)
        self.search = Search(self.connection)
        self.held = HeldReplies(self.connection, now)
        self.outbox = Outbox(self.connection, now, self._unit_of_work, self.topics, process)
        self.slack_events = SlackEvents(self.connection, now, self.topics)
        self.rate_limits = RateLimits(self.connection, now)
        self.files = Files(self.connection, now)
        self.people = People(self.connection, now)
        self.slack_channels = SlackChannelRows(self.connection, now)
        self.availability = Availability(self.connection, now)
        self.key_values = KeyValues(self.connection)
        self.processes = Processes(self.connection)

    @property
    def touched(self) -> set[ConversationId]:
        return {entry.conversation_id for entry in self.added}

    async def expect(self, expected: Sequence[LockHint]) -> None:
        """Lock and read what several rules are going to ask for, in the order that keeps lockers apart."""
        await self.conversations.lock_all(
            {one.conversation_id for one in expected if one.conversation_id is not None},
            {one.thread for one in expected if one.thread is not None},
        )
        said = set()
        for one in expected:
            found = self.conversations.locked_as(one.conversation_id, one.thread)
            if found is not None and one.source is not None:
                said.add((found.id, one.source))
        await self.ledger.look_up(said)
        await self.held.look_up({key for key in said if key[1].startswith("slack:")})
        await self.tickets.look_up(self.conversations.locked_ids)

    def mark(self) -> Moment:
        """Remember this moment, to be able to `undo` what comes after it."""
        return Moment(
            self._unit_of_work.mark(), len(self.added), frozenset(self.topics), self.connection.changes
        )

    def undo(self, since: Moment) -> bool:
        """Forget what came since then. False if some of it is written already: then nothing is forgotten."""
        if self.connection.changes != since.changes:
            return False
        self._unit_of_work.undo(since.pending)
        for entry in self.added[since.added :]:
            self.ledger.forget(entry)
        del self.added[since.added :]
        self.topics &= since.topics
        return True

    async def ping(self) -> None:
        await self.connection.execute(text("SELECT 1"))
