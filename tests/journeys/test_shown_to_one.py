"""Whoever may not see a customer's words any more is shown none: not in what was asked for before either."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from bot.blocks.elements.ids import WISH
from storage.records import ConversationState
from tests.ai.fake_anthropic import FakeAnthropic
from tests.clocks import RunningClock
from tests.journeys.test_compose import DRAFT, field, held_with_claude, reads, window, with_claude
from tests.journeys.test_holder_gone import NO_MEMBER, rings
from tests.journeys.test_reminders import told
from tests.journeys.test_translations import bridge as translating
from tests.journeys.test_translations import held
from tests.journeys.world import CHANNEL, HELD, NOTE, World, world

__all__ = ["translating", "with_claude"]

FULL = "Only full members of this workspace"
IN_CHANNEL = f"is for those in #{CHANNEL}"

LOSSES: dict[str, Callable[[World], None]] = {
    "guest": lambda here: here.slack.change_person("ana", is_restricted=True),
    "deactivated": lambda here: here.slack.change_person("ana", deleted=True),
    "left": lambda here: here.slack.leave(CHANNEL, "ana"),
}


async def lost(here: World, how: str) -> None:
    """Ana may not see anything of a customer's from here on, and Slack has said so."""
    LOSSES[how](here)
    await here.until(lambda: here.slack.events_under_way == 0)


@pytest.mark.parametrize("how", LOSSES)
async def test_a_draft_that_comes_after_it_is_not_shown(
    with_claude: World, claude: FakeAnthropic, how: str
) -> None:
    bridge = with_claude
    chat = await held_with_claude(bridge, claude)
    comes = asyncio.Event()
    claude.say("Ein neuer Rucksack ist unterwegs.", after=comes)
    await chat.choose(bridge.ana, DRAFT)
    await bridge.until(lambda: bridge.slack.views("ana"))
    await lost(bridge, how)
    comes.set()
    await bridge.until(lambda: "Only" in bridge.slack.rendered(bridge.slack.views("ana")[-1]))
    shown = str(bridge.slack.views("ana"))
    assert "Rucksack" not in shown
    assert "Maya" not in shown


@pytest.mark.parametrize("how", LOSSES)
async def test_the_ai_writes_nothing_for_them_and_their_window_is_emptied(
    with_claude: World, claude: FakeAnthropic, how: str
) -> None:
    bridge = with_claude
    chat = await held_with_claude(bridge, claude)
    claude.say("Ein neuer Rucksack ist unterwegs.")
    await chat.choose(bridge.ana, DRAFT)
    view = await reads(bridge, "ana", "Ein neuer Rucksack ist unterwegs.")
    await lost(bridge, how)
    asked = len(claude.requests)
    await bridge.ana.press_view(f"{WISH}:polish", values={field(view): "Ein neuer Rucksack"})
    await bridge.until(lambda: "Only" in bridge.slack.rendered(bridge.slack.views("ana")[-1]))
    assert "Rucksack" not in str(bridge.slack.views("ana"))
    assert len(claude.requests) == asked


@pytest.mark.parametrize("how", LOSSES)
async def test_what_they_send_from_a_window_reaches_nobody_and_shows_nothing_new(
    with_claude: World, claude: FakeAnthropic, how: str
) -> None:
    bridge = with_claude
    chat = await held_with_claude(bridge, claude)
    claude.say("Ein neuer Rucksack ist unterwegs.")
    await chat.choose(bridge.ana, DRAFT)
    view = await reads(bridge, "ana", "Ein neuer Rucksack ist unterwegs.")
    await lost(bridge, how)
    await bridge.settled()
    answer = await bridge.ana.submit(values={field(view): "Kommt morgen."})
    assert "Only" in answer["errors"][field(view)]
    assert await window(bridge.ana) == view | {"state": (await window(bridge.ana))["state"]}
    assert [text for who, text in chat.window() if who == "teammate"] == []


async def test_a_translation_that_comes_after_it_is_not_shown_and_the_reply_stays_with_the_team(
    translating: World, claude: FakeAnthropic
) -> None:
    bridge = translating
    chat = await held(bridge, claude)
    comes = asyncio.Event()
    claude.translate("Es kostet vier Euro.", after=comes)
    ts = await chat.reply(bridge.ana, "It is four euros.")
    await chat.marked(ts, HELD)
    await lost(bridge, "guest")
    comes.set()
    await chat.marked(ts, NOTE)
    await bridge.settled()
    assert FULL in bridge.slack.ephemerals("ana")[-1]["text"]
    assert "Euro" not in str(bridge.slack.ephemerals("ana"))
    assert [text for who, text in chat.window() if who == "teammate"] == []


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


@pytest.fixture
async def assigning(database_url: str, clock: RunningClock) -> AsyncIterator[World]:
    async with world(
        database_url, ai="external", assignment="balanced", clock=clock, remind_after=timedelta(hours=9)
    ) as here:
        yield here


async def test_who_is_given_a_customer_after_it_is_told_nothing_and_somebody_else_is_called_for(
    assigning: World, clock: RunningClock
) -> None:
    here = assigning
    await here.ana.command("/bookbag", "back", channel=CHANNEL)
    chat = await here.chat(first="My parcel is lost")
    await chat.thread.ts()
    await here.settled()
    # No event says it, and what Slack said before is older than a minute.
    here.slack._state.users[here.slack.user_id("ana")].is_restricted = True
    clock.forward(seconds=61)
    await chat.customer.escalate("asked for a person")
    await here.until(lambda: rings(here))
    await here.settled()
    assert told(here, "ana") == []
    (ring,) = rings(here)
    assert NO_MEMBER in here.slack.rendered(ring)
    assert (await here.bridge.desk.view(chat.id)).conversation.state is ConversationState.WAITING


WORDS = (
    "",
    "help",
    "conversations",
    "tickets",
    "tickets mine",
    "find zeppelin",
    "show 1",
    "stats",
    "settings",
)


@pytest.mark.parametrize("how", LOSSES)
async def test_no_command_answers_them(outside: World, how: str) -> None:
    chat = await outside.chat(first="Where is my zeppelin?")
    await chat.taken_over(outside.ben)
    await outside.settled()
    await lost(outside, how)
    for word in (*WORDS, "settings", "connect", "rebuild 1", "back"):
        shown = outside.slack.rendered(dict(await outside.ana.command("/bookbag", word, channel="general")))
        assert "Maya" not in shown, word
        assert "zeppelin" not in shown, word
        if how != "left" or word not in ("", "help"):
            assert (IN_CHANNEL if how == "left" else FULL) in shown, word


async def test_no_further_page_of_a_list_answers_them(outside: World) -> None:
    for number in range(12):
        chat = await outside.chat(f"Customer {number:02}", first="Hello")
        await chat.thread.ts()
    await outside.settled()
    page = await outside.ana.command("/bookbag", "conversations", channel=CHANNEL)
    assert "Customer" in outside.slack.rendered(dict(page))
    (next_page,) = [
        element["action_id"]
        for block in page["blocks"]
        for element in block.get("elements", [])
        if str(element.get("action_id")).startswith("page:")
    ]
    await lost(outside, "guest")
    await outside.ana.press(CHANNEL, page["ts"], next_page)
    await outside.until(lambda: FULL in outside.slack.rendered(outside.slack.ephemerals("ana")[-1]))
    assert "Customer" not in outside.slack.rendered(outside.slack.ephemerals("ana")[-1])
