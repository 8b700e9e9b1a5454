"""What becomes of teammates' replies when more of them come than the machine can take.

First it is found how many replies a second are acknowledged while a fixed number of them waits for that. Then
half as many, as many, twice and four times as many are sent, on time, whatever is acknowledged. A bridge that
does more work for each reply the more of them wait does less the more it is offered. So at four times what it
can take it is held to nine tenths of the best of the same run. All of it once more beside busy programs.

The workspace is the sandbox. It delivers again what is not acknowledged within three seconds and gives up
after three repetitions, as Slack documents. That Slack goes on sending at the same rate meanwhile is assumed.
"""

from __future__ import annotations

import asyncio
import math
import re
import time
from dataclasses import dataclass
from functools import partial

from benchmarks import bridge_process
from benchmarks.busy import NOBODY, Busy, beside
from benchmarks.databases import DatabaseKind, Databases
from benchmarks.rows import Row, Target, percentile
from benchmarks.side import Side, side
from benchmarks.slack_end import Ack
from benchmarks.wire import LineListener

BUSY = Busy(writers=3, spinners=2)
LEAST_OF_BEST = 0.9
ACKNOWLEDGED_WITHIN = 10.0
TIMES = (0.5, 1.0, 2.0, 4.0)
# How many replies are unacknowledged at any time while it is found what the machine can take.
UNDER_WAY = 400
# Seconds. Longer than that nobody waits for what is not acknowledged, or has not reached its customer.
DRAIN = 120.0
ALL_READ = 300.0
WORD = re.compile(rb"\bo(\d+)n(\d+)x\b")


@dataclass(frozen=True, slots=True)
class Size:
    """How long it is found out, how long each load lasts (seconds), and in how many conversations."""

    finding: float
    loading: float
    conversations: int


FULL = Size(finding=5, loading=3, conversations=50)
QUICK = Size(finding=2, loading=1, conversations=5)


@dataclass(slots=True)
class Load:
    """One load: what was offered and done, per second; how long after its end the last was acknowledged."""

    offered: float
    done: float
    last_after: float
    unacknowledged: int
    late_p99: float


class Replies:
    """Numbers replies, and knows which were acknowledged, and in which order they reached their customers."""

    def __init__(self, bridge: Side) -> None:
        self._bridge = bridge
        self._unacknowledged: set[str] = set()
        self._news = asyncio.Event()
        self.sent = [0] * len(bridge.customers)
        self.read = [0] * len(bridge.customers)
        self.disordered = 0
        self.doubled = 0
        bridge.slack.on_ack = self._acknowledged

    async def listen(self) -> None:
        """Read along with the customers from now on."""
        for customer in self._bridge.customers:
            path = f"{customer.path}/events"
            await self._bridge.server.listener(path, customer.token, self._streamed, kind=LineListener)

    @property
    def unacknowledged(self) -> int:
        return len(self._unacknowledged)

    def say(self, number: int) -> None:
        at = number % len(self.sent)
        thread_ts = self._bridge.customers[at].thread_ts
        text = f"o{at}n{self.sent[at]}x Thank you for waiting, it is on its way to you."
        self.sent[at] += 1
        self._unacknowledged.add(self._bridge.slack.say(thread_ts, text))

    async def fewer_than(self, count: int) -> None:
        """Wait until fewer than so many are unacknowledged."""
        while len(self._unacknowledged) >= count:
            self._news.clear()
            await self._news.wait()

    async def all_read(self) -> float:
        """Wait for the customers; returns for how many seconds, or infinity where something never came."""
        began = time.monotonic()
        while sum(self.read) < sum(self.sent):
            if time.monotonic() - began > ALL_READ:
                return math.inf
            await asyncio.sleep(0.05)
        return time.monotonic() - began

    def _acknowledged(self, ack: Ack) -> None:
        self._unacknowledged.discard(ack.message_ts)
        self._news.set()

    def _streamed(self, line: bytes, _at: float) -> None:
        for customer, number in WORD.findall(line):
            at, place = int(customer), int(number)
            if place < self.read[at]:
                self.doubled += 1
            else:
                self.disordered += place > self.read[at]
                self.read[at] += 1


