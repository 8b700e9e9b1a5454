"""A customer nobody answers is not forgotten: the channel is told again, and their teammate in private."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.blocks.elements.ids import HOLD_REASON, TAKE_OVER
from bot.scheduler.reminders import Reminders
from tests.clocks import RunningClock
from tests.journeys.test_several_processes import second_process
from tests.journeys.world import CHANNEL, Chat, World, world

FIVE = timedelta(minutes=5)


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


@pytest.fixture
async def here(database_url: str, clock: RunningClock) -> AsyncIterator[World]:
    async with world(database_url, ai="external", clock=clock) as here:
        yield here


async def escalated(here: World) -> Chat:
    chat = await here.chat(first="My parcel is lost")
    await chat.customer.escalate("asked for a person")
    await chat.thread.card_shows("Waiting for a teammate")
    await here.settled()
    return chat


def standing(here: World) -> list[dict[str, Any]]:
    """The reminders that stand in the channel itself beside the cards, and beside the first call."""
    return [m for m in here.slack.messages(CHANNEL) if is_reminder(m)]


def is_reminder(message: dict[str, Any]) -> bool:
    return message.get("subtype") == "thread_broadcast" and "has waited" in message["text"]


def called(here: World) -> list[str]:
    """The reminders that were ever posted there; one that is over is taken down."""
    sent = [e["event"] for e in here.slack.events]
    return [str(e["ts"]) for e in sent if is_reminder(e)]


def told(here: World, name: str) -> list[str]:
    """What stands in the bot's direct messages with somebody."""
    user = here.slack.user_id(name)
    calls = here.slack.calls_of("chat.postMessage")
    return [str(call.arguments["text"]) for call in calls if call.arguments["channel"] == user]


async def looked(here: World) -> None:
    """Once more now, and everything that came of it is done."""
    await Reminders(here.bridge.desk, remind_after=here.settings.remind_after).look()
    await here.settled()


async def test_the_channel_is_told_again_with_growing_pauses_and_not_for_ever(
    here: World, clock: RunningClock
) -> None:
    chat = await escalated(here)
    clock.forward(minutes=4, seconds=50)
    await looked(here)
    assert called(here) == []
    seen = []
    for minutes in (1, 10, 20, 40, 80, 160, 320):
        clock.forward(minutes=minutes, seconds=10)
        await looked(here)
        await looked(here)
        (one,) = standing(here)
        seen.append(here.slack.rendered(one).splitlines()[0])
    times = ("6 min", "16 min", "36 min", "1 h 16 min", "2 h 36 min", "2 h 36 min", "2 h 36 min")
    assert seen == [f"🔔 Maya Lindqvist has waited {time} for a teammate" for time in times]
    assert len(called(here)) == 5
    (last,) = standing(here)
    assert last["thread_ts"] == await chat.thread.ts()
    assert "My parcel is lost" in here.slack.rendered(last)
    # Pressed in the channel, it is as good as the card's; then it is taken down, here and in the thread.
    await here.ben.press(CHANNEL, last["ts"], TAKE_OVER)
    await chat.thread.card_shows("Ben is answering")
    await here.until(lambda: not standing(here))
    await here.settled()
    assert "has waited" not in str(chat.thread.replies())
    assert "has waited" not in str(chat.customer.seen)


@pytest.mark.both_databases
async def test_two_processes_call_once(database_url: str, clock: RunningClock) -> None:
    if database_url.startswith("sqlite"):
        pytest.skip("one process at a time")
    async with world(database_url, ai="external", clock=clock) as here, second_process(here) as other:
        await escalated(here)
        clock.forward(minutes=6)
        rooms = [Reminders(one.desk, remind_after=FIVE) for one in (here.bridge, other) for _ in range(3)]
        await asyncio.gather(*(room.look() for room in rooms))
        await here.until(lambda: called(here))
        await here.settled()
        assert len(called(here)) == 1


@pytest.mark.both_databases
async def test_a_call_is_not_lost_and_not_repeated_by_a_restart(here: World, clock: RunningClock) -> None:
    await escalated(here)
    await here.bridge.stop()
    clock.forward(minutes=6)
    await here.start()
    await here.until(lambda: called(here))
    await here.restart()
    await looked(here)
    assert len(called(here)) == 1
    clock.forward(minutes=11)
    await here.until(lambda: len(called(here)) == 2)


@pytest.mark.both_databases
async def test_a_call_whose_answer_got_lost_is_found_and_not_repeated(
    here: World, clock: RunningClock
) -> None:
    await escalated(here)
    here.slack.faults.drop_after("chat.postMessage")
    clock.forward(minutes=6)
    await here.until(lambda: called(here))
    await looked(here)
    assert len(called(here)) == 1


@pytest.mark.parametrize("end", ["taken over", "gone back"])
async def test_whoever_waits_no_more_is_not_called_for(here: World, clock: RunningClock, end: str) -> None:
    chat = await escalated(here)
    clock.forward(minutes=4, seconds=58)
    if end == "taken over":
        await chat.taken_over(here.ana)
    else:
        await chat.customer.go_back()
    clock.forward(minutes=4)
    await looked(here)
    assert called(here) == []
    assert told(here, "ana") == []


