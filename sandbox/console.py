"""A workspace of another process, run over HTTP: `POST /sandbox/workspace/{action}` with a JSON object.

What a test does to a `Workspace` beside it, a program does here through `RemoteWorkspace`.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.errors import PersonError
from sandbox.shapes import reply_timestamps

if TYPE_CHECKING:
    from sandbox.core import Core
    from sandbox.faults import Faults
    from sandbox.payload import Payload

Action = Callable[["Payload"], Awaitable[Any]]


class Console:
    """The actions on the workspace, each by its name in the address."""

    def __init__(self, core: Core, faults: Faults) -> None:
        self._core = core
        self._state = core.state
        self._faults = faults
        self._actions: dict[str, Action] = {
            "script_fault": self._script_fault,
            "random_faults": self._random_faults,
            "clear_faults": self._clear_faults,
            "disturb": self._disturb,
            "drop_sockets": self._drop_sockets,
            "disconnect_sockets": self._disconnect_sockets,
            "archive": self._archive,
            "join": self._join,
            "leave": self._leave,
            "retention": self._retention,
            "clock_offset": self._clock_offset,
            "rules": self._rules,
            "status": self._status,
        }

    async def handle(self, request: web.Request) -> web.StreamResponse:
        # Only a page of the sandbox's own can send JSON without the browser asking first.
        if request.content_type != "application/json":
            return web.json_response({"error": "send JSON"}, status=415)
        name = request.match_info["action"]
        try:
            said = json.loads(await request.text())
            if name == "threads":
                return await self._threads(request, said)
            if name not in self._actions:
                return web.json_response({"error": "no such action"}, status=404)
            result = await self._actions[name](said)
        except PersonError as error:
            return web.json_response({"error": str(error)}, status=409)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)
        return web.json_response({"result": result})

    async def _script_fault(self, said: Payload) -> None:
        kind = said.pop("kind")
        if kind not in (
            "rate_limit",
            "server_error",
            "drop_before",
            "drop_after",
            "error",
            "slow",
            "land_late",
        ):
            raise ValueError(f"no such fault: {kind}")
        getattr(self._faults, kind)(said.pop("method"), **said)

    async def _random_faults(self, said: Payload) -> None:
        self._faults.random(**said)

    async def _clear_faults(self, said: Payload) -> None:
        self._faults.clear()

    async def _disturb(self, said: Payload) -> None:
        self._core.disturbance.begin(**said)

    async def _drop_sockets(self, said: Payload) -> None:
        self._core.sockets.drop()

    async def _disconnect_sockets(self, said: Payload) -> None:
        await self._core.sockets.disconnect(reason=said.get("reason", "refresh_requested"))

    async def _archive(self, said: Payload) -> None:
        self._core.membership.archive(
            self._state.channel_named(said["channel"]),
            user_id=self._state.people[0].id,
            archived=bool(said.get("archived", True)),
        )

    async def _join(self, said: Payload) -> None:
        self._core.membership.join(self._state.channel_named(said["channel"]), self._member(said))

    async def _leave(self, said: Payload) -> None:
        self._core.membership.leave(self._state.channel_named(said["channel"]), self._member(said))

    async def _retention(self, said: Payload) -> list[str]:
        ts = said.get("ts")
        return self._core.messages.forget(
            self._state.channel_named(said["channel"]),
            before=said.get("before"),
            ts=[ts] if isinstance(ts, str) else ts,
            thread=said.get("thread"),
            with_parent=bool(said.get("with_parent", True)),
        )

    async def _clock_offset(self, said: Payload) -> None:
        self._state.set_clock_offset(float(said["seconds"]))

    async def _rules(self, said: Payload) -> Payload:
        return self._state.rules.set(**said)

    def _member(self, said: Payload) -> str:
        user = said.get("user")
        return self._state.app.bot_user_id if user is None else self._state.person(user).id

    async def _status(self, said: Payload) -> Payload:
        return {
            "messages": {
                channel.name: len(channel.messages)
                for channel in self._state.channels.values()
                if not channel.is_im
            },
            "changes": self._state.changes.count,
            "open_connections": self._core.sockets.open_connections,
            "lost_events": len(self._core.lost_events),
            "faults": dict(self._faults.met),
            "disturbances": dict(self._core.disturbance.counts),
            "clock_offset": self._state.clock.offset,
        }

    async def _threads(self, request: web.Request, said: Payload) -> web.StreamResponse:
        """All of a channel, each thread with its messages as they are kept: blocks, metadata, reactions.

        Written thread by thread, so that a hundred thousand messages neither stop the workspace nor are
        in memory twice.
        """
        channel = self._state.channel_named(said["channel"])
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        before = '{"result":['
        for ts in list(channel.top):
            parent = channel.messages.get(ts)
            if parent is None or parent.get("subtype") == "thread_broadcast":
                continue
            replies = [channel.messages[reply] for reply in reply_timestamps(channel, ts)]
            written = json.dumps({"ts": ts, "messages": [parent, *replies]})
            await response.write((before + written).encode())
            before = ","
        await response.write(b"]}" if before == "," else b'{"result":[]}')
        await response.write_eof()
        return response
