"""A reverse proxy between the browser and the live chat, with the habits of those that stand on the way."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import aiohttp
from aiohttp import HttpVersion10, HttpVersion11, web

from .house import House

_OWN = {"content-length", "transfer-encoding", "connection", "content-encoding", "date", "server"}


@dataclass
class Habits:
    """What the proxy does; may be changed while it runs.

    `stream` is what it does to an event stream: `through`; `buffer` (keeps it until it ends); `mute` (answers
    200 and never sends a byte); `blocks` (hands on whole blocks of 4 KiB); `late` (hands on all of it after
    `seconds`); `cut` (ends it after `seconds`); `strip` (drops comments); `stall` (hands on nothing more from
    when this is set, and keeps it open). `largest` is the largest body it takes, and beyond that it answers
    413 in HTML without a word to browsers. `broken` answers everything with that status in HTML, `gone` for
    requests whose path contains one of those words.
    """

    stream: str = "through"
    seconds: float = 0
    largest: int | None = None
    broken: int = 0
    gone: dict[str, int] = field(default_factory=dict)
    is_http_1_0: bool = False


class Proxy:
    """Use as an async context manager. `asked` counts requests by method and last part of their path."""

    def __init__(self, house: House, habits: Habits | None = None, *, port: int = 0) -> None:
        self.habits = habits or Habits()
        self.asked: Counter[str] = Counter()
        self._open: list[web.Request] = []
        self._house = house
        self._port = port

    async def __aenter__(self) -> Proxy:
        version = HttpVersion10 if self.habits.is_http_1_0 else HttpVersion11
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None), version=version)
        app = web.Application(client_max_size=2**30)
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        self.base = f"http://127.0.0.1:{self._port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()
        await self._runner.cleanup()

    @property
    def streams(self) -> int:
        """How many event streams are open now."""
        return len(self._open)

    def cut(self) -> None:
        """End every open stream at once."""
        for request in list(self._open):
            if request.transport is not None:
                request.transport.abort()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        habits = self.habits
        self.asked[f"{request.method} {request.path.rpartition('/')[2]}"] += 1
        if habits.broken:
            return _page(habits.broken)
        for word, status in habits.gone.items():
            if word in request.path and request.method != "OPTIONS":
                return _page(status)
        if habits.largest is not None and (request.content_length or 0) > habits.largest:
            response = _page(413)
            response.force_close()
            return response
        headers = {
            name: value
            for name, value in request.headers.items()
            if name.lower() not in ("host", "connection", "accept-encoding")
        }
        body = await request.read() if request.can_read_body else None
        try:
            async with self._session.request(
                request.method, self._house.base + request.raw_path, headers=headers, data=body
            ) as answer:
                if request.path.endswith("/events") and answer.status == 200:
                    return await self._stream(request, answer)
                kept = {name: value for name, value in answer.headers.items() if name.lower() not in _OWN}
                return web.Response(status=answer.status, headers=kept, body=await answer.read())
        except aiohttp.ClientConnectionError:
            return _page(502)

    async def _stream(self, request: web.Request, answer: aiohttp.ClientResponse) -> web.StreamResponse:
        kept = {name: value for name, value in answer.headers.items() if name.lower() not in _OWN}
        response = web.StreamResponse(headers=kept)
        self._open.append(request)
        try:
            if self.habits.stream == "buffer":
                whole = await answer.read()
                await response.prepare(request)
                await response.write(whole)
                return response
            await response.prepare(request)
            if self.habits.stream == "cut":
                try:
                    async with asyncio.timeout(self.habits.seconds):
                        await self._hand_on(answer, response)
                except TimeoutError:
                    return response
            await self._hand_on(answer, response)
        finally:
            self._open.remove(request)
        return response

    async def _hand_on(self, answer: aiohttp.ClientResponse, response: web.StreamResponse) -> None:
        held = b""
        later: list[asyncio.Task[Any]] = []
        async for chunk in answer.content.iter_any():
            match self.habits.stream:
                case "mute" | "stall":
                    continue
                case "blocks":
                    held += chunk
                    size = len(held) // 4096 * 4096
                    chunk, held = held[:size], held[size:]
                case "strip":
                    lines = chunk.splitlines(keepends=True)
                    chunk = b"".join(line for line in lines if not line.startswith(b":"))
                case "late":
                    later.append(asyncio.create_task(self._hand_on_later(response, chunk)))
                    continue
            if chunk:
                await response.write(chunk)
        for task in later:
            await task

    async def _hand_on_later(self, response: web.StreamResponse, chunk: bytes) -> None:
        await asyncio.sleep(self.habits.seconds)
        await response.write(chunk)


def _page(status: int) -> web.Response:
    return web.Response(
        status=status, text=f"<html><h1>{status}</h1><hr>nginx</html>", content_type="text/html"
    )
