"""Slack events about threads, stored from their delivery until a rule has dealt with them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Executable, Row, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.engine.bulk_keys import rows_of
from storage.engine.prepared import Prepared
from storage.engine.session import Session
from storage.records import MessageRef
from storage.schema import inbox as table


@dataclass(frozen=True, slots=True)
class SlackEvent:
    """One event of Slack's about a message in a thread.

    `change` tells one edit of the message from another and is empty for what happens only once. `event_ts` is
    when it happened by Slack's clock, and `event` is all that Slack said.
    """

    kind: str
    thread: MessageRef
    message: MessageRef
    change: str
    event_ts: str
    event: dict[str, Any]

    def kept(self) -> dict[str, Any]:
        """All that is not said by the message's own place."""
        return {
            "kind": self.kind,
            "thread_ts": self.thread.ts,
            "change": self.change,
            "event_ts": self.event_ts,
            "event": self.event,
        }

    @classmethod
    def again(cls, message: MessageRef, kept: Mapping[str, Any]) -> SlackEvent:
        """It, of a message that is there now: its channel may have another id since."""
        return cls(
            kind=kept["kind"],
            thread=MessageRef(message.team, message.channel, kept["thread_ts"]),
            message=message,
            change=kept["change"],
            event_ts=kept["event_ts"],
            event={**kept["event"], "channel": message.channel},
        )

    @property
    def identity(self) -> tuple[str, MessageRef, str]:
        """The same for each delivery of the same thing."""
        return self.kind, self.message, self.change


@dataclass(frozen=True, slots=True)
class QueuedEvent:
    """A delivery in the inbox. `attempts` counts how often it could not be dealt with when it was due."""

    id: int
    delivery: SlackEvent
    attempts: int
    due_at: datetime
    received_at: datetime


class SlackEvents:
    """The `inbox` table within one transaction."""

    TOPIC = "inbox"

    def __init__(self, connection: Session, now: datetime, topics: set[str]) -> None:
        self._connection = connection
        self._now = now
        self._topics = topics

    async def put(self, delivery: SlackEvent, *, due_at: datetime) -> None:
        """Keep it until `forget`, as `put_all` does."""
        await self.put_all([(delivery, due_at)])

    async def put_all(self, deliveries: Sequence[tuple[SlackEvent, datetime]]) -> None:
        """Keep each until `forget`; it is due at the moment beside it. Two statements, however many they are.

        The same delivery again is the same row. Slack may round an edit's own time to the second: of two
        edits in one, the later one's words stay.
        """
        latest: dict[tuple[str, MessageRef, str], tuple[SlackEvent, datetime]] = {}
        for one, due_at in deliveries:
            before = latest.get(one.identity)
            if before is None or before[0].event_ts < one.event_ts:
                latest[one.identity] = (one, due_at)
        if not latest:
            return
        # One that is known is not written again: a rule may have its row just now, and would be waited for.
        rows = await self._connection.fetch(_SAME, {"wanted": [_same(one) for one, _ in latest.values()]})
        known = {(row.kind, row.team, row.channel, row.message_ts, row.change, row.event_ts) for row in rows}
        new = [
            self._row(one, due_at)
            for one, due_at in latest.values()
            if (*_same(one), one.event_ts) not in known
        ]
        if new:
            # In one order, so that two processes that keep the same at one moment do not wait for each other.
            await self._connection.change(_KEEP, sorted(new, key=_place))
            self._topics.add(self.TOPIC)

    def _row(self, delivery: SlackEvent, due_at: datetime) -> dict[str, Any]:
        return {
            "kind": delivery.kind,
            "team": delivery.message.team,
            "channel": delivery.message.channel,
            "message_ts": delivery.message.ts,
            "change": delivery.change,
            "thread_ts": delivery.thread.ts,
            "event_ts": delivery.event_ts,
            "event": delivery.event,
            "attempts": 0,
            "due_at": due_at,
            "received_at": self._now,
        }

    async def count(self) -> int:
        """How many deliveries no rule has dealt with yet."""
        counted = await self._connection.scalar(select(func.count()).select_from(table))
        return int(counted or 0)

    async def next(self, *, limit: int) -> Sequence[tuple[MessageRef, datetime]]:
        """The threads of the rows that are due first, and when they are."""
        rows = await self._connection.execute(
            select(table.c.team, table.c.channel, table.c.thread_ts, table.c.due_at)
            .order_by(table.c.due_at)
            .limit(limit)
        )
        return [(MessageRef(row.team, row.channel, row.thread_ts), row.due_at) for row in rows]

    async def of_thread(self, thread: MessageRef) -> Sequence[QueuedEvent]:
        """What waits in a thread, in the order in which it happened in Slack."""
        of = [thread.team, thread.channel, thread.ts]
        rows = await self._connection.fetch(_OF_THREAD, {"wanted": [of]})
        # Sorted here: how a database compares digits and dots in a text depends on its collation.
        return sorted(map(_queued, rows), key=lambda one: (Decimal(one.delivery.event_ts), one.id))

    async def wake(self, thread: MessageRef) -> None:
        """What was put off in the thread can be looked at now, and what is held back waits on."""
        await self._connection.execute(
            update(table)
            .where(
                table.c.team == thread.team,
                table.c.channel == thread.channel,
                table.c.thread_ts == thread.ts,
                table.c.due_at > self._now,
                table.c.attempts > 0,
            )
            .values(due_at=self._now)
        )
        self._topics.add(self.TOPIC)

    async def postpone(self, queued_events: Collection[int], *, until: datetime, tried: bool) -> None:
        """Look at them again at `until`; with `tried` that was an attempt."""
        if queued_events:
            await self._connection.execute(
                update(table)
                .where(table.c.id.in_(queued_events))
                .values(due_at=until, attempts=table.c.attempts + int(tried))
            )

    async def forget(self, queued_events: Collection[int]) -> None:
        """They are dealt with."""
        if queued_events:
            await self._connection.execute(delete(table).where(table.c.id.in_(queued_events)))


_IDENTITY = ("kind", "team", "channel", "message_ts", "change")
_OF_THREAD = rows_of(table, (table.c.team, table.c.channel, table.c.thread_ts))
_SAME = rows_of(table, [table.c[name] for name in _IDENTITY])


def _kept(dialect: str) -> Executable:
    of = postgresql if dialect == "postgresql" else sqlite
    insert: postgresql.Insert | sqlite.Insert = of.insert(table).inline()
    return insert.on_conflict_do_update(
        index_elements=_IDENTITY,
        set_={"event_ts": insert.excluded.event_ts, "event": insert.excluded.event},
        where=table.c.event_ts < insert.excluded.event_ts,
    )


_KEEP = Prepared(
    _kept, columns=(*_IDENTITY, "thread_ts", "event_ts", "event", "attempts", "due_at", "received_at")
)


def _same(delivery: SlackEvent) -> list[str]:
    """What the columns of `_IDENTITY` say of it."""
    message = delivery.message
    return [delivery.kind, message.team, message.channel, message.ts, delivery.change]


def _place(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(row[name] for name in _IDENTITY)


def _queued(row: Row[Any]) -> QueuedEvent:
    return QueuedEvent(
        id=row.id,
        delivery=SlackEvent(
            kind=row.kind,
            thread=MessageRef(row.team, row.channel, row.thread_ts),
            message=MessageRef(row.team, row.channel, row.message_ts),
            change=row.change,
            event_ts=row.event_ts,
            event=row.event,
        ),
        attempts=row.attempts,
        due_at=row.due_at,
        received_at=row.received_at,
    )
