"""A customer who begins to wait is heard in the Slack channel at once, and once."""

from __future__ import annotations

from typing import Any

import pytest

from bot.blocks.elements.ids import TAKE_OVER
from tests.journeys.world import CHANNEL, Chat, World, world

POST = "chat.postMessage"


def rings(here: World) -> list[dict[str, Any]]:
    """What the channel itself shows of threads."""
    return [one for one in here.slack.messages(CHANNEL) if one.get("subtype") == "thread_broadcast"]


def rung(here: World) -> int:
    """How often anything of a thread was ever shown there."""
    return sum(one["event"].get("subtype") == "thread_broadcast" for one in here.slack.events)


async def existing(here: World) -> Chat:
    """A conversation whose card stands in the channel since a while."""
    chat = await here.chat(first="My parcel is lost")
    await chat.customer.ai_says("I am sorry")
    await chat.shows("I am sorry")
    await here.settled()
    return chat


@pytest.mark.both_databases
async def test_an_escalation_in_a_conversation_that_exists_is_seen_in_the_channel_at_once(
    outside: World,
) -> None:
    chat = await existing(outside)
    await chat.customer.escalate("asked for a person")
    (ring,) = await outside.until(lambda: rings(outside))
    await outside.settled()
    assert ring["thread_ts"] == await chat.thread.ts()
    said = outside.slack.rendered(ring)
    assert "Maya Lindqvist" in said
    assert "The AI asks for a teammate" in said
    assert rung(outside) == 1
    # Nothing of the customer's stands in it twice: the thread shows the same post.
    assert sum("The AI asks for a teammate" in chat.thread.rendered(m) for m in chat.thread.replies()) == 1

    await outside.ben.press(CHANNEL, ring["ts"], TAKE_OVER)
    await chat.thread.card_shows("Ben is answering")
    await outside.until(lambda: "[Take over]" not in outside.slack.rendered(rings(outside)[0]))
    await outside.settled()
    # The thread still says that it happened.
    assert await chat.shows("The AI asks for a teammate")
    assert rung(outside) == 1


async def test_a_second_escalation_rings_again(outside: World) -> None:
    chat = await existing(outside)
    await chat.customer.escalate("one")
    await outside.until(lambda: rung(outside) == 1)
    await chat.taken_over(outside.ana)
    await chat.handed_back(outside.ana)
    await chat.customer.say("Still lost")
    await chat.customer.escalate("two")
    await outside.until(lambda: rung(outside) == 2)
    await outside.settled()
    assert rung(outside) == 2


async def test_a_conversation_that_begins_with_the_escalation_rings_by_its_card_alone(outside: World) -> None:
    outside.slack.faults.rate_limit(POST, retry_after=1)
    chat = await outside.chat(first="I want a human")
    await chat.customer.escalate("asked for a person")
    assert "Waiting for a teammate" in await chat.thread.card_shows("Waiting for a teammate")
    await chat.shows("The AI asks for a teammate")
    await outside.settled()
    assert rung(outside) == 0
    assert len(outside.slack.messages(CHANNEL)) == 1


async def test_a_card_that_was_on_its_way_before_does_not_keep_the_escalation_quiet(
    outside: World,
) -> None:
    outside.slack.faults.slow(POST, seconds=0.7)
    chat = await outside.chat(first="Hello")
    await outside.until(lambda: outside.slack.calls_of(POST))
    await chat.customer.escalate("asked for a person")
    await outside.until(lambda: rings(outside))
    await outside.settled()
    assert rung(outside) == 1


@pytest.mark.both_databases
async def test_a_card_that_said_so_and_lost_its_answer_does_not_ring_twice(outside: World) -> None:
    outside.slack.faults.rate_limit(POST, retry_after=1)
    outside.slack.faults.drop_after(POST)
    chat = await outside.chat(first="I want a human")
    await chat.customer.escalate("asked for a person")
    await chat.shows("The AI asks for a teammate")
    await outside.settled()
    assert outside.slack.faults.pending == []
    assert rung(outside) == 0
    assert len(outside.slack.messages(CHANNEL)) == 1


@pytest.mark.both_databases
async def test_a_ring_whose_answer_is_lost_is_not_repeated(outside: World) -> None:
    chat = await existing(outside)
    outside.slack.faults.drop_after(POST, when=lambda call: bool(call.get("reply_broadcast")))
    await chat.customer.escalate("asked for a person")
    await outside.until(lambda: rings(outside))
    await outside.settled()
    assert outside.slack.faults.pending == []
    assert rung(outside) == 1


async def test_a_thread_that_takes_nothing_rings_by_its_new_card(outside: World) -> None:
    chat = await existing(outside)
    old = await chat.thread.ts()
    outside.slack.faults.error(
        POST, "restricted_action_thread_locked", times=1000, when=lambda call: call.get("thread_ts") == old
    )
    await chat.customer.escalate("asked for a person")
    await outside.until(lambda: len(outside.slack.messages(CHANNEL)) == 2)
    chat.thread.look_again()
    await chat.thread.card_shows("Waiting for a teammate")
    await chat.shows("The AI asks for a teammate")
    await outside.settled()
    assert rung(outside) == 0


async def test_where_somebody_is_assigned_they_are_told_and_the_channel_is_not(database_url: str) -> None:
    async with world(database_url, ai="external", assignment="balanced") as here:
        await here.ana.command("/bookbag", "back", channel=CHANNEL)
        chat = await existing(here)
        await chat.customer.escalate("asked for a person")
        await chat.shows("Assigned to")
        await here.settled()
        to = [call.arguments["channel"] for call in here.slack.calls_of(POST)]
        told = [user for user in to if user.startswith("U")]
        assert len(told) == 1
        assert f"<@{told[0]}>" in str(chat.thread.replies())
        assert rung(here) == 0
        assert await chat.shows("The AI asks for a teammate")
