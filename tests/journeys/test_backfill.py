"""What was typed and changed while nothing could be delivered is not missed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

import bot.slack.recovery.connection_monitor
from bot.slack.recovery.connection_monitor import HEARD
from tests.journeys import reading_again
from tests.journeys.reading_again import reads
from tests.journeys.world import CHANNEL, HELD, SENT, Chat, World, world

pytestmark = pytest.mark.both_databases


@pytest.fixture
def hold_back() -> timedelta:
    return timedelta(milliseconds=250)


@pytest.fixture
async def outside(database_url: str) -> AsyncIterator[World]:
    """A workspace that keeps only one event for an app that is away."""
    async with world(database_url, ai="external", workspace={"queue_limit": 1}) as here:
        yield here


@pytest.fixture
async def chat(outside: World) -> Chat:
    """Ana holds it."""
    chat = await outside.chat(first="Hello")
    await chat.taken_over(outside.ana)
    return chat


async def said(world: World, chat: Chat, *texts: str) -> list[str]:
    """Ana says so, and the customer reads it; the messages' ts."""
    sent = []
    for text in texts:
        sent.append(await chat.reply(world.ana, text))
        await chat.sees(text)
        await chat.marked(sent[-1], SENT)
    return sent


async def lose(world: World) -> None:
    """Push what waits for the app out of the queue."""
    await world.ben.post(CHANNEL, "Lunch?")


comes_to_read = partial(reading_again.comes_to_read, timeout=60)


async def heard(world: World) -> str | None:
    async with world.bridge.database.read() as tx:
        return await tx.key_values.get(HEARD)


async def noted_anew(world: World, before: str | None) -> None:
    async def noted() -> bool:
        return await heard(world) != before

    await world.slack.until(noted, timeout=60)


async def test_replies_and_edits_made_while_the_program_was_down(
    outside: World, chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    opening, _kept = await said(outside, chat, "We open at 8", "See you")
    await outside.bridge.stop()
    await chat.reply(outside.ana, "First of two")
    await lose(outside)
    await chat.reply(outside.ana, "Second of two")
    await outside.ana.edit(CHANNEL, opening, "We open at 9")
    await lose(outside)
    assert len(outside.slack.lost_events) > 2
    caplog.set_level("INFO", logger="bot")
    await outside.start()
    await comes_to_read(outside, chat, "We open at 9", "See you", "First of two", "Second of two")
    await outside.until(lambda: "caught up with Slack" in caplog.text)
    assert "threads read 1" in caplog.text
    await outside.settled()
    # Once more, with nothing to find.
    caplog.clear()
    await outside.restart()
    await outside.until(lambda: "caught up with Slack" in caplog.text)
    await outside.settled()
    assert await reads(outside, chat) == ["We open at 9", "See you", "First of two", "Second of two"]


async def test_what_was_lost_while_no_socket_was_open(outside: World, chat: Chat) -> None:
    await noted_anew(outside, None)
    (first,) = await said(outside, chat, "We open at 8")
    outside.slack.drop_sockets()
    await chat.reply(outside.ana, "Are you there?")
    await outside.ana.edit(CHANNEL, first, "We open at 9")
    await lose(outside)
    assert len(outside.slack.lost_events) >= 2
    await outside.slack.until(lambda: outside.slack.open_connections == 2, timeout=20)
    await comes_to_read(outside, chat, "We open at 9", "Are you there?")


async def test_what_was_typed_beside_the_ai_meanwhile_is_held_and_asked_about(outside: World) -> None:
    chat = await outside.chat(first="Hello")
    await chat.thread.ts()
    await outside.bridge.stop()
    ts = await chat.reply(outside.ben, "I know this customer")
    await lose(outside)
    await outside.start()
    await chat.marked(ts, HELD)
    assert (await outside.prompt("ben"))["text"].startswith("Not sent")
    assert await reads(outside, chat) == []


async def test_slack_in_trouble_puts_catching_up_off_and_takes_nothing_back(
    outside: World, chat: Chat
) -> None:
    await said(outside, chat, "We open at 8")
    await outside.bridge.stop()
    await chat.reply(outside.ana, "Are you there?")
    await lose(outside)
    faults = outside.slack.faults
    faults.rate_limit("conversations.replies", retry_after=1)
    faults.server_error("conversations.replies")
    await outside.start()
    await comes_to_read(outside, chat, "We open at 8", "Are you there?")
    assert faults.pending == []


async def test_until_all_is_caught_up_on_the_gap_is_not_forgotten(
    outside: World, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    await noted_anew(outside, None)
    await outside.bridge.stop()
    await chat.reply(outside.ana, "Are you there?")
    await lose(outside)
    monkeypatch.setattr(bot.slack.recovery.connection_monitor, "SWEEP_AGAIN", timedelta(0))
    outside.slack.faults.error("conversations.replies", "not_in_channel", times=2)
    await outside.start()
    before = await heard(outside)
    # Between the two tries there was time to forget it.
    await outside.until(lambda: outside.slack.faults.pending == [])
    assert await heard(outside) == before
    await comes_to_read(outside, chat, "Are you there?")
    await chat.marked(await chat.reply(outside.ana, "Here I am"), SENT)
    await noted_anew(outside, before)


async def test_catching_up_stops_at_once(outside: World, chat: Chat) -> None:
    outside.how["catch_up_spacing"] = timedelta(minutes=5)
    await outside.restart()
    before = await heard(outside)
    async with asyncio.timeout(8):
        await outside.bridge.stop()
    outside.how["catch_up_spacing"] = timedelta(0)
    await outside.start()
    assert await heard(outside) == before


async def test_over_http_a_start_catches_up_too(database_url: str) -> None:
    workspace: dict[str, Any] = {"retry_delays": ()}
    async with world(database_url, ai="external", http_mode=True, workspace=workspace) as outside:
        chat = await outside.chat(first="Hello")
        await chat.taken_over(outside.ana)
        await outside.bridge.stop()
        await chat.reply(outside.ana, "Are you there?")
        await outside.until(lambda: outside.slack.lost_events)
        await outside.start()
        await comes_to_read(outside, chat, "Are you there?")


async def test_leaving_the_channel_is_told_until_it_is_mended(
    outside: World, chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    async def ready() -> dict[str, str]:
        return await outside.bridge.ready()

    async def is_told() -> bool:
        return "The bot is not in #live-chat" in (await ready()).get("slack", "")

    async def is_well() -> bool:
        return await ready() == {}

    assert await is_well()
    outside.slack.leave(CHANNEL)
    await outside.until(is_told)
    # Somebody else's coming and going is nothing to us.
    outside.slack.leave(CHANNEL, "chloe")
    outside.slack.join(CHANNEL)
    await outside.until(is_well)
    outside.slack.publish({"type": "tokens_revoked", "tokens": {"bot": []}})
    told = [r.getMessage() for r in caplog.records if "cannot be used" in r.getMessage()]
    assert len(told) == 1


async def test_a_private_channel_that_is_archived_is_told(database_url: str) -> None:
    async with world(database_url, ai="external") as outside:
        outside.slack.add_channel("private-chat", is_private=True)
        await outside.bridge.stop()
        outside.settings = replace(outside.settings, slack_channel="#private-chat")
        await outside.start()

        async def is_told() -> bool:
            return "#private-chat is archived" in (await outside.bridge.ready()).get("slack", "")

        outside.slack.archive(CHANNEL)
        outside.slack.archive("private-chat")
        await outside.until(is_told)
