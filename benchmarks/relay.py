"""How long a message takes from one side's wire to the other's, beside the same program without a database.

The systems take turns, message by message, so that whatever else the machine does disturbs all alike. Gaps
between messages are those of people, shortened; nothing queues behind anything.
"""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from benchmarks import bridge_process, in_memory
from benchmarks.databases import Databases
from benchmarks.rows import Row, Target, percentile
from benchmarks.side import Side, side

RIVAL = "in memory"
PAGE = 4096
HELD_BACK = "SQLite, hold-back as shipped"
MEDIAN_GAP_SECONDS = 0.02
LONGEST_GAP_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Size:
    """How many messages in each direction, spread over how many conversations."""

    messages: int
    conversations: int


FULL = Size(messages=1_000, conversations=20)
QUICK = Size(messages=100, conversations=10)

Taken = dict[str, dict[str, list[float]]]
DIRECTIONS = {"to_slack": "customer's POST → Slack's call", "to_customer": "Slack's frame → customer's frame"}


async def measure(size: Size, databases: Databases) -> list[Row]:
    async with AsyncExitStack() as stack:
        sides = [await stack.enter_async_context(side(RIVAL, in_memory.MODULE, _rival))]
        for kind in databases.kinds:
            url = await databases.empty(kind)
            made = partial(bridge_process.settings, url)
            sides.append(await stack.enter_async_context(side(kind, bridge_process.MODULE, made)))
        if "SQLite" in databases.kinds:
            made = partial(_as_shipped, await databases.empty("SQLite"))
            sides.append(await stack.enter_async_context(side(HELD_BACK, bridge_process.MODULE, made)))
        for one in sides:
            await one.open_chats(size.conversations)
            if one.name != RIVAL:
                await one.take_over_all()
        taken, syncs = await _in_turn(sides, size)
    return [
        *(row for name in taken if name != RIVAL for row in _rows(name, taken)),
        *(
            Row(
                f"relay: {PAGE} bytes appended and synced to disk, p{share * 100:.0f}",
                percentile(syncs, share),
                "ms",
            )
            for share in (0.50, 0.99)
        ),
    ]


async def _in_turn(sides: Sequence[Side], size: Size) -> tuple[Taken, list[float]]:
    """What each side took, and what the disk did at the same time: a commit is one sync at least."""
    syncs: list[float] = []
    taken: Taken = {one.name: {direction: [] for direction in DIRECTIONS} for one in sides}
    chance = random.Random(7)
    for number in range(size.messages):
        for one in chance.sample(sides, len(sides)):
            customer = one.customers[number % len(one.customers)]
            for direction in DIRECTIONS:
                seconds = await getattr(one, direction)(customer)
                taken[one.name][direction].append(seconds * 1000)
                await asyncio.sleep(min(chance.expovariate(0.7 / MEDIAN_GAP_SECONDS), LONGEST_GAP_SECONDS))
            one.slack.forget()
        syncs.append(await asyncio.to_thread(_synced) * 1000)
    return taken, syncs


def _synced() -> float:
    with tempfile.TemporaryFile() as file:
        file.write(bytes(PAGE))
        file.flush()
        began = time.perf_counter()
        os.fsync(file.fileno())
        return time.perf_counter() - began


def _rows(name: str, taken: Taken) -> list[Row]:
    rows = []
    beside = "SQLite" if name == HELD_BACK else RIVAL
    for direction, words in DIRECTIONS.items():
        for share, limit in ((0.50, 2.0), (0.99, 3.0)):
            rows.append(
                Row(
                    f"relay, {name}: {words}, p{share * 100:.0f}",
                    percentile(taken[name][direction], share),
                    "ms",
                    beside=(beside, percentile(taken[beside][direction], share)),
                    target=None if name == HELD_BACK else Target(limit, "ratio"),
                )
            )
    return rows


def _rival(slack: dict[str, str]) -> dict[str, str]:
    return {**slack, "PORT": "0"}


def _as_shipped(url: str, slack: dict[str, str]) -> dict[str, str]:
    made = bridge_process.settings(url, slack)
    del made["BOOKBAG_HOLD_BACK_MS"]
    return made
