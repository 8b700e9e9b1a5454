"""Rate limits that all processes share: one row for each thing whose pace is kept, such as posts into a Slack
channel.

The generic cell rate algorithm: a row holds the moment at which its budget is whole again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, bindparam, select, update

from storage.engine.bulk_keys import wanted
from storage.engine.prepared import Prepared
from storage.engine.session import Session
from storage.schema import paces as table


@dataclass(frozen=True, slots=True)
class Rate:
    """One each `spacing` seconds in the long run, and at most `burst` at once after a rest."""

    spacing: float
    burst: int = 1


@dataclass(frozen=True, slots=True)
class Grant:
    """`tokens` may be taken now; where that is none, `opens_at` says when there is one."""

    tokens: int
    opens_at: datetime


class RateLimits:
    """The `paces` table within one transaction."""

    def __init__(self, connection: Session, now: datetime) -> None:
        self._connection = connection
        self._now = now
        self._arrivals: dict[str, float] = {}

    async def openings(self, rates: Mapping[str, Rate]) -> Mapping[str, Grant]:
        """What may be taken of each, by name, and nobody else may take until the commit.

        A name that another process has in its hands at this moment is missing from the answer.
        """
        found = await self._lock(rates)
        if len(found) < len(rates):
            absent = [name for name in rates if name not in found]
            await self._connection.execute(
                self._connection.insert(table).on_conflict_do_nothing(),
                [{"name": name, "arrival": 0.0, "closed_until": 0.0} for name in absent],
            )
            found |= await self._lock({name: rates[name] for name in absent})
        return found

    async def take(self, name: str, rate: Rate, number: int) -> None:
        """Use up so many of the tokens that `openings` offered."""
        arrival = max(self._arrivals[name], self._now.timestamp()) + number * rate.spacing
        self._arrivals[name] = arrival
        await self._connection.change(_TAKE, [{"of": name, "at": arrival}])

    async def close(self, name: str, until: datetime) -> None:
        """Nothing of that name before `until`, however much is left of its budget."""
        moment = until.timestamp()
        await self._connection.execute(
            update(table)
            .where(table.c.name == name, table.c.closed_until < moment)
            .values(closed_until=moment)
        )

    async def _lock(self, rates: Mapping[str, Rate]) -> dict[str, Grant]:
        rows = await self._connection.fetch(_THESE, {"wanted": [[name] for name in rates]})
        found = {}
        for row in rows:
            self._arrivals[row.name] = row.arrival
            found[row.name] = _opening(rates[row.name], row.arrival, row.closed_until, self._now.timestamp())
        return found


def _locked(dialect: str) -> Select[Any]:
    rows, (name,) = wanted("wanted", (table.c.name,), dialect=dialect)
    found = select(table).join_from(rows, table, table.c.name == name)
    return found.with_for_update(of=table, skip_locked=True)


_THESE = Prepared(_locked)
_TAKE = Prepared(
    lambda _dialect: update(table).where(table.c.name == bindparam("of")).values(arrival=bindparam("at"))
)


def _opening(rate: Rate, arrival: float, closed_until: float, now: float) -> Grant:
    slack = (rate.burst - 1) * rate.spacing
    opens_at = max(closed_until, arrival - slack)
    # A millionth of a second: what rounding may have added is no reason to come back for.
    if opens_at > now + 1e-6:
        return Grant(0, datetime.fromtimestamp(opens_at, UTC))
    tokens = int((now + 1e-6 + slack - max(arrival, now)) / rate.spacing) + 1
    return Grant(min(tokens, rate.burst), datetime.fromtimestamp(now, UTC))
