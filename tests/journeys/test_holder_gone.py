"""A holder who is deactivated, becomes a guest or leaves: their customer waits for somebody else, heard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from bot.blocks.elements.ids import TAKE_OVER
from sandbox import WorkspacePerson
from storage.records import Conversation, ConversationState, PersonId, Status, Ticket
from tests.journeys.world import CHANNEL, HELD, SENT, Chat, World, world

GONE = "waits for a teammate again"
LEFT, NO_MEMBER = "not in this channel any more", "no full member of this workspace any more"

Change = Callable[[World], None]


def becomes(**what: bool | str) -> Change:
    return lambda here: here.slack.change_person("dora", **what)


def leaves(here: World) -> None:
    here.slack.leave(CHANNEL, "dora")


DEPARTURES: dict[str, tuple[Change, str]] = {
    "deactivated": (becomes(deleted=True), NO_MEMBER),
    "guest": (becomes(is_restricted=True), NO_MEMBER),
    "guest of one channel": (becomes(is_ultra_restricted=True), NO_MEMBER),
    "left the channel": (leaves, LEFT),
}


async def held_by_dora(here: World, *, first: str = "Where is my parcel?") -> tuple[Chat, WorkspacePerson]:
    here.slack.add_person("dora", real_name="Dora Lund")
    dora = here.slack.person("dora")
    chat = await here.chat(first=first)
    await chat.taken_over(dora)
    await here.settled()
    return chat, dora


async def stands(here: World, chat: Chat) -> tuple[Conversation, Ticket]:
    async with here.bridge.database.read() as tx:
        conversation, ticket = await tx.conversations.get(chat.id), await tx.tickets.open_of(chat.id)
    assert conversation is not None
    assert ticket is not None
    return conversation, ticket


def rings(here: World) -> list[dict[str, Any]]:
    """What the channel itself shows of threads."""
    return [one for one in here.slack.messages(CHANNEL) if one.get("subtype") == "thread_broadcast"]


async def waits_again(here: World, chat: Chat, why: str) -> None:
    await chat.customer.sees(lambda e: bool(e.get("state")) and e["state"]["state"] == "waiting")
    await here.settled()
    conversation, ticket = await stands(here, chat)
    assert (conversation.state, conversation.holder) == (ConversationState.WAITING, None)
    assert (ticket.status, ticket.assignee) == (Status.NEW, None)
    (ring,) = rings(here)
    shown = here.slack.rendered(ring)
    assert why in shown
    assert "Dora" in shown
    assert "Maya Lindqvist" in shown
    assert any(e.get("action_id") == TAKE_OVER for b in ring["blocks"] for e in b.get("elements", []))


@pytest.mark.parametrize("kind", DEPARTURES)
async def test_whoever_a_gone_holder_leaves_waits_and_is_heard_once(outside: World, kind: str) -> None:
    change, why = DEPARTURES[kind]
    chat, _ = await held_by_dora(outside)
    change(outside)
    await waits_again(outside, chat, why)
    assert [e["text"] for e in chat.customer.seen if "had to leave the chat" in e["text"]] == [
        "Dora had to leave the chat. Somebody else from our team will answer you right here."
    ]
    (ring,) = rings(outside)
    await outside.ana.press(CHANNEL, ring["ts"], TAKE_OVER)
    await outside.until(lambda: "[Take over]" not in outside.slack.rendered(rings(outside)[0]))
    sent = await chat.reply(outside.ana, "I have it now.")
    await chat.marked(sent, SENT)


async def test_the_ai_does_not_answer_who_waits_again(bridge: World) -> None:
    chat, _ = await held_by_dora(bridge)
    leaves(bridge)
    await waits_again(bridge, chat, LEFT)
    before = [said for said in chat.window() if said[0] == "ai"]
    await chat.customer.say("Is anybody there?")
    await chat.shows("Is anybody there?")
    await bridge.settled()
    assert [said for said in chat.window() if said[0] == "ai"] == before


async def test_a_gone_holder_types_to_nobody_and_has_it_no_more_when_they_are_back(outside: World) -> None:
    chat, dora = await held_by_dora(outside)
    leaves(outside)
    await waits_again(outside, chat, LEFT)
    outside.slack.join(CHANNEL, "dora")
    typed = await chat.reply(dora, "Here I am")
    await chat.marked(typed, HELD)
    assert ("teammate", "Here I am") not in chat.window()


def silently_left(here: World) -> None:
    here.slack.channel(CHANNEL).members.remove(here.slack.user_id("dora"))


def silently_a_guest(here: World) -> None:
    here.slack._state.users[here.slack.user_id("dora")].is_restricted = True


@pytest.mark.parametrize(("change", "why"), [(silently_left, LEFT), (silently_a_guest, NO_MEMBER)])
@pytest.mark.both_databases
async def test_who_went_while_nobody_listened_is_noticed_at_the_start(
    outside: World, change: Change, why: str
) -> None:
    chat, _ = await held_by_dora(outside)
    await outside.bridge.stop()
    change(outside)
    await outside.start()
    await outside.until(lambda: rings(outside))
    conversation, ticket = await stands(outside, chat)
    assert (conversation.state, ticket.status) == (ConversationState.WAITING, Status.NEW)
    (ring,) = rings(outside)
    assert why in outside.slack.rendered(ring)


async def test_who_went_without_an_event_is_noticed_when_they_act(outside: World) -> None:
    chat, dora = await held_by_dora(outside)
    silently_a_guest(outside)
    # What was known of everybody is over; nobody said of whom.
    outside.slack.change_person("dora", title="Head of bags")
    await chat.reply(dora, "One moment")
    await waits_again(outside, chat, NO_MEMBER)


@pytest.mark.parametrize(
    "methods", [["users.info"], ["conversations.members"], ["users.info", "conversations.members"]]
)
async def test_nobody_is_taken_for_gone_because_slack_does_not_answer(
    outside: World, methods: list[str]
) -> None:
    chat, dora = await held_by_dora(outside)
    before = await stands(outside, chat)
    for method in methods:
        outside.slack.faults.error(method, "internal_error", times=1000)
    asked = {method: len(outside.slack.calls_of(method)) for method in methods}
    outside.slack.change_person("dora", title="Head of bags")
    outside.slack.join(CHANNEL, outside.slack.add_person("eli", channels=[]))
    await outside.until(lambda: all(len(outside.slack.calls_of(one)) > n for one, n in asked.items()))
    await outside.settled()
    assert await stands(outside, chat) == before
    assert not rings(outside)
    outside.slack.faults.clear()
    sent = await chat.reply(dora, "Still here")
    await chat.marked(sent, SENT)


@pytest.mark.both_databases
async def test_of_two_who_notice_at_once_one_gives_the_customer_back(outside: World) -> None:
    chat, _ = await held_by_dora(outside)
    conversation, _ = await stands(outside, chat)
    assert conversation.holder is not None
    done = await asyncio.gather(
        *(outside.bridge.desk.holder_left(chat.id, holder=conversation.holder, why="left") for _ in range(4))
    )
    assert sorted(done) == [False, False, False, True]
    await outside.until(lambda: rings(outside))
    await outside.settled()
    assert len(rings(outside)) == 1
    now, _ = await stands(outside, chat)
    assert now.epoch == conversation.epoch + 1


@pytest.mark.both_databases
async def test_who_took_it_over_meanwhile_keeps_it(outside: World) -> None:
    chat, _ = await held_by_dora(outside)
    await chat.choose(outside.ana, "Take over from Dora")
    await outside.settled()
    before, _ = await stands(outside, chat)
    leaves(outside)
    await outside.until(lambda: outside.slack.events_under_way == 0)
    await outside.settled()
    # Also where somebody noticed before Ana took it over, and says so only now.
    gone = PersonId(outside.slack.team_id, outside.slack.user_id("dora"))
    assert not await outside.bridge.desk.holder_left(chat.id, holder=gone, why="left")
    after, _ = await stands(outside, chat)
    assert after.epoch == before.epoch
    assert not rings(outside)


@pytest.fixture
async def assigning(database_url: str) -> AsyncIterator[World]:
    async with world(database_url, ai="external", assignment="balanced") as here:
        yield here


async def test_where_somebody_is_available_they_have_it_and_nobody_is_called_for(assigning: World) -> None:
    here = assigning
    chat, _ = await held_by_dora(here)
    await here.ben.command("/bookbag", "back", channel=CHANNEL)
    leaves(here)
    await chat.shows("Assigned to")
    await here.settled()
    conversation, ticket = await stands(here, chat)
    assert conversation.state is ConversationState.TEAMMATE
    assert conversation.holder is not None
    assert conversation.holder.user == here.slack.user_id("ben")
    assert ticket.status is Status.ON_YOU
    assert LEFT in await chat.shows(GONE)
    assert not rings(here)


async def test_somebody_gone_who_was_available_is_not_given_their_own_customer_again(
    assigning: World,
) -> None:
    here = assigning
    chat, dora = await held_by_dora(here)
    await dora.command("/bookbag", "back", channel=CHANNEL)
    becomes(deleted=True)(here)
    await waits_again(here, chat, NO_MEMBER)


async def test_who_joined_and_is_gone_answers_beside_the_holder_no_more(outside: World) -> None:
    outside.slack.add_person("dora", real_name="Dora Lund")
    dora = outside.slack.person("dora")
    chat = await outside.chat(first="Hello")
    await chat.taken_over(outside.ana)
    await chat.choose(dora, "Join Ana")
    sent = await chat.reply(dora, "Hello from me too")
    await chat.marked(sent, SENT)
    leaves(outside)

    async def is_alone() -> bool:
        async with outside.bridge.database.read() as tx:
            conversation = await tx.conversations.get(chat.id)
            assert conversation is not None
            return not await tx.joined.of([conversation])

    await outside.until(is_alone)
    outside.slack.join(CHANNEL, "dora")
    typed = await chat.reply(dora, "And again")
    await chat.marked(typed, HELD)
    conversation, _ = await stands(outside, chat)
    assert conversation.holder is not None
    assert conversation.holder.user == outside.slack.user_id("ana")
