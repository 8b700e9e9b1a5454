"""Slack's end of the wire: the sandbox, with a stopwatch where its frames leave and the app's posts land."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sandbox import Workspace
from sandbox.content.composer import type_message
from sandbox.delivery.sockets import Delivery, Sockets
from sandbox.payload import Payload

CHANNEL = "live-chat"


@dataclass(frozen=True, slots=True)
class Post:
    """Something the app put into a thread, or put in the place of what it had put there.

    `at` is when its call had come in, `texts` what its blocks say.
    """

    thread_ts: str
    texts: tuple[str, ...]
    at: float
    is_change: bool = False


@dataclass(frozen=True, slots=True)
class Ack:
    """The app acknowledged a teammate's message."""

    message_ts: str
    at: float


class SlackEnd(Workspace):
    """A workspace that tells of the app's posts in threads, and of acknowledgements, as they come.

    Times are `time.time()`. `sent_at` is when the latest frame was handed to its socket.
    """

    def __init__(self) -> None:
        super().__init__()
        self.on_post: Callable[[Post], None] = lambda _: None
        self.on_ack: Callable[[Ack], None] = lambda _: None
        self.sent_at = 0.0
        self._core.transport = _Stopwatch(self._sockets, self)

    def settings(self) -> dict[str, str]:
        """The settings of an app that is to run against this workspace."""
        return {
            "SLACK_API_URL": self.api_url,
            "SLACK_BOT_TOKEN": self.bot_token,
            "SLACK_APP_TOKEN": self.app_token,
            "SLACK_CHANNEL": self.channel(CHANNEL).id,
        }

    def say(self, thread_ts: str, text: str, *, by: str = "ana") -> str:
        """A teammate's reply in a thread, without the detour over HTTP; returns its ts."""
        user = self._state.person(by)
        typed = type_message(text, names=self._state.names, mentions={})
        content = {"user": user.id, "team": user.team_id, "client_msg_id": str(uuid.uuid4()), **typed}
        message = self._core.messages.post(self.channel(CHANNEL), content, thread_ts=thread_ts)
        return str(message["ts"])

    def forget(self) -> None:
        """Drop the logs of calls and events, which otherwise grow with every message."""
        self.calls.clear()
        self.events.clear()

    def sent(self, event: Payload) -> None:
        """An event goes out. The app's own posts come back to it as everybody's do: so we see them."""
        self.sent_at = time.time()
        is_change = event.get("subtype") == "message_changed"
        shown = event.get("message") if is_change else event
        if event["type"] != "message" or not isinstance(shown, dict) or shown.get("bot_id") != self.bot_id:
            return
        thread_ts = shown.get("thread_ts")
        if thread_ts is not None and thread_ts != shown["ts"]:
            at = self.calls[-1].when if self.calls else self.sent_at
            self.on_post(Post(thread_ts, tuple(texts_of(shown.get("blocks"))), at, is_change))

    def acknowledged(self, event: Payload) -> None:
        if event["type"] == "message" and "subtype" not in event and "bot_id" not in event:
            self.on_ack(Ack(event["ts"], time.time()))


class _Stopwatch:
    """The workspace's transport, which notes what passes."""

    def __init__(self, sockets: Sockets, slack: SlackEnd) -> None:
        self._sockets = sockets
        self._slack = slack

    def send_event(self, payload: Payload, *, attempt: int = 0, reason: str = "") -> None:
        event = payload["event"]
        acknowledged: asyncio.Future[Payload | None] = asyncio.get_running_loop().create_future()
        self._sockets._dispatch(Delivery("events_api", payload, attempt, reason, acknowledged))
        self._slack.sent(event)
        acknowledged.add_done_callback(lambda _: self._slack.acknowledged(event))

    async def request(self, kind: str, payload: Payload) -> Payload | None:
        return await self._sockets.request(kind, payload)

    async def close(self) -> None:
        await self._sockets.close()


def texts_of(node: Any) -> Iterator[str]:
    """Every text in these blocks, in order."""
    if isinstance(node, list):
        for one in node:
            yield from texts_of(one)
    elif isinstance(node, dict):
        for name, value in node.items():
            if name == "text" and isinstance(value, str):
                yield value
            else:
                yield from texts_of(value)
