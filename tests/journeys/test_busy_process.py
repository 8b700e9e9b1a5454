"""Two processes share Slack's deliveries, and one of them cannot keep up: what is typed stays in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import pytest

import bot.slack.inbound.all_clear
import bot.slack.recovery.gaps
from bot.app import Bridge
from bot.demo.show import NO_LIMITS
from tests.journeys.world import Chat, World

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
LINES = [f"Line {number}" for number in range(8)]


@pytest.fixture
def hold_back() -> timedelta:
    return timedelta(milliseconds=250)


@pytest.fixture
async def chat(outside: World) -> Chat:
    """Ana holds it."""
    chat = await outside.chat(first="Hello")
    await chat.taken_over(outside.ana)
    return chat


@asynccontextmanager
async def stores_nothing(bridge: Bridge) -> AsyncIterator[None]:
    """All connections that the process writes with are taken: what it receives stays in its hands."""
    engine = bridge.database._writing
    async with AsyncExitStack() as stack:
        for _ in range(engine.pool.size()):  # type: ignore[attr-defined]
            await stack.enter_async_context(engine.connect())
        yield


def said(chat: Chat) -> list[str]:
    return [text for who, text in chat.window() if who == "teammate"]


async def looked_at(outside: World, chat: Chat) -> None:
    """The gap that a process's start is has been looked at in this thread."""
    await outside.until(lambda: outside.slack.open_connections == 4)
    await chat.reply(outside.ana, "Who is there?")
    await chat.sees("Who is there?")


async def test_what_one_process_has_in_hand_is_not_overtaken_by_what_another_stored(
    outside: World, chat: Chat
) -> None:
    """It hangs for as long as it likes: the thread tells what it holds."""
    async with Bridge(outside.settings, limits=NO_LIMITS) as second:
        await looked_at(outside, chat)
        async with stores_nothing(second):
            for line in LINES:
                await chat.reply(outside.ana, line)
            await chat.sees(LINES[-1])
            assert said(chat) == ["Who is there?", *LINES]
        # What it had in hand is known by now.
        await outside.slack.until(lambda: not outside.slack.events_under_way)
        await chat.reply(outside.ana, "Anything else?")
        await chat.sees("Anything else?")
        assert said(chat) == ["Who is there?", *LINES, "Anything else?"]


async def test_a_process_that_is_late_is_waited_for_where_no_thread_can_be_read(
    outside: World, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.slack.inbound.all_clear, "PATIENCE", 60.0)
    monkeypatch.setattr(bot.slack.recovery.gaps, "LOOK_TAKES", 0.1)
    async with Bridge(outside.settings, limits=NO_LIMITS) as second:
        await looked_at(outside, chat)
        outside.slack.faults.error("conversations.replies", "internal_error", times=1_000)
        async with stores_nothing(second):
            for line in LINES:
                await chat.reply(outside.ana, line)
            # Half of them went to the first process: all of these are stored and due, and none goes out.
            await outside.until(lambda: due(outside, len(LINES) // 2))
            assert said(chat) == ["Who is there?"]
        await chat.sees(LINES[-1])
        assert said(chat) == ["Who is there?", *LINES]


async def due(world: World, count: int) -> bool:
    """Whether so many deliveries wait in the inbox and the last of them is due."""
    async with world.bridge.database.read() as tx:
        found = await tx.slack_events.next(limit=100)
    return len(found) >= count and found[-1][1] <= tx.now


async def test_a_process_that_ended_is_not_waited_for(outside: World, chat: Chat) -> None:
    async with Bridge(outside.settings, limits=NO_LIMITS):
        await looked_at(outside, chat)
    await outside.until(lambda: outside.slack.open_connections == 2)
    async with asyncio.timeout(5):
        await chat.reply(outside.ana, "Alone again")
        await chat.sees("Alone again")
