"""Slack gives a connected channel another id, and nobody in it or in a chat notices."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.blocks.elements.ids import TAKE_OVER
from storage.records import PersonId
from tests.journeys.office import VIP, Office, forged
from tests.journeys.world import CHANNEL, HELD, NOTE, SENT, world

pytestmark = pytest.mark.both_databases


async def test_a_channel_with_another_id_is_the_same_channel(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    await office.connect()
    chat = await office.vip()
    await chat.taken_over(office.dora)
    first = await chat.reply(office.dora, "In the harbour!")
    await chat.sees("In the harbour!", author="teammate")
    held = await chat.reply(office.eve, "Or is it?")
    await chat.marked(held, HELD)
    await chat.marked(first, SENT)
    await office.here.settled()
    await office.another_id()
    await chat.customer.say("Which one?")
    await chat.shows("Which one?")
    await chat.reply(office.dora, "Monaco")
    await chat.sees("Monaco", author="teammate")
    # Slack names an earlier message by the new id, too.
    await office.dora.edit(VIP, first, "In the other harbour!")
    await chat.sees("In the other harbour!")
    await office.eve.delete(VIP, held)
    fresh = await office.vip("Viola")
    await fresh.thread.ts()
    await chat.handed_back(office.dora)
    await office.here.settled()
    assert len(office.slack.messages(VIP)) == 2
    assert not any(office.shows(CHANNEL, name) for name in ("Vera", "Viola"))
    assert await office.here.is_ready()
    # Nobody looks for the old one any more.
    assert "cannot be used" not in caplog.text
    assert "Viola" in await office.says(office.dora, "conversations")
    assert "Viola" not in await office.says(office.ana, "conversations")
    async with office.here.bridge.database.read() as tx:
        ours = {office.slack.channel(name).id for name in (CHANNEL, VIP)}
        assert set(await tx.slack_channels.known()) == ours
        eve = PersonId(office.slack.team_id, office.slack.user_id("eve"))
        assert not await tx.held.of(chat.id, eve)


async def test_what_is_on_its_way_while_a_channel_gets_another_id_arrives_once(office: Office) -> None:
    await office.connect()
    chat = await office.vip()
    await chat.taken_over(office.dora)
    await office.here.settled()
    faults = office.slack.faults
    faults.slow("chat.postMessage", seconds=0.7, when=lambda call: "On its way" in str(call.get("blocks")))
    await chat.customer.say("On its way")
    await chat.customer.say("Behind it")
    await office.slack.until(lambda: not faults.pending)
    await office.another_id()
    await chat.shows("Behind it")
    await office.here.settled()
    assert [text for _, text in chat.in_thread()] == ["Where is my yacht?", "On its way", "Behind it"]
    assert len(office.slack.messages(VIP)) == 1
    assert not office.shows(CHANNEL, "Vera")


async def test_a_press_under_a_channels_new_id_is_still_its_peoples(office: Office) -> None:
    await office.connect()
    chat = await office.vip()
    await chat.thread.ts()
    await office.here.settled()
    await office.another_id()
    await forged(office, "ana", chat)
    assert await chat.customer.state() == "ai"
    await chat.press(office.dora, TAKE_OVER)
    await chat.customer.sees(lambda e: bool(e.get("state")) and e["state"]["state"] == "teammate")


async def test_a_mark_that_waits_lands_on_the_message_under_its_new_id(office: Office) -> None:
    await office.connect()
    chat = await office.vip()
    await chat.taken_over(office.dora)
    faults = office.slack.faults
    faults.rate_limit("reactions.add")
    sent = await chat.reply(office.dora, "In the harbour!")
    await office.slack.until(lambda: not faults.pending)
    await office.another_id()
    await chat.marked(sent, SENT)


async def test_a_reply_that_comes_ahead_of_the_news_reaches_the_customer_once(office: Office) -> None:
    await office.connect()
    chat = await office.vip()
    await chat.taken_over(office.dora)
    await office.here.settled()
    old = office.slack.channel(VIP).id
    new = office.slack.change_channel_id(VIP, is_told=False)
    sent = await chat.reply(office.dora, "In the harbour!")

    async def is_kept() -> bool:
        async with office.here.bridge.database.read() as tx:
            return await tx.slack_events.count() == 1

    await office.here.until(is_kept)
    office.slack.publish({"type": "channel_id_changed", "old_channel_id": old, "new_channel_id": new})
    await chat.sees("In the harbour!", author="teammate")
    await chat.marked(sent, SENT)
    await chat.reply(office.dora, "At the pier.")
    await chat.sees("At the pier.")
    assert [text for who, text in chat.window() if who == "teammate"] == ["In the harbour!", "At the pier."]


async def test_a_held_reply_and_a_former_thread_go_by_the_new_id(office: Office) -> None:
    await office.connect()
    chat = await office.vip()
    await chat.taken_over(office.dora)
    held = await chat.reply(office.eve, "Or is it?")
    await chat.marked(held, HELD)
    async with office.here.bridge.database.read() as tx:
        ticket = await tx.tickets.open_of(chat.id)
    assert ticket is not None
    former = await chat.thread.ts()
    await office.says(office.dora, f"rebuild {ticket.number}")
    await office.slack.until(lambda: len(office.slack.messages(VIP)) == 2)
    await office.here.settled()
    await office.another_id()
    await office.eve.edit(VIP, held, "note: I doubt it")
    await chat.marked(held, NOTE)
    await office.dora.post(VIP, "In the harbour!", thread_ts=former)
    await chat.sees("In the harbour!", author="teammate")
    assert "I doubt it" not in str(chat.window())


async def test_a_call_is_taken_down_under_the_new_id(database_url: str) -> None:
    # No reminder may be on its way to the old id: its conversation would come home.
    soon = timedelta(seconds=1)
    async with world(database_url, ai="external", http_mode=True, remind_after=soon) as here:
        office = Office(here)
        await office.connect()
        chat = await office.called()
        await here.settled()
        await office.another_id()
        await chat.taken_over(office.dora)
        await here.until(lambda: not office.has_call(VIP))