async def test_a_call_that_slack_could_not_take_in_time_is_dropped(here: World, clock: RunningClock) -> None:
    chat = await escalated(here)
    here.slack.faults.error(
        "chat.postMessage", "is_archived", times=1000, when=lambda call: bool(call.get("reply_broadcast"))
    )
    clock.forward(minutes=6)
    await here.until(lambda: [c for c in here.slack.calls_of("chat.postMessage") if _broadcast(c)])
    await chat.taken_over(here.ana)
    here.slack.faults.clear()
    await here.settled()
    assert called(here) == []


async def test_a_quiet_teammate_is_reminded_in_private_and_never_after_the_answer(
    here: World, clock: RunningClock
) -> None:
    chat = await escalated(here)
    await chat.taken_over(here.ana)
    clock.forward(minutes=6)
    await here.until(lambda: told(here, "ana"))
    await looked(here)
    assert told(here, "ana") == ["Maya Lindqvist has waited 6 min for an answer: ticket #1 is on you."]
    clock.forward(minutes=11)
    await here.until(lambda: len(told(here, "ana")) == 2)
    await chat.reply(here.ana, "I am looking for it")
    await chat.sees("I am looking for it")
    clock.forward(hours=3)
    await looked(here)
    assert len(told(here, "ana")) == 2
    # The next wait is a new one.
    await chat.customer.say("Any news?")
    await chat.thread.card_shows("On Ana")
    clock.forward(minutes=6)
    await here.until(lambda: len(told(here, "ana")) == 3)
    assert told(here, "ana")[-1] == "Maya Lindqvist has waited 6 min for an answer: ticket #1 is on you."
    assert called(here) == []
    assert "is on you" not in str(chat.customer.seen)


@pytest.mark.both_databases
async def test_calls_that_piled_up_while_slack_took_none_become_one(here: World, clock: RunningClock) -> None:
    await escalated(here)
    here.slack.faults.error(
        "chat.postMessage", "is_archived", times=1000, when=lambda call: bool(call.get("reply_broadcast"))
    )
    for minutes in (6, 11, 21):
        clock.forward(minutes=minutes)
        await Reminders(here.bridge.desk, remind_after=FIVE).look()
    here.slack.faults.clear()
    await here.settled()
    (one,) = standing(here)
    assert "has waited 38 min" in here.slack.rendered(one)
    assert len(called(here)) == 1


@pytest.mark.parametrize("since", ["answered", "taken from them"])
async def test_a_reminder_that_slack_took_too_late_for_is_dropped(
    here: World, clock: RunningClock, since: str
) -> None:
    chat = await escalated(here)
    await chat.taken_over(here.ana)
    ana = here.slack.user_id("ana")
    here.slack.faults.rate_limit("chat.postMessage", times=100, when=lambda call: call.get("channel") == ana)
    clock.forward(minutes=6)
    await here.until(lambda: told(here, "ana"))
    if since == "answered":
        await chat.reply(here.ana, "Here I am")
        await chat.sees("Here I am")
    else:
        await chat.choose(here.ben, "Take over from Ana")
        await chat.thread.card_shows("Ben is answering")
    tried = len(told(here, "ana"))
    here.slack.faults.clear()
    await here.settled()
    assert len(told(here, "ana")) <= tried + 1
    assert [here.slack.direct_messages(name) for name in ("ana", "ben")] == [[], []]


async def test_what_is_on_hold_or_handed_over_reminds_nobody_else(here: World, clock: RunningClock) -> None:
    chat = await escalated(here)
    await chat.taken_over(here.ana)
    await chat.choose(here.ana, "On hold…")
    await here.ana.submit(values={HOLD_REASON: "the carrier"})
    await chat.thread.card_shows("On hold: the carrier")
    clock.forward(hours=3)
    await looked(here)
    await chat.choose(here.ben, "Take over from Ana")
    await chat.thread.card_shows("Ben is answering")
    clock.forward(minutes=6)
    await here.until(lambda: told(here, "ben"))
    await looked(here)
    assert told(here, "ana") == []
    assert len(told(here, "ben")) == 1


async def test_with_zero_minutes_nobody_is_reminded(database_url: str, clock: RunningClock) -> None:
    async with world(database_url, ai="external", clock=clock, remind_after=None) as here:
        await escalated(here)
        clock.forward(hours=5)
        await looked(here)
        assert called(here) == []


async def test_somebody_who_takes_no_direct_messages_stops_nothing(here: World, clock: RunningClock) -> None:
    chat = await escalated(here)
    await chat.taken_over(here.ana)
    ana = here.slack.user_id("ana")
    here.slack.faults.error(
        "chat.postMessage", "messages_tab_disabled", times=100, when=lambda call: call.get("channel") == ana
    )
    clock.forward(minutes=6)
    await here.until(lambda: told(here, "ana"))
    await chat.customer.say("Hello?")
    await chat.shows("Hello?")
    assert await here.is_ready()


def _broadcast(call: Any) -> bool:
    return bool(call.arguments.get("reply_broadcast"))


async def test_a_holder_who_takes_no_direct_messages_is_reminded_in_the_thread(
    here: World, clock: RunningClock
) -> None:
    chat = await here.chat(first="My parcel is lost")
    await chat.taken_over(here.ana)
    await chat.customer.say("Hello?")
    await here.settled()
    ana = here.slack.user_id("ana")
    here.slack.faults.error(
        "chat.postMessage", "messages_tab_disabled", times=1000, when=lambda call: call["channel"] == ana
    )
    clock.forward(minutes=6)
    await looked(here)
    await chat.shows("has waited")
    assert called(here) == []
