"""From the first words to the hand back."""

from __future__ import annotations

import asyncio

import pytest

from bot.blocks.elements.ids import ALLOW_AI_REPLIES, TAKE_OVER
from sandbox import PersonError
from tests.journeys.world import CHANNEL, HELD, NOTE, SENT, World

pytestmark = pytest.mark.both_databases


async def test_the_whole_journey(bridge: World) -> None:
    chat = await bridge.chat(first="How long does shipping take?")
    answer = await chat.customer.sees(lambda e: e["from"] == "ai")
    await chat.shows(answer["text"])
    assert chat.in_thread() == [("customer", "How long does shipping take?"), ("ai", answer["text"])]
    assert "The AI is answering" in await chat.thread.card_shows("[Take over]")

    await chat.taken_over(bridge.ana)
    await chat.thread.card_shows("Ticket #1, On Ana")
    assert "How long does shipping take?" in await chat.shows("🎫 Ticket #1")

    reply = await chat.reply(bridge.ana, "Hi, I am a person & I can help <here>.")
    await chat.sees("Hi, I am a person & I can help <here>.", author="teammate")
    await chat.marked(reply, SENT)
    await chat.thread.card_shows("On customer")

    await chat.customer.say("Great!")
    await chat.thread.card_shows("On Ana")

    await chat.handed_back(bridge.ana)
    await chat.shows("Ticket #1 is closed")
    await chat.thread.card_shows("Closed")
    await chat.customer.say("When are you open?")
    await chat.customer.sees(lambda e: e["from"] == "ai" and e["seq"] > answer["seq"])


async def test_two_teammates_press_at_once_and_one_wins(bridge: World) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.customer.sees(lambda e: e["from"] == "ai")
    ts = await chat.thread.ts()
    people = {"ana": bridge.ana, "ben": bridge.ben, "chloe": bridge.chloe}
    await asyncio.gather(*(who.press(CHANNEL, ts, TAKE_OVER) for who in people.values()))
    await chat.thread.card_shows("is answering")
    view = await bridge.bridge.desk.view(chat.id)
    assert view.holder is not None
    told = {name: [e["text"] for e in bridge.slack.ephemerals(name)] for name in people}
    expected = f"{view.holder.name} is already answering this customer."
    assert sorted(map(len, told.values())) == [0, 1, 1]
    assert [texts for texts in told.values() if texts] == [[expected], [expected]]
    assert (await bridge.bridge.desk.open_tickets(limit=10)).total == 1
    await bridge.settled()
    assert sum("took over" in chat.thread.rendered(m) for m in chat.thread.replies()) == 1


async def test_pressing_take_over_twice_changes_nothing(bridge: World) -> None:
    chat = await bridge.chat(first="Hello")
    ts = await chat.thread.ts()
    # A later press may find the button gone from the card already; none may do a second take over.
    pressed = await asyncio.gather(
        *(bridge.ana.press(CHANNEL, ts, TAKE_OVER) for _ in range(3)), return_exceptions=True
    )
    assert any(not isinstance(one, BaseException) for one in pressed)
    assert all(isinstance(one, PersonError) for one in pressed if isinstance(one, BaseException))
    await chat.thread.card_shows("Ana is answering")
    await bridge.settled()
    view = await bridge.bridge.desk.view(chat.id)
    assert view.conversation.epoch == 1
    assert bridge.slack.ephemerals("ana") == []


async def test_a_hand_back_pressed_on_an_old_card_is_refused(bridge: World) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.taken_over(bridge.ana)
    told = await chat.thread.shows(lambda m: "took over" in chat.thread.rendered(m))
    await chat.handed_back(bridge.ana)
    await chat.press(bridge.ben, TAKE_OVER)
    await chat.thread.card_shows("Ben is answering")
    # Ana's message from the first stretch still has its button.
    await bridge.ana.press(CHANNEL, told["ts"], ALLOW_AI_REPLIES)
    assert "moved on" in (await bridge.prompt("ana"))["text"]
    assert (await bridge.bridge.desk.view(chat.id)).conversation.state == "teammate"


async def test_what_nobody_answered_the_ai_answers_after_the_hand_back(bridge: World) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.customer.sees(lambda e: e["from"] == "ai")
    await chat.taken_over(bridge.ana)
    asked = await chat.customer.say("How long does shipping take?")
    await chat.shows("How long does shipping take?")
    await chat.handed_back(bridge.ana)
    await chat.customer.sees(lambda e: e["from"] == "ai" and e["seq"] > asked and "working day" in e["text"])


async def test_a_message_typed_while_the_ai_answers_is_held_and_can_be_sent(bridge: World) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.customer.sees(lambda e: e["from"] == "ai")
    ts = await chat.reply(bridge.ben, "I know this customer")
    await chat.marked(ts, HELD)
    asked = await bridge.prompt("ben")
    assert asked["text"] == "Not sent: the AI is still answering this customer."
    assert ("teammate", "I know this customer") not in chat.window()
    assert bridge.slack.ephemerals("ana") == []

    await bridge.ben.press(CHANNEL, asked["ts"], "take_over_and_send")
    await chat.sees("I know this customer", author="teammate")
    await chat.marked(ts, SENT)
    await chat.thread.card_shows("Ben is answering")
    await bridge.until(lambda: bridge.slack.ephemerals("ben") == [])


async def test_a_message_typed_while_the_customer_waits_is_held_and_its_question_says_so(
    bridge: World,
) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.customer.escalate("asked for a person")
    await chat.thread.card_shows("Waiting for a teammate")
    ts = await chat.reply(bridge.ben, "I know this customer")
    await chat.marked(ts, HELD)
    asked = await bridge.prompt("ben")
    assert asked["text"] == "Not sent: nobody has taken over yet. The customer is waiting for a teammate."
    await bridge.ben.press(CHANNEL, asked["ts"], "take_over_and_send")
    await chat.sees("I know this customer", author="teammate")


