"""A strict stand-in for Anthropic's Messages API on this machine, with scripted answers and faults.

    async with FakeAnthropic() as fake:
        fake.say("We are open until seven.")
        …  # point the SDK at fake.url with the key fake.key
        assert fake.requests[0]["model"] == "claude-sonnet-5-5"

Answers and faults are used in the order they were scripted, one a request. A request without one left, or one
the real API would refuse, is answered with an error and noted in `complaints`; leaving the block then fails.
"""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable
from itertools import pairwise
from types import TracebackType
from typing import Any, Self

import jsonschema
from aiohttp import web

_TEXT = {"type": "string", "pattern": r"\S"}
_CACHE = {
    "type": "object",
    "properties": {"type": {"const": "ephemeral"}, "ttl": {"enum": ["5m", "1h"]}},
    "required": ["type"],
    "additionalProperties": False,
}
_TEXT_BLOCK = {
    "type": "object",
    "properties": {"type": {"const": "text"}, "text": _TEXT, "cache_control": _CACHE},
    "required": ["type", "text"],
    "additionalProperties": False,
}
_CONTENT = {"oneOf": [_TEXT, {"type": "array", "items": _TEXT_BLOCK, "minItems": 1}]}
_OBJECT_SCHEMA = {"type": "object", "properties": {"type": {"const": "object"}}, "required": ["type"]}
REQUEST_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "model": {"type": "string", "pattern": r"^claude-[a-z0-9-]+$"},
        "max_tokens": {"type": "integer", "minimum": 1, "maximum": 128_000},
        "system": _CONTENT,
        "messages": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {"role": {"enum": ["user", "assistant"]}, "content": _CONTENT},
                "required": ["role", "content"],
                "additionalProperties": False,
            },
        },
        # Of the real ones, those that work on every model.
        "tool_choice": {
            "type": "object",
            "properties": {"type": {"enum": ["auto", "none"]}},
            "required": ["type"],
            "additionalProperties": False,
        },
        "tools": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {
                    "name": {"type": "string", "pattern": "^[a-zA-Z0-9_-]{1,128}$"},
                    "description": _TEXT,
                    "input_schema": _OBJECT_SCHEMA,
                },
                "required": ["name", "input_schema"],
                "additionalProperties": False,
            },
        },
        "output_config": {
            "type": "object",
            "properties": {
                "effort": {"enum": ["low", "medium", "high", "xhigh", "max"]},
                "format": {
                    "type": "object",
                    "properties": {
                        "type": {"const": "json_schema"},
                        "schema": {
                            **_OBJECT_SCHEMA,
                            "properties": {"additionalProperties": {"const": False}},
                            "required": ["type", "properties", "required", "additionalProperties"],
                        },
                    },
                    "required": ["type", "schema"],
                    "additionalProperties": False,
                },
            },
            "additionalProperties": False,
        },
    },
    "required": ["model", "max_tokens", "messages"],
    "additionalProperties": False,  # also refuses what the API dropped: temperature, top_p, top_k
}
_NAMES = {400: "invalid_request_error", 401: "authentication_error", 404: "not_found_error"}
_NAMES |= {429: "rate_limit_error", 500: "api_error", 529: "overloaded_error"}

Step = Callable[[web.Request], Awaitable[web.StreamResponse]]


