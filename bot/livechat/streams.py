"""Customers' event streams: each sends what is past its client's last number, then waits for more.

A stream listens first, then reads, then waits, so nothing falls between reading and waiting. The ledger is
the only memory: a client that comes back with its last number misses nothing and gets nothing twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections import Counter
from collections.abc import Iterator, Sequence
from operator import attrgetter

from aiohttp import ClientConnectionResetError, web

from bot.desk.bell import Bell, Listener
from bot.desk.desk import Desk
from bot.desk.views import News
from bot.livechat.answers import EntryShown
from bot.livechat.limits import Limits, Monotonic, Seconds
from bot.livechat.problems import TooMany, Unavailable
from storage.records import Audience, ConversationId, Entry, Kind

log = logging.getLogger(__name__)

BATCH = 100
EVENTS = {Kind.MESSAGE: "message", Kind.EDIT: "edit", Kind.RETRACT: "retract", Kind.SYSTEM: "state"}
HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    # nginx would otherwise keep everything until the stream closes.
    "X-Accel-Buffering": "no",
}
RECONNECT_AFTER_MS = 2000
# All idle streams together look this often: with 1,500 open, 100 looks cost 9 % of a core.
LOOKS_PER_SECOND = 100
# How long the kernel may keep unacknowledged bytes before it gives a vanished client up.
DEAD_PEER_MS = 60_000


class TooSlow(Exception):
    """The client does not read what it asked for."""


class Streams:
    """All open streams of this process. After `close` each ends, and none opens."""

    def __init__(self, desk: Desk, bell: Bell, limits: Limits, clock: Monotonic) -> None:
        self._desk = desk
        self._bell = bell
        self._limits = limits
        self._clock = clock
        self._open: Counter[ConversationId] = Counter()
        self._listeners: set[Listener] = set()
        self._closing = False

    @property
    def open(self) -> int:
        return len(self._listeners)

    def close(self) -> None:
        """Let every stream end at once; their clients come back to whoever serves next."""
        self._closing = True
        for listener in self._listeners:
            listener.ring()

    async def serve(
        self, request: web.Request, conversation_id: ConversationId, *, after: int
    ) -> web.StreamResponse:
        """Send until the client leaves or the server closes.

        Raises `Unavailable` when the server is full or closing, `TooMany` when one conversation has too many
        streams, `NotFound` if there is no such conversation.
        """
        with self._listening(conversation_id) as listener:
            first = await self._read(conversation_id, after)
            response = web.StreamResponse(headers=HEADERS)
            await response.prepare(request)
            _notice_dead_peers(request)
            # From here on there is no other answer to give. Whatever ends the stream, its client comes back
            # with its last number.
            try:
                await self._flow(response, listener, conversation_id, first, after)
            except (ClientConnectionResetError, TooSlow):
                _hang_up(request)
            except Exception as error:  # noqa: BLE001 - see above
                log.warning("stream of conversation %s ended: %s", conversation_id, type(error).__name__)
            return response

    async def _flow(
        self,
        response: web.StreamResponse,
        listener: Listener,
        conversation_id: ConversationId,
        news: News,
        after: int,
    ) -> None:
        await self._send(response, f"retry: {RECONNECT_AFTER_MS}\n\n")
        shortest = self._limits.poll[0]
        patience = shortest
        sent_at = self._clock()
        while not self._closing:
            if news.entries:
                await self._send(response, "".join(map(_event, news.entries)))
                sent_at = self._clock()
                patience = shortest
            elif self._clock() - sent_at >= self._limits.ping:
                await self._send(response, ": ping\n\n")
                sent_at = self._clock()
            after = max(after, news.upto)
            if len(news.entries) < BATCH:
                patience = await self._wait(listener, patience, sent_at)
            if not self._closing:
                news = _continued(listener.news(), after) or await self._read(conversation_id, after)

    async def _read(self, conversation_id: ConversationId, after: int) -> News:
        async with asyncio.timeout(self._limits.deadline):
            return await self._desk.news(conversation_id, after=after, limit=BATCH)

    async def _wait(self, listener: Listener, patience: Seconds, sent_at: Seconds) -> Seconds:
        """Wait for a ring, the next look or the next ping. Returns how long to wait the next time."""
        until_ping = max(0.0, sent_at + self._limits.ping - self._clock())
        if await listener.heard(timeout=min(patience, until_ping)):
            return self._limits.poll[0]
        return min(patience * 1.5, max(self._limits.poll[1], self.open / LOOKS_PER_SECOND))

    async def _send(self, response: web.StreamResponse, text: str) -> None:
        try:
            async with asyncio.timeout(self._limits.send_timeout):
                await response.write(text.encode())
        except TimeoutError:
            raise TooSlow from None

    @contextlib.contextmanager
    def _listening(self, conversation_id: ConversationId) -> Iterator[Listener]:
        if self._closing or self.open >= self._limits.open_streams:
            raise Unavailable
        if self._open[conversation_id] >= self._limits.streams_each:
            raise TooMany(retry_after=2)
        self._open[conversation_id] += 1
        with self._bell.listening(conversation_id) as listener:
            self._listeners.add(listener)
            try:
                yield listener
            finally:
                self._listeners.discard(listener)
                self._open[conversation_id] -= 1
                if not self._open[conversation_id]:
                    del self._open[conversation_id]


def _continued(heard: Sequence[Entry], after: int) -> News | None:
    """What was heard of, if it goes on from number `after` without a gap; None if the ledger has to say."""
    entries = sorted((entry for entry in heard if entry.seq > after), key=attrgetter("seq"))
    if not entries or [entry.seq for entry in entries] != list(range(after + 1, after + 1 + len(entries))):
        return None
    shown = [entry for entry in entries if entry.audience is Audience.CUSTOMER]
    return News(shown, entries[-1].seq)


def _event(entry: Entry) -> str:
    return f"id: {entry.seq}\nevent: {EVENTS[entry.kind]}\ndata: {EntryShown.of(entry).json_text()}\n\n"


def _hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def _notice_dead_peers(request: web.Request) -> None:
    connection = request.get_extra_info("socket")
    if connection is not None and connection.family != socket.AF_UNIX and hasattr(socket, "TCP_USER_TIMEOUT"):
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAD_PEER_MS)
