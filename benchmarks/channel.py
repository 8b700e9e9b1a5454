"""The bridge's posting end and a Slack channel, on a clock that jumps.

Everything between a message's commit and the call to Slack is the real thing; beyond it is a Slack that takes
a moment for each call and notes what its posts say.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from benchmarks import jumping, past
from benchmarks.jumping import BEGAN, JumpingLoop
from benchmarks.slack_end import texts_of
from benchmarks.traffic import Delays, Said, Traffic
from bot.app import Bridge
from bot.outbox.worker import OutboxWorker
from bot.settings import Settings
from bot.slack.api.downloads import SlackHost
from bot.slack.outbound.gate import Outbound
from bot.slack.outbound.private import Private
from bot.slack.workspace.installation import Installation
from bot.slack.workspace.permissions import Permissions
from bot.slack.workspace.slack_channels import SlackChannels
from bot.slack.workspace.user_cache import UserCache
from storage.engine.database import Database
from storage.migrate import upgrade
from storage.records import ConversationId, Customer, Person, PersonId
from storage.transaction import LockHint, Transaction

CALL_SECONDS = 0.15
GREETING_SECONDS = 3_600.0
DRAIN_SECONDS = 300.0
REAL_SECONDS = 900.0
WORD = re.compile(r"\bc(\d+)m(\d+)\b")
WORDS = "The zip of my backpack broke on the second day. What can I do?"
INSTALLATION = Installation(past.TEAM, "Simulated", "U0", "B0", "https://example.com/", past.CHANNEL, "live")
ANA = Person(PersonId(past.TEAM, "U1"), "Ana", None, may_act=True, fetched_at=BEGAN + timedelta(days=1))


def real_courier(bridge: Bridge, slack: SimulatedSlack) -> OutboxWorker:
    """The outbox worker for Slack, as `Bridge` makes it for itself. The one place to change when that
    changes.
    """
    bridge.installation = INSTALLATION
    client = cast(AsyncWebClient, slack)
    channels = SlackChannels(client, bridge.desk, INSTALLATION)
    directory = UserCache(client, bridge.database, home_team=INSTALLATION.team)
    permissions = Permissions(directory, channels, bot_user=INSTALLATION.bot_user)
    outbound = Outbound(client, channels.exposure)
    private = Private(client, permissions, outbound, team=INSTALLATION.team)
    no_files = cast(aiohttp.ClientSession, slack)
    return bridge._slack_courier(
        client, no_files, channels, outbound, private, SlackHost("http://127.0.0.1/")
    )


class SimulatedSlack:
    """Stands where the SDK's client stands."""

    def __init__(self, loop: JumpingLoop) -> None:
        self._loop = loop
        self._changed = asyncio.Condition()
        self.shown: dict[tuple[int, int], float] = {}
        self.posted_at: list[float] = []

    async def chat_postMessage(self, *, blocks: Any = None, **_arguments: Any) -> dict[str, Any]:  # noqa: N802 - the SDK's name
        self.posted_at.append(self._loop.time())
        number = len(self.posted_at)
        await asyncio.sleep(CALL_SECONDS)
        for text in texts_of(blocks):
            for found in WORD.finditer(text):
                self.shown.setdefault((int(found[1]), int(found[2])), self._loop.time())
        async with self._changed:
            self._changed.notify_all()
        return {"ok": True, "ts": f"{number}.000000"}

    def __getattr__(self, name: str) -> Any:
        """Every other method takes its time and is done."""

        async def call(**_arguments: Any) -> dict[str, Any]:
            await asyncio.sleep(CALL_SECONDS)
            return {"ok": True, "messages": []}

        return call

    async def shows(self, messages: int, *, within: float) -> bool:
        """Wait until so many are there. False if they are not within so many seconds."""
        try:
            async with asyncio.timeout(within), self._changed:
                await self._changed.wait_for(lambda: len(self.shown) >= messages)
        except TimeoutError:
            return False
        return True


