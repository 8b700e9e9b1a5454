"""Queries about tickets. At most one open ticket for each conversation: a unique index says so."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from storage.engine.bulk_keys import rows_of, wanted
from storage.engine.prepared import Prepared
from storage.engine.session import Session
from storage.records import ConversationId, PersonId, Status, TeammateCall, Ticket, TicketNumber
from storage.schema import tickets as table
from storage.slack.slack_channels import Among, is_readable

LIVE_CHAT = "live_chat"

# In both the customer waits: being picked up does not begin the wait anew.
_CUSTOMER_WAITS = (Status.NEW, Status.ON_YOU)
# Nobody is reminded of one wait more often than that.
MOST_REMINDERS = 5


class Tickets:
    """The `tickets` table within one transaction."""

    def __init__(self, connection: Session, now: datetime) -> None:
        self._connection = connection
        self._now = now
        self._open: dict[ConversationId, Ticket | None] = {}

    async def look_up(self, conversations: Collection[ConversationId]) -> None:
        """Read the open tickets of several locked conversations at once, for the `open_of` that will ask."""
        if not conversations:
            return
        self._open |= dict.fromkeys(conversations)
        for row in await self._connection.fetch(_OPEN, {"wanted": [[one] for one in conversations]}):
            self._seen(_ticket(row))

    async def open_live_chat(
        self, conversation_id: ConversationId, *, channel: str, assignee: PersonId | None, status: Status
    ) -> Ticket:
        row = await self._connection.execute(
            insert(table)
            .values(
                type=LIVE_CHAT,
                conversation_id=conversation_id,
                channel=channel,
                status=status,
                assignee_team=assignee.team if assignee else None,
                assignee_user=assignee.user if assignee else None,
                status_since=self._now,
                told_at=self._now,
                opened_at=self._now,
            )
            .returning(table)
        )
        return self._seen(_ticket(row.one()))

    async def get(self, number: TicketNumber) -> Ticket | None:
        row = (await self._connection.execute(select(table).where(table.c.number == number))).one_or_none()
        return None if row is None else _ticket(row)

    async def open_of(self, conversation_id: ConversationId) -> Ticket | None:
        """The conversation's open ticket. The caller holds the conversation's lock."""
        if conversation_id not in self._open:
            await self.look_up([conversation_id])
        return self._open[conversation_id]

    async def assign(self, number: TicketNumber, assignee: PersonId, *, unasked: bool = False) -> Ticket:
        """Let it land on somebody, whatever it waited for before. `unasked`: they did not press for it."""
        return await self._stand(
            number,
            Status.ON_YOU,
            assignee_team=assignee.team,
            assignee_user=assignee.user,
            assigned_at=self._now if unasked else None,
        )

    async def unassign(self, number: TicketNumber) -> Ticket:
        """Let it be New again and nobody's."""
        return await self._stand(number, Status.NEW, assignee_team=None, assignee_user=None)

    async def move(self, number: TicketNumber, status: Status, *, hold_reason: str | None = None) -> Ticket:
        """Put it in another status; a closed one gets its closing time, one on hold its reason."""
        closed_at = None if status.is_open else self._now
        return await self._stand(number, status, closed_at=closed_at, hold_reason=hold_reason)

    async def rename(self, number: TicketNumber, subject: str) -> Ticket:
        return await self._set(number, subject=subject)

    async def replied(self, number: TicketNumber) -> None:
        """A teammate answered: remember when the first answer was."""
        await self._set(number, first_reply_at=self._now)

    async def describe(self, number: TicketNumber, *, subject: str, summary: str, language: str) -> Ticket:
        return await self._set(number, subject=subject, summary=summary, language=language)

    async def unanswered(self, *, after: timedelta, limit: int) -> Sequence[ConversationId]:
        """The conversations whose team, or whose teammate, is to be reminded now, the longest due first.

        The first time `after` they were told, and then after twice as long each time.
        """
        due = (
            and_(table.c.reminders == sent, table.c.told_at <= self._now - after * (1 << sent))
            for sent in range(MOST_REMINDERS)
        )
        found = await self._connection.scalars(
            select(table.c.conversation_id)
            .where(table.c.told_at.is_not(None), or_(*due))
            .order_by(table.c.told_at)
            .limit(limit)
        )
        return [ConversationId(one) for one in found]

    def is_unanswered(self, ticket: Ticket, *, after: timedelta) -> bool:
        """The same of one ticket."""
        if ticket.told_at is None or ticket.reminders >= MOST_REMINDERS:
            return False
        return ticket.told_at + after * (1 << ticket.reminders) <= self._now

    async def reminded(self, ticket: Ticket) -> Ticket:
        return await self._set(ticket.number, told_at=self._now, reminders=ticket.reminders + 1)

    async def called(self, number: TicketNumber, call: TeammateCall | None) -> None:
        """That call stands in the channel now; None: none does."""
        # By itself: the ticket may be closed, and another one of its conversation open.
        await self._connection.execute(
            update(table)
            .where(table.c.number == number)
            .values(
                call_channel=call.channel if call else None,
                call_ts=call.ts if call else None,
                call_seq=call.seq if call else None,
            )
        )

    async def calls_over(self, *, limit: int) -> Sequence[tuple[ConversationId, TicketNumber]]:
        """Tickets of which a call still stands in the channel and which nobody has to be called for."""
        rows = await self._connection.execute(
            select(table.c.conversation_id, table.c.number)
            .where(table.c.call_ts.is_not(None), table.c.status != Status.NEW)
            .order_by(table.c.number)
            .limit(limit)
        )
        return [(ConversationId(row.conversation_id), TicketNumber(row.number)) for row in rows]

    async def all_open(
        self, *, limit: int, offset: int = 0, among: Among = None
    ) -> tuple[Sequence[Ticket], int]:
        """Open tickets, longest open first, and how many there are in all."""
        which = and_(table.c.closed_at.is_(None), *is_readable(table.c.conversation_id, among))
        total = await self._connection.scalar(select(func.count()).select_from(table).where(which))
        rows = await self._connection.execute(
            select(table).where(which).order_by(table.c.opened_at, table.c.number).limit(limit).offset(offset)
        )
        return [_ticket(row) for row in rows], total or 0

    async def several(self, numbers: Collection[TicketNumber]) -> Sequence[Ticket]:
        """Those of `numbers` that exist, in no order."""
        if not numbers:
            return []
        rows = await self._connection.execute(select(table).where(table.c.number.in_(numbers)))
        return [_ticket(row) for row in rows]

    async def latest_of_each(self, conversations: Collection[ConversationId]) -> Sequence[Ticket]:
        """Of each conversation that has any, the ticket opened last."""
        # The open one is the last: there is no other before it is closed.
        known = [ticket for one in conversations if (ticket := self._open.get(one)) is not None]
        unknown = [[one] for one in conversations if self._open.get(one) is None]
        if not unknown:
            return known
        return [*known, *map(_ticket, await self._connection.fetch(_LATEST, {"wanted": unknown}))]

    async def _stand(self, number: TicketNumber, status: Status, **values: Any) -> Ticket:
        # Whoever has it now, or has it back, counts anew.
        told_at = self._now if status in _CUSTOMER_WAITS else None
        stands = {"status": status, "status_since": self._now, "told_at": told_at, "reminders": 0}
        return await self._set(number, **{**stands, "hold_reason": None, **values})

    async def _set(self, number: TicketNumber, **values: Any) -> Ticket:
        bound = {f"new_{name}": value for name, value in values.items()}
        (row,) = await self._connection.change(_setting(*values), [{"of": number, **bound}])
        return self._seen(_ticket(row))

    def _seen(self, ticket: Ticket) -> Ticket:
        about, known = ticket.conversation_id, self._open.get(ticket.conversation_id)
        if ticket.status.is_open:
            self._open[about] = ticket
        elif known is not None and known.number == ticket.number:
            # Of an older one, closed long ago, this says nothing about the one that is open.
            self._open[about] = None
        return ticket


