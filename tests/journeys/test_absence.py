"""What Slack does not show is not deleted; only what says so takes a reply back from the customer."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from bot.blocks.elements.ids import SEND_AS_ME, TAKE_BACK
from tests.journeys.reading_again import comes_to_read, reads
from tests.journeys.world import CHANNEL, HELD, SENT, Chat, World, world

Moves = Callable[[World, Chat], Awaitable[None]]


@pytest.fixture
async def outside(database_url: str) -> AsyncIterator[World]:
    """A workspace that keeps only one event for an app that is away."""
    async with world(database_url, ai="external", workspace={"queue_limit": 1}) as here:
        yield here


@pytest.fixture
async def chat(outside: World) -> Chat:
    """Ana holds it and has said two things that the customer read."""
    chat = await outside.chat(first="Hello")
    await chat.taken_over(outside.ana)
    for text in ("We open at 8", "See you"):
        await chat.marked(await chat.reply(outside.ana, text), SENT)
        await chat.sees(text)
    return chat


async def typed(world: World, chat: Chat) -> list[str]:
    """The messages that people typed in the thread."""
    thread = world.slack.thread(CHANNEL, await chat.thread.ts())
    return [message["ts"] for message in thread[1:] if not message.get("bot_id")]


async def rebuilt(world: World, chat: Chat) -> None:
    """`/bookbag rebuild`."""
    await world.ana.command("/bookbag", "rebuild 1", channel=CHANNEL)


async def card_deleted(world: World, chat: Chat) -> None:
    """An admin deletes the card, and the next thing that is to be shown there finds that out."""
    await world.ana.delete(CHANNEL, await chat.thread.ts())
    await world.bridge.desk.customer_says(chat.id, text="Still there?", client_id=secrets.token_hex(4))


async def moved(world: World, chat: Chat, moves: Moves) -> str:
    """The thread starts again; returns where it was."""
    former = await chat.thread.ts()
    await world.settled()
    await moves(world, chat)
    chat.thread.look_again()
    await chat.thread.ts()
    await world.settled()
    return former


async def away(world: World, log: pytest.LogCaptureFixture) -> None:
    """The process starts again and has looked at everything that it may have missed."""
    await world.settled()
    await back(world, log, world.restart())


async def back(world: World, log: pytest.LogCaptureFixture, work: Awaitable[object]) -> None:
    """That is done, and all that may have been missed is caught up on."""
    log.set_level("INFO", logger="bot")
    log.clear()
    await work
    await world.slack.until(lambda: "caught up with Slack" in log.text, timeout=20)
    await world.settled()


@pytest.mark.parametrize("moves", [rebuilt, card_deleted])
async def test_a_thread_that_starts_again_takes_nothing_back(
    outside: World, chat: Chat, moves: Moves, caplog: pytest.LogCaptureFixture
) -> None:
    await moved(outside, chat, moves)
    await away(outside, caplog)
    assert await reads(outside, chat) == ["We open at 8", "See you"]
    await moved(outside, chat, moves)
    outside.slack.drop_sockets()
    await back(outside, caplog, asyncio.sleep(0))
    assert await reads(outside, chat) == ["We open at 8", "See you"]


@pytest.mark.parametrize("moves", [rebuilt, card_deleted])
@pytest.mark.both_databases
async def test_what_is_typed_in_a_former_thread_while_we_are_away_arrives_once(
    outside: World, chat: Chat, moves: Moves, caplog: pytest.LogCaptureFixture
) -> None:
    formers = [await moved(outside, chat, moves) for _ in range(2)]
    await outside.bridge.stop()
    for number, former in enumerate(formers):
        await outside.ana.post(CHANNEL, f"From thread {number}", thread_ts=former)
    await chat.reply(outside.ana, "From the new one")
    await outside.ben.post(CHANNEL, "Lunch?")
    await back(outside, caplog, outside.start())
    new = {"From thread 0", "From thread 1", "From the new one"}
    await outside.settled()
    await away(outside, caplog)
    assert sorted((await reads(outside, chat))[2:]) == sorted(new)


async def test_a_whole_thread_that_slack_forgets_takes_nothing_back(
    outside: World, chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    assert outside.slack.retention(CHANNEL, thread=await chat.thread.ts())
    await away(outside, caplog)
    assert await reads(outside, chat) == ["We open at 8", "See you"]


@pytest.mark.parametrize("is_told", [True, False])
async def test_a_reply_in_whose_place_slack_shows_a_tombstone_is_taken_back(
    outside: World, chat: Chat, caplog: pytest.LogCaptureFixture, is_told: bool
) -> None:
    """Data loss prevention leaves one: github.com/hackclub/toriel/pull/238 has one as it was read."""
    first, _ = await typed(outside, chat)
    channel = outside.slack.channel(CHANNEL)
    before = channel.messages[first]
    stone = {
        "type": "message",
        "subtype": "tombstone",
        "user": "USLACKBOT",
        "text": "This message was deleted.",
        "hidden": True,
        **{key: before[key] for key in ("ts", "thread_ts", "parent_user_id")},
    }
    if is_told:
        outside.slack.publish(
            {
                "type": "message",
                "subtype": "message_changed",
                "channel": channel.id,
                "channel_type": "channel",
                "hidden": True,
                "message": stone,
                "previous_message": {**before, "channel": channel.id},
                "ts": f"{float(first) + 5:.6f}",
                "event_ts": f"{float(first) + 5:.6f}",
            }
        )
    else:
        channel.messages[first] = stone
        await away(outside, caplog)
    await comes_to_read(outside, chat, "See you")


async def test_what_slack_forgets_stays_with_the_customer_and_the_team_is_told_once(
    outside: World, chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = await typed(outside, chat)
    outside.slack.retention(CHANNEL, ts=[first])
    await away(outside, caplog)
    assert await reads(outside, chat) == ["We open at 8", "See you"]
    words = await chat.shows("no longer shows what Ana sent")
    assert "The customer still reads it" in words
    assert "We open at 8" not in words
    await away(outside, caplog)
    outside.slack.retention(CHANNEL, ts=[second])
    await away(outside, caplog)
    await away(outside, caplog)
    told = [one for one in chat.thread.replies() if "no longer shows" in chat.thread.rendered(one)]
    assert len(told) == 2
    assert await reads(outside, chat) == ["We open at 8", "See you"]


async def test_what_slack_forgot_can_be_taken_back_once(
    outside: World, chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    first, _ = await typed(outside, chat)
    outside.slack.retention(CHANNEL, ts=[first])
    await away(outside, caplog)
    told = await chat.thread.shows(lambda m: "no longer shows" in chat.thread.rendered(m))
    await outside.ben.press(CHANNEL, told["ts"], TAKE_BACK)
    await comes_to_read(outside, chat, "See you")
    await chat.shows("Ben took back from the customer")
    await outside.ana.press(CHANNEL, told["ts"], TAKE_BACK)
    await outside.settled()
    assert sum("took back from" in chat.thread.rendered(one) for one in chat.thread.replies()) == 1


async def test_a_held_reply_that_slack_forgets_stays_held_and_its_author_is_asked_once(
    outside: World, chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    held = await chat.reply(outside.ben, "May I?")
    await chat.marked(held, HELD)
    await outside.settled()
    asked = len(outside.slack.ephemerals("ben"))
    outside.slack.retention(CHANNEL, ts=[held])
    await away(outside, caplog)
    await away(outside, caplog)
    (ask,) = outside.slack.ephemerals("ben")[asked:]
    assert "no longer shows this message of yours" in outside.slack.rendered(ask)
    assert "May I?" in outside.slack.rendered(ask)
    async with outside.bridge.database.read() as tx:
        assert len(await tx.held.sources(chat.id)) == 1
    await outside.ben.press(CHANNEL, ask["ts"], SEND_AS_ME)
    await comes_to_read(outside, chat, "We open at 8", "See you", "May I?")


@pytest.mark.both_databases
async def test_a_reply_deleted_while_we_were_away_shows_as_absent_and_is_asked_about(
    outside: World, chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    await outside.bridge.stop()
    await outside.ana.delete(CHANNEL, (await typed(outside, chat))[0])
    for _ in range(2):
        await outside.ben.post(CHANNEL, "Lunch?")
    await back(outside, caplog, outside.start())
    await chat.shows("no longer shows what Ana sent")
    assert await reads(outside, chat) == ["We open at 8", "See you"]
