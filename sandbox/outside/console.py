"""A workspace of another process, run over HTTP: `POST /sandbox/workspace/{action}` with a JSON object.

What a test does to a `Workspace` beside it, a program does here, by the same names and with the same
arguments; in Python through `RemoteWorkspace`.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.errors import PersonError, SlackError
from sandbox.model import WorkspaceChannel
from sandbox.payload import json_object

if TYPE_CHECKING:
    from sandbox.payload import Payload
    from sandbox.workspace import Workspace

FAULTS = ("rate_limit", "server_error", "drop_before", "drop_after", "error", "answer", "slow", "land_late")


class Console:
    """The actions on the workspace, each by its name in the address."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        faults = workspace.faults
        # What each does is said where it is defined; what it takes is what that takes.
        self._actions: dict[str, Callable[..., Any]] = {
            "script_fault": self._script_fault,
            "random_faults": faults.random,
            "clear_faults": faults.clear,
            "disturb": workspace.disturbance.begin,
            "drop_sockets": workspace.drop_sockets,
            "disconnect_sockets": workspace.disconnect_sockets,
            "archive": workspace.archive,
            "join": workspace.join,
            "leave": workspace.leave,
            "share": workspace.share,
            "retention": workspace.retention,
            "clock_offset": workspace.clock_offset,
            "rules": workspace.rules.set,
            "limit_events": workspace.limit_events,
            "publish": workspace.publish,
            "add_person": workspace.add_person,
            "change_person": workspace.change_person,
            "hide_person": workspace.hide_person,
            "add_channel": workspace.add_channel,
            "change_channel_id": workspace.change_channel_id,
            "add_emoji": workspace.add_emoji,
            "unfurl": workspace.unfurl,
            "fail_downloads": workspace.fail_downloads,
            "revoke_scope": workspace.revoke_scope,
            "grant_scope": workspace.grant_scope,
            "status": workspace.status,
        }

    @property
    def actions(self) -> list[str]:
        """The names of all actions."""
        return sorted([*self._actions, "threads"])

    async def handle(self, request: web.Request) -> web.StreamResponse:
        # Only a page of the sandbox's own can send JSON without the browser asking first.
        if request.content_type != "application/json":
            return web.json_response({"error": "send JSON"}, status=415)
        name = request.match_info["action"]
        try:
            said = json_object(await request.text())
            if name == "threads":
                return await self._threads(request, said)
            if name not in self._actions:
                there = f"there are {', '.join(self.actions)}"
                return web.json_response({"error": f"no such action; {there}"}, status=404)
            result = await self._call(name, said)
        except PersonError as error:
            return web.json_response({"error": str(error)}, status=409)
        except SlackError as error:
            return web.json_response({"error": error.code}, status=409)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)
        return web.json_response({"result": result.id if isinstance(result, WorkspaceChannel) else result})

    async def _call(self, name: str, said: Payload) -> Any:
        action = self._actions[name]
        takes = inspect.signature(action)
        try:
            bound = takes.bind(**said)
        except TypeError as error:
            raise TypeError(f"{error}; {name} takes {', '.join(takes.parameters)}") from None
        result = action(*bound.args, **bound.kwargs)
        return await result if isinstance(result, Awaitable) else result

    def _script_fault(self, *, kind: str, method: str, when: Payload | None = None, **how: Any) -> None:
        """One of `FAULTS`; see there in `Faults`. `when`: arguments that the call has to have."""
        if kind not in FAULTS:
            raise ValueError(f"no such fault: {kind}; there are {', '.join(FAULTS)}")
        wanted = (when or {}).items()
        getattr(self._workspace.faults, kind)(
            method, when=lambda said: all(said.get(name) == value for name, value in wanted), **how
        )

    async def _threads(self, request: web.Request, said: Payload) -> web.StreamResponse:
        """As `Workspace.threads`.

        Written thread by thread, so that a hundred thousand messages neither stop the workspace nor are
        in memory twice.
        """
        threads = self._workspace.threads(said["channel"])
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        before = '{"result":['
        for thread in threads:
            await response.write((before + json.dumps(thread)).encode())
            before = ","
        await response.write(b"]}" if before == "," else b'{"result":[]}')
        await response.write_eof()
        return response
