"""Writing a reply with the AI's help: nothing of it reaches the customer before a teammate sends it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.blocks.elements.ids import COMPOSED, DRAFT_REPLY, STOP_WRITING, WISH, ComposeValue
from sandbox import WorkspacePerson
from tests.ai.fake_anthropic import FakeAnthropic
from tests.journeys.test_hand_back import updates
from tests.journeys.test_ticket import a_guest, held
from tests.journeys.world import CHANNEL, HELD, Chat, World, world

DRAFT = "Draft a reply…"


@pytest.fixture
async def with_claude(database_url: str, claude: FakeAnthropic) -> AsyncIterator[World]:
    async with world(
        database_url,
        ai="claude",
        translate=False,
        anthropic_api_key=claude.key,
        anthropic_base_url=claude.url,
    ) as here:
        yield here


async def held_with_claude(bridge: World, claude: FakeAnthropic) -> Chat:
    claude.say("We look into it.")
    claude.summarise("Broken backpack", "The backpack broke.")
    chat = await bridge.chat(first="Mein Rucksack ist kaputt.")
    await chat.sees("We look into it.", author="ai")
    await chat.taken_over(bridge.ana)
    await chat.shows("🎫 Ticket #1")
    return chat


async def window(who: WorkspacePerson) -> dict[str, Any]:
    return (await who.views())[-1]


async def filled(bridge: World, who: str) -> dict[str, Any]:
    """The same, once there is something to type in."""
    await bridge.until(lambda: written(bridge.slack.views(who)[-1]) is not None)
    return bridge.slack.views(who)[-1]


def field(view: dict[str, Any]) -> str:
    """The block of the window's input."""
    return ComposeValue.read(view["private_metadata"]).block_id


def written(view: dict[str, Any]) -> str | None:
    """What stands in the window's field; None while there is none."""
    inputs = view["state"]["values"].get(field(view))
    return None if inputs is None else inputs[COMPOSED]["value"] or ""


async def reads(bridge: World, who: str, text: str) -> dict[str, Any]:
    """Wait until this stands in the window."""
    await bridge.until(lambda: written(bridge.slack.views(who)[-1]) == text)
    return bridge.slack.views(who)[-1]


def labels(view: dict[str, Any]) -> list[str]:
    return [e["text"]["text"] for b in view["blocks"] if b["type"] == "actions" for e in b["elements"]]


def submit_label(view: dict[str, Any]) -> str | None:
    return view["submit"]["text"] if view["submit"] else None


async def wish(who: WorkspacePerson, what: str, text: str | None = None) -> None:
    view = await window(who)
    await who.press_view(f"{WISH}:{what}", values=None if text is None else {field(view): text})


async def test_a_draft_from_the_menu_is_changed_and_sent_under_the_teammates_name(
    with_claude: World, claude: FakeAnthropic
) -> None:
    bridge = with_claude
    chat = await held_with_claude(bridge, claude)
    await chat.reply(bridge.ana, "note: third one this week")
    await bridge.settled()
    claude.say("Das tut uns leid! Ein neuer Rucksack ist unterwegs.")
    await chat.choose(bridge.ana, DRAFT)
    view = await reads(bridge, "ana", "Das tut uns leid! Ein neuer Rucksack ist unterwegs.")
    assert labels(view) == [
        "Draft a reply",
        "Polish",
        "Shorter",
        "Friendlier",
        "Translate to the customer’s language",
    ]
    assert submit_label(view) == "Send"
    assert "third one" not in json.dumps(claude.requests[-1])
    assert [who for who, _ in chat.window()] == ["customer", "ai"]

    assert (await bridge.ana.submit(values={field(view): "Ein neuer Rucksack kommt morgen."}))["ok"]
    said = await chat.sees("Ein neuer Rucksack kommt morgen.", author="teammate")
    assert said["name"] == "Ana"
    shown = await chat.shows("Ein neuer Rucksack kommt morgen.")
    assert "Ana" in shown
    assert "sent to the customer" in shown
    await chat.thread.card_shows("Ticket #1, On customer")
    await bridge.settled()
    assert [text for who, text in chat.window() if who == "teammate"] == ["Ein neuer Rucksack kommt morgen."]
    assert await bridge.ana.views() == []


async def test_what_was_written_is_polished_and_shown_in_a_new_field(
    with_claude: World, claude: FakeAnthropic
) -> None:
    bridge = with_claude
    chat = await held_with_claude(bridge, claude)
    claude.say("First")
    await chat.choose(bridge.ana, DRAFT)
    before = await reads(bridge, "ana", "First")
    for what, answer in (
        ("polish", "I am sorry."),
        ("shorter", "Sorry."),
        ("friendlier", "So sorry!"),
        ("translate", "Es tut mir so leid!"),
    ):
        claude.say(answer)
        await wish(bridge.ana, what, f"im sory {what}")
        after = await reads(bridge, "ana", answer)
        assert after["id"] == before["id"]
        assert field(after) != field(before)
        before = after
        asked = json.dumps(claude.requests[-1]["messages"])
        assert f"<draft>im sory {what}</draft>" in asked
        assert "Mein Rucksack ist kaputt." in asked
    assert (await bridge.ana.submit())["ok"]
    await chat.sees("Es tut mir so leid!", author="teammate")


