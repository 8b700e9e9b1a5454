"""The ticket's life: everything that is done with it, from its card."""

from __future__ import annotations

import asyncio

import pytest

from bot.blocks.elements.ids import (
    ALLOW_AI_REPLIES,
    HAND_OVER_TO,
    HOLD_REASON,
    SUBJECT,
    TAKE_FROM_AND_SEND,
    TICKET_MENU,
)
from sandbox import WorkspacePerson
from storage.records import Status
from tests.journeys.world import CHANNEL, HELD, NOTE, SENT, Chat, World, world


async def held(bridge: World) -> Chat:
    """A conversation that Ana answers, with the AI's first answer behind it."""
    chat = await bridge.chat(first="My parcel is late")
    await chat.customer.sees(lambda e: e["from"] == "ai")
    await chat.taken_over(bridge.ana)
    await chat.thread.card_shows("📋 My parcel is late")
    return chat


async def put_on_hold(chat: Chat, by: WorkspacePerson, reason: str) -> None:
    await chat.choose(by, "On hold…")
    assert (await by.submit(values={HOLD_REASON: reason}))["ok"]


def a_guest(bridge: World) -> WorkspacePerson:
    bridge.slack.add_person("gus", real_name="Gus Guest", is_restricted=True)
    return bridge.slack.person("gus")


# ─── On hold ───


async def test_a_ticket_waits_for_a_reason_until_a_teammate_takes_it_up_again(bridge: World) -> None:
    chat = await held(bridge)
    await put_on_hold(chat, bridge.ana, "The  warehouse\nlooks <!here>")
    assert "Ticket #1, On hold" in await chat.thread.card_shows("⏸️ On hold: The warehouse looks <!here>")
    assert "Ana put ticket #1 on hold: The warehouse looks" in await chat.shows("⏸️")

    await chat.choose(bridge.ben, "Back from hold")
    assert "⏸️" not in await chat.thread.card_shows("Ticket #1, On Ana")
    await chat.shows("Ticket #1 is back from hold: Ben took it up again.")
    assert "warehouse" not in str(chat.customer.seen)


async def test_the_customers_words_bring_a_ticket_back_from_hold(bridge: World) -> None:
    chat = await held(bridge)
    await put_on_hold(chat, bridge.ana, "The warehouse looks for it")
    await chat.thread.card_shows("On hold")
    await chat.customer.say("Any news?")
    await chat.thread.card_shows("Ticket #1, On Ana")
    await chat.shows("Ticket #1 is back from hold: the customer wrote.")
    await chat.offered(
        "Draft a reply…",
        "Join Ana",
        "Hand over to…",
        "Take over from Ana",
        "Write a note…",
        "On hold…",
        "Edit subject…",
        "Close ticket, AI stays quiet",
        "Cancel ticket, AI stays quiet",
    )


async def test_a_reply_brings_a_ticket_back_from_hold(bridge: World) -> None:
    chat = await held(bridge)
    await put_on_hold(chat, bridge.ana, "The warehouse looks for it")
    await chat.thread.card_shows("On hold")
    ts = await chat.reply(bridge.ana, "Found it!")
    await chat.marked(ts, SENT)
    await chat.thread.card_shows("Ticket #1, On customer")
    await chat.shows("Ticket #1 is back from hold: Ana replied.")


async def test_a_note_leaves_a_ticket_on_hold(bridge: World) -> None:
    chat = await held(bridge)
    await put_on_hold(chat, bridge.ana, "The warehouse looks for it")
    await chat.reply(bridge.ana, "note: called them again")
    await bridge.settled()
    view = await bridge.bridge.desk.view(chat.id)
    assert view.ticket is not None
    assert (view.ticket.status, view.ticket.hold_reason) == (Status.ON_HOLD, "The warehouse looks for it")


async def test_a_hold_needs_a_reason_of_some_length_and_somebody_who_may_act(bridge: World) -> None:
    chat = await held(bridge)
    await chat.choose(bridge.ana, "On hold…")
    for typed, complaint in (("", "required"), ("  ", "nothing in it"), ("x" * 201, "200")):
        refused = await bridge.ana.submit(values={HOLD_REASON: typed})
        assert complaint in refused["errors"][HOLD_REASON]
    gus = a_guest(bridge)
    await chat.choose(gus, "On hold…")
    assert "Only full members" in (await bridge.prompt("gus"))["text"]
    assert await gus.views() == []
    await chat.customer.say("Hello?")
    await bridge.settled()
    assert "Ticket #1, On Ana" in chat.thread.card()


