"""Serves the application to anybody: as many connections as there are descriptors for, none for ever.

A server that runs out of descriptors serves nobody, and writes a line for every connection that it cannot
take. So connections are counted before anything is read from them: all of them, and those of one address
(of IPv6, one /64), which gets a quarter at most. Behind a proxy every connection comes from the proxy, and
only all are counted.
"""

from __future__ import annotations

import asyncio
import logging
import resource
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from aiohttp import web

from bot.web.api.problems import Broken, Malformed
from bot.web.callers.limits import counted_as

log = logging.getLogger(__name__)

# For the database, Slack, the model, files and what else the process opens.
RESERVE = 256
# More are never needed, and each costs the kernel memory.
MOST = 65_536
SAY_AGAIN = 60.0
# Seconds from its opening, or from its last answer, until a connection that sent no whole request head is
# closed. Browsers open a connection anew without a word.
IDLE = 30.0


def raise_descriptors() -> int:
    """Let the process open as many files as it may. Returns how many that are."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST if hard == resource.RLIM_INFINITY else min(hard, MOST)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return MOST if soft == resource.RLIM_INFINITY else min(soft, MOST)


class Connections:
    """Counts open connections. `each`: how many of them one address may have; None: it does not matter."""

    def __init__(self, *, most: int, each: int | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._each = each
        self._clock = clock
        self._open = 0
        self._of: Counter[str] = Counter()
        self._refused = 0
        self._said_at: float | None = None

    def admit(self, address: str) -> bool:
        """Count a new connection; False, and nothing is counted, if it is one too many."""
        whose = counted_as(address)
        if self._open >= self._most or (self._each is not None and self._of[whose] >= self._each):
            self._refuse()
            return False
        self._open += 1
        self._of[whose] += 1
        return True

    def closed(self, address: str) -> None:
        """One that was admitted is closed."""
        self._open -= 1
        whose = counted_as(address)
        self._of[whose] -= 1
        if not self._of[whose]:
            del self._of[whose]

    def _refuse(self) -> None:
        self._refused += 1
        now = self._clock()
        if self._said_at is None or now - self._said_at >= SAY_AGAIN:
            log.warning(
                "connections are refused: %d since it was last said, %d are open", self._refused, self._open
            )
            self._said_at, self._refused = now, 0


class Door(asyncio.Protocol):
    """Lets a connection through to `inside`, or closes it before a byte is read."""

    def __init__(self, inside: asyncio.Protocol, connections: Connections) -> None:
        self._inside = inside
        self._connections = connections
        self._address: str | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        peer = transport.get_extra_info("peername")
        address = str(peer[0]) if isinstance(peer, tuple) else ""
        if not self._connections.admit(address):
            assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the type checker
            transport.abort()
            return
        self._address = address
        self._inside.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._address is not None:
            self._connections.closed(self._address)
            self._inside.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._address is not None:
            self._inside.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inside.eof_received() if self._address is not None else None

    def pause_writing(self) -> None:
        self._inside.pause_writing()

    def resume_writing(self) -> None:
        self._inside.resume_writing()


class Protocol(web.RequestHandler):
    """Serves one connection. What cannot be read as a request is refused in the form of every other error."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """aiohttp's own, which logs it, with another body: its message repeats what was sent."""
        super().handle_error(request, status, exc, message)
        problem = Malformed() if status < 500 else Broken()
        answer = problem.response()
        answer.force_close()
        return answer


class Runner(web.AppRunner):
    """Runs the application behind a door.

    A stream ends when its customer leaves. A body comes as it was sent, so a compressed one is refused by
    whoever reads it and never unpacked.
    """

    def __init__(self, app: web.Application, connections: Connections, *, idle: float = IDLE) -> None:
        super().__init__(app, handler_cancellation=True, shutdown_timeout=5)
        self._idle = idle
        self._connections = connections

    @property
    def server(self) -> Any:
        """What makes the protocol of each connection."""
        server = super().server
        if server is None:
            return None
        loop = asyncio.get_running_loop()

        def door() -> Door:
            inside = Protocol(
                server,
                loop=loop,
                # None is how aiohttp is told to write none; its annotation does not say so.
                access_log=None,  # type: ignore[arg-type]
                keepalive_timeout=self._idle,
                auto_decompress=False,
            )
            return Door(inside, self._connections)

        return door
