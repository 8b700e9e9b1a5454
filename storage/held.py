"""Queries about held replies: thread messages whose author has not decided yet."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.records import ConversationId, HeldReply, MessageRef, PersonId
from storage.schema import held_replies as table


class HeldReplies:
    """The `held_replies` table within one transaction."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def hold(self, reply: HeldReply) -> bool:
        """Keep it until its author decides. False if this very message is held already."""
        dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
        row = await self._connection.execute(
            dialect.insert(table)
            .values(
                conversation_id=reply.conversation_id,
                source=reply.message.source,
                message_team=reply.message.team,
                message_channel=reply.message.channel,
                message_ts=reply.message.ts,
                author_user=reply.author.user,
                text=reply.text,
                created_at=self._now,
            )
            .on_conflict_do_nothing()
            .returning(table.c.source)
        )
        return row.one_or_none() is not None

    async def get(self, conversation_id: ConversationId, source: str) -> HeldReply | None:
        row = (
            await self._connection.execute(select(table).where(*_is(conversation_id, source)))
        ).one_or_none()
        if row is None:
            return None
        return HeldReply(
            conversation_id=conversation_id,
            message=MessageRef(row.message_team, row.message_channel, row.message_ts),
            author=PersonId(row.message_team, row.author_user),
            text=row.text,
        )

    async def reword(self, conversation_id: ConversationId, source: str, text: str) -> None:
        await self._connection.execute(update(table).where(*_is(conversation_id, source)).values(text=text))

    async def release(self, conversation_id: ConversationId, source: str) -> None:
        """Hold it no longer: it was sent, kept as a note or deleted."""
        await self._connection.execute(delete(table).where(*_is(conversation_id, source)))


def _is(conversation_id: ConversationId, source: str) -> tuple[Any, Any]:
    return table.c.conversation_id == conversation_id, table.c.source == source