async def test_a_hold_asked_for_before_the_hand_back_is_refused_after_it(bridge: World) -> None:
    chat = await held(bridge)
    await chat.choose(bridge.ben, "On hold…")
    await chat.handed_back(bridge.ana)
    refused = await bridge.ben.submit(values={HOLD_REASON: "Too late"})
    assert "moved on" in refused["errors"][HOLD_REASON]
    await bridge.settled()
    assert "Ticket #1, Closed" in chat.thread.card()


@pytest.mark.both_databases
async def test_two_who_take_a_ticket_off_hold_at_once_do_it_once(bridge: World) -> None:
    chat = await held(bridge)
    await put_on_hold(chat, bridge.ana, "The warehouse looks for it")
    await asyncio.gather(*(chat.choose(who, "Back from hold") for who in (bridge.ana, bridge.ben)))
    await bridge.settled()
    assert sum("back from hold" in chat.thread.rendered(m) for m in chat.thread.replies()) == 1


async def test_a_modal_that_slack_does_not_open_in_time_is_said_so(bridge: World) -> None:
    chat = await held(bridge)
    bridge.slack.faults.error("views.open", "expired_trigger_id")
    await chat.choose(bridge.ana, "On hold…")
    assert "did not open the window" in (await bridge.prompt("ana"))["text"]


# ─── Who answers ───


async def hand_over(bridge: World, chat: Chat, by: WorkspacePerson, to: str) -> dict[str, object]:
    await chat.choose(by, "Hand over to…")
    return await by.submit(values={HAND_OVER_TO: bridge.slack.user_id(to)})


async def test_a_conversation_is_handed_to_another_teammate(bridge: World) -> None:
    chat = await held(bridge)
    await put_on_hold(chat, bridge.ana, "The warehouse looks for it")
    before = (await bridge.bridge.desk.view(chat.id)).conversation
    assert (await hand_over(bridge, chat, bridge.ana, "ben"))["ok"]
    joined = await chat.sees("Ben joined the chat.")
    assert joined["state"] == {"state": "teammate", "teammate": {"name": "Ben"}}
    assert "Ticket #1, On Ben" in await chat.thread.card_shows("Ben is answering")
    view = await bridge.bridge.desk.view(chat.id)
    assert view.ticket is not None
    assert (view.conversation.epoch, view.ticket.assignee) == (before.epoch + 1, view.conversation.holder)
    ben = bridge.slack.user_id("ben")
    told = await chat.thread.shows(lambda m: "handed over to" in chat.thread.rendered(m))
    assert f"<@{ben}>" in bridge.slack.mentions(dict(told))

    # From now on it is Ben whom the customer reads, and Ana is asked.
    # He did not press for it, so he is asked about what he may have typed before he knew.
    sent = await chat.reply(bridge.ben, "Hello from Ben")
    await chat.marked(sent, HELD)
    asked = await bridge.prompt("ben")
    assert "given to you only just now" in asked["text"]
    await bridge.ben.press(CHANNEL, asked["ts"], "send_as_me")
    await chat.sees("Hello from Ben", author="teammate")
    await chat.marked(sent, SENT)
    kept = await chat.reply(bridge.ana, "And from Ana")
    await chat.marked(kept, HELD)
    await chat.customer.say("Thanks, both")
    await bridge.settled()
    assert [who for who, _ in chat.window()].count("ai") == 1
    assert "And from Ana" not in str(chat.customer.seen)


async def test_a_waiting_customer_is_handed_to_a_teammate(bridge: World) -> None:
    chat = await bridge.chat(first="I want to talk to a human")
    await chat.customer.sees(lambda e: bool(e.get("state")) and e["state"]["state"] == "waiting")
    assert (await hand_over(bridge, chat, bridge.chloe, "ben"))["ok"]
    await chat.thread.card_shows("Ben is answering")
    await chat.sees("Ben joined the chat.")


