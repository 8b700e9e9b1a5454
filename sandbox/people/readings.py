"""What can be read off a workspace: its identity, its screens, its log; and waiting for any of it."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from sandbox.content.display import Display
from sandbox.content.shapes import message_shape, replies_of, top_level
from sandbox.model import WorkspaceChannel

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from sandbox.core import Core
    from sandbox.payload import Payload
    from sandbox.web_api.server import ApiCall, WebApi

LATEST_SHOWN = 12


class Readings:
    """The reading half of a workspace; it changes nothing."""

    def __init__(self, core: Core, web_api: WebApi) -> None:
        self._core = core
        self._state = core.state
        self._web_api = web_api
        self._display = Display(core.state)

    @property
    def url(self) -> str:
        return self._state.url

    @property
    def api_url(self) -> str:
        """The base URL of the Web API, with the trailing slash that the SDK wants."""
        return f"{self._state.url}/api/"

    @property
    def bot_token(self) -> str:
        return self._state.app.bot_token

    @property
    def app_token(self) -> str:
        return self._state.app.app_token

    @property
    def signing_secret(self) -> str:
        return self._state.app.signing_secret

    @property
    def team_id(self) -> str:
        return self._state.team_id

    @property
    def app_id(self) -> str:
        return self._state.app.app_id

    @property
    def bot_id(self) -> str:
        return self._state.app.bot_id

    @property
    def bot_user_id(self) -> str:
        return self._state.app.bot_user_id

    @property
    def calls(self) -> list[ApiCall]:
        """Every Web API call so far, in order of arrival."""
        return self._web_api.calls

    def calls_of(self, method: str) -> list[ApiCall]:
        return [call for call in self.calls if call.method == method]

    @property
    def events(self) -> list[Payload]:
        """Every event_callback published to the app so far."""
        return self._core.feed.sent

    @property
    def open_connections(self) -> int:
        """How many Socket Mode connections are open."""
        return self._core.sockets.open_connections

    def channel(self, name: str) -> WorkspaceChannel:
        """A channel by id, name or #name; the object is live."""
        return self._state.channel_named(name)

    def user_id(self, name: str) -> str:
        return self._state.person(name).id

    def messages(self, channel: str | WorkspaceChannel) -> list[Payload]:
        """What the channel shows, oldest first: no replies but those also sent to the channel."""
        found = self._channel(channel)
        return [message_shape(found, message) for message in top_level(found)]

    def thread(self, channel: str | WorkspaceChannel, ts: str) -> list[Payload]:
        """The parent and its replies, oldest first; empty when the parent is gone."""
        found = self._channel(channel)
        parent = [found.messages[ts]] if ts in found.messages else []
        return [message_shape(found, message) for message in [*parent, *replies_of(found, ts)]]

    def threads(self, channel: str | WorkspaceChannel) -> Iterator[Payload]:
        """Every thread of a channel, `{ts, messages}` with the parent first, one after the other.

        The messages are as they are kept, with blocks, metadata and reactions, and not to be changed.
        """
        found = self._channel(channel)

        def read() -> Iterator[Payload]:
            for ts in list(found.top):
                parent = found.messages.get(ts)
                if parent is not None and parent.get("subtype") != "thread_broadcast":
                    yield {"ts": ts, "messages": [parent, *replies_of(found, ts)]}

        return read()

    def direct_messages(self, user: str) -> list[Payload]:
        """What stands in the bot's direct messages with a person, oldest first."""
        return self.messages(self._state.direct_messages(self._state.person(user).id))

    def message(self, channel: str | WorkspaceChannel, ts: str) -> Payload:
        """One message, in a thread or not; KeyError when there is none."""
        found = self._channel(channel)
        return message_shape(found, found.messages[ts])

    def ephemerals(self, user: str | None = None) -> list[Payload]:
        """What only this person (by name or id) sees; without one, what anybody alone sees."""
        return self._core.ephemerals.of(user and self._state.person(user).id)

    def views(self, user: str) -> list[Payload]:
        """The person's open modals, the one on top last."""
        return self._core.modals.stack(self._state.person(user).id)

    def home(self, user: str) -> Payload | None:
        """The person's App Home as published."""
        return copy.deepcopy(self._state.homes.get(self._state.person(user).id))

    def thread_status(self, channel: str | WorkspaceChannel, ts: str) -> str:
        """What assistant.threads.setStatus shows in the thread; "" when nothing."""
        return self._state.thread_statuses.get((self._channel(channel).id, ts), "")

    def file(self, file_id: str) -> bytes:
        """The uploaded bytes; KeyError when there is no such file."""
        return self._state.files[file_id].content or b""

    @property
    def downloads(self) -> list[str]:
        """The names of the files that the app downloaded, in order."""
        return self._core.uploads.downloads

    def rendered(self, message: Payload) -> str:
        """The message as the plain text a person reads; see `Display.rendered`."""
        return self._display.rendered(message)

    def mentions(self, message: Payload) -> set[str]:
        """Everything in the message that is live; see `Display.mentions`."""
        return self._display.mentions(message)

    async def changed(self) -> None:
        """Return at the next change of anything in the workspace."""
        await self._state.changes.next()

    async def until(self, predicate: Callable[[], Any | Awaitable[Any]], *, timeout: float = 60.0) -> Any:
        """Wait until the predicate (plain or async) gives something true, and return that.

        It is asked at every change and fifty times a second, so it may look outside the workspace too.
        Raises TimeoutError that shows the last state.
        """
        return await self._state.changes.until(predicate, timeout=timeout, describe=self.describe)

    def describe(self) -> str:
        """The workspace in a few lines, for a failing test."""
        lines = [f"socket connections: {self.open_connections}; faults to come: {self._pending_faults()}"]
        for channel in self._state.channels.values():
            shown = list(channel.messages.values())[-LATEST_SHOWN:]
            lines += [f"#{channel.name} ({channel.id})"] if shown else []
            for message in shown:
                reply = message.get("thread_ts", message["ts"]) != message["ts"]
                author = message.get("username") or message.get("user") or message.get("bot_id")
                lines.append(f"  {'↳ ' if reply else ''}{message['ts']} {author}: {self.rendered(message)!r}")
        lines += [f"only {m['visible_to']} sees: {self.rendered(m)!r}" for m in self.ephemerals()]
        lines.append("latest API calls:")
        for call in self.calls[-LATEST_SHOWN:]:
            arguments = json.dumps(call.arguments, ensure_ascii=False)
            outcome = (call.response or {}).get("error") or (call.response and "ok") or "no answer"
            lines.append(f"  {call.method} {arguments[:160]} → {outcome}")
        return "\n".join(lines)

    def status(self) -> Payload:
        """`messages` by channel, `changes`, `open_connections`, `lost_events`, `faults`, `disturbances`,
        `clock_offset`.
        """
        return {
            "messages": {
                channel.name: len(channel.messages)
                for channel in self._state.channels.values()
                if not channel.is_im
            },
            "changes": self._state.changes.count,
            "open_connections": self.open_connections,
            "lost_events": len(self._core.lost_events),
            "faults": dict(self._web_api.faults.met),
            "disturbances": dict(self._core.disturbance.counts),
            "clock_offset": self._state.clock.offset,
        }

    def _pending_faults(self) -> str:
        return ", ".join(self._web_api.faults.pending) or "none"

    def _channel(self, channel: str | WorkspaceChannel) -> WorkspaceChannel:
        return channel if isinstance(channel, WorkspaceChannel) else self._state.channel_named(channel)
