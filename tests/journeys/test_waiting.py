"""A customer who waits for a teammate may go back to the AI, or leave an address."""

from __future__ import annotations

import asyncio

import pytest

from bot.blocks.elements.ids import TAKE_OVER
from bot.demo.customer import ChatError
from tests.journeys.world import CHANNEL, Chat, World


async def waiting(here: World, *, first: str = "I want to talk to a human") -> Chat:
    """A customer who was handed over by this program's own AI."""
    chat = await here.chat(first=first)
    await chat.thread.card_shows("Waiting for a teammate")
    await here.settled()
    return chat


def states(chat: Chat) -> list[str]:
    return [e["state"]["state"] for e in chat.customer.seen if e.get("state")]


async def test_who_waits_goes_back_to_the_ai_and_it_answers_what_comes_next(bridge: World) -> None:
    chat = await waiting(bridge)
    before = (await bridge.bridge.desk.view(chat.id)).conversation.epoch
    assert await chat.customer.go_back() == "ai"
    await chat.sees("The AI assistant is answering again.", author="system")
    await chat.shows("Maya Lindqvist went back to the AI. Ticket #1 is cancelled.")
    await chat.thread.card_shows("The AI is answering")
    await chat.thread.card_shows("Cancelled")
    await bridge.settled()
    # The wish for a person is settled: no answer to it, and no second hand over.
    assert [e for e in chat.customer.seen if e["from"] == "ai"] == []
    assert (await bridge.bridge.desk.view(chat.id)).conversation.epoch == before + 1
    await chat.customer.say("How long does shipping take?")
    await chat.customer.sees(lambda e: e["from"] == "ai")
    assert states(chat) == ["waiting", "ai"]


@pytest.mark.both_databases
async def test_what_was_asked_during_the_wait_the_ai_answers_at_once(bridge: World) -> None:
    chat = await waiting(bridge)
    await chat.customer.say("How long does shipping take?")
    await chat.customer.go_back()
    answer = await chat.customer.sees(lambda e: e["from"] == "ai")
    back = await chat.sees("The AI assistant is answering again.")
    assert answer["seq"] > back["seq"]
    await bridge.settled()
    assert len([e for e in chat.customer.seen if e["from"] == "ai"]) == 1


@pytest.mark.both_databases
async def test_going_back_twice_is_going_back_once(bridge: World) -> None:
    chat = await waiting(bridge)
    assert await asyncio.gather(*(chat.customer.go_back() for _ in range(4))) == ["ai"] * 4
    await bridge.settled()
    assert states(chat) == ["waiting", "ai"]


@pytest.mark.both_databases
async def test_where_a_teammate_was_quicker_the_customer_is_told(bridge: World) -> None:
    chat = await waiting(bridge)
    await chat.taken_over(bridge.ana)
    with pytest.raises(ChatError, match=r"^not_waiting: "):
        await chat.customer.go_back()
    assert (await bridge.bridge.desk.view(chat.id)).conversation.state == "teammate"
    assert states(chat) == ["waiting", "teammate"]


@pytest.mark.both_databases
async def test_at_the_same_moment_one_comes_first_and_both_sides_agree(bridge: World) -> None:
    chat = await waiting(bridge)
    ts = await chat.thread.ts()
    went, _ = await asyncio.gather(
        chat.customer.go_back(), bridge.ana.press(CHANNEL, ts, TAKE_OVER), return_exceptions=True
    )
    # Who presses has it in any case; a customer who was first is answered by a person all the same.
    await chat.thread.card_shows("Ana is answering")
    await chat.sees("Ana joined the chat.")
    gone_back = went == "ai"
    assert gone_back or "not_waiting" in str(went)
    await bridge.settled()
    assert states(chat) == (["waiting", "ai", "teammate"] if gone_back else ["waiting", "teammate"])
    assert [e for e in chat.customer.seen if e["from"] == "ai"] == []
    # What a card of the wait still offers is refused.
    tickets = await bridge.bridge.desk.open_tickets(limit=10)
    assert tickets.total == 1


