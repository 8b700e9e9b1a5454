"""Allow AI replies: what was agreed, written before anybody asks and sent with one press."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.blocks.elements.ids import (
    AGREED,
    ALLOW_AI_REPLIES,
    STAYS_OPEN,
    TICKET_STAYS,
    WRITE_MYSELF,
)
from bot.desk.ownership.takeover import LONGEST_AGREEMENT
from sandbox import WorkspacePerson
from tests.ai.fake_anthropic import FakeAnthropic
from tests.journeys.test_files import PNG
from tests.journeys.test_ticket import a_guest, held
from tests.journeys.world import CHANNEL, SENT, Chat, World, world

pytestmark = pytest.mark.both_databases

PROMISE = "A new backpack leaves today, free of charge."


@pytest.fixture
async def with_claude(database_url: str, claude: FakeAnthropic) -> AsyncIterator[World]:
    async with world(
        database_url, ai="claude", anthropic_api_key=claude.key, anthropic_base_url=claude.url
    ) as here:
        yield here


async def held_with_claude(bridge: World, claude: FakeAnthropic) -> Chat:
    claude.say("We look into it.")
    claude.summarise("Broken backpack", "The backpack broke.")
    chat = await bridge.chat(first="I want a person! My backpack broke.")
    await chat.sees("We look into it.", author="ai")
    await chat.taken_over(bridge.ana)
    await chat.shows("🎫 Ticket #1")
    await chat.marked(await chat.reply(bridge.ana, PROMISE), SENT)
    return chat


async def asked(who: WorkspacePerson) -> dict[str, Any]:
    """The hand back on this person's screen."""
    return (await who.views())[-1]


async def filled(bridge: World, who: str) -> dict[str, Any]:
    """The same, once the AI has written it or given up."""
    await bridge.until(lambda: AGREED in bridge.slack.views(who)[-1]["state"]["values"])
    return bridge.slack.views(who)[-1]


def written(view: dict[str, Any]) -> str | None:
    """What stands in its field; None while there is no field."""
    values = view["state"]["values"]
    return values[AGREED][AGREED]["value"] if AGREED in values else None


def updates(bridge: World) -> list[str | None]:
    """What became of each change of a window, so far."""
    answers = [call.response for call in bridge.slack.calls_of("views.update") if call.response]
    return [answer.get("error", "ok") for answer in answers]


async def came_back(chat: Chat) -> None:
    await chat.customer.sees(lambda e: bool(e.get("state")) and e["state"]["state"] == "ai")


async def test_what_was_agreed_stands_there_and_one_press_hands_back(bridge: World) -> None:
    chat = await held(bridge)
    await chat.reply(bridge.ana, "note: third one this week")
    await chat.marked(await chat.reply(bridge.ana, PROMISE), SENT)
    await chat.press(bridge.ana, ALLOW_AI_REPLIES)
    view = await filled(bridge, "ana")
    assert written(view) == f"Ana: {PROMISE}"
    # Nothing has changed yet.
    assert "Ana is answering" in chat.thread.card()

    assert (await bridge.ana.submit())["ok"]
    await came_back(chat)
    assert await bridge.ana.views() == []
    await chat.thread.card_shows("Ticket #1, Closed")
    await chat.shows("Ana allowed AI replies. Ticket #1 is closed and the AI answers again.")
    assert PROMISE in await chat.shows("Handed back, with this for the AI:")
    await bridge.settled()
    assert "Handed back" not in str(chat.customer.seen)
    assert [text for _, text in chat.window()].count(PROMISE) == 1


async def test_it_can_be_changed_and_the_customer_never_sees_it(bridge: World) -> None:
    chat = await held(bridge)
    await chat.press(bridge.ana, ALLOW_AI_REPLIES)
    assert not written(await filled(bridge, "ana"))
    assert (await bridge.ana.submit(values={AGREED: "Refund by owl <!here> & no more"}))["ok"]
    assert "Refund by owl <!here> & no more" in await chat.shows("Handed back")
    await chat.customer.say("How long does shipping take?")
    await chat.customer.sees(lambda e: e["from"] == "ai" and "working day" in e["text"])
    await bridge.settled()
    assert "owl" not in str(chat.customer.seen)
    async with bridge.bridge.database.read() as tx:
        page = await bridge.bridge.desk.for_customer(chat.id, after=0, limit=1000)
        told = [e for e in await tx.ledger.since(chat.id) if e.data.get("event") == "agreed"]
    assert [entry.audience for entry in told] == ["team"]
    assert not {entry.seq for entry in page} & {entry.seq for entry in told}


