"""How long a customer whom a teammate answers waits while many strangers ask for a person at once.

Slack takes about one post a second in a channel, and each stranger owes it several. So what customers write
whom somebody answers has to go first, or it waits for all of them.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from functools import partial

from benchmarks import bridge_process
from benchmarks.databases import DatabaseKind, Databases
from benchmarks.relay import DIRECTIONS
from benchmarks.rows import Row, Target, percentile
from benchmarks.side import CustomerEnd, Side, side
from benchmarks.wire import Caller

MOST_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Size:
    """So many strangers within a second; so many messages in each direction, one every `gap` seconds."""

    strangers: int
    answered: int
    messages: int
    gap: float


FULL = Size(strangers=60, answered=3, messages=40, gap=2.5)
QUICK = Size(strangers=10, answered=1, messages=3, gap=2.5)


async def measure(size: Size, databases: Databases) -> list[Row]:
    rows = []
    for kind in databases.kinds:
        rows += await _measured(kind, await databases.empty(kind), size)
    return rows


async def _measured(kind: DatabaseKind, url: str, size: Size) -> list[Row]:
    async with side(kind, bridge_process.MODULE, partial(_as_shipped, url)) as bridge:
        await bridge.open_chats(size.answered)
        await bridge.take_over_all()
        # What opening them owes Slack is over when what is said now is there.
        for customer in bridge.customers:
            await bridge.to_slack(customer)
        took, refused = await _flood(bridge, size.strangers)
        waits = await _talk(bridge, size)
    what = f"flood, {kind}, {size.strangers} strangers ask for a person within {took:.1f} s"
    flaw = f"{refused:,} of the strangers were refused" if refused else ""
    return [
        Row(f"{what}: {words}, {name}", figure, "s", target=target, flaw=flaw)
        for direction, words in DIRECTIONS.items()
        for name, figure, target in (
            ("p50", percentile(waits[direction], 0.5), None),
            ("p99", percentile(waits[direction], 0.99), Target(MOST_SECONDS, "figure")),
        )
    ]


async def _flood(bridge: Side, count: int) -> tuple[float, int]:
    """How many seconds it took, and how many were refused."""
    callers = [await bridge.server.caller() for _ in range(count)]
    began = time.monotonic()
    answered = await asyncio.gather(*(_stranger(bridge, one, n) for n, one in enumerate(callers)))
    took = time.monotonic() - began
    for caller in callers:
        caller.close()
    return took, answered.count(False)


async def _stranger(bridge: Side, caller: Caller, number: int) -> bool:
    server = bridge.server
    started = (await caller.ask(server.post("/v1/conversations", {}))).json()
    path, token = f"/v1/conversations/{started['conversation_id']}", started["token"]
    said = {"text": "I want a human", "client_id": f"stranger-{number}"}
    answers = [
        await caller.ask(server.post(f"{path}/messages", said, token)),
        # As a program does whose AI was asked for a person.
        await caller.ask(server.post(f"{path}/escalate", {}, bridge_process.SERVER_KEY)),
    ]
    return all(answer.status < 300 for answer in answers)


async def _talk(bridge: Side, size: Size) -> dict[str, list[float]]:
    """Seconds that messages take in each direction, sent on time whatever became of those before."""
    waits: dict[str, list[float]] = {direction: [] for direction in DIRECTIONS}

    async def one(direction: str, customer: CustomerEnd) -> None:
        waits[direction].append(await getattr(bridge, direction)(customer))

    async with asyncio.TaskGroup() as group:
        for number in range(size.messages):
            customer = bridge.customers[number % len(bridge.customers)]
            for direction in DIRECTIONS:
                group.create_task(one(direction, customer))
            await asyncio.sleep(size.gap)
    return waits


def _as_shipped(url: str, slack: dict[str, str]) -> dict[str, str]:
    made = bridge_process.settings(url, slack)
    for name in ("BOOKBAG_HOLD_BACK_MS", "BOOKBAG_POSTS_PER_SECOND"):
        del made[name]
    return made
