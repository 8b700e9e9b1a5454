"""What Slack last said about teammates, so that a name is at hand when Slack is not."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from storage.engine.bulk_keys import rows_of
from storage.engine.session import Session
from storage.records import Person, PersonId
from storage.schema import people as table


class People:
    """The `people` table within one transaction."""

    def __init__(self, connection: Session, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def get(self, person: PersonId) -> Person | None:
        return (await self.named([person])).get(person)

    async def named(self, ids: Collection[PersonId]) -> Mapping[PersonId, Person]:
        """Those of `ids` that are known."""
        if not ids:
            return {}
        rows = await self._connection.fetch(_THESE, {"wanted": [[one.team, one.user] for one in ids]})
        return {person.id: person for person in map(person_of, rows)}

    async def remember(self, person: Person) -> None:
        said = {
            "name": person.name,
            "avatar_url": person.avatar_url,
            "may_act": person.may_act,
            "fetched_at": person.fetched_at,
            "locale": person.locale,
            "zone": person.zone,
        }
        await self._connection.execute(
            self._connection.insert(table)
            .values(team_id=person.id.team, user_id=person.id.user, **said)
            .on_conflict_do_update(index_elements=["team_id", "user_id"], set_=said)
        )


_THESE = rows_of(table, (table.c.team_id, table.c.user_id))


def person_of(row: Row[Any]) -> Person:
    """Somebody, as their row in the table says."""
    return Person(
        id=PersonId(row.team_id, row.user_id),
        name=row.name,
        avatar_url=row.avatar_url,
        may_act=row.may_act,
        fetched_at=row.fetched_at,
        locale=row.locale,
        zone=row.zone,
    )
