"""The customers' end of the wire: raw HTTP, cheap enough not to be what is measured."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

OnBytes = Callable[[bytes, float], None]
# The longest a word we look for may be: what came before is kept for so long, in case it was cut in two.
LONGEST_WORD = 64


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer and when its last byte came."""

    status: int
    body: bytes
    at: float

    def json(self) -> Any:
        return json.loads(self.body)


class Caller(asyncio.Protocol):
    """One keep-alive connection. Answers come in the order of the requests, several may be under way."""

    def __init__(self) -> None:
        self._received = b""
        self._waiting: deque[asyncio.Future[Answer]] = deque()
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the type checker
        self._transport = transport

    def ask(self, request: bytes) -> asyncio.Future[Answer]:
        """Write a request now."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        self._transport.write(request)
        return answer

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (head_end := self._received.find(b"\r\n\r\n")) >= 0:
            head = self._received[:head_end].lower()
            length_at = head.find(b"content-length:")
            length = int(head[length_at + 15 :].split(b"\r\n", 1)[0]) if length_at >= 0 else 0
            end = head_end + 4 + length
            if len(self._received) < end:
                return
            body, self._received = self._received[head_end + 4 : end], self._received[end:]
            answer = self._waiting.popleft()
            if not answer.done():
                answer.set_result(Answer(int(head[9:12]), body, time.time()))

    def connection_lost(self, error: Exception | None) -> None:
        for answer in self._waiting:
            if not answer.done():
                answer.set_exception(ConnectionError("the other side hung up"))
                answer.exception()  # whoever still waits is told; that nobody does is no news

    def close(self) -> None:
        self._transport.close()


class Listener(asyncio.Protocol):
    """One open event stream: hands on what comes and when, with the end of what came before."""

    __slots__ = ("_before", "_heard", "_request", "is_open", "transport")

    def __init__(self, request: bytes, heard: OnBytes) -> None:
        self._request = request
        self._heard = heard
        self._before = b""
        self.is_open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the type checker
        self.transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        at = time.time()
        self._begin(data)
        self._heard(self._before + data, at)
        self._before = data[-LONGEST_WORD:]

    def _begin(self, data: bytes) -> None:
        """The first bytes say whether the stream is open."""
        if not self.is_open.done():
            if data.startswith(b"HTTP/1.1 200"):
                self.is_open.set_result(None)
            else:
                self.is_open.set_exception(ConnectionError(data[:200].decode(errors="replace")))

    def connection_lost(self, error: Exception | None) -> None:
        if not self.is_open.done():
            self.is_open.set_exception(ConnectionError("the other side hung up"))


class LineListener(Listener):
    """Hands on whole lines, each once: for who counts what comes."""

    __slots__ = ()

    def data_received(self, data: bytes) -> None:
        at = time.time()
        self._begin(data)
        *lines, self._before = (self._before + data).split(b"\n")
        for line in lines:
            self._heard(line, at)


class Server:
    """Whom to connect to."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.host, self.port = parts.hostname or "", parts.port or 80
        self._host_line = f"Host: {parts.netloc}\r\n"

    async def caller(self) -> Caller:
        loop = asyncio.get_running_loop()
        return (await loop.create_connection(Caller, self.host, self.port))[1]

    async def listener(
        self, path: str, token: str, heard: OnBytes, *, kind: type[Listener] = Listener
    ) -> Listener:
        """An event stream whose answer has begun."""
        loop = asyncio.get_running_loop()
        request = self._head("GET", path, token) + b"\r\n"
        listener = (await loop.create_connection(lambda: kind(request, heard), self.host, self.port))[1]
        await listener.is_open
        return listener

    def post(self, path: str, body: Mapping[str, Any], token: str = "") -> bytes:
        """A request, ready to be written."""
        text = json.dumps(body).encode()
        return (
            self._head("POST", path, token)
            + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(text)
            + text
        )

    def _head(self, method: str, path: str, token: str) -> bytes:
        bearer = f"Authorization: Bearer {token}\r\n" if token else ""
        return f"{method} {path} HTTP/1.1\r\n{self._host_line}{bearer}".encode()
