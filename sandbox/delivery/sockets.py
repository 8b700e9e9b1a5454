"""Socket Mode: the app's web sockets, and what waits for an acknowledgement on them.

What is documented: an envelope goes to any one open connection; an unacknowledged events_api
envelope comes again with `retry_attempt` and `retry_reason`; interactions and commands do not. Not
documented, so chosen: a retry has a new envelope id and the same event id, and a late
acknowledgement of any earlier envelope still counts, on whichever connection it comes.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import uuid
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from sandbox.errors import Undelivered

if TYPE_CHECKING:
    from sandbox.payload import Payload
    from sandbox.state import WorkspaceState

MAX_CONNECTIONS = 10


@dataclass(eq=False)
class Delivery:
    """One thing to deliver, through as many envelopes as it takes."""

    kind: str
    payload: Payload
    attempt: int = 0
    reason: str = ""
    acknowledged: asyncio.Future[Payload | None] | None = None
    timer: asyncio.TimerHandle | None = None
    envelope_ids: list[str] = field(default_factory=list)
    done: bool = False

    def envelope(self, envelope_id: str) -> str:
        body: Payload = {
            "envelope_id": envelope_id,
            "payload": self.payload,
            "type": self.kind,
            "accepts_response_payload": self.kind != "events_api",
        }
        if self.kind == "events_api":
            body |= {"retry_attempt": self.attempt, "retry_reason": self.reason}
        return json.dumps(body)

    def finish(self, payload: Payload | None) -> None:
        self.done = True
        if self.timer is not None:
            self.timer.cancel()
        if self.acknowledged is not None and not self.acknowledged.done():
            self.acknowledged.set_result(payload)


@dataclass(eq=False)
class Connection:
    """One web socket; its single writer keeps what is sent on it in order."""

    socket: web.WebSocketResponse
    request: web.Request
    outbox: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    in_flight: dict[Delivery, None] = field(default_factory=dict)

    async def write(self) -> None:
        while True:
            await self.socket.send_str(await self.outbox.get())


class Sockets:
    """Delivers over the open connections in turn; events wait while there is none."""

    def __init__(self, state: WorkspaceState, *, ack_timeout: float, retries: int, queue_limit: int) -> None:
        self._state = state
        self.ack_timeout = ack_timeout
        self._retries = retries
        self._connections: list[Connection] = []
        self._turn = 0
        self._waiting: deque[Delivery] = deque(maxlen=queue_limit)
        self._envelopes: dict[str, Delivery] = {}
        self.lost: list[Payload] = []

    @property
    def open_connections(self) -> int:
        return len(self._connections)

    @property
    def events_under_way(self) -> int:
        """How many events wait for a connection or for their acknowledgement."""
        sent = [delivery for connection in self._connections for delivery in connection.in_flight]
        return sum(one.kind == "events_api" and not one.done for one in [*sent, *self._waiting])

    def send_event(self, payload: Payload, *, attempt: int = 0, reason: str = "") -> None:
        self._dispatch(Delivery("events_api", payload, attempt, reason))

    async def request(self, kind: str, payload: Payload) -> Payload | None:
        if not self._connections:
            raise Undelivered("dispatch_failed")
        delivery = Delivery(kind, payload, acknowledged=asyncio.get_running_loop().create_future())
        self._dispatch(delivery)
        assert delivery.acknowledged is not None  # noqa: S101 - for the type checker; set just above
        try:
            return await asyncio.wait_for(delivery.acknowledged, self.ack_timeout)
        except TimeoutError:
            raise Undelivered("operation_timeout") from None
        finally:
            delivery.done = True
            self._forget_envelopes(delivery)

    def _dispatch(self, delivery: Delivery) -> None:
        if not self._connections:
            if len(self._waiting) == self._waiting.maxlen:
                self.lost.append(self._waiting[0].payload)
            self._waiting.append(delivery)
            return
        self._turn += 1
        connection = self._connections[self._turn % len(self._connections)]
        envelope_id = str(uuid.uuid4())
        self._envelopes[envelope_id] = delivery
        delivery.envelope_ids.append(envelope_id)
        connection.in_flight[delivery] = None
        connection.outbox.put_nowait(delivery.envelope(envelope_id))
        if delivery.kind == "events_api":
            loop = asyncio.get_running_loop()
            delivery.timer = loop.call_later(self.ack_timeout, self._again, delivery, "timeout")

    def _again(self, delivery: Delivery, reason: str) -> None:
        if delivery.timer is not None:
            delivery.timer.cancel()
        for connection in self._connections:
            connection.in_flight.pop(delivery, None)
        # A dropped connection is no fault of the app's, so it does not use up the retries.
        if reason == "timeout" and delivery.attempt >= self._retries:
            delivery.done = True
            self._forget_envelopes(delivery)
            self.lost.append(delivery.payload)
            self._state.changes.note()
            return
        delivery.attempt += 1
        delivery.reason = reason
        self._dispatch(delivery)

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """The web socket endpoint; a ticket from apps.connections.open admits once."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._state.socket_tickets:
            raise web.HTTPForbidden(text="invalid_ticket")
        self._state.socket_tickets.discard(ticket)
        socket = web.WebSocketResponse(heartbeat=30.0, timeout=1.0)
        await socket.prepare(request)
        connection = Connection(socket, request)
        if len(self._connections) >= MAX_CONNECTIONS:
            await socket.send_str(json.dumps(self._farewell("too_many_websockets")))
            await socket.close()
            return socket
        connection.outbox.put_nowait(json.dumps(self._hello()))
        self._connections.append(connection)
        self._flush()
        self._state.changes.note()
        writer = asyncio.create_task(connection.write())
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acknowledge(message.data)
        finally:
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await writer
            self._forget(connection)
        return socket

    def _hello(self) -> Payload:
        return {
            "type": "hello",
            "num_connections": len(self._connections) + 1,
            "debug_info": {
                "host": "sandbox",
                "build_number": 1,
                "approximate_connection_time": 18060,
            },
            "connection_info": {"app_id": self._state.app.app_id},
        }

    def _farewell(self, reason: str) -> Payload:
        return {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, deque(maxlen=self._waiting.maxlen)
        for delivery in waiting:
            self._dispatch(delivery)

    def _acknowledge(self, data: str) -> None:
        try:
            answer = json.loads(data)
        except ValueError:
            return
        envelope_id = str(answer.get("envelope_id")) if isinstance(answer, dict) else ""
        delivery = self._envelopes.get(envelope_id)
        if delivery is None:
            return
        self._forget_envelopes(delivery)
        for connection in self._connections:
            connection.in_flight.pop(delivery, None)
        delivery.finish(answer.get("payload"))
        self._state.changes.note()

    def _forget_envelopes(self, delivery: Delivery) -> None:
        for envelope_id in delivery.envelope_ids:
            self._envelopes.pop(envelope_id, None)

    def _forget(self, *gone: Connection) -> None:
        """Send what the lost connections had not acknowledged by another way, in its order."""
        gone = tuple(connection for connection in gone if connection in self._connections)
        self._connections = [connection for connection in self._connections if connection not in gone]
        for connection in gone:
            unacknowledged, connection.in_flight = connection.in_flight, {}
            for delivery in unacknowledged:
                if delivery.kind == "events_api" and not delivery.done:
                    self._again(delivery, "connection_failed")
        self._state.changes.note()

    def open_url(self, *, debug_reconnects: bool) -> str:
        """What apps.connections.open answers: a web socket address with a one-time ticket."""
        ticket = secrets.token_urlsafe(24)
        self._state.socket_tickets.add(ticket)
        address = self._state.url.replace("http", "ws", 1)
        extra = "&debug_reconnects=true" if debug_reconnects else ""
        return f"{address}/link/?ticket={ticket}&app_id={self._state.app.app_id}{extra}"

    async def disconnect(self, *, reason: str) -> None:
        """Tell every connection to go, as Slack does, and close it; a `warning` does not close."""
        told = list(self._connections)
        farewell = json.dumps(self._farewell(reason))
        if reason == "warning":
            for connection in told:
                connection.outbox.put_nowait(farewell)
            return
        self._forget(*told)
        for connection in told:
            with contextlib.suppress(ConnectionError):
                await connection.socket.send_str(farewell)
            await connection.socket.close()

    def drop(self, *, only: int | None = None) -> None:
        """Cut every connection, or one by its number, without a word, as a failing network does."""
        cut = list(self._connections) if only is None else [self._connections[only]]
        self._forget(*cut)
        for connection in cut:
            if connection.request.transport is not None:
                connection.request.transport.abort()

    async def close(self) -> None:
        for delivery in self._envelopes.values():
            if delivery.timer is not None:
                delivery.timer.cancel()
        closing, self._connections = self._connections, []
        for connection in closing:
            await connection.socket.close()
