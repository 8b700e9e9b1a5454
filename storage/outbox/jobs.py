"""The outbox: what is still owed to Slack and to the AI, one row for each thing to do.

A row is `ready`, `sending` or `unknown` while it is open, and `done`, `parked` or `cancelled` at the end.
An ended row never opens again; the claim's order within a lane depends on that.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, literal_column, select, update

from storage.engine.bulk_keys import one_of
from storage.engine.prepared import Prepared
from storage.engine.session import Session
from storage.engine.unit_of_work import UnitOfWork
from storage.outbox.claims import EVERYWHERE, OPEN, SENDING, Claims, ClaimScope
from storage.records import ConversationId, Job
from storage.schema import OPEN_STATES
from storage.schema import outbox as table

_ERROR_LENGTH = 300


class Outbox:
    """The `outbox` table within one transaction."""

    def __init__(
        self, connection: Session, now: datetime, pending: UnitOfWork, topics: set[str], process: int
    ) -> None:
        self._connection = connection
        self._now = now
        self._unit_of_work = pending
        self._topics = topics
        self._claims = Claims(connection, now, process)

    async def owe(
        self,
        kind: str,
        conversation_id: ConversationId,
        *,
        topic: str,
        lane: str,
        priority: int,
        channel: str | None = None,
        payload: Mapping[str, Any] | None = None,
        coalesce: str | None = None,
    ) -> None:
        """Add a row behind the others of its lane; with `coalesce`, unless one like it is ready already."""
        rows = self._unit_of_work.owed if coalesce is None else self._unit_of_work.coalesced
        rows.append(
            {
                "topic": topic,
                "lane": lane,
                "kind": kind,
                "conversation_id": conversation_id,
                "channel": channel,
                "payload": dict(payload or {}),
                "key": secrets.token_hex(16),
                "coalesce": coalesce,
                "priority": priority,
                "state": "ready",
                "alone": False,
                "attempts": 0,
                "fence": 0,
                "available_at": self._now,
                "created_at": self._now,
            }
        )
        self._topics.add(topic)

    async def hurry(self, lane: str, priority: int) -> None:
        """What waits in this lane is as urgent as that from now on."""
        await self._connection.execute(
            update(table)
            .where(table.c.lane == lane, table.c.state.in_(OPEN), table.c.priority > priority)
            .values(priority=priority)
        )

    async def cancel_lane(self, lane: str) -> Sequence[tuple[str, dict[str, Any]]]:
        """Give up everything in the lane; the kinds and payloads of what was open, in its order."""
        rows = await self._connection.execute(
            select(table.c.id, table.c.kind, table.c.payload)
            .where(table.c.lane == lane, table.c.state.in_(OPEN))
            .order_by(table.c.id)
        )
        found = rows.all()
        await self._connection.execute(
            update(table)
            .where(table.c.id.in_([row.id for row in found]))
            .values(state="cancelled", finished_at=self._now)
        )
        return [(row.kind, row.payload) for row in found]

    async def waiting_in(self, lane: str, kind: str) -> Sequence[tuple[int, dict[str, Any]]]:
        """The open rows of that kind in the lane, by their ids, with their payloads, in its order."""
        rows = await self._connection.execute(
            select(table.c.id, table.c.payload)
            .where(table.c.lane == lane, table.c.kind == kind, table.c.state.in_(OPEN))
            .order_by(table.c.id)
        )
        return [(row.id, row.payload) for row in rows.all()]

    async def becomes(self, rows: Collection[int], kind: str) -> None:
        """These rows are of that kind from now on."""
        if rows:
            await self._connection.execute(update(table).where(table.c.id.in_(rows)).values(kind=kind))

    async def redirect(self, lane: str, channel: str) -> None:
        """What waits in this lane goes to that channel from now on."""
        await self._connection.execute(
            update(table).where(table.c.lane == lane, table.c.state.in_(OPEN)).values(channel=channel)
        )

    async def claim(
        self,
        topic: str,
        *,
        limit: int,
        lease: timedelta,
        among: ClaimScope = EVERYWHERE,
        shut: Collection[ClaimScope] = (),
        together: Mapping[str, int] | None = None,
    ) -> Sequence[Job]:
        """Take up to `limit` jobs, as `Claims.claim` does."""
        return await self._claims.claim(
            topic, limit=limit, lease=lease, among=among, shut=shut, together=together
        )

    async def channels(self, topic: str) -> Collection[str | None]:
        """Where open rows go; None for those that go to no channel."""
        rows = await self._connection.fetch(_CHANNELS, {"topic": topic})
        return {row.channel for row in rows}

    async def finish(self, job: Job) -> bool:
        """It is done. False if this claim is no longer the one that holds the row."""
        return await self._settle(job, state="done", finished_at=self._now)

    def finish_later(self, job: Job) -> None:
        """It is done, if this claim still holds it; nobody needs to know whether it did."""
        self._unit_of_work.finished += [
            {"id": item.id, "fence": item.fence, "finished_at": self._now} for item in job.items
        ]

    async def park(self, job: Job, *, error: str) -> bool:
        """It can never be done; the lane goes on without it."""
        return await self._settle(
            job, state="parked", finished_at=self._now, last_error=error[:_ERROR_LENGTH]
        )

    async def put_back(
        self,
        job: Job,
        *,
        at: datetime,
        error: str | None,
        counts: bool,
        sent: bool,
        alone: bool = False,
        payload: Mapping[str, Any] | None = None,
    ) -> bool:
        """Try again at `at`. `counts`: this was an attempt. `sent`: it may have been done already.
        `payload`: what the one row asks for from now on.

        What may have been done, by this try or an earlier one, stays together, since together it would be
        found. `alone`: its rows travel one by one from now on.
        """
        return await self._settle(
            job,
            state="unknown" if sent else "ready",
            available_at=at,
            lease_until=None,
            last_error=None if error is None else error[:_ERROR_LENGTH],
            # A try that certainly did nothing leaves the row as it was found.
            first_sent_at=table.c.first_sent_at if sent else job.maybe_sent,
            attempts=table.c.attempts if counts else table.c.attempts - 1,
            # A later row of the same kind may be ready by now: this one keeps its own place.
            coalesce=None,
            **({} if sent or job.maybe_sent is not None else {"carrier": None}),
            **({"alone": True} if alone else {}),
            **({} if payload is None else {"payload": dict(payload)}),
        )

    async def abandon(self, *, by: Collection[int] | None = None, may_land_for: timedelta) -> None:
        """What these processes had under way is left behind; without `by`, what all had.

        Whoever takes a row up counts from its first try for how long that may still land. So a first try that
        began just now is looked at at once, and all else when nothing of it lands any more.
        """
        theirs = table.c.state == SENDING
        if by is not None:
            theirs &= table.c.claimed_by.in_(by)
        left = update(table).where(theirs).returning(table.c.topic)
        over, later = self._now - timedelta(seconds=1), self._now + may_land_for
        is_fresh = (table.c.attempts <= 1) & (table.c.first_sent_at > self._now - may_land_for / 3)
        free = await self._connection.scalars(left.where(is_fresh).values(lease_until=over))
        self._topics.update(free)
        await self._connection.execute(left.where(~is_fresh).values(lease_until=later))

    async def forget_done(self, *, before: datetime, limit: int) -> bool:
        """Drop rows that were done before that moment, the oldest first. False once there are none left."""
        old = (
            select(table.c.id)
            .where(table.c.state == "done", table.c.finished_at < before)
            .order_by(table.c.id)
            .limit(limit)
        )
        dropped = await self._connection.execute(delete(table).where(table.c.id.in_(old)))
        return bool(dropped.rowcount >= limit)

    async def counts(self) -> Mapping[str, int]:
        """How many rows are open, and how many are parked."""
        rows = await self._connection.execute(
            select(table.c.state, func.count().label("number"))
            .where(table.c.state.in_([*OPEN, literal_column("'parked'")]))
            .group_by(table.c.state)
        )
        found: dict[str, int] = {row.state: row.number for row in rows}
        return {
            "open": sum(found.get(state, 0) for state in OPEN_STATES),
            "parked": found.get("parked", 0),
        }

    async def _settle(self, job: Job, **values: Any) -> bool:
        held = one_of([table.c.id, table.c.fence], [(item.id, item.fence) for item in job.items])
        result = await self._connection.execute(
            update(table).where(held, table.c.state == "sending").values(**values).returning(table.c.id)
        )
        return job.id in set(result.scalars())


_CHANNELS = Prepared(
    lambda _dialect: (
        select(table.c.channel).where(table.c.topic == bindparam("topic"), table.c.state.in_(OPEN)).distinct()
    )
)
