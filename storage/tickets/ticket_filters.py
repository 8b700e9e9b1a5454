"""Which tickets a list shows (open, mine, closed, …), and which conversations are live."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from storage.engine.session import Session
from storage.records import ConversationId, ConversationState, PersonId, Status, TicketNumber
from storage.schema import conversations
from storage.schema import tickets as table
from storage.slack.slack_channels import Among, is_readable, readable

# Counting further would read an index to its end, and nobody turns so many pages.
COUNTED = 1000


class TicketFilter(StrEnum):
    """A list of tickets, by the word that asks for it."""

    OPEN = "open"
    MINE = "mine"
    NEW = "new"
    ME = "me"
    CUSTOMER = "customer"
    HOLD = "hold"
    CLOSED = "closed"
    DONE = "done"


class TicketFilters:
    """What is on the lists, within one transaction."""

    def __init__(self, connection: Session) -> None:
        self._connection = connection

    async def page(
        self, ticket_filter: TicketFilter, by: PersonId, *, limit: int, offset: int = 0, among: Among = None
    ) -> tuple[Sequence[TicketNumber], int]:
        """The numbers of the tickets on it, longest open first or closed last first, and how many there are.

        `by` is whose `mine`, `me` and `done` are. Above `COUNTED` nobody counts: the total is then one
        more. Only of conversations at home in the channels `among`.
        """
        which = and_(_on(ticket_filter, by), *is_readable(table.c.conversation_id, among))
        some = select(table.c.number).where(which).limit(COUNTED + 1).subquery()
        total = await self._connection.scalar(select(func.count()).select_from(some))
        if ticket_filter in (TicketFilter.CLOSED, TicketFilter.DONE):
            order = [table.c.closed_at.desc(), table.c.number.desc()]
        else:
            order = [table.c.opened_at.asc(), table.c.number.asc()]
        found = await self._connection.scalars(
            select(table.c.number).where(which).order_by(*order).limit(limit).offset(offset)
        )
        return [TicketNumber(number) for number in found], total or 0

    async def live(
        self, *, since: datetime, limit: int, offset: int = 0, among: Among = None
    ) -> tuple[Sequence[ConversationId], int]:
        """Conversations the AI holds that are no tickets and had a message since, latest first; and how many.

        The count reads nothing but an index, and of it only what is that new.
        """
        of = conversations.c
        with_ai = and_(of.state == ConversationState.AI, of.last_message_at >= since, *readable(among))
        ticketed = select(table.c.conversation_id).where(table.c.closed_at.is_(None))
        new = await self._connection.scalar(select(func.count()).select_from(conversations).where(with_ai))
        # Hardly any: an open ticket's conversation is a teammate's or waits for one.
        apart = await self._connection.scalar(
            select(func.count()).select_from(conversations).where(with_ai, of.id.in_(ticketed))
        )
        without = ~select(table.c.number).where(table.c.conversation_id == of.id, _IS_OPEN).exists()
        rows = await self._connection.scalars(
            select(of.id)
            .where(with_ai, without)
            .order_by(of.last_message_at.desc(), of.id)
            .limit(limit)
            .offset(offset)
        )
        return [ConversationId(one) for one in rows], (new or 0) - (apart or 0)


_IS_OPEN = table.c.closed_at.is_(None)


def _on(ticket_filter: TicketFilter, by: PersonId) -> ColumnElement[Any]:
    mine = and_(table.c.assignee_team == by.team, table.c.assignee_user == by.user)
    match ticket_filter:
        case TicketFilter.OPEN:
            return _IS_OPEN
        case TicketFilter.MINE:
            return and_(_IS_OPEN, mine)
        case TicketFilter.NEW:
            return and_(_IS_OPEN, table.c.status == Status.NEW)
        case TicketFilter.ME:
            return and_(_IS_OPEN, table.c.status == Status.ON_YOU, mine)
        case TicketFilter.CUSTOMER:
            return and_(_IS_OPEN, table.c.status == Status.ON_CUSTOMER)
        case TicketFilter.HOLD:
            return and_(_IS_OPEN, table.c.status == Status.ON_HOLD)
        case TicketFilter.CLOSED:
            return table.c.closed_at.is_not(None)
        case TicketFilter.DONE:
            return and_(table.c.closed_at.is_not(None), mine)
