"""The team sees that the customer has seen what it wrote, where Slack can show it and once."""

from __future__ import annotations

import aiohttp
import pytest

from tests.journeys.world import SENT, Chat, World

SEEN = "eyes"


async def saw(world: World, chat: Chat, seq: int, *, token: str | None = None) -> int:
    """As the chat window tells it; returns the status."""
    address = f"{world.bridge.address}/v1/conversations/{chat.id}/seen"
    headers = {"Authorization": f"Bearer {token or chat.customer.token}"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(address, json={"seq": seq}, headers=headers) as response,
    ):
        return response.status


def looks(world: World) -> list[str]:
    """On which messages it was shown, in order."""
    return [
        call.arguments["timestamp"]
        for call in world.slack.calls_of("reactions.add")
        if call.arguments["name"] == SEEN and (call.response or {}).get("ok")
    ]


@pytest.fixture
async def chat(outside: World) -> Chat:
    """Ana holds it."""
    chat = await outside.chat(first="Hello")
    await chat.taken_over(outside.ana)
    return chat


async def test_the_last_message_seen_is_marked_beside_delivered(outside: World, chat: Chat) -> None:
    first, last = [await chat.reply(outside.ana, text) for text in ("Hi Maya!", "A new one leaves today.")]
    seen = await chat.sees("A new one leaves today.")
    assert await saw(outside, chat, seen["seq"]) == 200
    await outside.until(lambda: chat.marks(last) == {SENT, SEEN})
    await outside.settled()
    assert chat.marks(first) == {SENT}
    assert looks(outside) == [last]


async def test_told_again_or_late_or_of_nothing_new_it_is_marked_once(outside: World, chat: Chat) -> None:
    first = await chat.reply(outside.ana, "Hi Maya!")
    early = (await chat.sees("Hi Maya!"))["seq"]
    note = await chat.reply(outside.ana, "note: she waited long")
    for seq in (early, early, early - 1, 0, early + 1, 2**31 - 1, early):
        assert await saw(outside, chat, seq) == 200
    await outside.until(lambda: looks(outside))
    await outside.settled()
    assert looks(outside) == [first]
    assert SEEN not in chat.marks(note)
    # And the next one, however far ahead it was said to be seen before.
    second = await chat.reply(outside.ana, "Are you there?")
    assert await saw(outside, chat, (await chat.sees("Are you there?"))["seq"]) == 200
    await outside.until(lambda: looks(outside) == [first, second])


@pytest.mark.both_databases
async def test_many_replies_seen_while_slack_takes_no_marks_are_one_mark(outside: World, chat: Chat) -> None:
    outside.slack.faults.error(
        "reactions.add", "ratelimited", times=100, when=lambda call: call["name"] == SEEN
    )
    for number in range(4):
        last = await chat.reply(outside.ana, f"Line {number}")
        assert await saw(outside, chat, (await chat.sees(f"Line {number}"))["seq"]) == 200
    outside.slack.faults.clear()
    await outside.until(lambda: SEEN in chat.marks(last))
    await outside.settled()
    assert looks(outside) == [last]


async def test_nobody_but_its_customer_says_what_they_have_seen(outside: World, chat: Chat) -> None:
    mine = await chat.reply(outside.ana, "Hi Maya!")
    seq = (await chat.sees("Hi Maya!"))["seq"]
    other = await outside.chat("Noor", first="Hello")
    assert await saw(outside, chat, seq, token=other.customer.token) == 404
    assert await saw(outside, chat, -1) == 422
    await outside.settled()
    assert chat.marks(mine) == {SENT}


async def test_a_message_that_is_gone_holds_up_no_mark(outside: World, chat: Chat) -> None:
    gone = await chat.reply(outside.ana, "Wrong chat")
    seq = (await chat.sees("Wrong chat"))["seq"]
    await outside.ana.delete("live-chat", gone)
    assert await saw(outside, chat, seq) == 200
    last = await chat.reply(outside.ana, "Hi Maya!")
    assert await saw(outside, chat, (await chat.sees("Hi Maya!"))["seq"]) == 200
    await outside.until(lambda: SEEN in chat.marks(last))
    await outside.settled()
