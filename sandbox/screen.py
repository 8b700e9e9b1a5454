"""The browser view's server side: its page, what one person's screen shows, and when to look again."""

from __future__ import annotations

import asyncio
import contextlib
import copy
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.content import emoji
from sandbox.content.shapes import message_shape, replies_of, top_level, user_shape
from sandbox.errors import PersonError

if TYPE_CHECKING:
    from sandbox.core import Core
    from sandbox.model import User, WorkspaceChannel
    from sandbox.payload import Payload

BROWSER = Path(__file__).parent / "browser"
LATEST_SHOWN = 300
# Changes come in bursts; a page that looks again this often still feels immediate.
LOOK_AGAIN_SECONDS = 0.05
KEEP_ALIVE_SECONDS = 20
# The page runs nothing but its own files, whatever is written in the messages it shows.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_COLOURS = ("#7a5195", "#2f6f9f", "#b0552f", "#3c7a57", "#a23b72", "#5b6c7d", "#8a6d1c")


class Screen:
    """Serves the page and the state behind it."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._state = core.state
        self._closing = False

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self._page),
            web.get("/archives/{channel}/{message}", self._page),
            web.get("/browser/{file:[a-z]+\\.(?:js|css)}", self._asset),
            web.get("/avatars/{user}.svg", self._avatar),
            web.get("/sandbox/screen", self._screen),
            web.get("/sandbox/changes", self._changes),
            web.get("/sandbox/files/{file}", self._file),
        ]

    def close(self) -> None:
        """Let the pages' event streams end."""
        self._closing = True
        self._state.changes.note()

    async def _page(self, request: web.Request) -> web.StreamResponse:
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
        return web.FileResponse(BROWSER / "index.html", headers=headers)

    async def _asset(self, request: web.Request) -> web.StreamResponse:
        path = BROWSER / request.match_info["file"]
        if not path.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(path, headers={"Cache-Control": "no-cache"})

    async def _avatar(self, request: web.Request) -> web.Response:
        user = self._state.users.get(request.match_info["user"])
        name = user.real_name if user else "?"
        initials = "".join(word[0] for word in name.split()[:2]).upper()
        colour = "#1f7a6d" if user and user.is_bot else _COLOURS[sum(map(ord, name)) % len(_COLOURS)]
        svg = (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 72">'
            f'<rect width="72" height="72" rx="14" fill="{colour}"/>'
            '<text x="36" y="47" font-family="Lato,system-ui,sans-serif" font-size="30" font-weight="600" '
            f'fill="#fff" text-anchor="middle">{escape(initials)}</text></svg>'
        )
        return web.Response(text=svg, content_type="image/svg+xml")

    async def _file(self, request: web.Request) -> web.Response:
        file = self._state.files.get(request.match_info["file"])
        if file is None or file.content is None:
            raise web.HTTPNotFound
        headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
        return web.Response(body=file.content, content_type=file.mimetype, headers=headers)

    async def _screen(self, request: web.Request) -> web.Response:
        """What `as` sees in `channel`, with `thread` open beside it."""
        state = self._state
        try:
            user = state.person(request.query.get("as") or state.people[0].name)
        except PersonError as error:
            return web.json_response({"error": str(error)}, status=404)
        mine = [c for c in state.channels.values() if user.id in c.members and not c.is_im]
        wanted = request.query.get("channel", "")
        with_app = next((c for c in state.channels.values() if c.is_im and user.id in c.members), None)
        offered = [*mine, with_app] if with_app is not None else mine
        open_channel = next((c for c in offered if wanted in (c.id, c.name)), mine[-1] if mine else None)
        body: Payload = {
            "team": state.team_name,
            "app": {
                "name": state.app.name,
                "user": state.app.bot_user_id,
                "id": state.app.bot_id,
                "messages": self._summary(with_app)
                if with_app is not None and state.messages_tab != "off"
                else None,
                "hears": state.messages_tab == "open",
            },
            "shortcuts": [
                {"callback_id": callback_id, "name": name}
                for callback_id, name in state.message_shortcuts.items()
            ],
            "me": user.id,
            "people": {u.id: user_shape(state, u) | {"real_name": u.real_name} for u in state.users.values()},
            "channels": [self._summary(channel) for channel in mine],
            "names": {channel.id: channel.name for channel in state.channels.values()},
            "emoji": emoji.BY_NAME,
            "modals": self._core.modals.stack(user.id),
            "home": copy.deepcopy(state.homes.get(user.id)),
            "channel": None,
        }
        if open_channel is not None:
            body |= self._open(user, open_channel, request.query.get("thread", ""))
        return web.json_response(body)

    def _summary(self, channel: WorkspaceChannel) -> Payload:
        shown = top_level(channel)
        return {
            "id": channel.id,
            "name": channel.name,
            "is_private": channel.is_private,
            "is_archived": channel.is_archived,
            "members": len(channel.members),
            "latest": shown[-1]["ts"] if shown else "",
        }

    def _open(self, user: User, channel: WorkspaceChannel, thread_ts: str) -> Payload:
        private = [m for m in self._core.ephemerals.of(user.id) if m["channel"] == channel.id]
        messages = [message_shape(channel, m) for m in top_level(channel)[-LATEST_SHOWN:]]
        messages += [m for m in private if "thread_ts" not in m]
        thread: list[Payload] = []
        if thread_ts in channel.messages:
            parent = channel.messages[thread_ts]
            thread = [message_shape(channel, m) for m in [parent, *replies_of(channel, thread_ts)]]
            thread += [m for m in private if m.get("thread_ts") == thread_ts]
        return {
            "channel": self._summary(channel),
            "messages": sorted(messages, key=lambda message: str(message["ts"])),
            "thread": [*thread[:1], *sorted(thread[1:], key=lambda message: str(message["ts"]))],
            "status": self._state.thread_statuses.get((channel.id, thread_ts), ""),
        }

    async def _changes(self, request: web.Request) -> web.StreamResponse:
        """A stream of server-sent events: one for each time there is something new to look at."""
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}
        )
        await response.prepare(request)
        shown = -1
        with contextlib.suppress(ConnectionError):
            while not self._closing:
                if shown != self._state.changes.count:
                    shown = self._state.changes.count
                    await response.write(f"data: {shown}\n\n".encode())
                    await asyncio.sleep(LOOK_AGAIN_SECONDS)
                    continue
                try:
                    await asyncio.wait_for(self._state.changes.next(), KEEP_ALIVE_SECONDS)
                except TimeoutError:
                    await response.write(b": still here\n\n")
        return response
