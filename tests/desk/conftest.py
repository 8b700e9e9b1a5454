"""The rules over real databases, and words to drive them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from bot.desk.desk import Desk
from bot.desk.replies.thread_messages import Intent, Outcome
from bot.notifier import Notifier
from storage.engine.database import Database
from storage.records import (
    Audience,
    Author,
    Conversation,
    ConversationId,
    ConversationState,
    Customer,
    Entry,
    Kind,
    MessageRef,
    Person,
    PersonId,
    Status,
    Ticket,
)
from storage.schema import outbox
from tests.databases import address, clock, database, empty_sqlite, shared_postgres
from tests.threads import deleted, edited, typed

__all__ = ["address", "clock", "database", "empty_sqlite", "shared_postgres"]

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
TEAM, CHANNEL = "T1", "C1"


def teammate(user: str, name: str, *, may_act: bool = True) -> Person:
    return Person(PersonId(TEAM, user), name, None, may_act=may_act, fetched_at=LONG_AGO)


ANA, BEN = teammate("U1", "Ana García"), teammate("U2", "Ben")
GUEST = teammate("U3", "Gus", may_act=False)


class Case:
    """One conversation at the desk, with its card in Slack."""

    def __init__(self, desk: Desk, conversation: Conversation, thread: MessageRef) -> None:
        self.desk = desk
        self.id = conversation.id
        self.thread = thread
        self._numbers = itertools.count(1)

    async def remember(self, person: Person) -> None:
        await self.desk.database.write(lambda tx: tx.people.remember(person))

    def message(self) -> MessageRef:
        """A new message in the thread."""
        return replace(self.thread, ts=f"2.{next(self._numbers):06d}")

    async def customer(self, text: str, *, client_id: str | None = None) -> tuple[Entry, bool]:
        return await self.desk.customer_says(self.id, text, client_id=client_id or f"c{next(self._numbers)}")

    async def ai(self, text: str, *, covers: int, epoch: int = 0) -> Entry | None:
        return await self.desk.ai_answers(self.id, text, epoch=epoch, covers=covers)

    async def types(
        self,
        by: Person,
        text: str,
        *,
        message: MessageRef | None = None,
        intent: Intent = Intent.FOR_CUSTOMER,
    ) -> Outcome:
        return await typed(
            self.desk.database, self.thread, message or self.message(), by=by, text=text, intent=intent
        )

    async def edits(
        self, by: Person, message: MessageRef, text: str, intent: Intent = Intent.FOR_CUSTOMER
    ) -> Outcome:
        return await edited(self.desk.database, self.thread, message, by=by, text=text, intent=intent)

    async def deletes(self, message: MessageRef) -> Outcome:
        return await deleted(self.desk.database, self.thread, message)

    async def hand_back(self, by: Person = ANA) -> Ticket:
        return await self.desk.allow_ai_replies(self.id, by=by, epoch=(await self.conversation()).epoch)

    async def entries(self) -> Sequence[Entry]:
        async with self.desk.database.read() as tx:
            return await tx.ledger.since(self.id)

    async def window(self) -> list[str]:
        """What the customer reads, edits and retractions applied."""
        now: dict[int, str] = {}
        for entry in await self.desk.for_customer(self.id, after=0, limit=1000):
            if entry.kind is Kind.MESSAGE:
                now[entry.seq] = entry.text
            elif entry.kind is Kind.EDIT:
                now[entry.data["target"]] = entry.text
            elif entry.kind is Kind.RETRACT:
                del now[entry.data["target"]]
        return list(now.values())

    async def notes(self) -> list[str]:
        return [entry.text for entry in await self.entries() if entry.kind is Kind.NOTE]

    async def events(self) -> list[str]:
        return [e.data["event"] for e in await self.entries() if e.kind is Kind.SYSTEM]

    async def conversation(self) -> Conversation:
        return (await self.desk.view(self.id)).conversation

    async def state(self) -> ConversationState:
        return (await self.conversation()).state

    async def ticket(self) -> Ticket | None:
        return (await self.desk.view(self.id)).ticket

    async def status(self) -> Status | None:
        ticket = await self.ticket()
        return None if ticket is None else ticket.status

    async def set_status(self, status: Status) -> None:
        ticket = await self.ticket()
        assert ticket is not None
        number = ticket.number
        await self.desk.database.write(lambda tx: tx.tickets.move(number, status))

    async def owed(self, kind: str) -> list[dict[str, Any]]:
        """The payloads of the outbox's rows of this kind, oldest first."""
        async with self.desk.database.read() as tx:
            return list(
                await tx.connection.scalars(
                    select(outbox.c.payload)
                    .where(outbox.c.conversation_id == self.id, outbox.c.kind == kind)
                    .order_by(outbox.c.id)
                )
            )

    async def marks(self) -> list[tuple[str, str | None]]:
        return [(one["mark"], one["instead_of"]) for one in await self.owed("mark")]

    async def prompts(self) -> list[str]:
        return [one["prompt"] for one in await self.owed("prompt")]

    async def nothing_of_the_team_is_for_the_customer(self) -> None:
        for entry in await self.entries():
            if entry.kind is Kind.NOTE:
                assert entry.audience is Audience.TEAM
        assert all(
            entry.kind is not Kind.NOTE
            for entry in await self.desk.for_customer(self.id, after=0, limit=1000)
        )


class Office:
    """Opens cases."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._numbers = itertools.count(1)

    async def case(self, *, locale: str | None = None, name: str | None = "Maya") -> Case:
        conversation, _ = await self.desk.start(
            channel="web", inbox=None, customer=Customer(name=name, locale=locale), client_id=None
        )
        thread = MessageRef(TEAM, CHANNEL, f"1.{next(self._numbers):06d}")
        await self.desk.database.write(lambda tx: tx.conversations.place_card(conversation.id, thread))
        return Case(self.desk, conversation, thread)


@pytest.fixture
async def office(database: Database) -> Office:
    notifier = Notifier()
    database.on_commit.append(notifier.after_commit)
    for person in (ANA, BEN, GUEST):
        await database.write(lambda tx, person=person: tx.people.remember(person))  # type: ignore[misc]
    return Office(Desk(database, ai_answers=True))


@pytest.fixture
async def case(office: Office) -> Case:
    return await office.case()


@pytest.fixture
async def held(case: Case) -> Case:
    """A conversation that Ana took over."""
    await case.customer("Hello?")
    await case.desk.take_over(case.id, by=ANA)
    return case


def of(entries: Sequence[Entry], author: Author) -> list[str]:
    return [entry.text for entry in entries if entry.author is author and entry.kind is Kind.MESSAGE]


NOBODY = ConversationId("0" * 32)