@pytest.mark.both_databases
async def test_while_the_ai_writes_nothing_can_be_typed_or_sent_and_the_words_can_be_had_back(
    with_claude: World, claude: FakeAnthropic
) -> None:
    bridge = with_claude
    chat = await held_with_claude(bridge, claude)
    claude.say("First")
    await chat.choose(bridge.ana, DRAFT)
    await reads(bridge, "ana", "First")
    ready = asyncio.Event()
    claude.say("Too late", after=ready)
    await wish(bridge.ana, "polish", "my own words")
    busy = await window(bridge.ana)
    assert written(busy) is None
    assert submit_label(busy) is None
    assert "my own words" in str(busy["blocks"])
    assert labels(busy) == ["Stop, keep my words"]
    await bridge.ana.press_view(STOP_WRITING)
    assert written(await window(bridge.ana)) == "my own words"
    ready.set()
    await bridge.until(lambda: updates(bridge)[-1] == "hash_conflict")
    assert written(await window(bridge.ana)) == "my own words"
    assert (await bridge.ana.submit())["ok"]
    await chat.sees("my own words", author="teammate")


@pytest.mark.parametrize("trouble", ["status", "refusal", "empty"])
async def test_where_the_ai_writes_nothing_the_words_stay(
    with_claude: World, claude: FakeAnthropic, trouble: str
) -> None:
    bridge = with_claude
    chat = await held_with_claude(bridge, claude)
    claude.say("First")
    await chat.choose(bridge.ana, DRAFT)
    await reads(bridge, "ana", "First")
    match trouble:
        case "status":
            claude.fail(status=400)
        case "refusal":
            claude.message([], stop="refusal")
        case "empty":
            pass
    await wish(bridge.ana, "shorter", "" if trouble == "empty" else "my own words")
    said = "nothing written yet" if trouble == "empty" else "The AI wrote nothing"
    await bridge.until(lambda: said in str(bridge.slack.views("ana")[-1]["blocks"]))
    assert written(await window(bridge.ana)) == ("" if trouble == "empty" else "my own words")


async def test_the_shortcut_on_ones_own_held_message_begins_with_its_words(
    with_claude: World, claude: FakeAnthropic
) -> None:
    bridge = with_claude
    chat = await held_with_claude(bridge, claude)
    ts = await chat.reply(bridge.ben, "I *know* the warehouse &amp; <them>")
    await chat.marked(ts, HELD)
    await bridge.ben.shortcut(DRAFT_REPLY, CHANNEL, ts)
    view = await window(bridge.ben)
    assert "I know the warehouse" in (written(view) or "")
    # Ana holds it, and the window says what sending does.
    assert submit_label(view) == "Send and take over"
    assert "is answering: sending takes over" in str(view["blocks"])
    assert (await bridge.ben.submit(values={field(view): "I know the warehouse."}))["ok"]
    assert (await chat.sees("I know the warehouse.", author="teammate"))["name"] == "Ben"
    await chat.thread.card_shows("Ben is answering")


async def test_the_shortcut_on_somebody_elses_message_drafts(bridge: World) -> None:
    chat = await bridge.chat(first="How long does shipping take?")
    answer = await chat.customer.sees(lambda e: e["from"] == "ai")
    first = await chat.thread.shows(lambda m: "How long does shipping take?" in chat.thread.rendered(m))
    await bridge.ben.shortcut(DRAFT_REPLY, CHANNEL, first["ts"])
    view = await filled(bridge, "ben")
    assert "working day" in (written(view) or "")
    assert labels(view) == ["Draft a reply"]
    assert "cannot polish or translate" in str(view["blocks"])
    assert submit_label(view) == "Send and take over"

    # The AI has it: sending takes over, in the same step.
    assert (await bridge.ben.submit(values={field(view): "Two days."}))["ok"]
    said = await chat.sees("Two days.", author="teammate")
    joined = next(e for e in chat.customer.seen if e["text"] == "Ben joined the chat.")
    assert answer["seq"] < joined["seq"] < said["seq"]
    await chat.thread.card_shows("Ben is answering")


async def test_what_the_knowledge_does_not_answer_is_left_to_the_teammate(bridge: World) -> None:
    chat = await held(bridge)
    await chat.customer.say("Do you like the colour of my grandmother's canoe?")
    await chat.shows("canoe")
    await chat.choose(bridge.ana, DRAFT)
    view = await filled(bridge, "ana")
    assert not written(view)
    assert "nothing in the knowledge answers" in str(view["blocks"])


