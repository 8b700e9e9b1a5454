"""What a customer writes in a language that is not the team's stands in the thread in both."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from bot.desk.translations import Translations
from tests.ai.fake_anthropic import FakeAnthropic
from tests.journeys.world import Chat, World, world

HINT = "translated by the AI"


@pytest.fixture
async def claude() -> AsyncIterator[FakeAnthropic]:
    async with FakeAnthropic() as fake:
        yield fake


@pytest.fixture
async def bridge(database_url: str, claude: FakeAnthropic) -> AsyncIterator[World]:
    async with world(
        database_url, ai="claude", anthropic_api_key=claude.key, anthropic_base_url=claude.url
    ) as here:
        yield here


def translate(claude: FakeAnthropic, text: str, after: asyncio.Event | None = None) -> None:
    claude.say(json.dumps({"translation": text, "language": "de"}), after=after)


async def held(bridge: World, claude: FakeAnthropic) -> Chat:
    """Ana answers a customer who writes German; the question she came in on is translated."""
    claude.say("Das dauert zwei Tage.")
    chat = await bridge.chat("Maya", first="Wie lange dauert der Versand?")
    await chat.sees("Das dauert zwei Tage.", author="ai")
    claude.summarise("Versand", "Die Kundin fragt nach dem Versand.", "de")
    translate(claude, "How long does shipping take?")
    await chat.taken_over(bridge.ana)
    await chat.shows("How long does shipping take?")
    await bridge.settled()
    return chat


def translations(bridge: World, chat: Chat) -> list[str]:
    thread = bridge.slack.rendered({"blocks": [b for m in chat.thread.replies() for b in m["blocks"]]})
    return [line for line in thread.splitlines() if HINT in line]


async def test_a_customers_words_are_followed_by_their_translation(
    bridge: World, claude: FakeAnthropic
) -> None:
    chat = await held(bridge, claude)
    answered = asyncio.Event()
    translate(claude, "And what does it cost?\nPlease <!here> *hurry*", after=answered)
    await chat.customer.say("Und was kostet das?\nBitte schnell")
    # The original waits for nobody.
    await chat.shows("Und was kostet das?")
    assert "cost" not in str(chat.thread.replies())
    answered.set()
    shown = await chat.shows("And what does it cost?\nPlease <!here> *hurry*")
    assert f"🌐 Maya, {HINT}" in shown
    await bridge.settled()
    # The first is away from its original, so it says which; the second is right under it or says so too.
    first, second = translations(bridge, chat)
    assert "“Wie lange dauert der Versand?”" in first
    assert HINT in second
    # The customer's words are as they were, and no customer reads a translation.
    entries = await bridge.bridge.desk.for_customer(chat.id, after=0, limit=100)
    assert "Und was kostet das?\nBitte schnell" in [entry.text for entry in entries]
    assert "cost" not in str(chat.customer.seen)


async def test_what_the_customer_and_the_ai_say_alone_and_what_is_in_the_teams_language_is_left(
    bridge: World, claude: FakeAnthropic
) -> None:
    claude.say("Zwei Tage.")
    chat = await bridge.chat("Maya", first="Wie lange dauert der Versand?")
    await chat.sees("Zwei Tage.", author="ai")
    await bridge.settled()
    assert len(claude.requests) == 1
    claude.summarise("Versand", "Die Kundin fragt nach dem Versand.", "de")
    translate(claude, "How long does shipping take?")
    await chat.taken_over(bridge.ana)
    await chat.shows("How long does shipping take?")
    for text in ("And how much is it?", "ok", "12", "👍"):
        await chat.customer.say(text)
        await chat.shows(text)
    await bridge.settled()
    assert len(claude.requests) == 3
    assert len(translations(bridge, chat)) == 1


async def test_a_model_that_fails_leaves_the_original_and_the_next_is_translated(
    bridge: World, claude: FakeAnthropic
) -> None:
    chat = await held(bridge, claude)
    claude.fail(status=500)
    claude.fail(status=500)
    await chat.customer.say("Und was kostet das?")
    await chat.shows("Und was kostet das?")
    await bridge.settled()
    # It finds that it was in the team's language all along, and says nothing.
    translate(claude, "")
    await chat.customer.say("Das ist the question")
    await bridge.settled()
    translate(claude, "I would like my money back")
    await chat.customer.say("Ich möchte mein Geld zurück")
    await chat.shows("I would like my money back")
    assert len(translations(bridge, chat)) == 2


async def test_a_translation_that_is_made_twice_is_shown_once(bridge: World, claude: FakeAnthropic) -> None:
    chat = await held(bridge, claude)
    translate(claude, "And what does it cost?")
    await chat.customer.say("Und was kostet das?")
    await chat.shows("And what does it cost?")
    await bridge.settled()
    before = len(claude.requests)
    async with bridge.bridge.database.read() as tx:
        messages = await tx.ledger.messages_before(chat.id, None, limit=1)
    # Another process did the same, or this one ended before it could say that it had.
    again = Translations(bridge.bridge.database)
    assert await again.original(chat.id, messages[0].seq) is None
    await again.add(messages[0], text="And what does it cost??", language="de")
    await bridge.settled()
    assert len(translations(bridge, chat)) == 2
    assert "??" not in str(chat.thread.replies())
    assert len(claude.requests) == before


async def test_the_teams_language_is_the_channels(database_url: str, claude: FakeAnthropic) -> None:
    async with world(
        database_url,
        ai="claude",
        anthropic_api_key=claude.key,
        anthropic_base_url=claude.url,
        language="de",
    ) as bridge:
        claude.say("Two days.")
        chat = await bridge.chat("Maya", first="How long does shipping take?")
        await chat.sees("Two days.", author="ai")
        claude.summarise("Shipping", "Asks how long it takes.")
        translate(claude, "Wie lange dauert der Versand?")
        await chat.taken_over(bridge.ana)
        assert "🌐 Maya, übersetzt von der KI" in await chat.shows("Wie lange dauert der Versand?")
        assert "German" in str(claude.requests[-1]["system"])
        await chat.customer.say("Ist das sicher?")
        await bridge.settled()
        assert len(claude.requests) == 3