class FakeAnthropic:
    """Serves `POST /v1/messages` while the block lasts; `url` and `key` are what the SDK needs."""

    key = "sk-ant-fake-not-a-key"

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.complaints: list[str] = []
        self.arrived = asyncio.Event()  # set at every request
        self.url = ""
        self._steps: deque[Step] = deque()
        self._default: Step | None = None
        self._leaving = asyncio.Event()

    def say(self, text: str, *, always: bool = False, after: asyncio.Event | None = None) -> None:
        """Answer with a text, not before `after`; `always` also answers what comes after the script."""
        self.message([{"type": "text", "text": text}], always=always, after=after)

    def summarise(self, subject: str, summary: str, language: str = "en") -> None:
        """Answer with a summary in the schema that was asked for."""
        self.say(json.dumps({"subject": subject, "summary": summary, "language": language}))

    def translate(self, text: str, language: str = "de", *, after: asyncio.Event | None = None) -> None:
        """Answer with a translation in the schema that was asked for; `language` is the one it was in."""
        self.say(json.dumps({"translation": text, "language": language}), after=after)

    def escalate(self, reason: str, *, beside: str | None = None) -> None:
        """Use the tool `escalate_to_human`, with a text beside it if one is given."""
        tool = {"name": "escalate_to_human", "input": {"reason": reason}}
        use = {"type": "tool_use", "id": f"toolu_{len(self._steps)}", **tool}
        texts = [{"type": "text", "text": beside}] if beside else []
        self.message([*texts, use], stop="tool_use")

    def message(
        self,
        content: list[dict[str, Any]],
        *,
        stop: str | None = "end_turn",
        always: bool = False,
        after: asyncio.Event | None = None,
    ) -> None:
        """Answer with any content blocks and any stop reason."""

        async def answer(request: web.Request) -> web.StreamResponse:
            if after is not None:
                await after.wait()
            body = await request.json()
            usage = {"input_tokens": 10, "output_tokens": 5}
            facts = {"id": "msg_fake", "type": "message", "role": "assistant", "model": body["model"]}
            return _json({**facts, "content": content, "stop_reason": stop, "usage": usage}, 200)

        if always:
            self._default = answer
        else:
            self._steps.append(answer)

    def drop_script(self) -> None:
        """Forget the answers that were not asked for."""
        self._steps.clear()

    def raw(self, body: str, *, content_type: str = "application/json") -> None:
        """Answer 200 with any body at all."""

        async def answer(_: web.Request) -> web.StreamResponse:
            return web.Response(text=body, content_type=content_type)

        self._steps.append(answer)

    def fail(self, *, status: int, retry_after: str | None = None, message: str = "scripted") -> None:
        """Answer with an error status."""

        async def answer(_: web.Request) -> web.StreamResponse:
            return _error(status, message, {"retry-after": retry_after} if retry_after else {})

        self._steps.append(answer)

    def cut(self, *, after: bytes = b"") -> None:
        """Close the connection, at once or after a part of the promised body."""

        async def answer(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(
                headers={"content-length": "1000", "content-type": "application/json"}
            )
            if after:
                await response.prepare(request)
                await response.write(after)
            assert request.transport is not None
            request.transport.close()
            return response

        self._steps.append(answer)

    def stall(self) -> None:
        """Never answer."""

        async def answer(_: web.Request) -> web.StreamResponse:
            await self._leaving.wait()
            return web.Response(status=503)

        self._steps.append(answer)

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=32 * 1024**2)
        app.router.add_route("*", "/{path:.*}", self._receive)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leaving.set()
        await self._runner.cleanup()
        if error is None:
            assert not self.complaints, self.complaints

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        self.arrived.set()
        if (request.method, request.path) != ("POST", "/v1/messages"):
            return self._complain(404, f"no {request.method} {request.path}")
        if request.headers.get("authorization") != f"Bearer {self.key}":
            return _error(401, "invalid key")
        if not request.headers.get("anthropic-version", "").startswith("20"):
            return self._complain(400, "anthropic-version is missing")
        body = await request.json()
        if wrong := _what_is_wrong(body):
            return self._complain(400, wrong)
        self.requests.append(body)
        step = self._steps.popleft() if self._steps else self._default
        return await step(request) if step else self._complain(500, "no answer is scripted")

    def _complain(self, status: int, why: str) -> web.Response:
        self.complaints.append(why)
        return _error(status, why)


def _what_is_wrong(body: Any) -> str | None:
    error = jsonschema.Draft202012Validator(REQUEST_SCHEMA)
    if found := next(error.iter_errors(body), None):
        return f"{found.json_path}: {found.message[:200]}"
    roles = [message["role"] for message in body["messages"]]
    if roles[0] != "user":
        return "the first message must be the user's"
    if roles[-1] != "user":
        return "this model takes no last message by the assistant"
    # The real API merges neighbours of one role; we promise to send none.
    if any(role == following for role, following in pairwise(roles)):
        return "two neighbouring messages have one role"
    return None


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
    error = {"type": _NAMES.get(status, "api_error"), "message": message}
    return _json({"type": "error", "error": error, "request_id": "req_fake"}, status, headers)


def _json(body: dict[str, Any], status: int, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response(body, status=status, headers={"request-id": "req_fake", **(headers or {})})