@pytest.mark.both_databases
async def test_who_lost_the_conversation_is_told_and_can_take_it_back_with_the_same_press(
    bridge: World,
) -> None:
    chat = await held(bridge)
    await chat.choose(bridge.ana, DRAFT)
    view = await filled(bridge, "ana")
    assert submit_label(view) == "Send"
    await chat.choose(bridge.ben, "Take over from Ana")
    await chat.thread.card_shows("Ben is answering")

    refused = await bridge.ana.submit(values={field(view): "On its way!"})
    assert refused["response_action"] == "update"
    view = await window(bridge.ana)
    assert "Ben is answering this customer, so this was not sent." in str(view["blocks"])
    assert written(view) == "On its way!"
    assert submit_label(view) == "Send and take over"
    await bridge.settled()
    assert "On its way!" not in str(chat.customer.seen)

    assert (await bridge.ana.submit())["response_action"] is None
    await chat.sees("On its way!", author="teammate")
    await chat.thread.card_shows("Ana is answering")


async def test_after_a_hand_back_a_reply_does_not_talk_beside_the_ai(bridge: World) -> None:
    chat = await held(bridge)
    await chat.choose(bridge.ana, DRAFT)
    view = await filled(bridge, "ana")
    await chat.handed_back(bridge.ben)
    refused = await bridge.ana.submit(values={field(view): "On its way!"})
    assert refused["response_action"] == "update"
    view = await window(bridge.ana)
    assert "Nobody has taken over from the AI yet" in str(view["blocks"])
    await bridge.settled()
    assert "On its way!" not in str(chat.customer.seen)


async def test_who_joined_sends_without_taking_over(bridge: World) -> None:
    chat = await held(bridge)
    await chat.choose(bridge.ben, "Join Ana")
    await chat.sees("Ben joined the chat.")
    await chat.choose(bridge.ben, DRAFT)
    view = await filled(bridge, "ben")
    assert submit_label(view) == "Send"
    assert (await bridge.ben.submit(values={field(view): "From me"}))["ok"]
    assert (await chat.sees("From me", author="teammate"))["name"] == "Ben"
    assert "Ana is answering" in chat.thread.card()


async def test_a_window_is_sent_once_however_often_it_is_submitted(bridge: World) -> None:
    chat = await held(bridge)
    await chat.choose(bridge.ana, DRAFT)
    view = await filled(bridge, "ana")
    sent = await asyncio.gather(
        *(bridge.ana.submit(view["id"], values={field(view): "Once"}) for _ in range(3)),
        return_exceptions=True,
    )
    assert any(isinstance(one, dict) and one["ok"] for one in sent)
    await chat.sees("Once", author="teammate")
    await bridge.settled()
    assert [text for _, text in chat.window()].count("Once") == 1


async def test_what_begins_like_a_note_is_not_sent(bridge: World) -> None:
    chat = await held(bridge)
    await chat.choose(bridge.ana, DRAFT)
    view = await filled(bridge, "ana")
    refused = await bridge.ana.submit(values={field(view): "// ask the warehouse"})
    assert refused["response_action"] == "update"
    assert "begins like a note" in str((await window(bridge.ana))["blocks"])
    await bridge.settled()
    assert "warehouse" not in str(chat.customer.seen)


async def test_a_guest_gets_no_window_and_sends_nothing(bridge: World) -> None:
    chat = await held(bridge)
    guest = a_guest(bridge)
    await chat.choose(guest, DRAFT)
    assert "Only full members" in (await bridge.prompt("gus"))["text"]
    await guest.shortcut(DRAFT_REPLY, CHANNEL, await chat.thread.ts())
    assert await guest.views() == []


async def test_a_shortcut_outside_of_any_conversation_says_so(bridge: World) -> None:
    await held(bridge)
    ts = await bridge.ana.post(CHANNEL, "Lunch?")
    await bridge.ana.shortcut(DRAFT_REPLY, CHANNEL, ts)
    assert "nobody to reply to" in (await bridge.prompt("ana"))["text"]


async def test_where_another_programs_ai_answers_there_is_none_to_write(outside: World) -> None:
    chat = await outside.chat(first="Hello")
    await chat.taken_over(outside.ana)
    await chat.choose(outside.ana, DRAFT)
    assert "Another program’s AI answers here" in (await outside.prompt("ana"))["text"]
    assert await outside.ana.views() == []


async def test_where_anyone_replies_a_window_sends_beside_the_holder(database_url: str) -> None:
    async with world(database_url, replies="anyone") as bridge:
        chat = await held(bridge)
        await chat.choose(bridge.ben, DRAFT)
        view = await filled(bridge, "ben")
        assert submit_label(view) == "Send"
        assert (await bridge.ben.submit(values={field(view): "From me"}))["ok"]
        assert (await chat.sees("From me", author="teammate"))["name"] == "Ben"
        await bridge.settled()
        assert "Ana is answering" in chat.thread.card()
