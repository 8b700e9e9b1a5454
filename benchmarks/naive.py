"""The floor of throughput: an outbox worker that claims one row at a time, each claim and each end in a
transaction.

It works off an outbox of its own, in the same kind of database, with the same guarantees on disk, the same
order within a lane and the same call to Slack. It takes nothing in and keeps no ledger: its rows are there.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import event, insert, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.schema import Column, Index, MetaData, Table
from sqlalchemy.types import Integer, String, Text

from benchmarks.processes import announce, parent_ended
from bot.app import slack_client
from bot.blocks.elements.message import Message, small, words
from bot.settings import Settings, read_settings

MODULE = "benchmarks.naive"
LANES = 200
WORKERS = 16

metadata = MetaData()
outbox = Table(
    "naive_outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("lane", Integer, nullable=False),
    Column("words", Text, nullable=False),
    Column("state", String(10), nullable=False),
)
_OPEN = text("state <> 'done'")
Index("ix_naive_lane", outbox.c.lane, outbox.c.id, sqlite_where=_OPEN, postgresql_where=_OPEN)
Index("ix_naive_due", outbox.c.id, sqlite_where=_OPEN, postgresql_where=_OPEN)

CLAIM = """
    UPDATE naive_outbox SET state = 'sending' WHERE id = (
        SELECT id FROM naive_outbox AS due WHERE state <> 'done' AND state = 'ready' AND NOT EXISTS (
            SELECT 1 FROM naive_outbox AS earlier
            WHERE earlier.lane = due.lane AND earlier.id < due.id AND earlier.state <> 'done'
        ) ORDER BY id LIMIT 1 {lock}
    ) RETURNING id, lane, words
"""
FINISH = text("UPDATE naive_outbox SET state = 'done' WHERE id = :id")


class Naive:
    """Sixteen hands, each with one row at a time."""

    def __init__(self, engine: AsyncEngine, client: AsyncWebClient, channel: str) -> None:
        self._engine = engine
        self._client = client
        self._channel = channel
        lock = "FOR UPDATE SKIP LOCKED" if engine.dialect.name == "postgresql" else ""
        self._claim = text(CLAIM.format(lock=lock))
        self._threads: list[str] = []
        self._stopping = False

    async def prepare(self, rows: int) -> None:
        """The rows, and a thread for each lane."""
        lanes = [(number % LANES, number // LANES) for number in range(rows)]
        owed = [{"lane": lane, "words": f"c{lane}m{seq} {FILLING}", "state": "ready"} for lane, seq in lanes]
        async with self._engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
            await connection.execute(insert(outbox), owed)
        for lane in range(LANES):
            answer = await self._post(Message(text=f"Lane {lane}", blocks=[]), thread=None)
            self._threads.append(answer["ts"])

    async def work(self) -> None:
        """One hand, until nothing is left or `stop` is called."""
        while not self._stopping:
            async with self._engine.begin() as connection:
                row = await self._claimed(connection)
            if row is None:
                return
            shown = Message(text=row.words, blocks=[small("👤 *Customer*"), *words(row.words)])
            await self._post(shown, thread=self._threads[row.lane])
            async with self._engine.begin() as connection:
                await connection.execute(FINISH, {"id": row.id})

    def stop(self) -> None:
        self._stopping = True

    async def _claimed(self, connection: AsyncConnection) -> Any:
        return (await connection.execute(self._claim)).one_or_none()

    async def _post(self, message: Message, *, thread: str | None) -> Any:
        return await self._client.chat_postMessage(
            channel=self._channel, thread_ts=thread, mrkdwn=False, **message.arguments()
        )


FILLING = "The zip of my backpack broke on the second day. What can I do?"


def _engine(url: str) -> AsyncEngine:
    if not url.startswith("sqlite"):
        return create_async_engine(url, pool_size=WORKERS)
    engine = create_async_engine(url, pool_size=1, max_overflow=0, pool_timeout=60)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


async def serve(settings: Settings, *, rows: int) -> None:
    engine = _engine(settings.database_url)
    async with aiohttp.ClientSession() as session:
        naive = Naive(engine, slack_client(settings, session), settings.slack_channel)
        await naive.prepare(rows)
        announce()
        async with asyncio.TaskGroup() as hands:
            for _ in range(WORKERS):
                hands.create_task(naive.work())
            await parent_ended()
            naive.stop()
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(serve(read_settings(os.environ), rows=int(os.environ["NAIVE_ROWS"])))
