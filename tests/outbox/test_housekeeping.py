"""Old rows are cleared away, all of them, a few at a time."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import insert, select

from bot.scheduler.housekeeping import AT_ONCE, KEEP, Housekeeping
from storage.engine.database import Database
from storage.records import Customer
from storage.schema import outbox
from storage.transaction import Transaction


async def _left(database: Database) -> list[str]:
    async with database.read() as tx:
        return list(await tx.connection.scalars(select(outbox.c.key).order_by(outbox.c.id)))


async def test_what_was_done_days_ago_is_dropped_and_what_was_done_lately_is_kept(database: Database) -> None:
    conversation, _ = await database.write(
        lambda tx: tx.conversations.start(channel="web", inbox=None, customer=Customer(), client_id=None)
    )
    now = database.clock()
    long_ago, lately = now - KEEP - timedelta(seconds=1), now - KEEP + timedelta(hours=1)
    ended = {"late": ("done", lately), "given up": ("parked", long_ago)}
    ended |= {f"old {number}": ("done", long_ago) for number in range(2 * AT_ONCE + 1)}
    rows = [
        {
            "topic": "slack",
            "lane": key,
            "kind": "post",
            "conversation_id": conversation.id,
            "key": key,
            "priority": 1,
            "state": state,
            "available_at": finished_at,
            "created_at": finished_at,
            "finished_at": finished_at,
        }
        for key, (state, finished_at) in ended.items()
    ]

    async def store(tx: Transaction) -> None:
        await tx.connection.execute(insert(outbox), rows)

    await database.write(store)
    keeping = asyncio.create_task(Housekeeping(database).run())
    try:
        async with asyncio.timeout(60):
            while await _left(database) != ["late", "given up"]:  # noqa: ASYNC110 - rows that go have no event
                await asyncio.sleep(0.01)
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping
