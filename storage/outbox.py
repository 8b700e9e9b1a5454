"""The outbox: what is still owed to Slack and to the AI, one row for each thing to do.

A row is `ready`, `sending` or `unknown` while it is open, and `done`, `parked` or `cancelled` at the end.
An ended row never opens again; the claim's order within a lane depends on that.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    func,
    literal_column,
    or_,
    select,
    true,
    tuple_,
    update,
)

from storage.link import Link
from storage.pending import Pending
from storage.records import ConversationId, Item, Parcel
from storage.schema import OPEN_STATES
from storage.schema import outbox as table

# Written out, not bound: SQLite uses the indexes of open rows only for a query that says so itself.
_OPEN: list[ColumnElement[str]] = [literal_column(f"'{state}'") for state in OPEN_STATES]

_ERROR_LENGTH = 300

_earlier = table.alias("earlier")
_HEAD_OF_LANE = ~(
    select(_earlier.c.id)
    .where(_earlier.c.lane == table.c.lane, _earlier.c.id < table.c.id, _earlier.c.state.in_(_OPEN))
    .exists()
)


@dataclass(frozen=True, slots=True)
class Place:
    """Rows of some kinds that go to some channels. None stands for all kinds, or for all channels.

    In `channels`, None is the configured channel.
    """

    kinds: Collection[str] | None = None
    channels: Collection[str | None] | None = None
    except_kinds: Collection[str] = ()

    def matches(self) -> Any:
        conditions: list[ColumnElement[bool]] = []
        if self.kinds is not None:
            conditions.append(table.c.kind.in_(list(self.kinds)))
        if self.except_kinds:
            conditions.append(table.c.kind.not_in(list(self.except_kinds)))
        if self.channels is not None:
            named = table.c.channel.in_([one for one in self.channels if one is not None])
            unnamed = table.c.channel.is_(None)
            # Without a channel it is neither in these nor, to the database, outside them.
            conditions.append(or_(unnamed, named) if None in self.channels else and_(~unnamed, named))
        return and_(true(), *conditions)


EVERYWHERE = Place()


class Outbox:
    """The `outbox` table within one transaction."""

    def __init__(self, connection: Link, now: datetime, pending: Pending, topics: set[str]) -> None:
        self._connection = connection
        self._now = now
        self._pending = pending
        self._topics = topics

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
        rows = self._pending.owed if coalesce is None else self._pending.coalesced
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
            .where(table.c.lane == lane, table.c.state.in_(_OPEN), table.c.priority > priority)
            .values(priority=priority)
        )

    async def cancel_lane(self, lane: str) -> Sequence[tuple[str, dict[str, Any]]]:
        """Give up everything in the lane; the kinds and payloads of what was open, in its order."""
        rows = await self._connection.execute(
            select(table.c.id, table.c.kind, table.c.payload)
            .where(table.c.lane == lane, table.c.state.in_(_OPEN))
            .order_by(table.c.id)
        )
        found = rows.all()
        await self._connection.execute(
            update(table)
            .where(table.c.id.in_([row.id for row in found]))
            .values(state="cancelled", finished_at=self._now)
        )
        return [(row.kind, row.payload) for row in found]

    async def claim(
        self,
        topic: str,
        *,
        limit: int,
        lease: timedelta,
        among: Place = EVERYWHERE,
        shut: Collection[Place] = (),
        together: Mapping[str, int] | None = None,
    ) -> Sequence[Parcel]:
        """Take up to `limit` parcels, each led by the oldest open row of its lane, for `lease` from now.

        Most urgent first, among equals the one that waits longest. Rows in a place that is `shut` stay where
        they are, and hold up their lane. Of the kinds in `together` a parcel takes along as many of the rows
        right behind its first as that says. A row whose lease ran out is taken again, with those it travelled
        with, and its parcel carries `maybe_sent`.
        """
        due = table.c.state.in_(("ready", "unknown")) & (table.c.available_at <= self._now)
        abandoned = (table.c.state == "sending") & (table.c.lease_until < self._now)
        chosen: Select[Any] = (
            select(table)
            .where(table.c.topic == topic, table.c.state.in_(_OPEN), due | abandoned, _HEAD_OF_LANE)
            .order_by(table.c.priority, table.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        if among is not EVERYWHERE:
            chosen = chosen.where(among.matches())
        for place in shut:
            chosen = chosen.where(~place.matches())
        heads = (await self._connection.execute(chosen)).all()
        if not heads:
            return []
        behind = await self._behind(heads, together or {})
        await self._take(heads, behind, lease)
        return [_parcel(head, behind.get(head.id, ())) for head in heads]

    async def channels(self, topic: str) -> Collection[str | None]:
        """Where open rows go; None is the configured channel."""
        rows = await self._connection.scalars(
            select(table.c.channel).where(table.c.topic == topic, table.c.state.in_(_OPEN)).distinct()
        )
        return set(rows)

    async def finish(self, parcel: Parcel) -> bool:
        """It is done. False if this claim is no longer the one that holds the row."""
        return await self._settle(parcel, state="done", finished_at=self._now)

    def finish_later(self, parcel: Parcel) -> None:
        """It is done, if this claim still holds it; nobody needs to know whether it did."""
        self._pending.finished += [
            {"row": item.id, "claim": item.fence, "at": self._now} for item in parcel.items
        ]

    async def park(self, parcel: Parcel, *, error: str) -> bool:
        """It can never be done; the lane goes on without it."""
        return await self._settle(
            parcel, state="parked", finished_at=self._now, last_error=error[:_ERROR_LENGTH]
        )

    async def put_back(
        self,
        parcel: Parcel,
        *,
        at: datetime,
        error: str | None,
        counts: bool,
        sent: bool,
        alone: bool = False,
    ) -> bool:
        """Try again at `at`. `counts`: this was an attempt. `sent`: it may have been done already.

        What may have been done stays together, since together it would be found. `alone`: its rows travel
        one by one from now on.
        """
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
            **({} if sent else {"carrier": None}),
            **({"alone": True} if alone else {}),
        )

    async def abandon_all(self) -> None:
        """Nobody else is at work on this outbox, so whatever is under way was left behind by the dead."""
        await self._connection.execute(
            update(table)
            .where(table.c.state == "sending")
            .values(lease_until=self._now - timedelta(seconds=1))
        )

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
            .where(table.c.state.in_([*_OPEN, literal_column("'parked'")]))
            .group_by(table.c.state)
        )
        found: dict[str, int] = {row.state: row.number for row in rows}
        return {
            "open": sum(found.get(state, 0) for state in OPEN_STATES),
            "parked": found.get("parked", 0),
        }

    async def _behind(
        self, heads: Sequence[Row[Any]], together: Mapping[str, int]
    ) -> Mapping[int, Sequence[Row[Any]]]:
        """For each head the rows of its lane that travel with it."""
        leads = {head.lane: head for head in heads if together.get(head.kind, 1) > 1 and not head.alone}
        if not leads:
            return {}
        place = func.row_number().over(partition_by=table.c.lane, order_by=table.c.id).label("place")
        most = max(together[head.kind] for head in leads.values())
        numbered = (
            select(table, place).where(table.c.lane.in_(list(leads)), table.c.state.in_(_OPEN)).subquery()
        )
        # The head of each lane is locked and nobody passes it, so nobody else takes these.
        rows = await self._connection.execute(
            select(numbered).where(numbered.c.place <= most).order_by(numbered.c.lane, numbered.c.id)
        )
        found: dict[int, list[Row[Any]]] = {head.id: [] for head in leads.values()}
        ended: set[str] = set()
        for row in rows:
            head = leads[row.lane]
            if row.id == head.id or row.lane in ended:
                continue
            if self._goes_along(row, head) and len(found[head.id]) + 1 < together[head.kind]:
                found[head.id].append(row)
            else:
                ended.add(row.lane)
        return found

    def _goes_along(self, row: Row[Any], head: Row[Any]) -> bool:
        if head.first_sent_at is not None:
            return bool(row.carrier == head.id)
        is_due: bool = row.state == "ready" and row.available_at <= self._now
        return is_due and row.kind == head.kind and not row.alone

    async def _take(
        self, heads: Sequence[Row[Any]], behind: Mapping[int, Sequence[Row[Any]]], lease: timedelta
    ) -> None:
        taken = {
            "state": "sending",
            "attempts": table.c.attempts + 1,
            "fence": table.c.fence + 1,
            "lease_until": self._now + lease,
            "first_sent_at": func.coalesce(table.c.first_sent_at, self._now),
        }
        ids = [head.id for head in heads]
        await self._connection.execute(update(table).where(table.c.id.in_(ids)).values(taken))
        followers = [{"row": row.id, "led_by": head_id} for head_id, rows in behind.items() for row in rows]
        if followers:
            along = update(table).where(table.c.id == bindparam("row"))
            await self._connection.execute(along.values({**taken, "carrier": bindparam("led_by")}), followers)

    async def _settle(self, parcel: Parcel, **values: Any) -> bool:
        held = [(item.id, item.fence) for item in parcel.items]
        result = await self._connection.execute(
            update(table)
            .where(tuple_(table.c.id, table.c.fence).in_(held), table.c.state == "sending")
            .values(**values)
            .returning(table.c.id)
        )
        return parcel.id in set(result.scalars())


def _parcel(head: Row[Any], behind: Sequence[Row[Any]]) -> Parcel:
    return Parcel(
        items=tuple(Item(id=row.id, fence=row.fence + 1, payload=row.payload) for row in (head, *behind)),
        lane=head.lane,
        kind=head.kind,
        conversation_id=ConversationId(head.conversation_id),
        channel=head.channel,
        key=head.key,
        attempts=head.attempts + 1,
        maybe_sent=head.first_sent_at,
        created_at=head.created_at,
    )
