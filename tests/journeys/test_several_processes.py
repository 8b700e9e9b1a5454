"""Several processes over one PostgreSQL database are one bridge: one order, one pace, one answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.app import Bridge
from bot.demo.customer import CustomerChat
from bot.demo.show import NO_LIMITS
from storage.engine.file_lock import DatabaseInUse
from storage.schema import conversations
from tests.databases import made_on
from tests.journeys.world import SENT, World, world

pytestmark = pytest.mark.both_databases


@pytest.fixture
def database_url(postgres: str, empty_postgres: str) -> str:
    """On PostgreSQL alone: SQLite serves one process."""
    return made_on(postgres, like=empty_postgres)


@asynccontextmanager
async def second_process(here: World) -> AsyncIterator[Bridge]:
    bridge = Bridge(here.settings, limits=NO_LIMITS, **here.how)
    async with bridge:
        yield bridge


async def test_a_customer_at_one_hears_what_a_teammate_said_through_the_other(database_url: str) -> None:
    async with world(database_url, ai="external") as here, second_process(here) as other:
        chat = await here.chat(first="Hello")
        await chat.taken_over(here.ana)
        async with CustomerChat(other.address, name="Maya", client_id=chat.customer.client_id) as elsewhere:
            for number in range(10):
                await chat.reply(here.ana, f"Line {number}")
            await elsewhere.sees(lambda e: e["text"] == "Line 9")
            await chat.sees("Line 9")
            texts = [e["text"] for e in elsewhere.seen if e["from"] == "teammate"]
            assert texts == [f"Line {number}" for number in range(10)]


async def test_a_burst_keeps_its_order_whichever_process_gets_the_events(database_url: str) -> None:
    async with world(database_url, ai="external") as here, second_process(here):
        chat = await here.chat(first="Hello")
        await chat.taken_over(here.ana)
        words = [f"Line {number}" for number in range(20)]
        for text in words:
            ts = await chat.reply(here.ana, text)
        await chat.sees(words[-1])
        await chat.marked(ts, SENT)
        assert [text for who, text in chat.window() if who == "teammate"] == words


async def test_what_is_typed_is_kept_while_another_process_holds_up_all_else(database_url: str) -> None:
    async with (
        world(database_url, ai="external", hold_back=timedelta(seconds=60)) as here,
        opened(database_url) as other,
    ):
        chat = await here.chat(first="Hello")
        await chat.taken_over(here.ana)
        async with other.connect() as connection:
            await connection.execute(select(conversations.c.id).with_for_update())
            waits = asyncio.create_task(chat.customer.say("Are you there?"))
            await here.until(lambda: someone_waits_for_a_lock(connection))
            await chat.reply(here.ana, "Yes!")
            await here.until(lambda: something_is_kept(here))
            assert not waits.done()
        await waits


@asynccontextmanager
async def opened(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(database_url)
    yield engine
    await engine.dispose()


async def something_is_kept(here: World) -> bool:
    async with here.bridge.database.read() as tx:
        return await tx.slack_events.count() > 0


async def someone_waits_for_a_lock(connection: AsyncConnection) -> bool:
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    return bool(await connection.scalar(waiting))


async def test_together_they_keep_the_pace_of_a_channel(database_url: str) -> None:
    each_second = 5
    async with world(database_url, ai="external", posts_per_second=each_second) as here:
        async with second_process(here):
            chats = [await here.chat(f"Customer {number}", first="Hello") for number in range(6)]
            for chat in chats:
                for number in range(5):
                    await chat.customer.say(f"More {number}")
            await here.settled()
            for chat in chats:
                await chat.thread.ts()
                assert [text for _, text in chat.in_thread()] == ["Hello", *(f"More {n}" for n in range(5))]
        posted_at = [call.when for call in here.slack.calls_of("chat.postMessage")]
        # Each by itself would have taken half as long. A post may be late, which lets the last ones be close.
        assert posted_at[-1] - posted_at[0] > (len(posted_at) - 1) / each_second - 0.5


async def test_the_ai_answers_once(database_url: str) -> None:
    async with world(database_url) as here, second_process(here):
        chats = [
            await here.chat(f"Customer {number}", first="How long does shipping take?") for number in range(8)
        ]
        for chat in chats:
            await chat.customer.sees(lambda e: e["from"] == "ai")
        await here.settled()
        for chat in chats:
            await chat.thread.ts()
            assert [who for who, _ in chat.window()] == ["customer", "ai"]
            assert [who for who, _ in chat.in_thread()] == ["customer", "ai"]


async def test_one_that_dies_is_no_loss(database_url: str) -> None:
    async with world(database_url, ai="external") as here:
        async with second_process(here):
            chat = await here.chat(first="Hello")
            await chat.taken_over(here.ana)
        for number in range(5):
            await chat.customer.say(f"More {number}")
            await chat.reply(here.ana, f"Line {number}")
        await chat.sees("Line 4")
        await chat.shows("More 4")


async def test_on_sqlite_a_second_process_is_told_why_it_cannot_start(tmp_path: Any) -> None:
    async with world(f"sqlite+aiosqlite:///{tmp_path / 'bookbag.db'}") as here:
        with pytest.raises(DatabaseInUse, match="SQLite serves one process at a time"):
            async with asyncio.timeout(10), second_process(here):
                pass
        chat = await here.chat(first="Hello")
        await chat.shows("Hello")
