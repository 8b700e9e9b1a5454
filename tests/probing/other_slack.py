"""Another stand-in for Slack, written apart from the sandbox, which on purpose does other things than it.

It knows channels, posts and threads, no files, and shares no code with anything here.
"""

from __future__ import annotations

import itertools
import json
from typing import Any

from aiohttp import web

Message = dict[str, Any]

CHANNEL = "C00SCRATCH"
BOT, BOT_ID = "U00BOT", "B00BOT"
TOKEN = "xoxb-other"


class Refused(Exception):
    """An `ok: false` answer."""


class OtherSlack:
    """Refuses a thread that is gone, counts characters, rewrites nothing, forgets metadata."""

    def __init__(self) -> None:
        self.messages: dict[str, Message] = {}
        self._numbers = itertools.count(1)
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def __aenter__(self) -> OtherSlack:
        app = web.Application()
        app.router.add_post("/api/{method}", self._handle)
        app.router.add_get("/api/{method}", self._handle)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/api/"
        return self

    async def __aexit__(self, *exception: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.Response:
        arguments: dict[str, Any] = dict(request.query)
        if request.content_type == "application/json":
            arguments |= json.loads(await request.text() or "{}")
        else:
            arguments |= dict(await request.post())
        answers = {
            "auth.test": self.who,
            "conversations.list": self.channels,
            "conversations.info": self.channel,
            "conversations.members": self.members,
            "conversations.history": self.history,
            "conversations.replies": self.replies,
            "chat.postMessage": self.post,
            "chat.update": self.update,
            "chat.delete": self.delete,
        }
        answer = answers.get(request.match_info["method"], self.nothing)
        try:
            return web.json_response({"ok": True, **answer(arguments)})
        except Refused as refused:
            return web.json_response({"ok": False, "error": str(refused)})

    def nothing(self, said: dict[str, Any]) -> dict[str, Any]:
        raise Refused("unknown_method")

    def who(self, said: dict[str, Any]) -> dict[str, Any]:
        return {"url": "http://127.0.0.1/", "team": "Other", "team_id": "T00OTHER", "user": "bot",
                "user_id": BOT, "bot_id": BOT_ID}  # fmt: skip

    def channels(self, said: dict[str, Any]) -> dict[str, Any]:
        return {"channels": [self._channel()]}

    def channel(self, said: dict[str, Any]) -> dict[str, Any]:
        return {"channel": self._channel()}

    def _channel(self) -> dict[str, Any]:
        return {"id": CHANNEL, "name": "scratch", "is_member": True}

    def members(self, said: dict[str, Any]) -> dict[str, Any]:
        return {"members": ["U00ANA", BOT]}

    def history(self, said: dict[str, Any]) -> dict[str, Any]:
        tops = [one for one in self.messages.values() if one.get("thread_ts", one["ts"]) == one["ts"]]
        return {"messages": tops[::-1][: int(said.get("limit", 100))]}

    def replies(self, said: dict[str, Any]) -> dict[str, Any]:
        found = [one for one in self.messages.values() if said["ts"] in (one["ts"], one.get("thread_ts"))]
        return {"messages": [one for one in found if one["ts"] > said.get("oldest", "")]}

    def post(self, said: dict[str, Any]) -> dict[str, Any]:
        thread = said.get("thread_ts")
        if thread is not None and thread not in self.messages:
            raise Refused("thread_not_found")
        blocks = said.get("blocks") or []
        if len(json.dumps(blocks)) > 40_000:
            raise Refused("msg_too_long")
        ts = f"1700000000.{next(self._numbers):06d}"
        message: Message = {"ts": ts, "bot_id": BOT_ID, "text": said.get("text", ""), "blocks": blocks}
        if thread is not None:
            message["thread_ts"] = thread
        self.messages[ts] = message
        return {"channel": CHANNEL, "ts": ts, "message": message}

    def update(self, said: dict[str, Any]) -> dict[str, Any]:
        if len(said.get("text", "")) > 4_000:
            raise Refused("msg_too_long")
        message = self.messages[said["ts"]]
        message |= {"text": said.get("text", ""), "edited": {"user": BOT, "ts": said["ts"]}}
        return {"channel": CHANNEL, "ts": said["ts"], "text": message["text"], "message": message}

    def delete(self, said: dict[str, Any]) -> dict[str, Any]:
        if said["ts"] not in self.messages:
            raise Refused("message_not_found")
        del self.messages[said["ts"]]
        return {"channel": CHANNEL, "ts": said["ts"]}
