"""A transaction: the open connection, its moment in time, and the queries, grouped by what they are about."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.conversations import Conversations
from storage.facts import Facts
from storage.held import HeldReplies
from storage.inbox import Inbox
from storage.ledger import Ledger
from storage.outbox import Outbox
from storage.people import People
from storage.records import ConversationId
from storage.tickets import Tickets


class Transaction:
    """What a rule works with. `now` is one moment for the whole transaction, aware and in UTC.

    `touched` and `topics` say, after the commit, which conversations' streams and which couriers to wake.
    """

    def __init__(self, connection: AsyncConnection, *, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self.touched: set[ConversationId] = set()
        self.topics: set[str] = set()
        self.conversations = Conversations(connection, now)
        self.ledger = Ledger(connection, now, self.touched)
        self.tickets = Tickets(connection, now)
        self.held = HeldReplies(connection, now)
        self.outbox = Outbox(connection, now, self.topics)
        self.inbox = Inbox(connection, now, self.topics)
        self.people = People(connection, now)
        self.facts = Facts(connection)

    async def ping(self) -> None:
        await self.connection.execute(text("SELECT 1"))
