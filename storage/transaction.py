"""A transaction: the open connection, its moment in time, and the queries, grouped by what they are about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.channels import Channels
from storage.conversations import Conversations
from storage.facts import Facts
from storage.figures import Figures
from storage.files import Files
from storage.held import HeldReplies
from storage.inbox import Inbox
from storage.joined import Joined
from storage.ledger import Ledger
from storage.link import Link
from storage.outbox import Outbox
from storage.paces import Paces
from storage.pending import Mark, Pending
from storage.people import People
from storage.processes import Processes
from storage.records import ConversationId, Entry, MessageRef
from storage.roster import Roster
from storage.search import Search
from storage.seen import Seen
from storage.shelves import Shelves
from storage.tickets import Tickets


@dataclass(frozen=True, slots=True)
class Expects:
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

    pending: Mark
    added: int
    topics: frozenset[str]
    changes: int


class Transaction:
    """What a rule works with. `now` is one moment for the whole transaction, aware and in UTC.

    `touched` and `topics` say, after the commit, which conversations' streams and which couriers to wake;
    `added` holds the entries they may show without looking. `process` is the number of the process it runs
    in (`storage.processes`).
    """

    def __init__(
        self,
        connection: Connection | AsyncConnection,
        *,
        now: datetime,
        process: int,
        is_on_the_loop: bool = False,
    ) -> None:
        self._pending = Pending()
        self.connection = Link(connection, self._pending, is_on_the_loop=is_on_the_loop)
        self.now = now
        self.added: list[Entry] = []
        self.topics: set[str] = set()
        self.conversations = Conversations(self.connection, now, self._pending)
        self.ledger = Ledger(self.connection, now, self.conversations, self._pending, self.added)
        self.tickets = Tickets(self.connection, now)
        self.joined = Joined(self.connection)
        self.seen = Seen(self.connection)
        self.figures = Figures(self.connection)
        self.shelves = Shelves(self.connection)
        self.search = Search(self.connection)
        self.held = HeldReplies(self.connection, now)
        self.outbox = Outbox(self.connection, now, self._pending, self.topics, process)
        self.inbox = Inbox(self.connection, now, self.topics)
        self.paces = Paces(self.connection, now)
        self.files = Files(self.connection, now)
        self.people = People(self.connection, now)
        self.channels = Channels(self.connection, now)
        self.roster = Roster(self.connection, now)
        self.facts = Facts(self.connection)
        self.processes = Processes(self.connection)

    @property
    def touched(self) -> set[ConversationId]:
        return {entry.conversation_id for entry in self.added}

    async def expect(self, expected: Sequence[Expects]) -> None:
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
        return Moment(self._pending.mark(), len(self.added), frozenset(self.topics), self.connection.changes)

    def undo(self, since: Moment) -> bool:
        """Forget what came since then. False if some of it is written already: then nothing is forgotten."""
        if self.connection.changes != since.changes:
            return False
        self._pending.undo(since.pending)
        for entry in self.added[since.added :]:
            self.ledger.forget(entry)
        del self.added[since.added :]
        self.topics &= since.topics
        return True

    async def ping(self) -> None:
        await self.connection.execute(text("SELECT 1"))
