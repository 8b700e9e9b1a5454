"""What an open event stream costs, and how soon it carries a message while very many are open.

Memory is the growth of the server's resident set from before the first stream to after the last, in a process
that has not done anything else yet; the kernel's buffers are not in it. A message's time runs from its
entry's `created_at`, the beginning of its transaction, to its bytes in the customer's stream, so the commit
is part of it. The customers are in another process than the server.
"""

from __future__ import annotations

import asyncio
import math
import random
import re
import secrets
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime

from benchmarks import bare_streams, bridge_process
from benchmarks.databases import Databases
from benchmarks.open_files import raise_limit
from benchmarks.processes import Child, child
from benchmarks.rows import Row, Target, percentile
from benchmarks.slack_end import SlackEnd
from benchmarks.wire import Listener, Server

KIB = 1024
MOST_BYTES_EACH = 20 * KIB
MOST_MS = 50.0
AT_ONCE = 20
TRIES, BUSY_SECONDS = 5, 2.0
PATIENCE_SECONDS = 10.0
CREATED = re.compile(rb'"created_at": ?"([^"]+)"')
WORD = re.compile(rb"\bw\d+w\b")

Chat = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Size:
    """How many streams, how many messages to random ones of them at which rate, and how many seconds memory
    is given to settle.
    """

    streams: int
    messages: int
    each_second: float
    settle: float = 2.0


FULL = Size(streams=10_000, messages=600, each_second=10)
QUICK = Size(streams=500, messages=60, each_second=10)


@dataclass(slots=True)
class Found:
    """What one server was measured to do. A message that never came took for ever."""

    bytes_each: float
    milliseconds: list[float] = field(default_factory=list)


class Audience:
    """The customers who listen."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._awaited: dict[bytes, asyncio.Future[float]] = {}
        self._listeners: list[Listener] = []

    async def open(self, chats: Sequence[Chat]) -> None:
        for start in range(0, len(chats), AT_ONCE):
            some = chats[start : start + AT_ONCE]
            self._listeners += await asyncio.gather(*(self._one(path, token) for path, token in some))

    async def _one(self, path: str, token: str) -> Listener:
        """A server that is too busy for another stream is asked again a little later, as it wants to be."""
        for _ in range(TRIES):
            try:
                return await self._server.listener(f"{path}/events", token, self._heard)
            except ConnectionError:
                await asyncio.sleep(BUSY_SECONDS)
        return await self._server.listener(f"{path}/events", token, self._heard)

    async def told(self, chats: Sequence[Chat], size: Size) -> list[float]:
        """Milliseconds of each message, sent to random ones of these at random moments."""
        caller = await self._server.caller()
        chance = random.Random(11)
        arriving = []
        for number in range(size.messages):
            path, token = chance.choice(chats)
            word = f"w{number}w"
            arrived: asyncio.Future[float] = asyncio.get_running_loop().create_future()
            self._awaited[word.encode()] = arrived
            body = {"text": f"{word} Is it on its way?", "client_id": word}
            caller.ask(self._server.post(f"{path}/messages", body, token))
            arriving.append(arrived)
            await asyncio.sleep(chance.expovariate(size.each_second))
        await asyncio.wait(arriving, timeout=PATIENCE_SECONDS)
        caller.close()
        return [one.result() if one.done() else math.inf for one in arriving]

    def leave(self) -> None:
        for listener in self._listeners:
            listener.transport.abort()

    def _heard(self, data: bytes, at: float) -> None:
        for line in data.split(b"\n"):
            word, created = WORD.search(line), CREATED.search(line)
            arrived = self._awaited.get(word[0]) if word else None
            if created and arrived is not None and not arrived.done():
                arrived.set_result((at - datetime.fromisoformat(created[1].decode()).timestamp()) * 1000)


async def measure(size: Size, databases: Databases) -> list[Row]:
    # Each customer's end is a connection of this process, and of the server's.
    size = replace(size, streams=min(size.streams, raise_limit()))
    floor = await _floor(size)
    rows = []
    for kind in databases.kinds:
        found = await _bridge(size, await databases.empty(kind))
        what = f"streams, {kind}, {size.streams:,} open"
        rows += [
            Row(
                f"{what}: memory each",
                found.bytes_each / KIB,
                "KiB",
                beside=("bare stream", floor.bytes_each / KIB),
                target=Target(MOST_BYTES_EACH / KIB, "figure"),
            ),
            Row(
                f"{what}: entry made → frame, p50",
                percentile(found.milliseconds, 0.50),
                "ms",
                beside=("bare stream", percentile(floor.milliseconds, 0.50)),
            ),
            Row(
                f"{what}: entry made → frame, p99",
                percentile(found.milliseconds, 0.99),
                "ms",
                beside=("bare stream", percentile(floor.milliseconds, 0.99)),
                target=Target(MOST_MS, "figure"),
            ),
        ]
    return rows


async def _floor(size: Size) -> Found:
    chats = [(f"/v1/conversations/{secrets.token_hex(16)}", "") for _ in range(size.streams)]
    async with child(bare_streams.MODULE, {}) as process:
        return await _held(process, chats, size)


async def _bridge(size: Size, url: str) -> Found:
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(SlackEnd())
        made = bridge_process.settings(url, slack.settings())
        # Another process makes the conversations, so that none of its memory is there to be used again.
        async with child(bridge_process.MODULE, made) as process:
            chats = await _started(Server(process.said["address"]), size.streams)
        process = await stack.enter_async_context(child(bridge_process.MODULE, made))
        return await _held(process, chats, size)


async def _started(server: Server, count: int) -> list[Chat]:
    caller = await server.caller()
    chats: list[Chat] = []
    while len(chats) < count:
        some = min(AT_ONCE, count - len(chats))
        body = {"customer": {"name": "Customer"}}
        asked = [caller.ask(server.post("/v1/conversations", body)) for _ in range(some)]
        for answer in await asyncio.gather(*asked):
            started = answer.json()
            chats.append((f"/v1/conversations/{started['conversation_id']}", started["token"]))
    caller.close()
    return chats


async def _held(process: Child, chats: Sequence[Chat], size: Size) -> Found:
    server = Server(process.said["address"])
    audience = Audience(server)
    try:
        # The first few make the server load what it needs once.
        few = max(1, len(chats) // 50)
        await audience.open(chats[:few])
        await asyncio.sleep(size.settle)
        before = process.resident_bytes()
        await audience.open(chats[few:])
        await asyncio.sleep(size.settle)
        found = Found((process.resident_bytes() - before) / (len(chats) - few))
        found.milliseconds = await audience.told(chats, size)
        return found
    finally:
        audience.leave()
