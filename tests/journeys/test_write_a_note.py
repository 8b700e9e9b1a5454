"""The note action: what is written in its window stays with the team, whatever happens and whoever reads."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from bot.blocks.elements.ids import AGREED, ALLOW_AI_REPLIES, NOTE_WORDS, WRITE_NOTE
from sandbox import WorkspacePerson
from storage.records import Audience, Author, Entry, Kind
from tests.ai.fake_anthropic import FakeAnthropic
from tests.journeys.test_hand_back import filled
from tests.journeys.test_ticket import a_guest, held, put_on_hold
from tests.journeys.world import CHANNEL, SENT, SERVER_KEY, Chat, World, world

WRITE = "Write a note…"
SECRET = "She is the third one this week, ask <!channel> & the warehouse"


async def write(who: WorkspacePerson, text: str) -> None:
    assert (await who.submit(values={NOTE_WORDS: text}))["ok"]


async def notes(bridge: World, chat: Chat) -> list[Entry]:
    async with bridge.bridge.database.read() as tx:
        return [entry for entry in await tx.ledger.since(chat.id) if entry.kind is Kind.NOTE]


async def everything_served(bridge: World, chat: Chat) -> str:
    """All that the API answers about the conversation, to the customer and to a server with the key."""
    served: list[Any] = []
    about = f"{bridge.bridge.address}/v1/conversations/{chat.id}"
    async with aiohttp.ClientSession() as session:
        for bearer in (chat.customer.token, SERVER_KEY):
            for path in ("", "/messages?after=0&limit=100"):
                headers = {"Authorization": f"Bearer {bearer}"}
                async with session.get(about + path, headers=headers) as response:
                    assert response.status == 200
                    served.append(await response.json())
    return json.dumps([*served, chat.customer.seen])


async def test_a_note_from_the_menu_stands_in_the_thread_and_never_reaches_the_customer(
    bridge: World,
) -> None:
    chat = await held(bridge)
    before = len(chat.window())
    # Ana answers this customer; a note is anybody's to write.
    await chat.choose(bridge.ben, WRITE)
    window = (await bridge.ben.views())[-1]
    assert "the customer never sees it" in str(window["blocks"])
    await write(bridge.ben, SECRET)
    assert await bridge.ben.views() == []
    shown = await chat.thread.shows(lambda m: "third one this week" in chat.thread.rendered(m))
    assert chat.thread.rendered(shown).splitlines() == [
        "🔒 Ben   ·   note for the team, not sent to the customer",
        SECRET,
    ]
    assert shown["text"].startswith("Note by Ben: ")
    assert bridge.slack.mentions(dict(shown)) == set()

    # What is sent behind it arrives, so what is in front of it would have.
    await chat.marked(await chat.reply(bridge.ana, "On its way!"), SENT)
    await chat.sees("On its way!", author="teammate")
    await chat.customer.cut()
    await chat.customer.say("Thank you")
    await chat.sees("Thank you")
    await bridge.settled()
    assert "third one" not in await everything_served(bridge, chat)
    assert len(chat.window()) == before + 2
    (entry,) = await notes(bridge, chat)
    assert (entry.text, entry.author, entry.name) == (SECRET, Author.TEAMMATE, "Ben")
    assert entry.audience is Audience.TEAM
    assert "Ana is answering" in chat.thread.card()


async def test_a_note_leaves_the_ticket_where_it_is(bridge: World) -> None:
    chat = await held(bridge)
    await put_on_hold(chat, bridge.ana, "The warehouse looks for it")
    await chat.thread.card_shows("On hold")
    await chat.choose(bridge.ana, WRITE)
    await write(bridge.ana, "They found it in aisle 7")
    await chat.shows("aisle 7")
    await bridge.settled()
    assert "On hold" in chat.thread.card()
    ticket = (await bridge.bridge.desk.view(chat.id)).ticket
    assert ticket is not None
    assert ticket.first_reply_at is None


@pytest.mark.both_databases
async def test_the_shortcut_writes_one_while_the_ai_answers_and_the_ai_goes_on(bridge: World) -> None:
    chat = await bridge.chat(first="How long does shipping take?")
    await chat.customer.sees(lambda e: e["from"] == "ai")
    asked = await chat.thread.shows(lambda m: "How long does shipping take?" in chat.thread.rendered(m))
    await bridge.ben.shortcut(WRITE_NOTE, CHANNEL, asked["ts"])
    await write(bridge.ben, "Known customer, be quick")
    await chat.shows("Known customer")
    await chat.customer.say("And returns?")
    await chat.shows("And returns?")
    await bridge.settled()
    assert [who for who, _ in chat.window()] == ["customer", "ai", "customer", "ai"]
    assert "Known customer" not in await everything_served(bridge, chat)


async def test_a_waiting_customers_card_offers_it_too(outside: World) -> None:
    chat = await outside.chat(first="Hello")
    await chat.customer.escalate("asked for a person")
    await chat.choose(outside.ben, WRITE)
    await write(outside.ben, "I call her at noon")
    await chat.shows("I call her at noon")
    await outside.settled()
    assert "at noon" not in await everything_served(outside, chat)
    assert "Waiting for a teammate" in chat.thread.card()


async def test_no_ai_is_told_of_a_note_nor_was_it_agreed(database_url: str, claude: FakeAnthropic) -> None:
    async with world(
        database_url,
        ai="claude",
        translate=False,
        anthropic_api_key=claude.key,
        anthropic_base_url=claude.url,
    ) as bridge:
        claude.say("We look into it.")
        claude.summarise("Broken backpack", "The backpack broke.")
        chat = await bridge.chat(first="My backpack broke.")
        await chat.sees("We look into it.", author="ai")
        await chat.taken_over(bridge.ana)
        await chat.shows("🎫 Ticket #1")
        await chat.choose(bridge.ana, WRITE)
        await write(bridge.ana, "a fraud, perhaps")
        await chat.shows("a fraud, perhaps")
        await chat.marked(await chat.reply(bridge.ana, "You get a new one."), SENT)
        claude.say("A new one was promised.")
        await chat.press(bridge.ana, ALLOW_AI_REPLIES)
        view = await filled(bridge, "ana")
        assert "fraud" not in str(view["state"])
        assert view["state"]["values"][AGREED][AGREED]["value"] == "A new one was promised."
        assert (await bridge.ana.submit())["ok"]
        await chat.customer.sees(lambda e: bool(e.get("state")) and e["state"]["state"] == "ai")
        claude.say("It comes tomorrow.")
        await chat.customer.say("When does it come?")
        await chat.sees("It comes tomorrow.", author="ai")
        await bridge.settled()
        assert claude.requests
        assert "fraud" not in json.dumps(claude.requests)


async def test_a_note_is_found_and_a_thread_that_starts_again_is_still_the_customers(bridge: World) -> None:
    chat = await held(bridge)
    await chat.choose(bridge.ben, WRITE)
    await write(bridge.ben, "Ask for serial number QX-77")
    await chat.shows("QX-77")
    await bridge.settled()
    answer = await bridge.ben.command("/bookbag", "find QX-77", channel=CHANNEL)
    assert "Maya Lindqvist" in bridge.slack.rendered(answer)
    await bridge.ben.command("/bookbag", "rebuild 1", channel=CHANNEL)
    await bridge.settled()
    card = (await bridge.bridge.desk.view(chat.id)).conversation.card
    assert card is not None
    thread = [bridge.slack.rendered(message) for message in bridge.slack.thread(CHANNEL, card.ts)]
    assert "Ana is answering" in thread[0]
    assert "QX-77" not in await everything_served(bridge, chat)


@pytest.mark.parametrize("trouble", ["submitted twice", "lost answer"])
async def test_a_note_is_there_once(bridge: World, trouble: str) -> None:
    chat = await held(bridge)
    await bridge.settled()
    await chat.choose(bridge.ana, WRITE)
    view = (await bridge.ana.views())[-1]["id"]
    if trouble == "lost answer":
        bridge.slack.faults.drop_after("chat.postMessage")
        await write(bridge.ana, "Once")
    else:
        sent = await asyncio.gather(
            *(bridge.ana.submit(view, values={NOTE_WORDS: "Once"}) for _ in range(3)), return_exceptions=True
        )
        assert any(isinstance(one, dict) and one["ok"] for one in sent)
    await chat.shows("Once")
    await bridge.settled()
    assert [note.text for note in await notes(bridge, chat)] == ["Once"]
    assert sum("Once" in chat.thread.rendered(reply) for reply in chat.thread.replies()) == 1


async def test_a_note_says_something(bridge: World) -> None:
    chat = await held(bridge)
    await chat.choose(bridge.ana, WRITE)
    refused = await bridge.ana.submit(values={NOTE_WORDS: "   "})
    assert "nothing in it yet" in refused["errors"][NOTE_WORDS]
    assert await notes(bridge, chat) == []


async def test_who_may_not_act_writes_none(bridge: World) -> None:
    chat = await held(bridge)
    guest = a_guest(bridge)
    await chat.choose(guest, WRITE)
    assert "Only full members" in (await bridge.prompt("gus"))["text"]
    await guest.shortcut(WRITE_NOTE, CHANNEL, await chat.thread.ts())
    assert await guest.views() == []
    # Who could when the window opened and cannot any more.
    await chat.choose(bridge.ben, WRITE)
    bridge.slack.change_person("ben", is_restricted=True)
    await bridge.settled()
    refused = await bridge.ben.submit(values={NOTE_WORDS: "From a guest"})
    assert "Only full members" in refused["errors"][NOTE_WORDS]
    assert await notes(bridge, chat) == []


async def test_a_shortcut_outside_of_any_conversation_says_so(bridge: World) -> None:
    await held(bridge)
    await bridge.ana.shortcut(WRITE_NOTE, CHANNEL, await bridge.ana.post(CHANNEL, "Lunch?"))
    assert "nobody to write a note about" in (await bridge.prompt("ana"))["text"]
    assert await bridge.ana.views() == []
