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
from dataclasses import dataclass
from operator import attrgetter

from aiohttp import ClientConnectionResetError, web

from bot.desk.desk import Desk
from bot.desk.queries.views import News
from bot.notifier import Listener, Notifier
from bot.web.api.answers import EntryShown
from bot.web.api.problems import TooMany, Unavailable
from bot.web.callers.limits import Limits, Monotonic, Seconds, address_of
from bot.web.heartbeat import Heartbeat
from storage.engine.database import reason_of
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
# How many conversations are looked at in one query for news that no ring announced.
LOOK_AT = 500
# How long the kernel may keep unacknowledged bytes before it gives a vanished client up.
DEAD_PEER_MS = 60_000


class ReaderTooSlow(Exception):
    """The client does not read what it asked for."""


@dataclass(slots=True, eq=False)
class StreamPosition:
    """Where an open stream is: what it listens to, and the number up to which it has told everything."""

    listener: Listener
    upto: int


class Streams:
    """All open streams of this process. After `close` each ends, and none opens.

    A ring can be lost between processes, and then `look` finds what it announced.
    """

    def __init__(self, desk: Desk, notifier: Notifier, limits: Limits, clock: Monotonic) -> None:
        self._desk = desk
        self._notifier = notifier
        self._limits = limits
        self._clock = clock
        self._places: dict[ConversationId, list[StreamPosition]] = {}
        self.open = 0
        # How many of them each address has.
        self._from: Counter[str] = Counter()
        self._closing = False

    def close(self) -> None:
        """Let every stream end at once; their clients come back to whoever serves next."""
        self._closing = True
        for places in self._places.values():
            for place in places:
                place.listener.ring()

    async def look(self) -> None:
        """Wake every stream that is behind its ledger, until this is cancelled.

        For all of them together, some hundreds to a query: one query each, and thousands of streams that
        opened at the same moment would look at the same moments, and hold up everything else.
        """
        while True:
            watched = list(self._places)
            some = [watched[at : at + LOOK_AT] for at in range(0, len(watched), LOOK_AT)] or [[]]
            for ids in some:
                await asyncio.sleep(self._limits.poll / len(some))
                try:
                    await self._look_at(ids)
                except Exception as error:  # noqa: BLE001 - who ends looks for nobody any more
                    log.warning("streams could not look for news: %s", reason_of(error))

    async def _look_at(self, ids: Sequence[ConversationId]) -> None:
        last = await self._desk.last_numbers(ids) if ids else {}
        for conversation_id, number in last.items():
            for place in self._places.get(conversation_id, ()):
                if place.upto < number:
                    place.listener.ring()

    async def serve(
        self, request: web.Request, conversation_id: ConversationId, *, after: int, beat: Seconds = 0
    ) -> web.StreamResponse:
        """Send until the client leaves or the server closes; a `beat` that is not 0 asks for one that often.

        Raises `Unavailable` when the server is full or closing, `TooMany` when one conversation or address
        has too many streams, `NotFound` if there is no such conversation.
        """
        address = address_of(request, trusted_proxies=self._limits.trusted_proxies)
        heartbeat = Heartbeat(self._clock, ping=self._limits.ping, every=beat)
        with self._listening(conversation_id, after, address=address) as place:
            first = await self._read(conversation_id, after)
            response = web.StreamResponse(headers=HEADERS)
            await response.prepare(request)
            _notice_dead_peers(request)
            # From here on there is no other answer to give. Whatever ends the stream, its client comes back
            # with its last number.
            try:
                await self._flow(response, place, conversation_id, first, heartbeat)
            except (ClientConnectionResetError, ReaderTooSlow):
                _hang_up(request)
            except Exception as error:  # noqa: BLE001 - see above
                log.warning("stream of conversation %s ended: %s", conversation_id, type(error).__name__)
            return response

    async def _flow(
        self,
        response: web.StreamResponse,
        place: StreamPosition,
        conversation_id: ConversationId,
        news: News,
        heartbeat: Heartbeat,
    ) -> None:
        await self._send(response, f"retry: {RECONNECT_AFTER_MS}\n\n{heartbeat.first}")
        while not self._closing:
            text = heartbeat.after("".join(map(_event, news.entries)))
            if text:
                await self._send(response, text)
            place.upto = max(place.upto, news.upto)
            rung = True
            if len(news.entries) < BATCH:
                rung = await place.listener.heard(timeout=heartbeat.wait)
            news = News([], place.upto)
            if rung and not self._closing:
                heard = place.listener.news()
                news = _continued(heard, place.upto) or await self._read(conversation_id, place.upto)

    async def _read(self, conversation_id: ConversationId, after: int) -> News:
        async with asyncio.timeout(self._limits.deadline):
            return await self._desk.news(conversation_id, after=after, limit=BATCH)

    async def _send(self, response: web.StreamResponse, text: str) -> None:
        try:
            async with asyncio.timeout(self._limits.send_timeout):
                await response.write(text.encode())
        except TimeoutError:
            raise ReaderTooSlow from None

    @contextlib.contextmanager
    def _listening(
        self, conversation_id: ConversationId, after: int, *, address: str
    ) -> Iterator[StreamPosition]:
        if self._closing or self.open >= self._limits.open_streams:
            raise Unavailable
        places = self._places.get(conversation_id, [])
        if len(places) >= self._limits.streams_each or self._from[address] >= self._limits.streams_from:
            raise TooMany(retry_after=2)
        with self._notifier.listening(conversation_id) as listener:
            place = StreamPosition(listener, after)
            places.append(place)
            self._places[conversation_id] = places
            self.open += 1
            self._from[address] += 1
            opened_at = self._clock()
            log.debug(
                "conversation %s: a stream opened after %d, %d are open", conversation_id, after, self.open
            )
            try:
                yield place
            finally:
                self.open -= 1
                log.debug(
                    "conversation %s: a stream closed after %.1f s, %d are open",
                    conversation_id,
                    self._clock() - opened_at,
                    self.open,
                )
                self._from[address] -= 1
                if not self._from[address]:
                    del self._from[address]
                places.remove(place)
                if not places:
                    del self._places[conversation_id]


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
