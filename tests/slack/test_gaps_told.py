"""A gap is known to every process before anything rests on that."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from bot.slack.recovery.gaps import GAP_AT, Gaps
from storage.engine.database import Database
from tests.databases import somebody_else_writes

NOBODY: Any = None


@pytest.fixture
def gaps(database: Database) -> Gaps:
    if database.is_sqlite:
        pytest.skip("SQLite serves one process: there is nobody to tell")
    return Gaps(database, NOBODY, NOBODY, (), may_land_for=timedelta(seconds=15))


async def told(database: Database) -> str | None:
    async with database.read() as tx:
        return await tx.key_values.get(GAP_AT)


async def broken_off(address: str) -> None:
    """The database breaks off whoever waits for a lock, once somebody does."""
    url = make_url(address)
    server = await asyncpg.connect(host=url.query["host"], user=url.username, database=url.database)
    try:
        async with asyncio.timeout(20):
            while not await server.fetch(
                "SELECT pg_cancel_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ):
                pass
    finally:
        await server.close()


async def test_a_gap_that_could_not_be_told_is_told_when_it_can_be(
    database: Database, address: str, gaps: Gaps
) -> None:
    async with somebody_else_writes(address, "facts"):
        gaps.dropped()
        telling = asyncio.create_task(gaps.noticed())
        await broken_off(address)
        with pytest.raises(DBAPIError):
            await telling
    assert await told(database) is None
    await gaps.noticed()
    assert await told(database) is not None


async def test_nobody_takes_a_gap_for_told_while_it_is_being_told(
    database: Database, address: str, gaps: Gaps
) -> None:
    async with somebody_else_writes(address, "facts"):
        gaps.dropped()
        first, second = (asyncio.create_task(gaps.noticed()) for _ in range(2))
        await asyncio.wait([first, second], timeout=0.1)
        assert not second.done()
    await asyncio.gather(first, second)
    assert await told(database) is not None
