"""What this process has received of teammates' messages and not yet stored: nobody may let a later one out.

A message is in hand from the moment at which its frame was read from a socket, or its request from a
connection, until it is committed or refused. Everything else that Slack delivers is not counted: a press may
take its time, and nothing that is typed waits for it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from slack_bolt.adapter.socket_mode.async_base_handler import AsyncBaseSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.slack.inbound.events import as_object

# What has come to our end of a connection is read within so many turns of the event loop.
TURNS = 4


class InHand:
    """Numbers what is received, in its order."""

    def __init__(self) -> None:
        self._number = 0
        self._open: dict[int, None] = {}
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    def received(self) -> int:
        """Something is in hand now; returns its number for `finished`."""
        self._number += 1
        self._open[self._number] = None
        return self._number

    def finished(self, number: int) -> None:
        """It is committed or refused, or it is no message."""
        self._open.pop(number, None)
        oldest = next(iter(self._open), self._number + 1)
        while self._waiting and self._waiting[0][0] < oldest:
            _, waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(None)

    @contextmanager
    def holding(self) -> Iterator[None]:
        """In hand within the block."""
        number = self.received()
        try:
            yield
        finally:
            self.finished(number)

    async def settled(self) -> None:
        """Return when nothing is in hand of what had come to our end of a connection by now."""
        for _ in range(TURNS):
            await asyncio.sleep(0)
        if not self._open:
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((self._number, waiter))
        await waiter


def is_message(payload: object) -> bool:
    """Whether a delivery is about a message: only these are stored before they are acknowledged."""
    return as_object(as_object(payload).get("event")).get("type") == "message"


class Socket(AsyncBaseSocketModeHandler):
    """Hands what comes over one connection to Bolt, as Bolt's own handler does, and knows what is in hand."""

    app: AsyncApp
    client: SocketModeClient

    def __init__(self, app: AsyncApp, app_token: str, in_hand: InHand, *, ping_interval: float) -> None:
        self.app = app
        self.client = _Client(in_hand, app_token=app_token, app=app, ping_interval=ping_interval)
        self.client.socket_mode_request_listeners.append(self.handle)

    async def handle(self, client: AsyncBaseSocketModeClient, req: SocketModeRequest) -> None:
        answer = await run_async_bolt_app(self.app, req)
        await send_async_response(client, req, answer, 0.0)


class _Client(SocketModeClient):
    """The SDK reads frames into a queue and begins with each in its order, in a task of its own."""

    def __init__(self, in_hand: InHand, *, app_token: str, app: AsyncApp, ping_interval: float) -> None:
        super().__init__(
            app_token=app_token, logger=app.logger, web_client=app.client, ping_interval=ping_interval
        )
        self._in_hand = in_hand
        self._queued: deque[int] = deque()

    async def enqueue_message(self, message: str) -> None:
        self._queued.append(self._in_hand.received())
        await super().enqueue_message(message)

    async def run_message_listeners(self, message: Mapping[str, Any], raw_message: str) -> None:
        number = self._queued.popleft()
        if not is_message(message.get("payload")):
            self._in_hand.finished(number)
        try:
            await super().run_message_listeners(dict(message), raw_message)
        finally:
            self._in_hand.finished(number)
