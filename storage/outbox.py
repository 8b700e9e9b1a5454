"""The outbox: what is still owed to Slack and to the AI, one row for each thing to do.

A row is `ready`, `sending` or `unknown` while it is open, and `done`, `parked` or `cancelled` at the end.
An ended row never opens again; the claim's order within a lane depends on that.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.records import ConversationId, Parcel
from storage.schema import OPEN_STATES
from storage.schema import outbox as table

_ERROR_LENGTH = 300

_earlier = table.alias("earlier")
_HEAD_OF_LANE = ~(
    select(_earlier.c.id)
    .where(_earlier.c.lane == table.c.lane, _earlier.c.id < table.c.id, _earlier.c.state.in_(OPEN_STATES))
    .exists()
)


class Outbox:
    """The `outbox` table within one transaction."""

    def __init__(self, connection: AsyncConnection, now: datetime, topics: set[str]) -> None:
        self._connection = connection
        self._now = now
        self._topics = topics

    async def owe(
        self,
        kind: str,
        conversation_id: ConversationId,
        *,
        topic: str,
        lane: str,
        priority: int,
        payload: Mapping[str, Any] | None = None,
        coalesce: str | None = None,
    ) -> None:
        """Add a row behind the others of its lane; with `coalesce`, unless one like it is ready already."""
        dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
        statement = dialect.insert(table).values(
            topic=topic,
            lane=lane,
            kind=kind,
            conversation_id=conversation_id,
            payload=dict(payload or {}),
            key=secrets.token_hex(16),
            coalesce=coalesce,
            priority=priority,
            state="ready",
            available_at=self._now,
            created_at=self._now,
        )
        if coalesce is not None:
            statement = statement.on_conflict_do_update(
                index_elements=["coalesce"],
                index_where=text("state = 'ready'"),
                set_={"priority": func.min(table.c.priority, priority)}
                if dialect is sqlite
                else {"priority": func.least(table.c.priority, priority)},
            )
        await self._connection.execute(statement)
        self._topics.add(topic)

    async def claim(
        self, topic: str, *, limit: int, lease: timedelta, except_kinds: Collection[str] = ()
    ) -> Sequence[Parcel]:
        """Take up to `limit` rows, each the oldest open one of its lane, for `lease` from now.

        Most urgent first. A row whose lease ran out is taken again and carries `maybe_sent`.
        """
        due = table.c.state.in_(("ready", "unknown")) & (table.c.available_at <= self._now)
        abandoned = (table.c.state == "sending") & (table.c.lease_until < self._now)
        chosen: Select[Any] = (
            select(table)
            .where(table.c.topic == topic, table.c.state.in_(OPEN_STATES), due | abandoned, _HEAD_OF_LANE)
            .order_by(table.c.priority, table.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        if except_kinds:
            chosen = chosen.where(table.c.kind.not_in(except_kinds))
        rows = (await self._connection.execute(chosen)).all()
        if not rows:
            return []
        await self._connection.execute(
            update(table)
            .where(table.c.id.in_([row.id for row in rows]))
            .values(
                state="sending",
                attempts=table.c.attempts + 1,
                fence=table.c.fence + 1,
                lease_until=self._now + lease,
                first_sent_at=func.coalesce(table.c.first_sent_at, self._now),
            )
        )
        return [
            Parcel(
                id=row.id,
                lane=row.lane,
                kind=row.kind,
                conversation_id=ConversationId(row.conversation_id),
                payload=row.payload,
                key=row.key,
                attempts=row.attempts + 1,
                fence=row.fence + 1,
                maybe_sent=row.first_sent_at,
                created_at=row.created_at,
            )
            for row in rows
        ]

    async def next_due(self, topic: str) -> datetime | None:
        """When the next row that waits for its time, or for a lease to run out, can be claimed."""
        moment = table.c.available_at.type
        at = func.coalesce(table.c.lease_until, table.c.available_at, type_=moment)
        # What is due already waits for its lane, not for a moment.
        waiting = select(func.min(at, type_=moment)).where(
            table.c.topic == topic, table.c.state.in_(OPEN_STATES), at > self._now
        )
        due: datetime | None = await self._connection.scalar(waiting)
        return due

    async def finish(self, parcel: Parcel) -> bool:
        """It is done. False if this claim is no longer the one that holds the row."""
        return await self._settle(parcel, state="done", finished_at=self._now)

    async def park(self, parcel: Parcel, *, error: str) -> bool:
        """It can never be done; the lane goes on without it."""
        return await self._settle(
            parcel, state="parked", finished_at=self._now, last_error=error[:_ERROR_LENGTH]
        )

    async def put_back(
        self, parcel: Parcel, *, at: datetime, error: str | None, counts: bool, sent: bool
    ) -> bool:
        """Try again at `at`. `counts`: this was an attempt. `sent`: it may have been done already."""
        return await self._settle(
            parcel,
            state="unknown" if sent else "ready",
            available_at=at,
            lease_until=None,
            last_error=None if error is None else error[:_ERROR_LENGTH],
            # A try that certainly did nothing leaves the row as it was found.
            first_sent_at=table.c.first_sent_at if sent else parcel.maybe_sent,
            attempts=table.c.attempts if counts else table.c.attempts - 1,
            # A later row of the same kind may be ready by now: this one keeps its own place.
            coalesce=None,
        )

    async def cancel(self, conversation_id: ConversationId, kind: str) -> None:
        """Drop rows of that kind that nobody has begun."""
        await self._connection.execute(
            update(table)
            .where(table.c.conversation_id == conversation_id, table.c.kind == kind, table.c.state == "ready")
            .values(state="cancelled", finished_at=self._now)
        )

    async def counts(self) -> Mapping[str, int]:
        """How many rows are open, and how many are parked."""
        rows = await self._connection.execute(
            select(table.c.state, func.count())
            .where(table.c.state.in_((*OPEN_STATES, "parked")))
            .group_by(table.c.state)
        )
        found: dict[str, int] = {row.state: row[1] for row in rows}
        return {
            "open": sum(found.get(state, 0) for state in OPEN_STATES),
            "parked": found.get("parked", 0),
        }

    async def _settle(self, parcel: Parcel, **values: Any) -> bool:
        result = await self._connection.execute(
            update(table)
            .where(table.c.id == parcel.id, table.c.fence == parcel.fence, table.c.state == "sending")
            .values(**values)
            .returning(table.c.id)
        )
        return result.one_or_none() is not None