async def measure(size: Size, databases: Databases) -> list[Row]:
    rows = []
    for kind in databases.kinds:
        for busy in (NOBODY, BUSY):
            rows += await _measured(kind, await databases.empty(kind), size, busy)
    return rows


async def _measured(kind: DatabaseKind, url: str, size: Size, busy: Busy) -> list[Row]:
    what = f"overload, {kind}, {'alone' if busy == NOBODY else f'beside {busy}'}"
    async with side(kind, bridge_process.MODULE, partial(_as_shipped, url)) as bridge:
        await bridge.open_chats(size.conversations)
        await bridge.take_over_all()
        replies = Replies(bridge)
        await replies.listen()
        async with beside(busy):
            most = await _most(replies, size.finding)
            loads = {}
            slowest = await replies.all_read()
            for times in TIMES:
                loads[times] = await _load(bridge, replies, times * most, size.loading)
                slowest = max(slowest, await replies.all_read())
        given_up = len(bridge.slack.lost_events)
    return _rows(what, most, loads, slowest, _flaw(replies, loads, given_up))


async def _most(replies: Replies, seconds: float) -> float:
    """How many replies a second are acknowledged while `UNDER_WAY` of them wait for that, to the last one."""
    began, number = time.monotonic(), 0
    while time.monotonic() - began < seconds:
        await replies.fewer_than(UNDER_WAY)
        replies.say(number)
        number += 1
        # Whatever came in is heard.
        await asyncio.sleep(0)
    async with asyncio.timeout(DRAIN):
        await replies.fewer_than(1)
    return number / (time.monotonic() - began)


async def _load(bridge: Side, replies: Replies, each_second: float, seconds: float) -> Load:
    """Send so many replies a second, on time, and wait for their acknowledgements."""
    count = max(1, round(each_second * seconds))
    late = []
    began = time.monotonic()
    for number in range(count):
        due = began + number / each_second
        # Also where it is late: what comes in has to be heard.
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        late.append((time.monotonic() - due) * 1000)
        replies.say(number)
    ended = time.monotonic()
    try:
        async with asyncio.timeout(DRAIN):
            await replies.fewer_than(1)
    except TimeoutError:
        pass
    over = time.monotonic()
    bridge.slack.forget()
    done = (count - replies.unacknowledged) / (over - began)
    return Load(count / (ended - began), done, over - ended, replies.unacknowledged, percentile(late, 0.99))


def _flaw(replies: Replies, loads: dict[float, Load], given_up: int) -> str:
    flaws = {
        "were never acknowledged": loads[TIMES[-1]].unacknowledged,
        "reached their customer out of order": replies.disordered,
        "reached their customer twice": replies.doubled,
        "never reached their customer": sum(replies.sent) - sum(replies.read),
    }
    found = [f"{count:,} {words}" for words, count in flaws.items() if count]
    if found and given_up:
        found.append(f"{given_up:,} events given up by the sandbox")
    return ", ".join(found)


def _rows(what: str, most: float, loads: dict[float, Load], slowest: float, flaw: str) -> list[Row]:
    best = max(load.done for load in loads.values())
    rows = [Row(f"{what}: replies acknowledged with {UNDER_WAY} under way", most, "/s", "more")]
    for times, load in loads.items():
        name = f"{what}: {times:g} times that"
        is_last = times == TIMES[-1]
        rows += [
            Row(f"{name}, offered", load.offered, "/s", "more"),
            Row(
                f"{name}, acknowledged until the last was",
                load.done,
                "/s",
                "more",
                beside=("the best", best),
                target=Target(LEAST_OF_BEST, "ratio") if is_last else None,
                flaw=flaw if is_last else "",
            ),
            Row(
                f"{name}, the last acknowledged after the load's end",
                load.last_after,
                "s",
                target=Target(ACKNOWLEDGED_WITHIN, "figure"),
            ),
            Row(f"{name}, the load itself was late by, p99", load.late_p99, "ms"),
        ]
    return [*rows, Row(f"{what}: the last read by its customer after its acknowledgement", slowest, "s")]


def _as_shipped(url: str, slack: dict[str, str]) -> dict[str, str]:
    made = bridge_process.settings(url, slack)
    del made["BOOKBAG_HOLD_BACK_MS"]
    return made
