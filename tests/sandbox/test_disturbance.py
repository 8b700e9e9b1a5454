"""Events repeated, overtaken and cut off at random."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.sandbox.test_socket_mode import Wire, text_of, wire

if TYPE_CHECKING:
    from sandbox import Workspace


async def said(slack: Workspace, connection: Wire, *, posts: int, events: int) -> list[tuple[str, int]]:
    ana = slack.person("ana")
    for number in range(posts):
        await ana.post("live-chat", str(number))
    heard = [await connection.next() for _ in range(events)]
    return [(text_of(envelope), envelope["retry_attempt"]) for envelope in heard]


async def test_an_event_may_come_twice_and_says_so(slack: Workspace) -> None:
    slack.disturbance.begin(repeats=1.0, longest_hold=0.01)
    async with wire(slack) as connection:
        heard = await said(slack, connection, posts=5, events=10)
    assert sorted(heard) == [(str(number), attempt) for number in range(5) for attempt in (0, 1)]
    assert slack.disturbance.counts == {"repeated": 5}


async def test_a_held_event_is_overtaken_and_none_is_lost(slack: Workspace) -> None:
    slack.disturbance.begin(seed=7, holds=0.5, longest_hold=0.3)
    async with wire(slack) as connection:
        heard = [text for text, _ in await said(slack, connection, posts=30, events=30)]
    assert sorted(heard, key=int) == [str(number) for number in range(30)]
    assert heard != sorted(heard, key=int)
    assert slack.disturbance.counts["held"] > 0


async def test_one_socket_at_a_time_is_dropped_and_what_it_had_goes_by_another(slack: Workspace) -> None:
    async with wire(slack), wire(slack):
        await slack.person("ana").post("live-chat", "hello")
        slack.disturbance.begin(seed=7, drop_every=0.01)
        await slack.until(lambda: slack.open_connections == 0)
        slack.disturbance.end()
        assert slack.disturbance.counts == {"dropped": 2}
    async with wire(slack) as third:
        envelope = await third.next()
    assert (text_of(envelope), envelope["retry_reason"]) == ("hello", "connection_failed")
    assert slack.lost_events == []


async def test_at_its_end_what_is_held_still_comes(slack: Workspace) -> None:
    slack.disturbance.begin(holds=1.0, longest_hold=0.05)
    async with wire(slack) as connection:
        await slack.person("ana").post("live-chat", "held")
        slack.disturbance.end()
        await slack.person("ana").post("live-chat", "not held")
        heard = [text_of(await asyncio.wait_for(connection.next(), 5)) for _ in range(2)]
    assert sorted(heard) == ["held", "not held"]
    assert slack.disturbance.counts == {"held": 1}
