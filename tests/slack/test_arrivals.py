"""What arrives while more arrives: few transactions, and none compared with all the others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from bot.slack.inbound.arrivals import MOST_TOGETHER, Arrivals
from storage.engine.database import Database
from storage.records import MessageRef
from storage.slack.slack_events import SlackEvent
from storage.transaction import Transaction

THREADS = [MessageRef("T1", "C1", f"{number}.000000") for number in range(4)]


class Counted(MessageRef):
    """A thread that counts how often one is compared with another."""

    compared = 0

    def __eq__(self, other: object) -> bool:
        Counted.compared += 1
        return super().__eq__(other)

    __hash__ = MessageRef.__hash__


def delivery(number: int, *, text: str = "Hi", thread: MessageRef | None = None) -> SlackEvent:
    thread = thread or THREADS[number % len(THREADS)]
    ts = f"{1000 + number}.000000"
    return SlackEvent("posted", thread, MessageRef("T1", "C1", ts), "", ts, {"text": text})


class Shelf:
    """Keeps deliveries in the inbox, and remembers how many each transaction kept."""

    def __init__(self) -> None:
        self.kept: list[int] = []
        self.goes_on = asyncio.Event()
        self.goes_on.set()

    async def store(self, deliveries: Sequence[SlackEvent], tx: Transaction) -> Sequence[bool]:
        await tx.slack_events.put_all([(one, tx.now) for one in deliveries])
        self.kept.append(len(deliveries))
        return [True] * len(deliveries)


@pytest.fixture
def ticket_filter() -> Shelf:
    return Shelf()


@pytest.fixture
def arrivals(database: Database, ticket_filter: Shelf) -> Arrivals:
    return Arrivals(database, ticket_filter.store)


async def waiting(database: Database) -> int:
    async with database.read() as tx:
        return await tx.slack_events.count()


async def test_what_arrives_together_is_kept_together(
    database: Database, ticket_filter: Shelf, arrivals: Arrivals
) -> None:
    await asyncio.gather(*(arrivals.take(delivery(number)) for number in range(1_000)))
    assert await waiting(database) == 1_000
    assert len(ticket_filter.kept) <= -(-1_000 // MOST_TOGETHER) + 1


async def test_no_arrival_is_compared_with_all_others(database: Database, arrivals: Arrivals) -> None:
    """Of 1,000 in one thread and 1,000 in threads of their own, each is looked up, and that is all."""
    ones = [delivery(number, thread=Counted("T1", "C1", "1.000000")) for number in range(1_000)]
    others = [
        delivery(number, thread=Counted("T1", "C1", f"{number}.000000")) for number in range(1_000, 2_000)
    ]
    Counted.compared = 0
    await asyncio.gather(*map(arrivals.take, [*ones, *others]))
    assert Counted.compared < 20 * 2_000


async def test_what_is_delivered_again_while_it_is_kept_joins_it(
    database: Database, ticket_filter: Shelf, arrivals: Arrivals
) -> None:
    firsts = await asyncio.gather(*(arrivals.take(delivery(1)) for _ in range(50)))
    assert firsts.count(True) == 1
    # And what comes later still is known without a transaction.
    assert not await arrivals.take(delivery(1))
    assert ticket_filter.kept == [1]
    assert await waiting(database) == 1


async def test_whoever_joins_hears_that_it_failed_and_the_next_try_is_a_new_one(database: Database) -> None:
    fails = True

    async def store(deliveries: Sequence[SlackEvent], tx: Transaction) -> Sequence[bool]:
        if fails:
            raise OSError("the disk is full")
        await tx.slack_events.put_all([(one, tx.now) for one in deliveries])
        return [True] * len(deliveries)

    arrivals = Arrivals(database, store)
    outcomes = await asyncio.gather(*(arrivals.take(delivery(1)) for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in outcomes] == [OSError] * 3
    fails = False
    assert await arrivals.take(delivery(1))
    assert await waiting(database) == 1


async def test_one_that_the_database_refuses_spoils_nothing_for_the_others(
    database: Database, arrivals: Arrivals
) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite takes a text of any length")
    too_long = delivery(2, thread=MessageRef("T1", "C1", "3" * 40))
    outcomes = await asyncio.gather(
        *map(arrivals.take, [delivery(1), too_long, delivery(3)]), return_exceptions=True
    )
    assert [isinstance(one, Exception) for one in outcomes] == [False, True, False]
    assert await waiting(database) == 2


async def test_what_nobody_kept_is_asked_about_again(database: Database) -> None:
    """A thread that is nobody's just now may be a conversation's in a moment."""
    asked = 0

    async def store(deliveries: Sequence[SlackEvent], tx: Transaction) -> Sequence[bool]:
        nonlocal asked
        asked += len(deliveries)
        return [False] * len(deliveries)

    arrivals = Arrivals(database, store)
    for _ in range(2):
        await arrivals.take(delivery(1))
    assert asked == 2


async def test_a_thread_has_settled_when_all_that_arrived_before_is_kept(
    database: Database, arrivals: Arrivals
) -> None:
    taking = [asyncio.create_task(arrivals.take(delivery(number))) for number in range(8)]
    await asyncio.sleep(0)
    await arrivals.settled(THREADS[:1])
    assert all(one.done() for one in taking[:: len(THREADS)])
    await asyncio.gather(*taking)
    await arrivals.settled(THREADS)
    assert not arrivals._last
