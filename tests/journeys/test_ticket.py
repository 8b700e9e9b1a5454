"""The ticket's life: everything that is done with it, from its card."""

from __future__ import annotations

import asyncio

from bot.blocks.ids import HOLD_REASON
from sandbox import Person
from storage.records import Status
from tests.journeys.world import SENT, Chat, World


async def held(bridge: World) -> Chat:
    """A conversation that Ana answers, with the AI's first answer behind it."""
    chat = await bridge.chat(first="My parcel is late")
    await chat.customer.sees(lambda e: e["from"] == "ai")
    await chat.taken_over(bridge.ana)
    await chat.thread.card_shows("📋 My parcel is late")
    return chat


async def put_on_hold(chat: Chat, by: Person, reason: str) -> None:
    await chat.choose(by, "On hold…")
    assert (await by.submit(values={HOLD_REASON: reason}))["ok"]


def a_guest(bridge: World) -> Person:
    bridge.slack.add_person("gus", real_name="Gus Guest", is_restricted=True)
    return bridge.slack.person("gus")


# ─── On hold ───


async def test_a_ticket_waits_for_a_reason_until_a_teammate_takes_it_up_again(bridge: World) -> None:
    chat = await held(bridge)
    await put_on_hold(chat, bridge.ana, "The  warehouse\nlooks <!here>")
    assert "Ticket #1, On hold" in await chat.thread.card_shows("⏸️ On hold: The warehouse looks <!here>")
    assert "Ana put ticket #1 on hold: The warehouse looks" in await chat.shows("⏸️")

    await chat.choose(bridge.ben, "Back from hold")
    assert "⏸️" not in await chat.thread.card_shows("Ticket #1, On you")
    await chat.shows("Ticket #1 is back from hold: Ben took it up again.")
    assert "warehouse" not in str(chat.customer.seen)


async def test_the_customers_words_bring_a_ticket_back_from_hold(bridge: World) -> None:
    chat = await held(bridge)
    await put_on_hold(chat, bridge.ana, "The warehouse looks for it")
    await chat.thread.card_shows("On hold")
    await chat.customer.say("Any news?")
    await chat.thread.card_shows("Ticket #1, On you")
    await chat.shows("Ticket #1 is back from hold: the customer wrote.")
    await chat.offered("On hold…")


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
    refused = await gus.submit(values={HOLD_REASON: "Me too"})
    assert "Only full members" in refused["errors"][HOLD_REASON]
    await chat.customer.say("Hello?")
    await bridge.settled()
    assert "Ticket #1, On you" in chat.thread.card()


async def test_a_hold_asked_for_before_the_hand_back_is_refused_after_it(bridge: World) -> None:
    chat = await held(bridge)
    await chat.choose(bridge.ben, "On hold…")
    await chat.handed_back(bridge.ana)
    refused = await bridge.ben.submit(values={HOLD_REASON: "Too late"})
    assert "moved on" in refused["errors"][HOLD_REASON]
    await bridge.settled()
    assert "Ticket #1, Closed" in chat.thread.card()


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
