"""Whether a large past slows the present: the same work on a database full of it and on one without.

Both hold the same small present, so both lists show full pages. Each operation is done on the one and then
on the other, in changing order, so that whatever else the machine does disturbs both alike. The rules are
called as the handlers call them; nothing but the database is under them.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import update

from benchmarks import bridge_process, past
from benchmarks.databases import DatabaseKind, Databases
from benchmarks.rows import Row, Target, percentile
from benchmarks.side import Side, side
from bot.app import Bridge
from bot.blocks.elements.list_rows import PAGE_SIZE
from bot.desk.desk import Desk
from bot.desk.replies import thread_messages
from bot.desk.replies.thread_messages import Intent, Outcome
from bot.settings import Settings
from storage.migrate import upgrade
from storage.records import ConversationId, Customer, MessageRef, Person, PersonId
from storage.schema import OPEN_STATES, outbox
from storage.transaction import LockHint

ANA = Person(PersonId(past.TEAM, "U1"), "Ana", None, may_act=True, fetched_at=datetime.now(UTC))
TARGET = Target(1.3, "ratio")


@dataclass(frozen=True, slots=True)
class Size:
    """The large past, how often each operation is done, how many messages go all the way to Slack, and what
    both databases hold besides: tickets that are open, and conversations that are live.
    """

    conversations: int
    entries_each: int
    times: int
    relayed: int
    open_today: int = 40
    live_today: int = 200


FULL = Size(conversations=100_000, entries_each=10, times=500, relayed=300)
QUICK = Size(conversations=2_000, entries_each=10, times=60, relayed=40)


class Office:
    """One database's present, and the operations on it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._live: list[tuple[ConversationId, MessageRef]] = []
        self._clock = 0
        self.milliseconds: dict[str, list[float]] = {}

    async def open(self, size: Size) -> None:
        await self._desk.database.write(lambda tx: tx.people.remember(ANA))
        for number in range(size.open_today + size.live_today):
            conversation, thread = await self._conversation(number)
            if number < size.open_today:
                await self._desk.take_over(conversation, by=ANA)
            else:
                self._live.append((conversation, thread))

    def work(self, number: int) -> Mapping[str, Callable[[], Awaitable[Any]]]:
        """One round's operations, by name, in order."""
        conversation, thread = self._live[number % len(self._live)]
        return {
            "a customer's message": partial(
                self._desk.customer_says, conversation, past.WORDS[0], client_id=f"round-{number}"
            ),
            "take over": partial(self._desk.take_over, conversation, by=ANA),
            "reply": partial(self._reply, thread, "Thank you for waiting, it is on its way to you."),
            "open tickets": partial(self._desk.open_tickets, limit=PAGE_SIZE),
            "live conversations": partial(self._desk.live, limit=PAGE_SIZE),
            "hand back": partial(self._hand_back, conversation),
        }

    async def _reply(self, thread: MessageRef, text: str) -> Outcome:
        message = self._message()
        rule = partial(
            thread_messages.thread_message,
            thread=thread,
            message=message,
            by=ANA,
            text=text,
            intent=Intent.FOR_CUSTOMER,
        )
        lock_hint = LockHint(thread=thread, source=message.source)
        return await self._desk.database.write(rule, lock_hint=lock_hint)

    async def timed(self, name: str, operation: Callable[[], Awaitable[Any]]) -> None:
        began = time.perf_counter()
        await operation()
        self.milliseconds.setdefault(name, []).append((time.perf_counter() - began) * 1000)

    async def _conversation(self, number: int) -> tuple[ConversationId, MessageRef]:
        customer = Customer(name=f"Today's customer {number}")
        conversation, _ = await self._desk.start(channel="web", inbox=None, customer=customer, client_id=None)
        thread = self._message()
        await self._desk.database.write(lambda tx: tx.conversations.begin_mirroring(conversation.id))
        await self._desk.database.write(lambda tx: tx.conversations.place_card(conversation.id, thread))
        for seq in range(10):
            await self._desk.customer_says(conversation.id, past.WORDS[0], client_id=f"first-{seq}")
        return conversation.id, thread

    async def _hand_back(self, conversation_id: ConversationId) -> None:
        epoch = (await self._desk.view(conversation_id)).conversation.epoch
        await self._desk.allow_ai_replies(conversation_id, by=ANA, epoch=epoch)

    def _message(self) -> MessageRef:
        self._clock += 1
        return MessageRef(past.TEAM, past.CHANNEL, f"2.{self._clock:06d}")


