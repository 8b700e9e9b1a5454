"""An inbox in a channel of its own: who sees it, who may act, and what happens when the channel is gone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from bot.blocks.elements.ids import HAND_OVER_TO, TAKE_OVER
from tests.journeys.office import VIP, Office, delivered, forged
from tests.journeys.world import CHANNEL, SENT, Chat, world

READERS = f"What customers say is for those in #{CHANNEL}"


async def test_a_conversation_lives_in_its_inboxs_channel(office: Office) -> None:
    before = await office.here.chat("Early", first="Hello", inbox="vip")
    await before.thread.ts()
    await office.connect()
    await before.customer.say("Still here?")
    await before.shows("Still here?")
    chat = await office.vip()
    await chat.taken_over(office.dora)
    sent = await chat.reply(office.dora, "In the harbour!")
    await chat.sees("In the harbour!", author="teammate")
    await chat.marked(sent, SENT)
    assert not office.shows(CHANNEL, "Vera")
    assert not office.shows(VIP, "Early")
    other = await office.here.chat("Olaf", first="Hi", inbox="sales")
    await other.thread.ts()


async def test_a_call_for_a_teammate_goes_where_the_conversation_is(database_url: str) -> None:
    at_once = timedelta(seconds=0.1)
    async with world(database_url, ai="external", http_mode=True, remind_after=at_once) as here:
        office = Office(here)
        await office.connect()
        chat = await office.called()
        await chat.taken_over(office.dora)
        await here.until(lambda: not office.has_call(VIP))
        assert not office.has_call(CHANNEL)


@pytest.mark.parametrize(("reader", "own", "others"), [("ana", "Olaf", "Vera"), ("dora", "Vera", "Olaf")])
async def test_who_is_in_one_channel_sees_nothing_of_the_other(
    office: Office, reader: str, own: str, others: str
) -> None:
    await office.connect()
    chats = {"Vera": await office.vip(), "Olaf": await office.here.chat("Olaf", first="Where is my yacht?")}
    for name, chat in chats.items():
        await chat.taken_over(office.dora if name == "Vera" else office.ana)
        live = await office.here.chat(
            f"{name} junior", first="Ahoy", inbox=chat_inbox(name), channel=chat.channel
        )
        await live.thread.ts()
    who = office.slack.person(reader)
    numbers = {}
    async with office.here.bridge.database.read() as tx:
        for name, chat in chats.items():
            ticket = await tx.tickets.open_of(chat.id)
            assert ticket is not None
            numbers[name] = ticket.number
    for command in ("tickets", "tickets open", "conversations", "find yacht", "find ahoy", f"find {own}"):
        said = await office.says(who, command)
        assert own in said, command
        assert others not in said, command
    assert "in 2 conversations, and there are no older" in await office.says(who, f"find {others}")
    assert own in await office.says(who, f"show {numbers[own]}")
    assert "There is no ticket" in await office.says(who, f"show {numbers[others]}")
    assert "There is no ticket" in await office.says(who, f"rebuild {numbers[others]}")
    assert "1 live with the AI" in await office.says(who, "")
    assert "1 open ticket" in await office.says(who, "")
    home = await office.home_of(reader)
    assert own in home
    assert others not in home
    for name in chats:
        assert name in await office.says(office.eve, "tickets")
        assert name in await office.says(office.eve, "conversations")


def chat_inbox(name: str) -> str | None:
    return "vip" if name == "Vera" else None


async def test_the_counts_of_a_day_are_those_of_ones_own_channels(office: Office) -> None:
    await office.connect()
    chat = await office.vip()
    await chat.taken_over(office.dora)
    await chat.reply(office.dora, "In the harbour!")
    await chat.sees("In the harbour!")
    await chat.handed_back(office.dora)
    waiting = await office.vip("Viola")
    await waiting.thread.ts()
    await waiting.customer.escalate("A person")
    hers = await office.says(office.dora, "stats")
    # Conversations, taken over, waiting.
    assert re.findall(r"\d+", hers)[:3] == ["2", "1", "1"]
    assert "none yet" not in hers
    others = await office.says(office.ana, "stats")
    assert not re.findall(r"[1-9]", others)
    # No reply, and nothing that was closed.
    assert others.count("none yet") == 2
    assert "waiting for a teammate" in await office.says(office.dora, "")
    assert "waiting for a teammate" not in await office.says(office.ana, "")


async def test_nobody_acts_on_what_is_not_in_their_channel(office: Office) -> None:
    await office.connect()
    chat, other = await office.vip(), await office.here.chat("Olaf", first="Hello")
    await chat.thread.ts()
    await other.thread.ts()
    for who, about in (("ana", chat), ("dora", other)):
        await forged(office, who, about)
        assert await about.customer.state() == "ai"
    await forged(office, "dora", chat)
    assert await chat.customer.state() == "teammate"


async def test_a_conversation_is_handed_over_only_within_its_channel(office: Office) -> None:
    await office.connect()
    chat = await office.vip()
    await chat.taken_over(office.dora)
    await chat.choose(office.dora, "Hand over to…")
    refused = await office.dora.submit(values={HAND_OVER_TO: office.slack.user_id("ana")})
    assert "cannot answer customers" in refused["errors"][HAND_OVER_TO]
    await chat.thread.card_shows("Dora")


async def test_only_admins_connect(office: Office) -> None:
    for command in ("connect vip", "disconnect vip"):
        assert "Only admins and owners" in await office.says(office.dora, command, channel=VIP)
    chat = await office.here.chat("Vera", first="Hello", inbox="vip")
    await chat.thread.ts()


REFUSED: dict[str, tuple[Callable[[Office], str], str]] = {
    "configured": (lambda _: CHANNEL, "where conversations start anyway"),
    "not a member": (lambda o: made(o, with_bot=False), "/invite @Bookbag"),
    "private": (lambda o: made(o, with_bot=False, is_private=True), "/invite @Bookbag"),
    "archived": (lambda o: made(o, is_archived=True), "archived"),
    "shared": (lambda o: made(o, is_ext_shared=True), "shared with another organisation"),
}


def made(office: Office, **how: Any) -> str:
    return str(office.slack.add_channel("odd", **how).name)


@pytest.mark.parametrize("case", REFUSED)
async def test_a_channel_that_cannot_be_used_is_refused(office: Office, case: str) -> None:
    make, why = REFUSED[case]
    assert why in await office.says(office.eve, "connect vip", channel=make(office))
    assert "No inbox has a channel of its own" in await office.says(office.eve, "connect")


async def test_a_direct_message_is_no_channel(office: Office) -> None:
    typed = {
        "command": "/bookbag",
        "text": "connect vip",
        "team_id": office.slack.team_id,
        "user_id": office.slack.user_id("eve"),
        "channel_id": "D0SOMEBODY",
        "channel_name": "directmessage",
        "trigger_id": "1.1.x",
    }
    assert "not in a direct message" in await delivered(office, typed)


async def test_an_inbox_is_in_one_channel(office: Office) -> None:
    await office.connect()
    await office.connect()
    office.slack.add_channel("third")
    assert "/bookbag disconnect vip" in await office.says(office.eve, "connect vip", channel="third")
    assert "up to 40 characters" in await office.says(office.eve, f"connect {'v' * 41}", channel="third")
    assert "Done" in await office.says(office.eve, f"connect {'v' * 40}", channel="third")
    assert "“vip”" in await office.says(office.eve, "connect")
    assert "“vip”" in await office.says(office.eve, "settings")
    assert READERS in await office.says(office.here.slack.person(outsider(office)), "connect")


def outsider(office: Office) -> str:
    office.slack.add_person("otto", channels=["general"])
    return "otto"


async def test_disconnected_new_ones_start_in_the_configured_channel(office: Office) -> None:
    await office.connect()
    chat = await office.vip()
    await chat.taken_over(office.dora)
    assert "Done" in await office.says(office.eve, "disconnect vip")
    assert "connected to no channel" in await office.says(office.eve, "disconnect vip")
    await chat.customer.say("And my boat?")
    await chat.shows("And my boat?")
    await chat.reply(office.dora, "Here")
    await chat.sees("Here", author="teammate")
    fresh = await office.here.chat("Fred", first="Hello", inbox="vip")
    await fresh.thread.ts()
    assert "Fred" not in await office.says(office.dora, "conversations")
    assert "Vera" not in await office.says(office.ana, "tickets")


async def test_an_archived_channels_conversations_come_home(office: Office) -> None:
    await office.connect()
    chat, free = await office.vip(), await office.vip("Viola")
    await chat.taken_over(office.dora)
    await free.thread.ts()
    # Nothing is owed any more, so nobody finds out by posting.
    await office.here.settled()
    office.slack.archive(VIP)
    await office.slack.until(lambda: office.shows(CHANNEL, "Vera"))
    await free.customer.say("Anybody?")
    await office.slack.until(lambda: office.shows(CHANNEL, "Viola"))
    again = Chat(office.here, chat.customer, "Vera")
    await again.shows("Where is my yacht?")
    assert "Vera" in await office.says(office.ana, "tickets")
    assert "Vera" not in await office.says(office.dora, "tickets")
    fresh = await office.here.chat("Fred", first="Hello", inbox="vip")
    await fresh.thread.ts()
    assert list(await office.here.bridge.ready()) == ["channels"]
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{office.here.bridge.address}/readyz") as response,
    ):
        assert response.status == 200
    assert "cannot be used" in await office.says(office.eve, "connect")


async def test_a_channel_shared_outside_keeps_everything_back(office: Office) -> None:
    await office.connect()
    chat = await office.vip()
    await chat.thread.ts()
    channel = office.slack.channel(VIP)
    channel.is_ext_shared = True
    office.slack.publish({"type": "channel_shared", "channel": channel.id, "connected_team_id": "T9"})

    async def noticed() -> bool:
        return bool(await office.here.bridge.ready())

    await office.here.until(noticed)
    await chat.press(office.dora, TAKE_OVER)
    assert await chat.customer.state() == "ai"
    await chat.customer.say("A secret")
    fresh = await office.here.chat("Fred", first="Hello", inbox="vip")
    await fresh.thread.ts()
    assert not any("A secret" in str(one) for one in chat.thread.replies())


async def test_who_is_only_in_another_channel_is_not_assigned(database_url: str) -> None:
    async with world(database_url, ai="external", http_mode=True, assignment="balanced") as here:
        office = Office(here)
        await office.connect()
        await office.says(office.ana, "back")
        chat = await office.vip()
        await chat.thread.ts()
        await chat.customer.escalate("A person")
        await chat.thread.card_shows("Waiting for a teammate")
        await office.says(office.dora, "back")
        await chat.thread.card_shows("Dora")
        other = await here.chat("Olaf", first="Hello")
        await other.customer.escalate("A person")
        await other.thread.card_shows("Ana")