async def test_a_conversation_is_not_handed_to_who_cannot_answer_or_has_it(bridge: World) -> None:
    chat = await held(bridge)
    gus = a_guest(bridge)
    only = "only full members of this workspace who are in the channel can."
    for by, to, complaint in (
        (bridge.ana, "gus", f"Gus cannot answer customers: {only}"),
        (bridge.ben, "ana", "Ana is already answering this customer."),
    ):
        refused = await hand_over(bridge, chat, by, to)
        assert refused["errors"] == {HAND_OVER_TO: complaint}
    await chat.choose(gus, "Hand over to…")
    assert "Only full members" in (await bridge.prompt("gus"))["text"]
    assert await gus.views() == []
    bridge.slack.faults.error("users.info", "internal_error")
    refused = await hand_over(bridge, chat, bridge.ana, "chloe")
    assert "could not describe that person" in str(refused["errors"])
    await bridge.settled()
    assert "Ana is answering" in chat.thread.card()


@pytest.mark.both_databases
async def test_what_changed_hands_meanwhile_is_not_handed_over(bridge: World) -> None:
    chat = await held(bridge)
    await chat.choose(bridge.ana, "Hand over to…")
    await chat.choose(bridge.chloe, "Take over from Ana")
    await chat.thread.card_shows("Chloe is answering")
    refused = await bridge.ana.submit(values={HAND_OVER_TO: bridge.slack.user_id("ben")})
    assert refused["errors"] == {HAND_OVER_TO: "Chloe is already answering this customer."}
    await chat.choose(bridge.ben, "Hand over to…")
    await chat.handed_back(bridge.chloe)
    refused = await bridge.ben.submit(values={HAND_OVER_TO: bridge.slack.user_id("ben")})
    assert "moved on" in str(refused["errors"])


@pytest.mark.both_databases
async def test_of_two_who_take_over_from_the_holder_at_once_one_wins(bridge: World) -> None:
    chat = await held(bridge)
    await chat.customer.say("Hello?")
    await asyncio.gather(*(chat.choose(who, "Take over from Ana") for who in (bridge.ben, bridge.chloe)))
    view = await bridge.bridge.desk.view(chat.id)
    assert view.holder is not None
    winner = view.holder.name
    loser = {"Ben": "chloe", "Chloe": "ben"}[winner]
    assert (await bridge.prompt(loser))["text"] == f"{winner} is already answering this customer."
    assert f"{winner} took over from Ana." in await chat.shows("took over from Ana")
    await chat.sees(f"{winner} joined the chat.")
    await bridge.settled()
    assert [who for who, _ in chat.window()].count("ai") == 1


async def test_a_guest_takes_nothing_from_anybody(bridge: World) -> None:
    chat = await held(bridge)
    await chat.choose(a_guest(bridge), "Take over from Ana")
    assert "Only full members" in (await bridge.prompt("gus"))["text"]
    assert "Ana is answering" in chat.thread.card()


async def test_a_held_message_takes_the_conversation_from_its_holder_and_is_sent(bridge: World) -> None:
    chat = await held(bridge)
    ts = await chat.reply(bridge.ben, "I have found it")
    asked = await bridge.prompt("ben")
    assert "[Take over from Ana and send]" in bridge.slack.rendered(asked)
    await bridge.ben.press(CHANNEL, asked["ts"], TAKE_FROM_AND_SEND)
    await chat.sees("I have found it", author="teammate")
    await chat.marked(ts, SENT)
    await chat.thread.card_shows("Ben is answering")
    await chat.shows("Ben took over from Ana.")
    await bridge.until(lambda: bridge.slack.ephemerals("ben") == [])


async def test_a_held_message_does_not_take_it_from_somebody_its_author_was_not_asked_about(
    bridge: World,
) -> None:
    chat = await held(bridge)
    ts = await chat.reply(bridge.ben, "I have found it")
    asked = await bridge.prompt("ben")
    await chat.choose(bridge.chloe, "Take over from Ana")
    await bridge.ben.press(CHANNEL, asked["ts"], TAKE_FROM_AND_SEND)
    await bridge.until(
        lambda: bridge.slack.ephemerals("ben")[-1]["text"] == "Chloe is already answering this customer."
    )
    await chat.marked(ts, HELD)
    assert "I have found it" not in str(chat.customer.seen)


async def test_a_button_from_before_the_hand_over_does_not_end_the_new_stretch(bridge: World) -> None:
    chat = await held(bridge)
    told = await chat.thread.shows(lambda m: "took over" in chat.thread.rendered(m))
    await hand_over(bridge, chat, bridge.ana, "ben")
    await chat.thread.card_shows("Ben is answering")
    await bridge.ana.press(CHANNEL, told["ts"], ALLOW_AI_REPLIES)
    assert "moved on" in (await bridge.prompt("ana"))["text"]
    assert "Ben is answering" in chat.thread.card()