async def test_a_ticket_can_be_kept_open(bridge: World) -> None:
    chat = await held(bridge)
    await chat.marked(await chat.reply(bridge.ana, PROMISE), SENT)
    await chat.thread.card_shows("On customer")
    await chat.press(bridge.ana, ALLOW_AI_REPLIES)
    assert (await bridge.ana.submit(values={TICKET_STAYS: [STAYS_OPEN]}))["ok"]
    await came_back(chat)
    await chat.shows("Ticket #1 stays open and the AI answers again.")
    await chat.thread.card_shows("The AI is answering\n🎫 Ticket #1, On customer")
    # Neither list says that nobody talks to the AI.
    listed = await bridge.ben.command("/bookbag", "conversations", channel=CHANNEL)
    assert "Apart from open tickets, nobody talks to the AI" in bridge.slack.rendered(listed)
    await bridge.ben.open_home()
    await bridge.until(lambda: "Apart from open tickets, nobody talks" in str(bridge.slack.home("ben")))

    # The AI answers, so the ticket is not on anybody for that.
    await chat.customer.say("How long does shipping take?")
    await chat.customer.sees(lambda e: e["from"] == "ai" and "working day" in e["text"])
    await bridge.settled()
    assert "Ticket #1, On customer" in chat.thread.card()
    assert "#1" in bridge.slack.rendered(await bridge.ben.command("/bookbag", "tickets", channel=CHANNEL))
    # It may ask for a person again: then the same ticket is New and nobody's.
    await chat.customer.say("Can I talk to a human about my invoice?")
    await chat.thread.card_shows("Waiting for a teammate")
    await chat.thread.card_shows("Ticket #1, New")
    await chat.taken_over(bridge.ben)
    await chat.thread.card_shows("Ticket #1, On Ben")


async def test_a_ticket_kept_open_is_closed_without_a_word_to_the_customer(bridge: World) -> None:
    chat = await held(bridge)
    await chat.press(bridge.ana, ALLOW_AI_REPLIES)
    assert (await bridge.ana.submit(values={TICKET_STAYS: [STAYS_OPEN]}))["ok"]
    await came_back(chat)
    await chat.thread.card_shows("The AI is answering")
    await chat.offered("Edit subject…", "Close ticket", "Cancel ticket")
    before = len(chat.customer.seen)
    await chat.choose(bridge.ben, "Close ticket")
    await chat.thread.card_shows("Ticket #1, Closed")
    await chat.shows("Ben closed ticket #1. The AI goes on answering.")
    await bridge.settled()
    assert len(chat.customer.seen) == before


@pytest.mark.parametrize("trouble", ["expired_trigger_id", "server error", "no view", "lost"])
async def test_where_no_window_opens_the_press_hands_back_by_itself(bridge: World, trouble: str) -> None:
    chat = await held(bridge)
    await chat.marked(await chat.reply(bridge.ana, PROMISE), SENT)
    faults = bridge.slack.faults
    match trouble:
        case "server error":
            faults.server_error("views.open")
        case "lost":
            faults.drop_before("views.open")
        case "no view":
            faults.drop_after("views.open")
        case _:
            faults.error("views.open", trouble)
    await chat.press(bridge.ana, ALLOW_AI_REPLIES)
    await came_back(chat)
    await chat.thread.card_shows("Ticket #1, Closed")
    assert "Slack opened no window" in (await bridge.prompt("ana"))["text"]
    if trouble == "no view":
        # It did open, only nobody heard: what is sent from it then is refused.
        await filled(bridge, "ana")
        refused = await bridge.ana.submit()
        assert "moved on" in refused["errors"][AGREED]


async def test_who_may_not_is_told_before_any_window(bridge: World) -> None:
    chat = await held(bridge)
    await chat.press(a_guest(bridge), ALLOW_AI_REPLIES)
    assert "Only full members" in (await bridge.prompt("gus"))["text"]
    assert await bridge.slack.person("gus").views() == []
    assert "Ana is answering" in chat.thread.card()