async def measure(size: Size, databases: Databases) -> list[Row]:
    rows = []
    for kind in databases.kinds:
        empty, full = await databases.empty(kind), await databases.empty(kind)
        rows += await _rules(kind, empty, full, size)
        rows += await _relayed(kind, empty, full, size)
    return rows


async def _rules(kind: DatabaseKind, empty: str, full: str, size: Size) -> list[Row]:
    async with _desk(empty) as small, _desk(full) as large:
        await past.written(full, count=size.conversations, entries_each=size.entries_each)
        offices = [Office(small), Office(large)]
        for office in offices:
            await office.open(size)
        chance = random.Random(13)
        for number in range(size.times):
            work = [office.work(number) for office in offices]
            for name in work[0]:
                for one in chance.sample((0, 1), 2):
                    await offices[one].timed(name, work[one][name])
        for desk in (small, large):
            await _nothing_owed(desk)
    small_ms, large_ms = (office.milliseconds for office in offices)
    return [
        row
        for name in small_ms
        for row in _rows(f"{_what(kind, size)}: {name}", small_ms[name], large_ms[name])
    ]


async def _relayed(kind: DatabaseKind, empty: str, full: str, size: Size) -> list[Row]:
    """A customer's message all the way to Slack, with every finished row of the past in the outbox."""
    async with AsyncExitStack() as stack:
        sides: list[Side] = []
        for name, url in (("empty", empty), ("full", full)):
            made = partial(bridge_process.settings, url)
            sides.append(await stack.enter_async_context(side(name, bridge_process.MODULE, made)))
            await sides[-1].open_chats(min(10, size.relayed))
        taken: dict[str, list[float]] = {one.name: [] for one in sides}
        chance = random.Random(17)
        for number in range(size.relayed):
            for one in chance.sample(sides, 2):
                customer = one.customers[number % len(one.customers)]
                taken[one.name].append(await one.to_slack(customer) * 1000)
                await asyncio.sleep(0.02)
    return _rows(f"{_what(kind, size)}: customer's POST → Slack's call", taken["empty"], taken["full"])


async def _nothing_owed(desk: Desk) -> None:
    """End what the rules left in the outbox: it is for a Slack that there is not."""
    owed = outbox.c.state.in_(OPEN_STATES)
    ended = update(outbox).where(owed).values(state="cancelled", finished_at=datetime.now(UTC))
    await desk.database.write(lambda tx: tx.connection.execute(ended))


def _rows(what: str, small: list[float], large: list[float]) -> list[Row]:
    # The median as well: on a busy machine the slowest say more about the machine.
    return [
        Row(
            f"{what}, p{share * 100:.0f}",
            percentile(large, share),
            "ms",
            beside=("empty", percentile(small, share)),
            target=TARGET,
        )
        for share in (0.50, 0.99)
    ]


def _what(kind: DatabaseKind, size: Size) -> str:
    return f"growth, {kind}, {size.conversations * size.entries_each:,} messages"


@asynccontextmanager
async def _desk(url: str) -> AsyncIterator[Desk]:
    """The rules over a database with its tables, without a Slack."""
    settings = Settings(slack_bot_token="", slack_channel="", database_url=url, ai="external")
    bridge = Bridge(settings)
    try:
        await upgrade(bridge.database)
        yield bridge.desk
    finally:
        await bridge.database.close()
