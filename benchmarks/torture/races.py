"""Take-over races at the desk: two teammates press while an AI's answer commits, ten thousand times."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import select

from bot.desk.customers import chat
from bot.desk.desk import Desk
from bot.desk.errors import AIPaused, AlreadyTaken
from bot.desk.timeline import Event
from storage import schema
from storage.engine.database import Database
from storage.migrate import upgrade
from storage.records import Author, ConversationId, Customer, Kind, Person, PersonId
from storage.transaction import Transaction

# So many races are under way at once, and as many conversations are made and looked at in one transaction.
AT_ONCE = 50
# The three set off within this many seconds of each other.
_APART = 0.02


@dataclass(slots=True)
class Races:
    """What came of them. `answered` and `silenced` show that the AI both won and lost some."""

    database: str
    count: int = 0
    answered: int = 0
    silenced: int = 0
    ai_after_take_over: int = 0
    double_owners: int = 0
    wrong_tickets: int = 0
    gaps: int = 0
    seconds: float = 0.0
    wins: Counter[str] = field(default_factory=Counter)

    @property
    def bad(self) -> int:
        return self.ai_after_take_over + self.double_owners + self.wrong_tickets + self.gaps

    def line(self) -> str:
        wins = ", ".join(f"{name} {count:,}" for name, count in sorted(self.wins.items()))
        return (
            f"{self.database}: {self.count:,} take-over races in {self.seconds:.0f} s (won by {wins}; the AI "
            f"answered before {self.answered:,}, was silenced in {self.silenced:,}): AI messages after the "
            f"take over {self.ai_after_take_over}, double owners {self.double_owners}, tickets other than "
            f"one {self.wrong_tickets}, gaps in the ledger {self.gaps}"
        )


async def races(kind: str, database_url: str, count: int, *, seed: int) -> Races:
    """Run `count` races on an empty database.

    On PostgreSQL each of the three comes from a pool of connections of its own, as from another process.
    """
    began = time.monotonic()
    first = Database(database_url)
    await upgrade(first)
    houses = [first] if first.is_sqlite else [first, Database(database_url), Database(database_url)]
    track = _Track(houses, Races(kind), seed=seed)
    try:
        for start in range(0, count, AT_ONCE):
            await track.heat(min(AT_ONCE, count - start))
    finally:
        for database in houses:
            await database.close()
    track.result.seconds = time.monotonic() - began
    return track.result


@dataclass(frozen=True, slots=True)
class _Line:
    seq: int
    kind: str
    author: str
    event: str | None


class _Track:
    def __init__(self, houses: Sequence[Database], result: Races, *, seed: int) -> None:
        desks = [Desk(database, ai_answers=False) for database in houses]
        self._ai, self._ana_at, self._ben_at = desks[0], desks[1 % len(desks)], desks[2 % len(desks)]
        self._database = houses[0]
        self._chance = random.Random(f"{seed}/races")
        self.result = result

    async def heat(self, count: int) -> None:
        """As many races as that, all at once."""
        conversations = await self._database.write(lambda tx: _ask(tx, count))
        won = await asyncio.gather(*(self._race(*one) for one in conversations))
        await self._look(dict(zip([one[0] for one in conversations], won, strict=True)))

    async def _race(self, conversation: ConversationId, epoch: int) -> list[str]:
        """Who got it."""
        in_process = self._chance.random() < 0.5
        answer = self._answer(conversation, epoch) if in_process else self._outside_answer(conversation)
        _, *won = await asyncio.gather(
            answer,
            self._press(self._ana_at, conversation, _person("U1", "Ana")),
            self._press(self._ben_at, conversation, _person("U2", "Ben")),
        )
        return [name for name in won if name]

    async def _answer(self, conversation: ConversationId, epoch: int) -> None:
        await self._set_off()
        await self._ai.ai_answers(conversation, "Two to three days.", epoch=epoch, covers=1)

    async def _outside_answer(self, conversation: ConversationId) -> None:
        await self._set_off()
        try:
            await self._ai.outside_ai_says(conversation, "Two to three days.", client_id="1")
        except AIPaused:
            return

    async def _press(self, desk: Desk, conversation: ConversationId, by: Person) -> str:
        await self._set_off()
        try:
            await desk.take_over(conversation, by=by)
        except AlreadyTaken:
            return ""
        return by.name

    async def _set_off(self) -> None:
        await asyncio.sleep(self._chance.uniform(0, _APART))

    async def _look(self, won: dict[ConversationId, list[str]]) -> None:
        entries, tickets = schema.entries, schema.tickets
        async with self._database.read() as tx:
            written = await tx.connection.execute(
                select(
                    entries.c.conversation_id, entries.c.seq, entries.c.kind, entries.c.author, entries.c.data
                )
                .where(entries.c.conversation_id.in_(won))
                .order_by(entries.c.conversation_id, entries.c.seq)
            )
            opened = await tx.connection.execute(
                select(tickets.c.conversation_id).where(tickets.c.conversation_id.in_(won))
            )
        ledgers: dict[str, list[_Line]] = defaultdict(list)
        for row in written:
            ledgers[row.conversation_id].append(_Line(row.seq, row.kind, row.author, row.data.get("event")))
        ticket_counts = Counter(row.conversation_id for row in opened)
        for conversation, winners in won.items():
            self._judge(ledgers[conversation], winners, ticket_counts[conversation])

    def _judge(self, ledger: Sequence[_Line], winners: list[str], tickets: int) -> None:
        result = self.result
        result.count += 1
        result.wins.update(winners)
        taken = [line.seq for line in ledger if line.event == Event.TAKEN_OVER]
        said = [line.seq for line in ledger if line.author == Author.AI and line.kind == Kind.MESSAGE]
        first = taken[0] if taken else 0
        result.answered += any(seq < first for seq in said)
        result.silenced += not said
        result.ai_after_take_over += sum(seq > first for seq in said)
        result.double_owners += len(taken) != 1 or len(winners) != 1
        result.wrong_tickets += tickets != 1
        result.gaps += [line.seq for line in ledger] != list(range(1, len(ledger) + 1))


async def _ask(tx: Transaction, count: int) -> list[tuple[ConversationId, int]]:
    asked = []
    for _ in range(count):
        conversation, _new = await chat.start(
            tx, channel="api", inbox=None, customer=Customer(), client_id=None
        )
        await chat.customer_says(
            tx, conversation.id, "How long does shipping take?", client_id="1", ai_answers=False
        )
        asked.append((conversation.id, conversation.epoch))
    return asked


def _person(user: str, name: str) -> Person:
    return Person(PersonId("T1", user), name, None, may_act=True, fetched_at=datetime.now(UTC))