class Chats:
    """The conversations of the traffic, greeted and with their cards in place before it begins."""

    def __init__(self, bridge: Bridge, slack: SimulatedSlack) -> None:
        self._desk = bridge.desk
        self._slack = slack
        self._ids: list[ConversationId] = []

    async def begin(self, traffic: Traffic) -> None:
        await self._desk.database.write(lambda tx: tx.people.remember(ANA))
        await self._desk.database.write(lambda tx: tx.slack_channels.configure(past.CHANNEL))
        for number in range(traffic.with_ai + traffic.with_people):
            conversation, _ = await self._desk.start(
                channel="web", inbox=None, customer=Customer(name=f"Customer {number}"), client_id=None
            )
            self._ids.append(conversation.id)
            await self._say(number, 0, by_ai=False)
            if number >= traffic.with_ai:
                await self._desk.take_over(conversation.id, by=ANA)
        if not await self._slack.shows(len(self._ids), within=GREETING_SECONDS):
            raise TimeoutError("the greetings were not posted")

    async def hear(self, said: Said) -> None:
        await self._say(said.conversation, said.number, by_ai=said.by_ai)

    async def _say(self, conversation: int, number: int, *, by_ai: bool) -> None:
        say = self._desk.outside_ai_says if by_ai else self._desk.customer_says
        word = f"c{conversation}m{number}"
        await say(self._ids[conversation], f"{word} {WORDS}", client_id=word)


def simulated(traffic: Traffic, interval: float) -> Delays:
    """The same as `posted`, in a loop of its own: for a process that has nothing else to do."""
    return jumping.run(lambda loop: posted(loop, traffic, interval=interval))


async def posted(loop: JumpingLoop, traffic: Traffic, *, interval: float) -> Delays:
    """Let the traffic pass through the bridge into a channel that takes a post every `interval` seconds.

    What is not shown five minutes after the last was said counts with the time that it has waited by then. If
    all that takes more than `REAL_SECONDS`, the rest of the traffic is not played.
    """
    slack = SimulatedSlack(loop)
    async with _bridge(loop, slack, interval) as bridge:
        chats = Chats(bridge, slack)
        await chats.begin(traffic)
        began, before, cut_at = loop.time(), len(slack.posted_at), None
        stored: dict[Said, float] = {}
        give_up = time.monotonic() + REAL_SECONDS
        for said in traffic:
            if time.monotonic() > give_up:
                cut_at = said.at
                break
            await asyncio.sleep(max(0.0, began + said.at - loop.time()))
            await chats.hear(said)
            stored[said] = loop.time()
        greetings = traffic.with_ai + traffic.with_people
        if cut_at is None:
            await slack.shows(greetings + len(stored), within=DRAIN_SECONDS)
        end = loop.time()
    delays = Delays(posted_at=slack.posted_at[before:], cut_at=cut_at)
    for said, at in stored.items():
        shown_at = slack.shown.get((said.conversation, said.number))
        delays.never[said.held_by] += shown_at is None
        delays.shown.append((said, (end if shown_at is None else shown_at) - at))
    return delays


@asynccontextmanager
async def _bridge(loop: JumpingLoop, slack: SimulatedSlack, interval: float) -> AsyncIterator[Bridge]:
    """The parts of a bridge that lie between the rules and Slack, running."""
    with tempfile.TemporaryDirectory(prefix="bookbag-bench-") as folder:
        settings = Settings(
            slack_bot_token="",
            slack_channel="",
            posts_per_second=1 / interval,
            database_url=f"sqlite+aiosqlite:///{Path(folder) / 'pace.db'}",
            ai="external",
        )
        bridge = Bridge(settings, clock=loop.clock)
        loop.busy = _watched(bridge.database)
        try:
            await upgrade(bridge.database)
            worker = real_courier(bridge, slack)
            running = asyncio.create_task(worker.run())
            yield bridge
            worker.stop()
            await running
        finally:
            await bridge.database.close()


def _watched(database: Database) -> Callable[[], bool]:
    """Whether a transaction is under way: then a thread works for the loop."""
    under_way: Counter[str] = Counter()
    write, read = database.write, database.read

    async def counted_write(
        work: Callable[[Transaction], Awaitable[Any]],
        *,
        lock_hint: LockHint | None = None,
        locks_nothing: bool = False,
    ) -> Any:
        under_way["write"] += 1
        try:
            return await write(work, lock_hint=lock_hint, locks_nothing=locks_nothing)
        finally:
            under_way["write"] -= 1

    @asynccontextmanager
    async def counted_read() -> AsyncIterator[Transaction]:
        under_way["read"] += 1
        try:
            async with read() as tx:
                yield tx
        finally:
            under_way["read"] -= 1

    database.write = counted_write  # type: ignore[method-assign] # this one is watched
    database.read = counted_read  # type: ignore[method-assign] # the same
    return lambda: under_way.total() > 0