# ─── Join ───


async def test_who_joined_answers_by_just_typing_under_their_own_name(bridge: World) -> None:
    chat = await held(bridge)
    await chat.choose(bridge.ben, "Join Ana")
    joined = await chat.sees("Ben joined the chat.")
    assert joined["state"] == {"state": "teammate", "teammate": {"name": "Ana"}}
    await chat.shows("Ben joined. What they type in this thread reaches the customer too.")
    await chat.thread.card_shows("Ana is answering, with Ben")
    ts = await chat.reply(bridge.ben, "I asked the warehouse for you")
    said = await chat.sees("I asked the warehouse for you", author="teammate")
    assert said["name"] == "Ben"
    await chat.marked(ts, SENT)
    note = await chat.reply(bridge.ben, "// they are slow")
    await chat.marked(note, NOTE)
    unclear = await chat.reply(bridge.ben, "I ask @chloe")
    await chat.marked(unclear, HELD)
    assert "mentions somebody" in (await bridge.prompt("ben"))["text"]
    await chat.reply(bridge.ana, "And I am still here")
    assert (await chat.sees("And I am still here"))["name"] == "Ana"
    assert "Ana is answering" in chat.thread.card()


async def test_whoever_answers_already_or_may_not_joins_nothing(bridge: World) -> None:
    chat = await held(bridge)
    await chat.choose(bridge.ana, "Join Ana")
    assert "answer this customer already" in (await bridge.prompt("ana"))["text"]
    await chat.choose(bridge.ben, "Join Ana")
    await chat.sees("Ben joined the chat.")
    await chat.choose(bridge.ben, "Join Ana")
    assert "answer this customer already" in (await bridge.prompt("ben"))["text"]
    await chat.choose(a_guest(bridge), "Join Ana")
    assert "Only full members" in (await bridge.prompt("gus"))["text"]
    await bridge.settled()
    assert sum(e["text"].endswith("joined the chat.") for e in chat.customer.seen) == 2


async def test_joining_ends_when_the_conversation_changes_hands(bridge: World) -> None:
    chat = await held(bridge)
    await chat.choose(bridge.ben, "Join Ana")
    joined = await chat.sees("Ben joined the chat.")
    await chat.choose(bridge.chloe, "Take over from Ana")
    await chat.thread.card_shows("Chloe is answering")
    first = await chat.reply(bridge.ben, "Am I still in?")
    await chat.marked(first, HELD)
    await chat.choose(bridge.ben, "Join Chloe")
    await chat.customer.sees(lambda e: e["text"] == "Ben joined the chat." and e["seq"] > joined["seq"])
    again = await chat.reply(bridge.ben, "Now I am")
    await chat.marked(again, SENT)

    await chat.handed_back(bridge.chloe)
    await chat.taken_over(bridge.ana)
    later = await chat.reply(bridge.ben, "And in the next stretch?")
    await chat.marked(later, HELD)
    assert [text for who, text in chat.window() if who == "teammate"] == ["Now I am"]


async def test_anyone_replies_where_the_setting_says_so(database_url: str) -> None:
    async with world(database_url, replies="anyone") as bridge:
        chat = await bridge.chat(first="My parcel is late")
        await chat.customer.sees(lambda e: e["from"] == "ai")
        early = await chat.reply(bridge.ben, "While the AI answers")
        await chat.marked(early, HELD)
        await chat.taken_over(bridge.ana)
        ts = await chat.reply(bridge.ben, "From anyone")
        assert (await chat.sees("From anyone", author="teammate"))["name"] == "Ben"
        await chat.marked(ts, SENT)
        kept = await chat.reply(a_guest(bridge), "And from a guest")
        await chat.marked(kept, NOTE)
        assert [text for who, text in chat.window() if who == "teammate"] == ["From anyone"]


# ─── Its end, and its subject ───


