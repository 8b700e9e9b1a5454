"""What the policy for Slack's pace makes of a busy channel, in simulated time.

More is said than can be posted one by one, so the question is who waits and whether waiting ends. The real
desk, outbox, outbox worker and posting code run on a clock that jumps; the rivals are policies on the same
traffic.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from benchmarks import channel
from benchmarks.databases import Databases
from benchmarks.rows import Row, Target, percentile
from benchmarks.traffic import Delays, Held, Traffic, first_come_first_served, people_first

INTERVAL = 1.0
POSTS_A_MINUTE = 60.0
PEOPLE_WAIT_AT_MOST = 3.0
FIRST_COME = "first come, first served"
PEOPLE_FIRST = "one by one, people first"


@dataclass(frozen=True, slots=True)
class Size:
    """Simulated minutes, and conversations with the AI, in which somebody speaks every five seconds."""

    minutes: int
    with_ai: int


FULL = Size(minutes=10, with_ai=100)
QUICK = Size(minutes=1, with_ai=20)


async def measure(size: Size, _databases: Databases) -> list[Row]:
    traffic = Traffic(seconds=size.minutes * 60.0, with_ai=size.with_ai, ai_each_second=size.with_ai / 5)
    # In a process of its own: no loop can run within this one, and a thread could not be told to stop.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
        loop = asyncio.get_running_loop()
        real = await loop.run_in_executor(apart, channel.simulated, traffic, INTERVAL)
    rivals = {
        FIRST_COME: first_come_first_served(traffic, interval=INTERVAL),
        PEOPLE_FIRST: people_first(traffic, interval=INTERVAL),
    }
    # What people's conversations leave of the pace goes round the conversations with the AI: a post each.
    left = 1 / INTERVAL - traffic.with_people / traffic.people_every_seconds
    rows = _waits("people", PEOPLE_WAIT_AT_MOST, real, rivals)
    rows += _waits("the AI", traffic.with_ai / left, real, rivals)
    rows += [
        Row("pace: messages in a post", len(real.shown) / max(1, len(real.posted_at)), "", "more"),
        Row(
            "pace: posts in the busiest minute",
            float(real.busiest_minute()),
            "",
            target=Target(POSTS_A_MINUTE / INTERVAL, "figure"),
        ),
    ]
    return rows + [row for minute in range(size.minutes) for row in _in_minute(minute, real, rivals)]


def _waits(held_by: Held, limit: float, real: Delays, rivals: Mapping[str, Delays]) -> list[Row]:
    never, flaws = real.never[held_by], []
    if never:
        flaws.append(f"{never:,} still waited at the end")
    if real.cut_at is not None:
        flaws.append(f"too slow to simulate beyond second {real.cut_at:.0f}")
    return [
        Row(
            f"pace: held by {held_by}, {name}",
            percentile(real.of(held_by), share),
            "s",
            beside=(rival, percentile(rivals[rival].of(held_by), share)),
            target=Target(limit, "figure") if name == "p99" else None,
            flaw=", ".join(flaws) if name == "p99" else "",
        )
        for rival in rivals
        for name, share in (("p50", 0.50), ("p99", 0.99), ("longest", 1.0))
        if rival == FIRST_COME or name == "p99"
    ]


def _in_minute(minute: int, real: Delays, rivals: Mapping[str, Delays]) -> list[Row]:
    """How long those waited who spoke in that minute: whether it grows for as long as it is busy."""
    since, until = minute * 60.0, (minute + 1) * 60.0
    held: tuple[Held, ...] = ("people", "the AI")
    return [
        Row(
            f"pace: held by {held_by}, said in minute {minute + 1}, p99",
            percentile(real.of(held_by, since=since, until=until), 0.99),
            "s",
            beside=(FIRST_COME, percentile(rivals[FIRST_COME].of(held_by, since=since, until=until), 0.99)),
        )
        for held_by in held
    ]
