"""The Web API over HTTP: reads a call, checks its token, answers, and keeps a log."""

from __future__ import annotations

import json
from dataclasses import dataclass
from email.utils import formatdate
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.errors import RateLimited, SlackError
from sandbox.faults.pacing import COUNTED_BY_CHANNEL
from sandbox.faults.plays import WireAnswer
from sandbox.payload import Payload, copied
from sandbox.web_api import chat, conversations, files, people, views
from sandbox.web_api.call import METHODS, Call

if TYPE_CHECKING:
    from sandbox.core import Core
    from sandbox.faults.scripted import Faults
    from sandbox.web_api.call import Method

# Importing a module registers its methods.
MODULES = (chat, conversations, files, people, views)


@dataclass
class ApiCall:
    """One call as the log keeps it; `response` is None while it is open or when its answer was lost."""

    method: str
    arguments: Payload
    when: float
    response: Payload | None = None
    status: int | None = None
    landed: bool = False
    fault: str | None = None


class WebApi:
    """Answers `/api/{method}`."""

    def __init__(self, core: Core, faults: Faults, *, keep_log: bool) -> None:
        self._core = core
        self._keep_log = keep_log
        self.faults = faults
        self.calls: list[ApiCall] = []

    async def handle(self, request: web.Request) -> web.Response:
        name = request.match_info["method"]
        arguments, token = await _read(request)
        record = ApiCall(name, arguments, self._core.state.clock())
        if self._keep_log:
            self.calls.append(record)

        def work() -> WireAnswer:
            answer = self._work(name, arguments, token)
            record.landed = bool(answer.body["ok"])
            self._core.state.changes.note()
            return answer

        fault = self.faults.take(name, arguments)
        if fault is None:
            answer: WireAnswer | None = work()
        else:
            record.fault = fault.name
            answer = await fault.play(work)
        if answer is None:
            self._core.state.changes.note()
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        if self._keep_log:
            record.response, record.status = copied(answer.body), answer.status
        self._core.state.changes.note()
        headers = {
            "Date": formatdate(self._core.state.clock(), usegmt=True),
            "x-oauth-scopes": ",".join(sorted(self._core.scopes)),
            # Source: slackapi/node-slack-sdk, packages/web-api WebClient, which reads both.
            "x-accepted-oauth-scopes": ",".join(METHODS[name].scopes) if name in METHODS else "",
            **answer.headers,
        }
        return web.json_response(answer.body, status=answer.status, headers=headers)

    def _work(self, name: str, arguments: Payload, token: str) -> WireAnswer:
        try:
            method = self._method(name, token)
            place = arguments.get(COUNTED_BY_CHANNEL.get(name, ""), "")
            self._core.pace.take_call(name, str(place))
            answer = method.function(Call(self._core, arguments))
        except RateLimited as limit:
            return WireAnswer(limit.answer(), status=429, headers={"Retry-After": str(limit.retry_after)})
        except SlackError as error:
            return WireAnswer(error.answer())
        return WireAnswer({"ok": True, **answer})

    def _method(self, name: str, token: str) -> Method:
        """The method, once the token is known to admit to it."""
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        if method.caller == "anyone":
            return method
        if not token:
            raise SlackError("not_authed")
        app = self._core.state.app
        callers = {app.bot_token: "bot", app.app_token: "app"}
        if token not in callers:
            raise SlackError("invalid_auth")
        if callers[token] != method.caller:
            raise SlackError("not_allowed_token_type")
        if method.scopes and method.caller == "bot" and not self._core.scopes & set(method.scopes):
            provided = ",".join(sorted(self._core.scopes))
            raise SlackError("missing_scope", needed=method.scopes[0], provided=provided)
        return method


async def _read(request: web.Request) -> tuple[Payload, str]:
    """Arguments from the query, the form or the JSON body, without the token, and the token."""
    arguments: Payload = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text() or "{}")
        except ValueError:
            body = {}
        arguments |= body if isinstance(body, dict) else {}
    elif request.method == "POST":
        form = await request.post()
        arguments |= {key: value for key, value in form.items() if isinstance(value, str)}
    token = str(arguments.pop("token", "") or "")
    kind, _, bearer = request.headers.get("Authorization", "").partition(" ")
    return arguments, bearer if kind == "Bearer" else token
