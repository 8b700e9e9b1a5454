"""However many strangers ask for a person, the customer whom somebody answers does not wait for them."""

from __future__ import annotations

import asyncio

from tests.journeys.world import CHANNEL, world

STRANGERS = 60
# What was on its way to Slack at that moment.
UNDER_WAY = 4


async def test_a_customer_whom_somebody_answers_does_not_wait_for_strangers(database_url: str) -> None:
    async with world(database_url, posts_per_second=20) as bridge:
        chat = await bridge.chat("Maya", first="Hello?")
        await chat.taken_over(bridge.ana)
        await bridge.settled()
        strangers = [await bridge.chat(f"Stranger {number}") for number in range(STRANGERS)]
        await asyncio.gather(*(one.customer.say("I want a human") for one in strangers))
        posts = bridge.slack.calls_of("chat.postMessage")
        before = len(posts)
        await chat.customer.say("Are you still there?")
        await chat.shows("Are you still there?")
        passed = len(bridge.slack.calls_of("chat.postMessage")) - before
        assert passed <= UNDER_WAY
        # And none of the strangers is forgotten.
        for one in strangers:
            await one.thread.ts()
        await bridge.until(lambda: len(bridge.slack.messages(CHANNEL)) > STRANGERS)
