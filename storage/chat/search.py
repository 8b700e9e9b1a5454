"""Queries for looking through what was said, from the latest conversation backwards."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, or_, select, union_all

from storage.engine.session import Session
from storage.records import ConversationId, ConversationState, Kind
from storage.schema import conversations, entries, tickets
from storage.slack.slack_channels import Among, readable


@dataclass(frozen=True, slots=True)
class SearchPlace:
    """Where a conversation stands among all by its last message."""

    at: datetime
    id: ConversationId


@dataclass(frozen=True, slots=True)
class KnownConversation:
    """What there is to find of a conversation besides what was said."""

    place: SearchPlace
    name: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class SearchLine:
    """Words in a conversation. `changes` is the number of the message that they replace, or take back."""

    conversation_id: ConversationId
    seq: int
    kind: Kind
    text: str
    changes: int | None


class Search:
    """Reads whole conversations, a portion at a time. Which of them match is for the caller to say."""

    def __init__(self, connection: Session) -> None:
        self._connection = connection

    async def before(
        self, place: SearchPlace | None, *, limit: int, among: Among = None
    ) -> Sequence[KnownConversation]:
        """The conversations before that place (None: from the latest on), latest first.

        Only those at home in the channels `among`.
        """
        of = conversations.c
        wanted: list[ColumnElement[bool]] = [of.last_message_at.is_not(None), *readable(among)]
        if place is not None:
            same = and_(of.last_message_at == place.at, of.id < place.id)
            wanted += [of.last_message_at <= place.at, or_(of.last_message_at < place.at, same)]
        # The index is by state first, so each state gives its own latest.
        latest = [
            select(
                select(of.id, of.last_message_at, of.customer_name, of.customer_email)
                .where(of.state == state, *wanted)
                .order_by(of.last_message_at.desc(), of.id.desc())
                .limit(limit)
                .subquery()
            )
            for state in ConversationState
        ]
        found = union_all(*latest).subquery()
        rows = await self._connection.execute(
            select(found).order_by(found.c.last_message_at.desc(), found.c.id.desc()).limit(limit)
        )
        return [
            KnownConversation(
                SearchPlace(row.last_message_at, ConversationId(row.id)),
                row.customer_name,
                row.customer_email,
            )
            for row in rows
        ]

    async def subjects(self, ids: Collection[ConversationId]) -> Sequence[tuple[ConversationId, str]]:
        """The subjects of these conversations' tickets, latest ticket first."""
        rows = await self._connection.execute(
            select(tickets.c.conversation_id, tickets.c.subject)
            .where(tickets.c.conversation_id.in_(ids), tickets.c.subject.is_not(None))
            .order_by(tickets.c.number.desc())
        )
        return [(ConversationId(row.conversation_id), row.subject) for row in rows]

    async def lines(self, ids: Collection[ConversationId]) -> Sequence[SearchLine]:
        """What was said in these conversations, notes and changes with it, in each the latest first."""
        of = entries.c
        changes = case((of.kind.in_((Kind.EDIT, Kind.RETRACT)), of.data), else_=None)
        rows = await self._connection.execute(
            select(of.conversation_id, of.seq, of.kind, of.text, changes.label("changes"))
            .where(of.conversation_id.in_(ids), of.kind != Kind.SYSTEM)
            .order_by(of.conversation_id, of.seq.desc())
        )
        return [
            SearchLine(
                ConversationId(row.conversation_id),
                row.seq,
                Kind(row.kind),
                row.text,
                row.changes["target"] if row.changes else None,
            )
            for row in rows
        ]