async def test_a_held_message_can_stay_a_note(bridge: World) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.customer.sees(lambda e: e["from"] == "ai")
    ts = await chat.reply(bridge.ben, "Is this the rude one again?")
    asked = await bridge.prompt("ben")
    await bridge.ben.press(CHANNEL, asked["ts"], "keep_as_note")
    await chat.marked(ts, NOTE)
    await bridge.settled()
    assert "Is this the rude one again?" not in str(chat.customer.seen)


async def test_a_held_message_is_sent_as_it_reads_when_it_is_sent(bridge: World) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.customer.sees(lambda e: e["from"] == "ai")
    ts = await chat.reply(bridge.ben, "Helo")
    asked = await bridge.prompt("ben")
    await bridge.ben.edit(CHANNEL, ts, "Hello!")
    await bridge.ben.press(CHANNEL, asked["ts"], "take_over_and_send")
    await chat.sees("Hello!", author="teammate")
    assert "Helo" not in [text for _, text in chat.window()]


async def test_a_held_message_that_was_deleted_cannot_be_sent(bridge: World) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.customer.sees(lambda e: e["from"] == "ai")
    ts = await chat.reply(bridge.ben, "Oops")
    asked = await bridge.prompt("ben")
    await bridge.ben.delete(CHANNEL, ts)
    await bridge.settled()
    await bridge.ben.press(CHANNEL, asked["ts"], "take_over_and_send")
    await bridge.until(lambda: "decided already" in bridge.slack.ephemerals("ben")[-1]["text"])
    assert "Oops" not in str(chat.customer.seen)


async def test_only_its_author_can_decide_about_a_held_message(bridge: World) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.taken_over(bridge.ana)
    ts = await chat.reply(bridge.ben, "Let me jump in")
    await chat.marked(ts, HELD)
    asked = await bridge.prompt("ben")
    assert asked["text"] == "Not sent: Ana is answering this customer."
    await bridge.ben.press(CHANNEL, asked["ts"], "send_as_me")
    await chat.sees("Let me jump in", author="teammate")
    view = await bridge.bridge.desk.view(chat.id)
    assert view.holder is not None
    assert view.holder.name == "Ana"


@pytest.mark.parametrize(
    "text",
    [
        "note: he always complains",
        "NOTE: he always complains",
        "*note:* he always complains",
        "// he always complains",
        "> // he always complains",
        "@ben he always complains",
        "@here he always complains",
    ],
)
async def test_a_note_stays_with_the_team(bridge: World, text: str) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.taken_over(bridge.ana)
    note = await chat.reply(bridge.ana, text)
    sent = await chat.reply(bridge.ana, "How can I help?")
    await chat.sees("How can I help?", author="teammate")
    await chat.marked(note, NOTE)
    await chat.marked(sent, SENT)
    assert "complains" not in str(chat.customer.seen)


async def test_a_mention_further_in_is_held_and_asks(bridge: World) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.taken_over(bridge.ana)
    ts = await chat.reply(bridge.ana, "I will ask @ben about it")
    await chat.marked(ts, HELD)
    asked = await bridge.prompt("ana")
    assert "mentions somebody" in asked["text"]
    await bridge.ana.press(CHANNEL, asked["ts"], "send_as_me")
    await chat.sees("I will ask @Ben about it", author="teammate")


async def test_an_edit_reaches_the_customer_and_a_deletion_takes_back(bridge: World) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.taken_over(bridge.ana)
    first = await chat.reply(bridge.ana, "We open at 8")
    second = await chat.reply(bridge.ana, "Wrong chat, sorry: https://example.com/")
    await chat.sees("Wrong chat, sorry: https://example.com/")
    await bridge.ana.edit(CHANNEL, first, "We open at 9")
    bridge.slack.unfurl(CHANNEL, second)
    await bridge.ana.delete(CHANNEL, second)
    await bridge.until(lambda: [t for w, t in chat.window() if w == "teammate"] == ["We open at 9"])
    # Who opens the conversation again cannot find the old words either.
    again = [entry.text for entry in await bridge.bridge.desk.for_customer(chat.id, after=0, limit=50)]
    assert "We open at 9" in again
    assert "We open at 8" not in again
    assert "Wrong chat" not in str(again)


async def test_an_edit_into_a_note_is_not_shown_to_the_customer(bridge: World) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.taken_over(bridge.ana)
    ts = await chat.reply(bridge.ana, "We can do that")
    await chat.sees("We can do that")
    await bridge.ana.edit(CHANNEL, ts, "note: we can do that, if purchasing agrees")
    assert "may be meant for the team" in (await bridge.prompt("ana"))["text"]
    # Whatever came of it would be there before what is typed next.
    await chat.reply(bridge.ana, "One moment")
    await chat.sees("One moment")
    assert "purchasing" not in str(chat.customer.seen)


async def test_a_press_while_slack_cannot_say_who_pressed_changes_nothing_and_says_so(bridge: World) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.thread.ts()
    # Asked for their language and for their rights.
    bridge.slack.faults.error("users.info", "internal_error", times=2)
    await chat.press(bridge.chloe, TAKE_OVER)
    assert "could not say who you are" in (await bridge.prompt("chloe"))["text"]
    assert (await bridge.bridge.desk.view(chat.id)).conversation.state == "ai"
    await chat.taken_over(bridge.chloe)
