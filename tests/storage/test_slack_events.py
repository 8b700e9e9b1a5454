"""The inbox keeps each delivery once and gives a thread's back in the order in which they happened."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from storage.engine.database import Database
from storage.records import MessageRef
from storage.slack.slack_events import QueuedEvent, SlackEvent, SlackEvents
from storage.transaction import Transaction
from tests.clocks import HandClock

THREAD = MessageRef("T1", "C1", "100.000000")


def delivery(
    ts: str,
    *,
    kind: str = "posted",
    change: str = "",
    event_ts: str | None = None,
    thread: MessageRef = THREAD,
    text: str = "",
) -> SlackEvent:
    message = MessageRef(thread.team, thread.channel, ts)
    return SlackEvent(kind, thread, message, change, event_ts or ts, {"text": text})


async def put(database: Database, *deliveries: SlackEvent) -> None:
    for one in deliveries:
        await database.write(lambda tx, one=one: tx.slack_events.put(one, due_at=tx.now))  # type: ignore[misc]


async def queued_events(database: Database, thread: MessageRef = THREAD) -> list[QueuedEvent]:
    async with database.read() as tx:
        return list(await tx.slack_events.of_thread(thread))


async def test_the_same_delivery_again_is_the_same_row(database: Database) -> None:
    await put(database, *[delivery("101.5", text="Hi")] * 4)
    assert [one.delivery for one in await queued_events(database)] == [delivery("101.5", text="Hi")]


async def test_a_known_delivery_waits_for_nobody_who_deals_with_it(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("one writer: all wait for it")
    await put(database, delivery("101.5"))
    (queued,) = await queued_events(database)
    dealing, done = asyncio.Event(), asyncio.Event()

    async def deal(tx: Transaction) -> None:
        await tx.slack_events.forget([queued.id])
        dealing.set()
        await done.wait()

    dealt_with = asyncio.create_task(database.write(deal))
    await dealing.wait()
    again = asyncio.create_task(put(database, delivery("101.5")))
    waited, _ = await asyncio.wait({again}, timeout=5)
    done.set()
    await asyncio.gather(dealt_with, again)
    assert waited
    assert await queued_events(database) == []


async def test_two_edits_of_a_message_its_posting_and_its_deletion_are_four_rows(database: Database) -> None:
    different = [
        delivery("101.5"),
        delivery("101.5", kind="edited", change="102.0", event_ts="102.1"),
        delivery("101.5", kind="edited", change="103.0", event_ts="103.1"),
        delivery("101.5", kind="deleted", event_ts="104.0"),
    ]
    await put(database, *different[::-1], *different)
    assert [one.delivery for one in await queued_events(database)] == different


async def test_of_two_edits_in_the_same_second_the_later_stays(database: Database) -> None:
    early = delivery("101.5", kind="edited", change="102.0", event_ts="102.1", text="early")
    late = delivery("101.5", kind="edited", change="102.0", event_ts="102.9", text="late")
    await put(database, early, late, early)
    assert [one.delivery for one in await queued_events(database)] == [late]


async def test_the_order_is_that_of_numbers_and_each_thread_has_its_own(database: Database) -> None:
    elsewhere = MessageRef("T1", "C2", THREAD.ts)
    await put(
        database, delivery("1000.5"), delivery("999.5"), delivery("998.5", thread=elsewhere), delivery("99.5")
    )
    assert [one.delivery.message.ts for one in await queued_events(database)] == ["99.5", "999.5", "1000.5"]
    assert [one.delivery.message.ts for one in await queued_events(database, elsewhere)] == ["998.5"]


async def test_what_is_due_first_comes_first(database: Database, clock: HandClock) -> None:
    other = MessageRef("T1", "C1", "200.000000")

    async def keep(tx: Transaction) -> None:
        await tx.slack_events.put(delivery("101.5"), due_at=tx.now + timedelta(seconds=2))
        await tx.slack_events.put(delivery("201.5", thread=other), due_at=tx.now + timedelta(seconds=1))

    await database.write(keep)
    first, second = await queued_events(database, other) + await queued_events(database)
    async with database.read() as tx:
        assert [thread for thread, _ in await tx.slack_events.next(limit=5)] == [other, THREAD]
        assert await tx.slack_events.next(limit=1) == [(other, clock() + timedelta(seconds=1))]
    later = clock() + timedelta(seconds=9)
    await database.write(lambda tx: tx.slack_events.postpone([first.id], until=later, tried=True))
    async with database.read() as tx:
        assert await tx.slack_events.next(limit=5) == [
            (THREAD, clock() + timedelta(seconds=2)),
            (other, later),
        ]
    assert [one.attempts for one in await queued_events(database, other)] == [1]
    await database.write(lambda tx: tx.slack_events.forget([first.id, second.id]))
    async with database.read() as tx:
        assert await tx.slack_events.next(limit=5) == []


async def test_what_was_put_off_is_woken_and_what_is_held_back_is_not(
    database: Database, clock: HandClock
) -> None:
    held_back = clock() + timedelta(seconds=2)
    await put(database, delivery("101.5"))
    (put_off,) = await queued_events(database)
    await database.write(lambda tx: tx.slack_events.put(delivery("102.5"), due_at=held_back))
    until = clock() + timedelta(seconds=9)
    await database.write(lambda tx: tx.slack_events.postpone([put_off.id], until=until, tried=True))
    clock.forward(seconds=1)
    await database.write(lambda tx: tx.slack_events.wake(THREAD))
    assert [one.due_at for one in await queued_events(database)] == [clock(), held_back]


async def test_what_no_text_column_could_hold_is_kept(database: Database) -> None:
    odd = delivery("101.5", text="a zero \0 and half a pair \ud83d")
    await put(database, odd)
    assert [one.delivery for one in await queued_events(database)] == [odd]


async def test_a_delivery_rings_for_the_intake(database: Database) -> None:
    rung: set[str] = set()
    database.on_commit.append(lambda tx: rung.update(tx.topics))
    await put(database, delivery("101.5"))
    assert rung == {SlackEvents.TOPIC}


async def test_a_fact_is_replaced_where_it_is_to_be(database: Database) -> None:
    for value in ("1", "2"):
        await database.write(lambda tx, value=value: tx.key_values.put("n", value))  # type: ignore[misc]
    async with database.read() as tx:
        assert await tx.key_values.get("n") == "2"
