"""Whether a process still holds a message that came before this moment, asked across processes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest

import bot.slack.inbound.all_clear
from bot.slack.inbound.all_clear import SILENT_FOR, AllClear
from bot.slack.inbound.in_hand import InHand
from storage.engine.database import Database


class Passed:
    """Seconds that pass by themselves, and those that are told to."""

    forward = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.forward


async def test_what_was_in_hand_before_is_waited_for_and_what_comes_later_is_not() -> None:
    in_hand = InHand()
    first, second = in_hand.received(), in_hand.received()
    waiting = asyncio.create_task(in_hand.settled())
    await asyncio.wait([waiting], timeout=0.01)
    later = in_hand.received()
    in_hand.finished(second)
    await asyncio.wait([waiting], timeout=0.01)
    assert not waiting.done()
    in_hand.finished(first)
    await waiting
    in_hand.finished(later)
    await in_hand.settled()


@asynccontextmanager
async def process(address: str, in_hand: InHand, passed: Passed | None = None) -> AsyncIterator[AllClear]:
    """A process on the database as far as its notices go."""
    database = Database(address)
    asks = AllClear(database, in_hand.settled, passed=passed or Passed())
    is_listening = asyncio.Event()

    def heard(name: str) -> None:
        asks.heard(name)

    running: list[Coroutine[Any, Any, None] | None] = [
        database.notifications(heard=heard, missed=is_listening.set),
        database.process_lock(),
    ]
    tasks = [asyncio.create_task(one) for one in running if one is not None]
    if tasks:
        await is_listening.wait()
        await there(database, database.process)
    try:
        yield asks
    finally:
        await asks.stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await database.close()


async def there(database: Database, number: int) -> None:
    """Wait until that process is known."""
    async with asyncio.timeout(20):
        while True:
            async with database.read() as tx:
                if number in await tx.processes.others(than=-1):
                    return


async def test_where_nobody_else_is_only_its_own_hands_count(database: Database, address: str) -> None:
    in_hand = InHand()
    async with process(address, in_hand) as alone:
        assert await alone.given()
        number = in_hand.received()
        asked = asyncio.create_task(alone.given())
        await asyncio.wait([asked], timeout=0.05)
        assert not asked.done()
        in_hand.finished(number)
        assert await asked


async def test_another_process_answers_when_what_it_had_is_stored(database: Database, address: str) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite serves one process")
    theirs = InHand()
    async with process(address, InHand()) as one, process(address, theirs):
        assert await one.given()
        number = theirs.received()
        asked = asyncio.create_task(one.given())
        await asyncio.wait([asked], timeout=0.1)
        assert not asked.done()
        theirs.finished(number)
        assert await asked


async def test_a_process_that_hangs_is_doubted_and_at_last_not_waited_for(
    database: Database, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite serves one process")
    monkeypatch.setattr(bot.slack.inbound.all_clear, "PATIENCE", 0.2)
    passed, theirs = Passed(), InHand()
    async with process(address, InHand(), passed) as one, process(address, theirs):
        number = theirs.received()
        assert not await one.given()
        passed.forward += SILENT_FOR
        assert await one.given()
        # Whatever it says, it is there again.
        theirs.finished(number)
        monkeypatch.setattr(bot.slack.inbound.all_clear, "PATIENCE", 60.0)
        async with asyncio.timeout(20):
            while one._silent:
                assert await one.given()
        number = theirs.received()
        asked = asyncio.create_task(one.given())
        await asyncio.wait([asked], timeout=0.1)
        assert not asked.done()
        theirs.finished(number)
        assert await asked
