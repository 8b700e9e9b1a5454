"""Claims: which rows of the outbox may be done now, in what order, and by whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    case,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    update,
)

from storage.engine.bulk_keys import wanted
from storage.engine.prepared import Prepared
from storage.engine.session import Session
from storage.records import ConversationId, Job, JobItem
from storage.schema import OPEN_STATES
from storage.schema import outbox as table

# Written out, not bound: SQLite uses the indexes of open rows only for a query that says so itself, and plans
# one that compares a bound state anew each time, because its value might make an index usable.
OPEN: list[ColumnElement[str]] = [literal_column(f"'{state}'") for state in OPEN_STATES]
READY, SENDING, UNKNOWN = OPEN

_earlier = table.alias("earlier")
_HEAD_OF_LANE = ~(
    select(_earlier.c.id)
    .where(_earlier.c.lane == table.c.lane, _earlier.c.id < table.c.id, _earlier.c.state.in_(OPEN))
    .exists()
)
_later = table.alias("later")
_IS_FOLLOWED = (
    select(_later.c.id)
    .where(_later.c.lane == table.c.lane, _later.c.id > table.c.id, _later.c.state.in_(OPEN))
    .exists()
)


@dataclass(frozen=True, slots=True)
class ClaimScope:
    """Rows of some kinds that go to some channels. None stands for all kinds, or for all channels.

    In `channels`, None is what goes to no channel.
    """

    kinds: tuple[str, ...] | None = None
    channels: tuple[str | None, ...] | None = None
    except_kinds: tuple[str, ...] = ()

    def matches(self) -> Any:
        conditions: list[ColumnElement[bool]] = []
        if self.kinds is not None:
            conditions.append(or_(false(), *(table.c.kind == kind for kind in self.kinds)))
        if self.except_kinds:
            conditions.append(and_(*(table.c.kind != kind for kind in self.except_kinds)))
        if self.channels is not None:
            named = or_(false(), *(table.c.channel == one for one in self.channels if one is not None))
            unnamed = table.c.channel.is_(None)
            # Without a channel it is neither in these nor, to the database, outside them.
            conditions.append(or_(unnamed, named) if None in self.channels else and_(~unnamed, named))
        return and_(true(), *conditions)


EVERYWHERE = ClaimScope()


class Claims:
    """What may be claimed of the `outbox` table within one transaction."""

    def __init__(self, connection: Session, now: datetime, process: int) -> None:
        self._connection = connection
        self._now = now
        self._process = process

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
        """Take up to `limit` jobs, each led by the oldest open row of its lane, for `lease` from now.

        Most urgent first, among equals the one that waits longest. Rows in a place that is `shut` stay where
        they are, and hold up their lane. Of the kinds in `together` a job takes along as many of the rows
        right behind its first as that says. A row whose lease ran out is taken again, with those it travelled
        with, and its job carries `maybe_sent`.
        """
        taking = {"now": self._now, "lease_until": self._now + lease, "process": self._process}
        values = {"topic": topic, "limit": limit, **taking}
        heads = await self._connection.change(_heads(among, frozenset(shut)), [values])
        if not heads:
            return []
        behind = await self._behind(heads, together or {})
        taken = [(row.id, head_id) for head_id, rows in behind.items() for row in rows]
        if not _takes_at_once(self._connection.dialect.name):
            taken += [(head.id, head.carrier) for head in heads]
        if taken:
            rows = [{**taking, "row": row, "led_by": carrier} for row, carrier in taken]
            await self._connection.change(_TAKE, rows)
        return [_job(head, behind.get(head.id, ())) for head in heads]

    async def _behind(
        self, heads: Sequence[Row[Any]], together: Mapping[str, int]
    ) -> Mapping[int, Sequence[Row[Any]]]:
        """For each head the rows of its lane that travel with it."""
        leads = {
            head.lane: head
            for head in heads
            if head.is_followed and together.get(head.kind, 1) > 1 and not head.alone
        }
        if not leads:
            return {}
        most = max(together[head.kind] for head in leads.values())
        # The head of each lane is locked and nobody passes it, so nobody else takes these.
        rows = await self._connection.fetch(_LANES, {"wanted": [[lane] for lane in leads], "most": most})
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


def _takes_at_once(dialect: str) -> bool:
    """Whether one statement finds rows and takes them: SQLite changes nothing within a query."""
    return dialect == "postgresql"


@lru_cache
def _heads(among: ClaimScope, shut: frozenset[ClaimScope]) -> Prepared:
    """The rows that may be claimed first of their lanes, and whether others are behind them.

    As they were before; where one statement can, it takes them.
    """
    due = table.c.state.in_([READY, UNKNOWN]) & (table.c.available_at <= bindparam("now"))
    abandoned = (table.c.state == SENDING) & (table.c.lease_until < bindparam("now"))
    found = (
        select(table, _IS_FOLLOWED.label("is_followed"))
        .where(
            table.c.topic == bindparam("topic"),
            table.c.state.in_(OPEN),
            due | abandoned,
            _HEAD_OF_LANE,
            among.matches(),
            *(~place.matches() for place in shut),
        )
        .order_by(table.c.priority, table.c.id)
        .limit(bindparam("limit"))
        .with_for_update(skip_locked=True)
    )

    def made(dialect: str) -> Select[Any]:
        if not _takes_at_once(dialect):
            return found
        heads = found.cte("heads")
        taken = update(table).where(table.c.id == heads.c.id).values(_TAKEN).cte("taken")
        return select(heads).add_cte(taken).order_by(heads.c.priority, heads.c.id)

    return Prepared(made)


def _lanes(dialect: str) -> Select[Any]:
    """The first open rows of some lanes."""
    lanes, (lane,) = wanted("wanted", (table.c.lane,), dialect=dialect)
    place = func.row_number().over(partition_by=table.c.lane, order_by=table.c.id).label("place")
    numbered = (
        select(table, place)
        .join_from(lanes, table, table.c.lane == lane)
        .where(table.c.state.in_(OPEN))
        .subquery()
    )
    first = select(numbered).where(numbered.c.place <= bindparam("most"))
    return first.order_by(numbered.c.lane, numbered.c.id)


_LANES = Prepared(_lanes)
# What a place takes nothing of for weeks is tried more often than its column can count.
_COUNTED: ColumnElement[int] = literal_column("32000")
_TAKEN: Mapping[str, Any] = {
    "state": "sending",
    "attempts": case((table.c.attempts < _COUNTED, table.c.attempts + 1), else_=table.c.attempts),
    "fence": table.c.fence + 1,
    "lease_until": bindparam("lease_until"),
    "claimed_by": bindparam("process"),
    "first_sent_at": func.coalesce(table.c.first_sent_at, bindparam("now")),
}
_TAKE = Prepared(
    lambda _dialect: (
        update(table).where(table.c.id == bindparam("row")).values(**_TAKEN, carrier=bindparam("led_by"))
    )
)


def _job(head: Row[Any], behind: Sequence[Row[Any]]) -> Job:
    return Job(
        items=tuple(JobItem(id=row.id, fence=row.fence + 1, payload=row.payload) for row in (head, *behind)),
        lane=head.lane,
        kind=head.kind,
        conversation_id=ConversationId(head.conversation_id),
        channel=head.channel,
        key=head.key,
        attempts=head.attempts + 1,
        maybe_sent=head.first_sent_at,
        created_at=head.created_at,
    )
