"""A system under measurement between a Slack and its customers: a child process, and both ends of it here.

Both ends are in this process so that one clock times a message when it leaves and when it arrives; the
system is in another so that its work does not delay the stopwatch.
"""

from __future__ import annotations

import asyncio
import itertools
import math
import re
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from benchmarks.processes import Child, child
from benchmarks.slack_end import CHANNEL, Post, SlackEnd
from benchmarks.wire import Caller, Listener, Server
from bot.blocks.elements.ids import TAKE_OVER

TOKEN = re.compile(r"\bt\d+x\b")
# A message that is not there by then counts as never come.
PATIENCE_SECONDS = 15.0
# After so many there is no point in going on.
MOST_LOST = 20

Settings = Callable[[dict[str, str]], Mapping[str, str]]


@dataclass(eq=False)
class CustomerEnd:
    """One customer: their connection for requests, and where their thread is."""

    caller: Caller
    path: str
    token: str
    thread_ts: str = ""
    stream: Listener | None = None


class Side:
    """One running system. Measures one message at a time in each direction."""

    def __init__(self, name: str, process: Child, slack: SlackEnd) -> None:
        self.name = name
        self.process = process
        self.slack = slack
        self.server = Server(process.said["address"])
        self.customers: list[CustomerEnd] = []
        self._numbers = itertools.count(1)
        self._lost = 0
        self._awaited: dict[str, asyncio.Future[tuple[float, str]]] = {}
        slack.on_post = self._posted

    async def open_chats(self, count: int) -> None:
        """Customers with an open stream each, whose first words are in their threads."""
        for _ in range(count):
            caller = await self.server.caller()
            body = {"customer": {"name": f"Customer {next(self._numbers)}"}}
            started = (await caller.ask(self.server.post("/v1/conversations", body))).json()
            path = f"/v1/conversations/{started['conversation_id']}"
            customer = CustomerEnd(caller, path, started["token"])
            customer.stream = await self.server.listener(f"{path}/events", customer.token, self._streamed)
            _, customer.thread_ts = await self._first_words(customer)
            self.customers.append(customer)

    async def take_over_all(self) -> None:
        """Ana presses every card's button, so that what she writes is for the customer."""
        for customer in self.customers:
            pressed = await self.slack.person("ana").press(CHANNEL, customer.thread_ts, TAKE_OVER)
            if not pressed["ok"]:
                raise ConnectionError(f"{self.name} did not take over: {pressed['error']}")

    async def to_slack(self, customer: CustomerEnd) -> float:
        """Seconds from writing a customer's POST until its call has come in at Slack."""
        token, arrived = self._expect()
        began = time.time()
        customer.caller.ask(self._message(customer, token))
        return await self._seconds(token, arrived, began)

    async def to_customer(self, customer: CustomerEnd) -> float:
        """Seconds from Slack's sending a teammate's reply until its bytes are in the customer's stream."""
        token, arrived = self._expect()
        self.slack.say(customer.thread_ts, f"{token} Thank you for waiting, it is on its way to you.")
        return await self._seconds(token, arrived, self.slack.sent_at)

    async def _first_words(self, customer: CustomerEnd) -> tuple[float, str]:
        token, arrived = self._expect()
        await customer.caller.ask(self._message(customer, token))
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await arrived

    def _message(self, customer: CustomerEnd, token: str) -> bytes:
        text = f"{token} The zip of my backpack broke on the second day. What can I do now?"
        body = {"text": text, "client_id": token}
        return self.server.post(f"{customer.path}/messages", body, customer.token)

    def _expect(self) -> tuple[str, asyncio.Future[tuple[float, str]]]:
        token = f"t{next(self._numbers)}x"
        arrived: asyncio.Future[tuple[float, str]] = asyncio.get_running_loop().create_future()
        self._awaited[token] = arrived
        return token, arrived

    async def _seconds(self, token: str, arrived: asyncio.Future[tuple[float, str]], began: float) -> float:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                at, _ = await arrived
        except TimeoutError:
            self._lost += 1
            if self._lost > MOST_LOST:
                raise ConnectionError(f"{self.name}: {self._lost} messages never came") from None
            return math.inf
        finally:
            self._awaited.pop(token, None)
        return at - began

    def _posted(self, post: Post) -> None:
        for text in post.texts:
            self._found(TOKEN.findall(text), post.at, post.thread_ts)

    def _streamed(self, data: bytes, at: float) -> None:
        # A customer's own words come back in their stream too; only a teammate's are waited for here.
        for line in data.split(b"\n"):
            if line.startswith(b"data:") and b'"from":"teammate"' in line:
                self._found(TOKEN.findall(line.decode()), at, "")

    def _found(self, tokens: Iterable[str], at: float, where: str) -> None:
        for token in tokens:
            arrived = self._awaited.get(token)
            if arrived is not None and not arrived.done():
                arrived.set_result((at, where))


@asynccontextmanager
async def side(name: str, module: str, settings: Settings) -> AsyncIterator[Side]:
    """Start a system and a Slack of its own for it; `settings` makes its environment of that Slack's."""
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(SlackEnd())
        process = await stack.enter_async_context(child(module, settings(slack.settings())))
        yield Side(name, process, slack)
