"""Slack's clock and ours may differ by minutes: nothing is lost, doubled or sent too early for that."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.blocks.elements.ids import ALLOW_AI_REPLIES
from bot.desk.replies.thread_messages import IS_NEWS_FOR
from bot.slack.recovery.connection_monitor import HEARD
from tests.clocks import RunningClock
from tests.journeys.reading_again import comes_to_read, reads
from tests.journeys.world import CHANNEL, HELD, SENT, Chat, World, world

OFFSETS = (-600, -90, 90, 600)


@pytest.fixture(params=OFFSETS)
def ahead(request: pytest.FixtureRequest) -> int:
    """Slack's clock is so many seconds ahead of ours."""
    return int(request.param)


@pytest.fixture
async def outside(database_url: str, ahead: int) -> AsyncIterator[World]:
    """A workspace that keeps only one event for an app that is away."""
    workspace = {"queue_limit": 1, "clock": lambda: time.time() + ahead}
    hold_back = timedelta(milliseconds=250)
    async with world(database_url, ai="external", workspace=workspace, hold_back=hold_back) as here:
        yield here


@pytest.fixture
async def chat(outside: World) -> Chat:
    """Ana holds it and has said something."""
    chat = await outside.chat(first="Hello")
    await chat.taken_over(outside.ana)
    await chat.marked(await chat.reply(outside.ana, "Hi!"), SENT)
    await chat.sees("Hi!")
    return chat


async def lose(world: World) -> None:
    """Push what waits for the app out of the queue."""
    await world.ben.post(CHANNEL, "Lunch?")


async def heard(world: World) -> None:
    """It is written down how far Slack was heard."""

    async def is_so() -> bool:
        async with world.bridge.database.read() as tx:
            return await tx.key_values.get(HEARD) is not None

    await world.until(is_so)


@pytest.mark.both_databases
async def test_a_reply_typed_while_the_program_was_down_arrives(outside: World, chat: Chat) -> None:
    await heard(outside)
    await outside.settled()
    await outside.bridge.stop()
    await chat.reply(outside.ana, "Are you there?")
    await lose(outside)
    await outside.start()
    await comes_to_read(outside, chat, "Hi!", "Are you there?")


@pytest.mark.both_databases
async def test_a_reply_typed_while_no_socket_was_open_arrives(outside: World, chat: Chat) -> None:
    await heard(outside)
    outside.slack.drop_sockets()
    await chat.reply(outside.ana, "Are you there?")
    await lose(outside)
    await comes_to_read(outside, chat, "Hi!", "Are you there?")


async def test_what_went_down_with_a_socket_is_read_first(outside: World, chat: Chat) -> None:
    await chat.reply(outside.ana, "First", deliveries=0)
    outside.slack.drop_sockets(only=0)
    await chat.reply(outside.ana, "Second")
    await chat.sees("Second")
    assert await reads(outside, chat) == ["Hi!", "First", "Second"]


@pytest.mark.both_databases
async def test_a_post_whose_answer_was_lost_is_found_and_not_made_again(outside: World, chat: Chat) -> None:
    await outside.settled()
    outside.slack.faults.drop_after("chat.postMessage")
    await chat.customer.say("Where is my parcel?")
    await chat.shows("Where is my parcel?")
    await outside.settled()
    assert chat.in_thread().count(("customer", "Where is my parcel?")) == 1


@pytest.mark.both_databases
async def test_a_card_whose_answer_was_lost_is_found_and_not_made_again(outside: World) -> None:
    outside.slack.faults.drop_after("chat.postMessage")
    chat = await outside.chat("Noor", first="Hello")
    await chat.taken_over(outside.ana)
    await outside.settled()
    cards = [one for one in outside.slack.messages(CHANNEL) if "Noor" in outside.slack.rendered(one)]
    assert len(cards) == 1


@pytest.mark.both_databases
async def test_a_hand_back_from_a_window_does_not_overtake_what_was_typed_before_it(
    database_url: str, ahead: int
) -> None:
    workspace = {"clock": lambda: time.time() + ahead}
    async with world(database_url, workspace=workspace, hold_back=timedelta(seconds=1)) as here:
        chat = await here.chat(first="Hello")
        await chat.taken_over(here.ana)
        await chat.press(here.ana, ALLOW_AI_REPLIES)
        await here.until(lambda: here.ana.views())
        typed = await chat.reply(here.ana, "Good bye!")
        assert (await here.ana.submit())["ok"]
        await chat.sees("Good bye!")
        await chat.marked(typed, SENT)


async def test_a_customer_given_to_somebody_just_now_does_not_get_what_they_typed_before(
    database_url: str, ahead: int
) -> None:
    clock = RunningClock()
    workspace = {"clock": lambda: clock.seconds() + ahead}
    async with world(
        database_url, ai="external", workspace=workspace, clock=clock, assignment="balanced"
    ) as here:
        chat = await here.chat(first="Hello")
        await here.ben.command("/bookbag", "back", channel=CHANNEL)
        await chat.thread.ts()
        await chat.customer.escalate("asked for a person")
        await chat.marked(await chat.reply(here.ben, "Who takes this one?"), HELD)
        clock.forward(seconds=IS_NEWS_FOR.total_seconds() + 1)
        # What is posted shows how Slack's clock stands to the one that was set.
        await chat.customer.say("Are you there?")
        await chat.shows("Are you there?")
        await chat.marked(await chat.reply(here.ben, "Hello, I am Ben."), SENT)
        assert await reads(here, chat) == ["Hello, I am Ben."]


async def test_over_http_what_slack_signs_by_its_own_clock_is_taken(database_url: str, ahead: int) -> None:
    async with world(database_url, ai="external", http_mode=True) as here:
        here.slack.clock_offset(ahead)
        await here.restart()
        await here.slack.deliver_events_to(f"{here.bridge.address}/slack/events")
        chat = await here.chat(first="Hello")
        await chat.taken_over(here.ana)
        await chat.marked(await chat.reply(here.ana, "Hi!"), SENT)
        await chat.sees("Hi!")