async def test_what_changed_hands_while_the_window_was_open_is_not_handed_back(bridge: World) -> None:
    chat = await held(bridge)
    await chat.press(bridge.ana, ALLOW_AI_REPLIES)
    await chat.choose(bridge.ben, "Take over from Ana")
    await chat.thread.card_shows("Ben is answering")
    await filled(bridge, "ana")
    refused = await bridge.ana.submit(values={AGREED: "All is well"})
    assert "moved on" in refused["errors"][AGREED]
    # What she wrote is still in the window, and nobody was told.
    assert len(await bridge.ana.views()) == 1
    await bridge.settled()
    assert "All is well" not in str(bridge.slack.thread(CHANNEL, await chat.thread.ts()))


async def test_of_two_who_hand_back_at_once_one_does(bridge: World) -> None:
    chat = await held(bridge)
    for who in (bridge.ana, bridge.ben):
        await chat.press(who, ALLOW_AI_REPLIES)
    done = await asyncio.gather(bridge.ana.submit(), bridge.ben.submit())
    assert sorted(one["ok"] for one in done) == [False, True]
    await came_back(chat)
    await bridge.settled()
    async with bridge.bridge.database.read() as tx:
        events = [e.data.get("event") for e in await tx.ledger.since(chat.id)]
    assert events.count("resumed") == 1


async def test_another_programs_ai_is_handed_back_to_at_once(outside: World) -> None:
    chat = await outside.chat(first="Hello")
    await chat.taken_over(outside.ana)
    await chat.press(outside.ana, ALLOW_AI_REPLIES)
    await came_back(chat)
    assert await outside.ana.views() == []


async def test_old_calls_for_a_person_do_not_escalate_again(bridge: World) -> None:
    chat = await bridge.chat(first="I want to speak to a human!")
    await chat.thread.card_shows("Waiting for a teammate")
    await chat.taken_over(bridge.ana)
    await chat.marked(await chat.reply(bridge.ana, PROMISE), SENT)
    await chat.customer.say("A real person, at last! Put me through to a human if it fails.")
    await chat.thread.card_shows("On Ana")
    await chat.handed_back(bridge.ana)
    await chat.customer.sees(lambda e: e["from"] == "ai")
    asked = await chat.customer.say("How long does shipping take?")
    await chat.customer.sees(lambda e: e["from"] == "ai" and e["seq"] > asked)
    await bridge.settled()
    assert "The AI is answering" in chat.thread.card()


async def test_claude_writes_it_while_the_window_is_open(with_claude: World, claude: FakeAnthropic) -> None:
    bridge = with_claude
    chat = await held_with_claude(bridge, claude)
    ready = asyncio.Event()
    claude.say("A new backpack is on its way, free of charge.", after=ready)
    await chat.press(bridge.ana, ALLOW_AI_REPLIES)
    waiting = await asked(bridge.ana)
    assert written(waiting) is None
    assert "Writing down what was agreed" in str(waiting["blocks"])
    ready.set()
    assert written(await filled(bridge, "ana")) == "A new backpack is on its way, free of charge."
    assert (await bridge.ana.submit())["ok"]
    await came_back(chat)

    claude.say("It leaves today.")
    await chat.customer.say("And my backpack?")
    await chat.sees("It leaves today.", author="ai")
    told = json.dumps(claude.requests[-1]["messages"])
    handed_back = told.index("The conversation was handed back to you.")
    agreed = told.index("What Ana agreed with the customer, for you: A new backpack is on its way")
    assert told.index("I want a person") < handed_back < agreed < told.index("And my backpack?")


async def test_who_writes_it_themselves_is_not_written_over(
    with_claude: World, claude: FakeAnthropic
) -> None:
    bridge = with_claude
    chat = await held_with_claude(bridge, claude)
    ready = asyncio.Event()
    claude.say("The AI's own words", after=ready)
    await chat.press(bridge.ana, ALLOW_AI_REPLIES)
    await bridge.ana.press_view(WRITE_MYSELF)
    assert AGREED in (await asked(bridge.ana))["state"]["values"]
    ready.set()
    await bridge.until(lambda: updates(bridge) == ["ok", "hash_conflict"])
    assert not written(await asked(bridge.ana))
    assert (await bridge.ana.submit(values={AGREED: "My own words"}))["ok"]
    assert "My own words" in await chat.shows("Handed back")
    assert "The AI's own words" not in str(bridge.slack.thread(CHANNEL, await chat.thread.ts()))


