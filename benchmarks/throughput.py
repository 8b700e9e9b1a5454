"""Messages a second from customers' POSTs to Slack's threads, every one stored before it is answered.

The load is as much as the bridge takes: each customer sends the next message when the last is accepted, but
is never more than `AHEAD` messages ahead of what Slack shows of theirs, so that what is measured is a steady
state and not how fast a heap grows. The bridge has a process of its own; Slack's end and the customers'
share the other core with PostgreSQL. A message counts when the sandbox shows it in its thread, and all of
them must be there in the end, once and in order.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

from benchmarks import bridge_process, naive
from benchmarks.databases import DatabaseKind, Databases
from benchmarks.processes import Child, child
from benchmarks.rows import Row, Target
from benchmarks.slack_end import Post, SlackEnd
from benchmarks.wire import Caller, Server

TARGET_EACH_SECOND = 1_000.0
AHEAD = 20
DRAIN_SECONDS = 60.0
WORD = re.compile(r"\bc(\d+)m(\d+)\b")


@dataclass(frozen=True, slots=True)
class Size:
    """How long to watch once it flows, and how many conversations flow."""

    warm_up: float
    seconds: float
    conversations: int
    naive_seconds: float
    naive_rows: int


FULL = Size(warm_up=3, seconds=20, conversations=200, naive_seconds=10, naive_rows=20_000)
QUICK = Size(warm_up=1, seconds=3, conversations=50, naive_seconds=2, naive_rows=4_000)


class Threads:
    """What Slack shows of each conversation, counted as it comes."""

    def __init__(self, conversations: int) -> None:
        self.shown = [0] * conversations
        self.posts = 0
        self.doubled = 0
        self.disordered = 0
        self._room = [asyncio.Event() for _ in range(conversations)]

    @property
    def messages(self) -> int:
        return sum(self.shown)

    def posted(self, post: Post) -> None:
        """The words of one post; several messages may stand in it."""
        found = [match for text in post.texts for match in WORD.finditer(text)]
        self.posts += bool(found) and not post.is_change
        for match in found:
            conversation, number = int(match[1]), int(match[2])
            if number < self.shown[conversation]:
                # A post that is changed says again what it said.
                self.doubled += not post.is_change
            elif number > self.shown[conversation]:
                self.disordered += 1
            else:
                self.shown[conversation] += 1
        for match in found:
            self._room[int(match[1])].set()

    async def room(self, conversation: int, sent: int) -> None:
        """Wait until a customer who has sent so many is not too far ahead."""
        while sent - self.shown[conversation] >= AHEAD:
            self._room[conversation].clear()
            await self._room[conversation].wait()


@dataclass(slots=True)
class Flow:
    """A watched stretch; `busy_here` and `busy_there` are processor seconds of this process and the other."""

    messages: int
    posts: int
    seconds: float
    busy_here: float
    busy_there: float
    flaw: str = ""

    @property
    def rate(self) -> float:
        return self.messages / self.seconds


class Crowd:
    """The customers, each with a conversation and a connection."""

    def __init__(self, server: Server, threads: Threads) -> None:
        self._server = server
        self._threads = threads
        self._callers: list[Caller] = []
        self._heads: list[tuple[str, str]] = []
        self.sent = [0] * len(threads.shown)
        self.refused = 0

    async def arrive(self) -> None:
        for number in range(len(self.sent)):
            caller = await self._server.caller()
            body = {"customer": {"name": f"Customer {number}"}}
            started = (await caller.ask(self._server.post("/v1/conversations", body))).json()
            self._callers.append(caller)
            path = f"/v1/conversations/{started['conversation_id']}/messages"
            self._heads.append((path, started["token"]))

    async def talk(self, number: int, until: asyncio.Event) -> None:
        """One customer says one thing after the other."""
        path, token = self._heads[number]
        while not until.is_set():
            await self._threads.room(number, self.sent[number])
            word = f"c{number}m{self.sent[number]}"
            body = {"text": f"{word} {naive.FILLING}", "client_id": word}
            answer = await self._callers[number].ask(self._server.post(path, body, token))
            if answer.status == 202:
                self.sent[number] += 1
            else:
                self.refused += 1

    def leave(self) -> None:
        for caller in self._callers:
            caller.close()


async def measure(size: Size, databases: Databases) -> list[Row]:
    rows = []
    for kind in databases.kinds:
        floor = await _naive(size, await databases.empty(kind))
        flow = await _bridge(size, await databases.empty(kind))
        rows += _rows(kind, flow, floor)
    return rows


def _rows(kind: DatabaseKind, flow: Flow, floor: Flow) -> list[Row]:
    beside = ("one row at a time", floor.rate)
    target = Target(TARGET_EACH_SECOND, "figure")
    what = f"throughput, {kind}"
    return [
        Row(f"{what}: messages end to end", flow.rate, "/s", "more", beside, target, flow.flaw),
        Row(f"{what}: posts", flow.posts / flow.seconds, "/s", "more"),
        Row(f"{what}: messages in a post", flow.messages / max(flow.posts, 1), "", "more"),
        Row(f"{what}: cores taken by the bridge", flow.busy_there / flow.seconds, ""),
        Row(f"{what}: cores taken by Slack's end and customers", flow.busy_here / flow.seconds, ""),
    ]


async def _bridge(size: Size, url: str) -> Flow:
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(SlackEnd())
        made = bridge_process.settings(url, slack.settings())
        process = await stack.enter_async_context(child(bridge_process.MODULE, made))
        threads = Threads(size.conversations)
        slack.on_post = threads.posted
        crowd = Crowd(Server(process.said["address"]), threads)
        stack.callback(crowd.leave)
        await crowd.arrive()
        enough = asyncio.Event()
        talking = [asyncio.create_task(crowd.talk(number, enough)) for number in range(size.conversations)]
        stack.callback(lambda: [one.cancel() for one in talking])
        flow = await _watched(slack, process, threads, size.warm_up, size.seconds)
        enough.set()
        # What is shown may be ahead of the answer that counts it as sent.
        await asyncio.wait(talking, timeout=DRAIN_SECONDS)
        flow.flaw = await _all_there(crowd, threads)
        return flow


async def _naive(size: Size, url: str) -> Flow:
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(SlackEnd())
        threads = Threads(naive.LANES)
        slack.on_post = threads.posted
        made: Mapping[str, str] = {
            **slack.settings(),
            "DATABASE_URL": url,
            "NAIVE_ROWS": str(size.naive_rows),
        }
        process = await stack.enter_async_context(child(naive.MODULE, made))
        return await _watched(slack, process, threads, 0.5, size.naive_seconds)


async def _watched(slack: SlackEnd, process: Child, threads: Threads, warm_up: float, seconds: float) -> Flow:
    """Let it flow for so long, then count for so long."""
    await asyncio.sleep(warm_up)
    messages, posts, began = threads.messages, threads.posts, time.monotonic()
    here, there = time.process_time(), process.processor_seconds()
    while (left := began + seconds - time.monotonic()) > 0:
        await asyncio.sleep(min(left, 1.0))
        slack.forget()
    return Flow(
        messages=threads.messages - messages,
        posts=threads.posts - posts,
        seconds=time.monotonic() - began,
        busy_here=time.process_time() - here,
        busy_there=process.processor_seconds() - there,
    )


async def _all_there(crowd: Crowd, threads: Threads) -> str:
    """Wait for the last messages. Returns what is wrong, if anything."""
    deadline = time.monotonic() + DRAIN_SECONDS
    while threads.messages < sum(crowd.sent) and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    flaws = {
        "never shown": sum(crowd.sent) - threads.messages,
        "doubled": threads.doubled,
        "out of order": threads.disordered,
        "refused": crowd.refused,
    }
    return ", ".join(f"{count:,} {what}" for what, count in flaws.items() if count)