async def test_a_choice_on_the_card_of_a_wait_that_is_over_changes_nothing(bridge: World) -> None:
    chat = await waiting(bridge)
    ts = await chat.thread.ts()
    bridge.slack.faults.error("chat.update", "internal_error", times=100)
    await chat.customer.go_back()
    await chat.choose(bridge.ana, "Close ticket, AI stays quiet")
    assert "moved on" in (await bridge.prompt("ana"))["text"]
    bridge.slack.faults.clear()
    assert await chat.thread.ts() == ts


async def test_an_address_is_kept_shown_to_the_team_and_confirmed(bridge: World) -> None:
    chat = await waiting(bridge)
    assert await chat.customer.leave_address("maya@example.com") == "waiting"
    told = await chat.sees(
        "Thank you. Our team has your address maya@example.com and can write to you there.", author="system"
    )
    assert "state" not in told
    await chat.shows("✉️ Maya Lindqvist left an address: maya@example.com")
    view = await bridge.bridge.desk.view(chat.id)
    assert view.conversation.customer.email == "maya@example.com"
    assert view.conversation.state == "waiting"
    # The same again, because its answer got lost, says nothing twice; another one is news.
    await chat.customer.leave_address("maya@example.com")
    await chat.customer.leave_address("maya@example.org")
    await chat.shows("left an address: maya@example.org")
    await bridge.settled()
    shown = [m for m in chat.thread.replies() if "left an address" in chat.thread.rendered(m)]
    assert sum(chat.thread.rendered(m).count("left an address") for m in shown) == 2
    assert sum("Thank you" in e["text"] for e in chat.customer.seen) == 2
    found = await bridge.ana.command("/bookbag", "find maya@example.org", channel=CHANNEL)
    assert "Maya Lindqvist" in bridge.slack.rendered(found)


@pytest.mark.both_databases
async def test_an_address_reaches_a_teammate_who_took_over_in_the_same_moment(bridge: World) -> None:
    chat = await waiting(bridge)
    await chat.taken_over(bridge.ana)
    assert await chat.customer.leave_address("maya@example.com") == "teammate"
    await chat.shows("left an address: maya@example.com")


@pytest.mark.parametrize("email", ["", "maya", "maya@", "a b@example.com", "x" * 250 + "@example.com"])
async def test_what_is_no_address_is_refused(outside: World, email: str) -> None:
    chat = await outside.chat(first="Hello")
    await chat.customer.escalate("asked")
    with pytest.raises(ChatError, match=r"^invalid: "):
        await chat.customer.leave_address(email)
    assert (await outside.bridge.desk.view(chat.id)).conversation.customer.email is None


async def test_who_does_not_wait_has_nothing_to_leave(outside: World) -> None:
    chat = await outside.chat(first="Hello")
    with pytest.raises(ChatError, match=r"^not_waiting: "):
        await chat.customer.leave_address("maya@example.com")
    assert await chat.customer.go_back() == "ai"
    await outside.settled()
    assert states(chat) == []


async def test_an_outside_ai_may_speak_again_after_its_customer_came_back(outside: World) -> None:
    chat = await outside.chat(first="Hello")
    await chat.customer.escalate("asked")
    with pytest.raises(ChatError, match=r"^ai_paused: "):
        await chat.customer.ai_says("Too early")
    await chat.customer.go_back()
    await chat.customer.ai_says("Here again")
    await chat.sees("Here again", author="ai")


async def test_a_hostile_address_stays_what_it_is(outside: World) -> None:
    chat = await outside.chat(first="Hello")
    await chat.customer.escalate("asked")
    await chat.customer.leave_address("<!here>@example.com")
    await chat.shows("<!here>@example.com")
    shown = [c.arguments for c in outside.slack.calls_of("chat.postMessage")]
    assert any("&lt;!here&gt;@example.com" in str(one["blocks"]) for one in shown)
    assert not any("<!here>" in str(one["text"]) + str(one["blocks"]) for one in shown)


async def test_after_going_back_a_person_can_be_asked_for_again(bridge: World) -> None:
    chat = await waiting(bridge)
    await chat.customer.go_back()
    await chat.customer.say("I want to talk to a human")
    await chat.thread.card_shows("Ticket #2, New")
    await chat.taken_over(bridge.ana)
    await chat.handed_back(bridge.ana)
    await chat.thread.card_shows("The AI is answering")
