"""Who a customer is, and who may speak for the AI, from the website through to the thread in Slack."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from bot.demo.customer import ChatError
from tests.journeys.world import World, world

SECRET = "a secret of the website's and ours"


def user_hash(user_id: str) -> str:
    return hmac.new(SECRET.encode(), user_id.encode(), hashlib.sha256).hexdigest()


async def test_the_team_sees_who_signed_in_and_what_of_it_is_confirmed(database_url: str) -> None:
    async with world(database_url, ai="external", identity_secret=SECRET) as bridge:
        chat = await bridge.chat("Mallory", first="I want to see my invoices")
        await chat.customer.signs_in(
            user_id="mallory-7", user_hash=user_hash("mallory-7"), email="jane@corp.example"
        )
        said = await chat.shows("signed in on your website")
        for shown in (said, await chat.thread.card_shows("Confirmed by your website") and chat.thread.card()):
            confirmed, told = shown.split("As they told us")
            assert "mallory-7" in confirmed
            assert "jane@corp.example" not in confirmed
            assert "jane@corp.example" in told


async def test_what_an_outside_ai_thought_of_before_a_person_answered_reaches_nobody(outside: World) -> None:
    chat = await outside.chat(first="Do I get a refund?")
    await chat.sees("Do I get a refund?")
    asked_in = chat.customer.epoch
    await chat.taken_over(outside.ana)
    await chat.reply(outside.ana, "I refunded you.")
    await chat.sees("I refunded you.")
    await chat.handed_back(outside.ana)
    with pytest.raises(ChatError, match=r"^stale: "):
        await chat.customer.ai_says("No refunds.", epoch=asked_in)
    with pytest.raises(ChatError, match=r"^stale: "):
        await chat.customer.escalate("No refunds.", epoch=asked_in)
    await chat.customer.ai_says("Anything else?")
    await chat.sees("Anything else?", author="ai")
    assert "No refunds." not in str(chat.customer.seen)
    assert "No refunds." not in str(chat.in_thread())