@pytest.mark.parametrize(("label", "ends"), [("Close", "Closed"), ("Cancel", "Cancelled")])
async def test_a_ticket_ends_and_the_ai_answers_only_what_comes_next(
    bridge: World, label: str, ends: str
) -> None:
    chat = await held(bridge)
    await chat.customer.say("How long does shipping take?")
    await chat.shows("How long does shipping take?")
    await chat.choose(bridge.ben, f"{label} ticket, AI stays quiet")
    assert "The AI is answering" in await chat.thread.card_shows(f"Ticket #1, {ends}")
    await chat.shows(f"Ben {ends.lower()} ticket #1. The AI stays quiet until the customer writes again.")
    await chat.sees("Ana left the chat. The AI assistant is answering again.")
    await chat.offered()
    await bridge.settled()
    assert [who for who, _ in chat.window()].count("ai") == 1
    asked = await chat.customer.say("When are you open?")
    await chat.customer.sees(lambda e: e["from"] == "ai" and e["seq"] > asked)
    await bridge.settled()
    assert [who for who, _ in chat.window()].count("ai") == 2


async def test_a_ticket_that_nobody_picked_up_can_be_cancelled(bridge: World) -> None:
    chat = await bridge.chat(first="I want to talk to a human")
    await chat.thread.card_shows("Ticket #1, New")
    await chat.choose(bridge.ana, "Cancel ticket, AI stays quiet")
    await chat.thread.card_shows("Ticket #1, Cancelled")
    await chat.sees("The AI assistant is answering again.")


@pytest.mark.both_databases
async def test_a_ticket_is_not_ended_by_a_guest_nor_twice(bridge: World) -> None:
    chat = await held(bridge)
    await chat.choose(a_guest(bridge), "Close ticket, AI stays quiet")
    assert "Only full members" in (await bridge.prompt("gus"))["text"]
    assert "Ana is answering" in chat.thread.card()
    ts = await chat.thread.ts()
    both = (bridge.ben, "Close ticket, AI stays quiet"), (bridge.chloe, "Cancel ticket, AI stays quiet")
    await asyncio.gather(*(who.press(CHANNEL, ts, TICKET_MENU, label) for who, label in both))
    told = [e["text"] for name in ("ben", "chloe") for e in bridge.slack.ephemerals(name)]
    assert ["moved on" in text for text in told] == [True]
    await bridge.settled()
    assert sum("stays quiet" in chat.thread.rendered(m) for m in chat.thread.replies()) == 1


async def test_a_tickets_subject_is_edited(bridge: World) -> None:
    chat = await held(bridge)
    await chat.choose(bridge.ben, "Edit subject…")
    (modal,) = await bridge.ben.views()
    assert modal["blocks"][0]["element"]["initial_value"] == "My parcel is late"
    assert (await bridge.ben.submit(values={SUBJECT: " Parcel lost <!here>, refund"}))["ok"]
    await chat.thread.card_shows("📋 Parcel lost <!here>, refund")
    await chat.shows("Ben gave ticket #1 another subject: Parcel lost <!here>, refund")
    assert "refund" not in str(chat.customer.seen)


async def test_a_subject_is_not_edited_to_nothing_nor_by_a_guest_nor_after_its_stretch(bridge: World) -> None:
    chat = await held(bridge)
    gus = a_guest(bridge)
    await chat.choose(bridge.ana, "Edit subject…")
    await chat.choose(gus, "Edit subject…")
    assert "Only full members" in (await bridge.prompt("gus"))["text"]
    assert await gus.views() == []
    for typed, complaint in (("   ", "nothing in it"), ("x" * 201, "200")):
        refused = await bridge.ana.submit(values={SUBJECT: typed})
        assert complaint in refused["errors"][SUBJECT]
    await chat.handed_back(bridge.ben)
    refused = await bridge.ana.submit(values={SUBJECT: "Too late"})
    assert "moved on" in refused["errors"][SUBJECT]


async def test_a_holder_who_chooses_what_is_for_others_is_told_that_it_is_theirs(bridge: World) -> None:
    chat = await held(bridge)
    await bridge.settled()
    before = len(await bridge.bridge.desk.for_customer(chat.id, after=0, limit=50))
    await chat.choose(bridge.ana, "Take over from Ana")
    await bridge.until(
        lambda: "This customer is yours already." in bridge.slack.ephemerals("ana")[-1]["text"]
    )
    await chat.choose(bridge.ana, "Join Ana")
    await bridge.until(
        lambda: "You answer this customer already" in bridge.slack.ephemerals("ana")[-1]["text"]
    )
    await chat.choose(bridge.ana, "Hand over to…")
    refused = await bridge.ana.submit(values={HAND_OVER_TO: bridge.slack.user_id("ana")})
    assert "This customer is yours already." in str(refused)
    await bridge.settled()
    assert len(await bridge.bridge.desk.for_customer(chat.id, after=0, limit=50)) == before
