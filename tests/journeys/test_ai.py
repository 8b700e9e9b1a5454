"""The AI in the conversation: Claude on its own wire, answering, failing, escalating, summarising."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.ai.fake_anthropic import FakeAnthropic
from tests.journeys.world import SERVER_KEY, World, world

HANDING_OVER = "I have asked a colleague to join this chat. They will answer you right here."


@pytest.fixture
async def bridge(database_url: str, claude: FakeAnthropic) -> AsyncIterator[World]:
    async with world(
        database_url, ai="claude", anthropic_api_key=claude.key, anthropic_base_url=claude.url
    ) as here:
        yield here


async def test_claude_answers_and_summarises(bridge: World, claude: FakeAnthropic) -> None:
    claude.say("Two to three working days.")
    chat = await bridge.chat(first="Wie lange dauert der Versand?")
    await chat.sees("Two to three working days.", author="ai")
    claude.summarise("Versanddauer", "Die Kundin fragt nach der Versanddauer. Sie wohnt in Graz.", "de")
    claude.say('{"translation": "How long does shipping take?", "language": "de"}')
    await chat.taken_over(bridge.ana)
    shown = await chat.shows("Versanddauer")
    assert "Die Kundin fragt nach der Versanddauer. Sie wohnt in Graz." in shown
    assert "Summary by the AI" in shown
    await chat.thread.card_shows("Versanddauer")
    ticket = (await bridge.bridge.desk.view(chat.id)).ticket
    assert ticket is not None
    assert (ticket.type, ticket.channel, ticket.language) == ("live_chat", "web", "de")


async def test_a_summary_that_fails_does_not_hold_up_the_take_over(
    bridge: World, claude: FakeAnthropic
) -> None:
    claude.say("Two to three working days.")
    chat = await bridge.chat(first="How long does shipping take?")
    await chat.customer.sees(lambda e: e["from"] == "ai")
    claude.fail(status=500)
    claude.fail(status=500)
    await chat.taken_over(bridge.ana)
    assert "the AI could not write a summary" in await chat.shows("🎫 Ticket #1")
    await chat.reply(bridge.ana, "Two days for you.")
    await chat.sees("Two days for you.", author="teammate")


async def test_the_ai_asks_for_a_person_once_and_truthfully(bridge: World, claude: FakeAnthropic) -> None:
    claude.escalate("wants a refund above my limit", beside="I will refund you 500 euros.")
    claude.summarise("Refund", "Wants a refund.")
    chat = await bridge.chat(first="I want my money back")
    await chat.sees(HANDING_OVER)
    await chat.thread.card_shows("Waiting for a teammate")
    await chat.shows("wants a refund above my limit")
    await chat.thread.card_shows("Ticket #1, New")
    assert chat.window() == [("customer", "I want my money back"), ("system", HANDING_OVER)]
    assert await chat.customer.state() == "waiting"

    # While waiting, the AI says nothing more; the ticket waits for whoever presses.
    await chat.customer.say("Hello?")
    await chat.shows("Hello?")
    await chat.taken_over(bridge.ben)
    await chat.thread.card_shows("Ticket #1, On Ben")
    assert len(claude.requests) == 2


@pytest.mark.parametrize("trouble", ["status", "cut", "refusal"])
async def test_a_failing_model_hands_over_with_a_truthful_word(
    bridge: World, claude: FakeAnthropic, trouble: str
) -> None:
    match trouble:
        case "status":
            claude.fail(status=529)
            claude.fail(status=529)
        case "cut":
            claude.cut()
            claude.cut()
        case "refusal":
            claude.message([], stop="refusal")
    claude.summarise("Hello", "Said hello.")
    chat = await bridge.chat(first="Hello")
    await chat.sees(HANDING_OVER)
    await chat.thread.card_shows("Waiting for a teammate")


async def test_two_messages_in_a_row_get_one_answer_that_covers_both(
    bridge: World, claude: FakeAnthropic
) -> None:
    release = asyncio.Event()
    claude.say("To the first.", after=release)
    claude.say("To the second.")
    chat = await bridge.chat(first="One")
    await claude.arrived.wait()
    await chat.customer.say("Two")
    await chat.customer.say("Three")
    release.set()
    await chat.sees("To the second.")
    await bridge.settled()
    assert [who for who, _ in chat.window()].count("ai") == 2
    assert "Three" in str(claude.requests[1]["messages"])


@pytest.mark.both_databases
async def test_an_outside_ai_is_refused_while_a_teammate_holds(database_url: str) -> None:
    async with world(database_url, ai="external") as bridge:
        chat = await bridge.chat(first="Hello")
        await chat.customer.ai_says("Hi, I am another program.")
        await chat.sees("Hi, I am another program.", author="ai")
        await chat.taken_over(bridge.ana)
        with pytest.raises(Exception, match="ai_paused"):
            await chat.customer.ai_says("Too late")
        await chat.handed_back(bridge.ana)
        await chat.customer.ai_says("Back again")
        await chat.sees("Back again", author="ai")
        assert "Too late" not in str(chat.customer.seen)
        assert SERVER_KEY not in str(bridge.slack.calls)
