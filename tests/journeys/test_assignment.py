"""Whoever is available is given what waits, in turn, up to a limit; nobody else is."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.app import slack_client
from bot.blocks.elements.ids import SEND_AS_ME
from bot.desk.replies.thread_messages import IS_NEWS_FOR
from bot.slack.workspace.departures import DepartureMonitor
from bot.slack.workspace.permissions import Permissions
from bot.slack.workspace.slack_channels import SlackChannels
from bot.slack.workspace.user_cache import UserCache
from sandbox import WorkspacePerson
from storage.records import ConversationState
from tests.clocks import RunningClock
from tests.journeys.test_reminders import called, told
from tests.journeys.world import CHANNEL, HELD, SENT, Chat, World, world


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


@pytest.fixture(params=["balanced", "round_robin"])
async def here(
    request: pytest.FixtureRequest, database_url: str, clock: RunningClock
) -> AsyncIterator[World]:
    async with world(
        database_url, ai="external", clock=clock, assignment=request.param, assignment_cap=2
    ) as here:
        yield here


async def says(here: World, who: WorkspacePerson, word: str) -> str:
    return here.slack.rendered(dict(await who.command("/bookbag", word, channel=CHANNEL)))


async def asks(here: World, name: str) -> Chat:
    """A customer who is handed over."""
    chat = await here.chat(name, first=f"{name} needs help")
    await chat.customer.escalate("asked for a person")
    return chat


async def holder(here: World, chat: Chat) -> str | None:
    view = await here.bridge.desk.view(chat.id)
    return view.holder.name if view.holder else None


@pytest.mark.both_databases
async def test_whoever_is_available_has_it_at_once_and_is_told(here: World) -> None:
    assert "You are available" in await says(here, here.ben, "back")
    chat = await asks(here, "Maya")
    # In the same step: there is no moment at which it was nobody's.
    view = await here.bridge.desk.view(chat.id)
    assert view.conversation.state is ConversationState.TEAMMATE
    assert view.ticket is not None
    assert (view.ticket.status, view.ticket.assignee) == ("on_you", view.conversation.holder)
    await chat.thread.card_shows("Ben is answering")
    await chat.shows(
        "🙋 Assigned to @Ben Okafor. The AI is paused; their replies in this thread reach the customer."
    )
    await chat.sees("Ben will answer you here.", author="system")
    await here.until(lambda: told(here, "ben"))
    assert told(here, "ben") == ["Maya asked for a person and is yours now: ticket #1."]
    await here.settled()
    states = [e["state"] for e in chat.customer.seen if e.get("state")]
    assert [one["state"] for one in states] == ["waiting", "teammate"]
    assert states[-1]["teammate"]["name"] == "Ben"
    assert called(here) == []


async def test_who_never_said_so_is_away(here: World) -> None:
    chat = await asks(here, "Maya")
    await chat.thread.card_shows("Waiting for a teammate")
    assert "You are away" in await says(here, here.ana, "help")
    assert await holder(here, chat) is None


async def test_who_is_away_gets_nothing_more_and_keeps_what_they_have(here: World) -> None:
    await says(here, here.ben, "back")
    first = await asks(here, "Maya")
    assert "You are away" in await says(here, here.ben, "away")
    second = await asks(here, "Noor")
    await second.thread.card_shows("Waiting for a teammate")
    assert [await holder(here, one) for one in (first, second)] == ["Ben", None]


async def test_who_comes_back_gets_who_waits_longest_up_to_the_cap(here: World) -> None:
    chats = [await asks(here, name) for name in ("Maya", "Noor", "Otto")]
    for chat in chats:
        await chat.thread.card_shows("Waiting for a teammate")
    await says(here, here.ben, "back")
    await chats[1].thread.card_shows("Ben is answering")
    await here.settled()
    assert [await holder(here, one) for one in chats] == ["Ben", "Ben", None]
    # One closed makes room for the next.
    await chats[0].choose(here.ben, "Close ticket, AI stays quiet")
    await chats[2].thread.card_shows("Ben is answering")


async def test_they_take_turns(here: World) -> None:
    for who in (here.ana, here.ben):
        await says(here, who, "back")
    chats = [await asks(here, name) for name in ("Maya", "Noor", "Otto", "Pia")]
    names = [await holder(here, one) for one in chats]
    assert sorted(map(str, names)) == ["Ana", "Ana", "Ben", "Ben"]
    assert names[0] != names[1]
    fifth = await asks(here, "Quin")
    await fifth.thread.card_shows("Waiting for a teammate")


async def test_balanced_looks_at_what_one_has_and_round_robin_only_at_the_turn(here: World) -> None:
    await says(here, here.ben, "back")
    await asks(here, "Maya")
    taken = await here.chat("Noor", first="Hello")
    await taken.taken_over(here.ana)
    other = await here.chat("Otto", first="Hello")
    await other.taken_over(here.chloe)
    # Ben has one by assignment, Ana and Chloe one each by their own press; one of Chloe's is closed again.
    await other.choose(here.chloe, "Close ticket, AI stays quiet")
    await other.thread.card_shows("The AI is answering")
    for who in (here.ana, here.chloe):
        await says(here, who, "back")
    chat = await asks(here, "Pia")
    expected = {"balanced": "Chloe", "round_robin": "Ana"}
    assert await holder(here, chat) == expected[here.settings.assignment]


async def test_what_is_typed_before_they_can_know_is_held(here: World, clock: RunningClock) -> None:
    chat = await here.chat("Maya", first="Hello")
    await says(here, here.ben, "back")
    await chat.thread.ts()
    await chat.customer.escalate("asked for a person")
    ts = await chat.reply(here.ben, "Who takes this one? He is a pain")
    await chat.marked(ts, HELD)
    asked = await here.prompt("ben", offering="Keep as a note")
    assert "given to you only just now" in asked["text"]
    await here.ben.press(CHANNEL, asked["ts"], "keep_as_note")
    clock.forward(seconds=IS_NEWS_FOR.total_seconds() + 1)
    sent = await chat.reply(here.ben, "Hi Maya, I am here")
    await chat.sees("Hi Maya, I am here", author="teammate")
    await chat.marked(sent, SENT)
    assert "pain" not in str(chat.customer.seen)


async def test_what_was_held_as_news_can_be_sent(here: World) -> None:
    chat = await here.chat("Maya", first="Hello")
    await says(here, here.ben, "back")
    await chat.thread.ts()
    await chat.customer.escalate("asked for a person")
    ts = await chat.reply(here.ben, "I am on it")
    await chat.marked(ts, HELD)
    question = await here.prompt("ben", offering=SEND_AS_ME)
    await here.ben.press(CHANNEL, question["ts"], SEND_AS_ME)
    await chat.sees("I am on it", author="teammate")


@pytest.mark.parametrize("gone", ["left", "deactivated"])
async def test_who_is_gone_is_taken_out(here: World, clock: RunningClock, gone: str) -> None:
    await says(here, here.ben, "back")
    if gone == "left":
        here.slack.leave(CHANNEL, "ben")
    else:
        here.slack.change_person("ben", deleted=True)
    clock.forward(hours=2)
    await called_the_roll(here)
    chat = await asks(here, "Maya")
    await chat.thread.card_shows("Waiting for a teammate")


@pytest.mark.both_databases
async def test_while_slack_does_not_say_who_is_there_nobody_is_taken_out(
    here: World, clock: RunningClock
) -> None:
    await says(here, here.ben, "back")
    clock.forward(hours=2)
    here.slack.faults.error("conversations.members", "internal_error", times=100)
    here.slack.faults.error("users.info", "internal_error", times=100)
    await called_the_roll(here)
    chat = await asks(here, "Maya")
    assert await holder(here, chat) == "Ben"


async def test_a_guest_may_not_be_available(here: World) -> None:
    here.slack.add_person("gus", real_name="Gus Guest", is_restricted=True)
    assert "Only full members" in await says(here, here.slack.person("gus"), "back")
    chat = await asks(here, "Maya")
    await chat.thread.card_shows("Waiting for a teammate")


async def test_home_and_help_say_who_one_is(here: World) -> None:
    await here.ben.open_home()
    await here.until(lambda: "You are away" in str(here.slack.home("ben")))
    assert "You are away" in await says(here, here.ben, "")
    await says(here, here.ben, "back")
    await here.until(lambda: "You are available" in str(here.slack.home("ben")))
    assert "You are available" in await says(here, here.ben, "")


@pytest.mark.both_databases
async def test_availability_outlives_a_restart(here: World) -> None:
    await says(here, here.ben, "back")
    await here.restart()
    chat = await asks(here, "Maya")
    assert await holder(here, chat) == "Ben"


async def test_by_default_nobody_is_assigned(outside: World) -> None:
    assert "nobody is assigned conversations" in await says(outside, outside.ben, "back")
    chat = await asks(outside, "Maya")
    await chat.thread.card_shows("Waiting for a teammate")
    assert await holder(outside, chat) is None
    assert "You are" not in await says(outside, outside.ben, "")


async def called_the_roll(here: World) -> None:
    """As the bridge does, with nothing remembered."""
    database, installation = here.bridge.database, here.bridge.installation
    async with aiohttp.ClientSession() as session:
        client = slack_client(here.settings, session)
        desk = here.bridge.desk
        channels = SlackChannels(client, desk, installation)
        directory = UserCache(client, database, home_team=installation.team)
        permissions = Permissions(directory, channels, bot_user=installation.bot_user)
        await DepartureMonitor(desk, permissions, channels).call()
