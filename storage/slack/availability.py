"""Queries about who is available: teammates to whom a conversation may be assigned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, or_, select, update

from storage.engine.bulk_keys import one_of
from storage.engine.session import Session
from storage.records import Person, PersonId
from storage.schema import attendance, channels, tickets
from storage.schema import people as table
from storage.slack.people import person_of


class Availability:
    """Who is available, in the `people` table within one transaction."""

    def __init__(self, connection: Session, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def put(self, person: PersonId, *, available: bool) -> None:
        """What somebody said of themselves. They are in the `people` table."""
        await self._connection.execute(
            update(table)
            .where(table.c.team_id == person.team, table.c.user_id == person.user)
            .values(is_available=available)
        )

    async def has(self, person: PersonId) -> bool:
        """Whether they are available. Who never said so is not."""
        said = await self._connection.scalar(
            select(table.c.is_available).where(table.c.team_id == person.team, table.c.user_id == person.user)
        )
        return bool(said)

    async def everybody(self) -> Sequence[PersonId]:
        """Who is available, able to act or not."""
        rows = await self._connection.execute(
            select(table.c.team_id, table.c.user_id).where(table.c.is_available)
        )
        return [PersonId(row.team_id, row.user_id) for row in rows]

    async def next(self, *, cap: int, by_load: bool, lock: bool, home: str | None = None) -> Person | None:
        """Whose turn it is among those with fewer than `cap` open tickets. None if there is nobody.

        By load, who has the fewest; among equals, and without, who was assigned one longest ago. With `lock`
        nobody else assigns anything until the commit, or two could fill the same last place. Only those count
        who are in the channel `home`; while that is the only one, whoever is available is there.
        """
        wanted = select(table).where(table.c.is_available, table.c.may_act)
        is_there = (
            select(attendance.c.user)
            .where(
                attendance.c.channel == home,
                attendance.c.team == table.c.team_id,
                attendance.c.user == table.c.user_id,
            )
            .exists()
        )
        is_another = select(channels.c.id).where(channels.c.id != (home or "")).exists()
        wanted = wanted.where(or_(~is_another, is_there))
        wanted = wanted.order_by(table.c.team_id, table.c.user_id)
        rows = (await self._connection.execute(wanted.with_for_update() if lock else wanted)).all()
        if not rows:
            return None
        of = tickets.c
        counted = await self._connection.execute(
            select(of.assignee_team, of.assignee_user, func.count().label("number"))
            .where(
                one_of((of.assignee_team, of.assignee_user), [(row.team_id, row.user_id) for row in rows]),
                of.closed_at.is_(None),
            )
            .group_by(of.assignee_team, of.assignee_user)
        )
        open_of = {(row.assignee_team, row.assignee_user): int(row.number) for row in counted}
        free = [row for row in rows if open_of.get((row.team_id, row.user_id), 0) < cap]
        if not free:
            return None

        def turn(row: Row[Any]) -> tuple[int, float, str]:
            load = open_of.get((row.team_id, row.user_id), 0) if by_load else 0
            return load, row.assigned_at.timestamp() if row.assigned_at else 0.0, row.user_id

        return person_of(min(free, key=turn))

    async def assigned(self, person: PersonId) -> None:
        """They were given one just now."""
        await self._connection.execute(
            update(table)
            .where(table.c.team_id == person.team, table.c.user_id == person.user)
            .values(assigned_at=self._now)
        )