@pytest.mark.parametrize("trouble", ["status", "refusal", "nothing"])
async def test_what_claude_does_not_write_can_be_typed(
    with_claude: World, claude: FakeAnthropic, trouble: str
) -> None:
    bridge = with_claude
    chat = await held_with_claude(bridge, claude)
    match trouble:
        case "status":
            claude.fail(status=400)
        case "refusal":
            claude.message([], stop="refusal")
        case "nothing":
            claude.say("NOTHING.")
    await chat.press(bridge.ana, ALLOW_AI_REPLIES)
    view = await filled(bridge, "ana")
    assert not written(view)
    assert ("The AI wrote nothing" in str(view["blocks"])) is (trouble != "nothing")
    assert (await bridge.ana.submit(values={AGREED: "x" * LONGEST_AGREEMENT}))["ok"]
    await came_back(chat)


async def test_handing_back_does_not_wait_for_the_ai(with_claude: World, claude: FakeAnthropic) -> None:
    bridge = with_claude
    chat = await held_with_claude(bridge, claude)
    ready = asyncio.Event()
    claude.say("Too late", after=ready)
    await chat.press(bridge.ana, ALLOW_AI_REPLIES)
    assert (await bridge.ana.submit())["ok"]
    await came_back(chat)
    await chat.thread.card_shows("Ticket #1, Closed")
    ready.set()
    await bridge.settled()
    assert "Too late" not in str(bridge.slack.thread(CHANNEL, await chat.thread.ts()))


async def test_it_goes_over_http_too(database_url: str) -> None:
    async with world(database_url, http_mode=True) as bridge:
        chat = await held(bridge)
        await chat.press(bridge.ana, ALLOW_AI_REPLIES)
        await filled(bridge, "ana")
        assert (await bridge.ana.submit(values={AGREED: "Nothing"}))["ok"]
        await came_back(chat)
        await chat.shows("Handed back, with this for the AI:")


# ─── A call for a person that nobody answered ───


async def with_a_file(chat: Chat) -> None:
    await chat.customer.say("", attachments=[await chat.customer.upload("photo.png", PNG)])


@pytest.mark.parametrize("has_file", [False, True])
async def test_who_asked_for_a_person_is_answered_by_the_ai_that_got_them_back(
    bridge: World, has_file: bool
) -> None:
    chat = await bridge.chat(first="I want a person")
    await chat.thread.card_shows("Waiting for a teammate")
    if has_file:
        await with_a_file(chat)
    await chat.taken_over(bridge.ana)
    await chat.handed_back(bridge.ana)
    said = await chat.customer.sees(lambda e: e["from"] == "ai" and "I am answering again" in e["text"])
    await bridge.settled()
    assert said["seq"] == max(e["seq"] for e in chat.customer.seen)
    assert "The AI is answering" in chat.thread.card()


@pytest.mark.parametrize("has_file", [False, True])
async def test_claude_cannot_call_for_a_person_again_on_the_old_words(
    with_claude: World, claude: FakeAnthropic, has_file: bool
) -> None:
    bridge = with_claude
    claude.escalate("The customer asks for a person.")
    claude.summarise("A person", "The customer asks for a person.")
    chat = await bridge.chat(first="I want a person")
    await chat.thread.card_shows("Waiting for a teammate")
    await bridge.settled()
    if has_file:
        await with_a_file(chat)
    await chat.taken_over(bridge.ana)
    claude.say("I am back. What do you need?", always=True)
    await chat.handed_back(bridge.ana)
    await chat.sees("I am back. What do you need?", author="ai")
    await bridge.settled()
    assert claude.requests[-1]["tool_choice"] == {"type": "none"}
    assert ("photo.png" in str(claude.requests[-1]["messages"])) is has_file
    assert "The AI is answering" in chat.thread.card()