_STATUS: BindParameter[str] = bindparam("new_status")
_BOTH_WAIT = and_(*(or_(*(one == waits for waits in _CUSTOMER_WAITS)) for one in (table.c.status, _STATUS)))
# What keeps the value that it has, if that means the same as the new one.
_KEPT: Mapping[str, ColumnElement[Any]] = {
    "status_since": case(
        (or_(table.c.status == _STATUS, _BOTH_WAIT), table.c.status_since),
        else_=bindparam("new_status_since"),
    ),
    "first_reply_at": func.coalesce(table.c.first_reply_at, bindparam("new_first_reply_at")),
}
_OPEN = rows_of(table, (table.c.conversation_id,), table.c.closed_at.is_(None))


def _latest(dialect: str) -> Select[Any]:
    conversations, (one,) = wanted("wanted", (table.c.conversation_id,), dialect=dialect)
    if dialect == "postgresql":
        # It takes any list for a hundred rows and reads the whole table; so it looks them up one by one.
        of_one = select(table).where(table.c.conversation_id == one)
        latest = of_one.order_by(table.c.number.desc()).limit(1).lateral("latest")
        return select(latest).select_from(conversations.join(latest, true()))
    last = (
        select(func.max(table.c.number))
        .join_from(conversations, table, table.c.conversation_id == one)
        .group_by(table.c.conversation_id)
    )
    return select(table).where(table.c.number.in_(last))


_LATEST = Prepared(_latest)


@cache
def _setting(*names: str) -> Prepared:
    """The change of one ticket that gives these columns a value."""
    values = {name: _KEPT.get(name, bindparam(f"new_{name}")) for name in names}
    return Prepared(
        lambda _dialect: (
            update(table).where(table.c.number == bindparam("of")).values(**values).returning(table)
        )
    )


def _ticket(row: Row[Any]) -> Ticket:
    return Ticket(
        number=TicketNumber(row.number),
        type=row.type,
        conversation_id=ConversationId(row.conversation_id),
        channel=row.channel,
        status=Status(row.status),
        subject=row.subject,
        summary=row.summary,
        language=row.language,
        assignee=PersonId(row.assignee_team, row.assignee_user) if row.assignee_user else None,
        hold_reason=row.hold_reason,
        status_since=row.status_since,
        opened_at=row.opened_at,
        first_reply_at=row.first_reply_at,
        closed_at=row.closed_at,
        assigned_at=row.assigned_at,
        told_at=row.told_at,
        reminders=row.reminders,
        call=TeammateCall(row.call_channel, row.call_ts, row.call_seq) if row.call_ts else None,
    )
