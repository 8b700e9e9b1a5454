"""How soon teammates' replies are acknowledged to Slack, and whether they are in the database by then.

Replies leave on time whether or not earlier ones were acknowledged, as in Slack. Some acknowledgements, at
the moment they arrive, are held against the database over a connection of our own: the reply must be there,
as an entry or in the inbox.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import asyncpg
from sqlalchemy.engine import make_url

from benchmarks import bridge_process
from benchmarks.databases import DatabaseKind, Databases
from benchmarks.rows import Row, Target, percentile
from benchmarks.side import Side, side
from benchmarks.slack_end import Ack
from storage.schema import metadata

MOST_MS = 500.0
EVERY = 10
DRAIN_SECONDS = 20.0

IsThere = Callable[[str], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Size:
    """Replies a second, for how long, into how many conversations held by people."""

    each_second: float
    seconds: float
    conversations: int


FULL = Size(each_second=200, seconds=20, conversations=50)
QUICK = Size(each_second=200, seconds=2, conversations=10)


class Acks:
    """What was acknowledged when, and what was missing from the database then."""

    def __init__(self, is_there: IsThere) -> None:
        self.milliseconds: dict[str, float] = {}
        self.looked = 0
        self.missing = 0
        self._is_there = is_there
        self._looking: set[asyncio.Task[None]] = set()

    def came(self, ack: Ack) -> None:
        # A delivery that had to be repeated is judged by when the reply was first sent: by its ts.
        self.milliseconds.setdefault(ack.message_ts, (ack.at - float(ack.message_ts)) * 1000)
        if len(self.milliseconds) % EVERY == 0:
            look = asyncio.create_task(self._look(ack.message_ts))
            self._looking.add(look)
            look.add_done_callback(self._looking.discard)

    async def looked_all(self) -> None:
        if self._looking:
            await asyncio.wait(self._looking)

    async def _look(self, ts: str) -> None:
        self.looked += 1
        self.missing += not await self._is_there(ts)


async def measure(size: Size, databases: Databases) -> list[Row]:
    rows = []
    for kind in databases.kinds:
        rows += await _measured(kind, await databases.empty(kind), size)
    return rows


async def _measured(kind: DatabaseKind, url: str, size: Size) -> list[Row]:
    made = partial(bridge_process.settings, url)
    async with side(kind, bridge_process.MODULE, made) as bridge, _looking_at(kind, url) as is_there:
        await bridge.open_chats(size.conversations)
        await bridge.take_over_all()
        acks = Acks(is_there)
        bridge.slack.on_ack = acks.came
        sent, late = await _replies(bridge, size)
        deadline = time.monotonic() + DRAIN_SECONDS
        while len(acks.milliseconds) < len(sent) and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        await acks.looked_all()
    taken = [acks.milliseconds.get(ts, math.inf) for ts in sent]
    what = f"ack, {kind}, {size.each_second:.0f} replies a second"
    never = taken.count(math.inf)
    flaws = {"were never acknowledged": never, "were acknowledged before they were stored": acks.missing}
    flaw = ", ".join(f"{count:,} {words}" for words, count in flaws.items() if count)
    if not acks.looked:
        flaw = flaw or "no acknowledgement was held against the database"
    return [
        Row(f"{what}: p50", percentile(taken, 0.50), "ms"),
        Row(f"{what}: p99", percentile(taken, 0.99), "ms", target=Target(MOST_MS, "figure"), flaw=flaw),
        Row(f"{what}: held against the database at that moment", acks.looked, "", "more"),
        Row(f"{what}: the load itself was late by, p99", percentile(late, 0.99), "ms"),
    ]


async def _replies(bridge: Side, size: Size) -> tuple[list[str], list[float]]:
    """Send them on time. Returns each one's ts, and how many milliseconds after its time it left."""
    sent, late = [], []
    began = time.monotonic()
    for number in range(int(size.each_second * size.seconds)):
        due = began + number / size.each_second
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        late.append((time.monotonic() - due) * 1000)
        customer = bridge.customers[number % len(bridge.customers)]
        sent.append(bridge.slack.say(customer.thread_ts, f"Reply {number}: it is on its way to you."))
        if number % 1000 == 0:
            bridge.slack.forget()
    return sent, late


@asynccontextmanager
async def _looking_at(kind: DatabaseKind, url: str) -> AsyncIterator[IsThere]:
    """Whether a reply is in the database, asked over a connection that only this process has."""
    where = _statement("?" if kind == "SQLite" else "$1")
    address = make_url(url)
    if kind == "SQLite":
        file = sqlite3.connect(f"file:{address.database}?mode=ro", uri=True, isolation_level=None)

        async def in_file(ts: str) -> bool:
            return bool(file.execute(where, [f"%{ts}%"]).fetchone())

        with contextlib.closing(file):
            yield in_file
        return
    server = await asyncpg.create_pool(
        host=address.query["host"], user=address.username, database=address.database, min_size=4
    )

    async def in_server(ts: str) -> bool:
        return bool(await server.fetchval(where, f"%{ts}%"))

    async with server:
        yield in_server


def _statement(place: str) -> str:
    """Finds a reply by its ts among what the ledger says it comes from, or anywhere in the inbox."""
    found = [f"SELECT 1 FROM entries WHERE source LIKE {place}"]
    if "inbox" in metadata.tables:
        inbox = metadata.tables["inbox"]
        found += [
            f"SELECT 1 FROM inbox WHERE CAST({column.name} AS TEXT) LIKE {place}" for column in inbox.columns
        ]
    return " UNION ALL ".join(found).replace("?", "?1") + " LIMIT 1"
