"""Queries for the figures of `/bookbag stats`: how many conversations, how long until an answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select

from storage.engine.session import Session
from storage.records import ConversationId, ConversationState, Kind, Status
from storage.schema import conversations, entries, tickets
from storage.slack.slack_channels import Among, is_readable, readable

# A moment's events are few; a day's figures that took more than this many would be no help to anybody.
MOST_EVENTS = 10_000


class Stats:
    """Counts and times within one transaction. Each reads as much as the day holds, not the past.

    Only of conversations at home in the channels `among`.
    """

    def __init__(self, connection: Session) -> None:
        self._connection = connection

    async def conversations(self, since: datetime, among: Among = None) -> int:
        """In how many something was said since."""
        of = conversations.c
        counted = select(func.count()).select_from(conversations)
        return (
            await self._connection.scalar(
                counted.where(
                    of.state.in_(list(ConversationState)), of.last_message_at >= since, *readable(among)
                )
            )
            or 0
        )

    async def having(self, event: str, since: datetime, among: Among = None) -> int:
        """To how many conversations this event happened since."""
        rows = await self._connection.execute(
            select(entries.c.conversation_id, entries.c.data)
            .where(
                entries.c.kind == Kind.SYSTEM,
                entries.c.created_at >= since,
                *is_readable(entries.c.conversation_id, among),
            )
            .limit(MOST_EVENTS)
        )
        return len({ConversationId(row.conversation_id) for row in rows if row.data.get("event") == event})

    async def waiting(self, among: Among = None) -> tuple[int, datetime | None]:
        """How many conversations wait for a teammate, and since when the first of them does."""
        counted = select(func.count().label("total"), func.min(conversations.c.escalated_at).label("first"))
        rows = await self._connection.execute(
            counted.where(conversations.c.state == ConversationState.WAITING, *readable(among))
        )
        row = rows.one()
        return row.total, row.first

    async def first_replies(self, since: datetime, among: Among = None) -> Sequence[timedelta]:
        """How long the customers of tickets opened since waited for the first reply, where there was one."""
        of = tickets.c
        rows = await self._connection.execute(
            select(of.opened_at, of.first_reply_at).where(
                of.status.in_(list(Status)),
                of.opened_at >= since,
                of.first_reply_at.is_not(None),
                *is_readable(of.conversation_id, among),
            )
        )
        return [row.first_reply_at - row.opened_at for row in rows]

    async def resolutions(self, since: datetime, among: Among = None) -> Sequence[timedelta]:
        """How long the tickets closed since were open. Cancelled ones resolved nothing."""
        of = tickets.c
        # By the time alone: given the status too, SQLite would read every ticket ever closed.
        rows = await self._connection.execute(
            select(of.opened_at, of.closed_at, of.status).where(
                of.closed_at >= since, *is_readable(of.conversation_id, among)
            )
        )
        return [row.closed_at - row.opened_at for row in rows if row.status == Status.CLOSED]
