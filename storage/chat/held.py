"""Queries about held replies: thread messages whose author has not decided yet."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, delete, select, update

from storage.engine.bulk_keys import rows_of
from storage.engine.session import Session
from storage.records import ConversationId, HeldReply, MessageRef, PersonId
from storage.schema import held_replies as table


class HeldReplies:
    """The `held_replies` table within one transaction."""

    def __init__(self, connection: Session, now: datetime) -> None:
        self._connection = connection
        self._now = now
        self._known: dict[tuple[ConversationId, str], HeldReply | None] = {}

    async def look_up(self, said: Collection[tuple[ConversationId, str]]) -> None:
        """Find out about several messages at once, for the `get` that will ask for them."""
        if not said:
            return
        self._known |= dict.fromkeys(said)
        for row in await self._connection.fetch(_THESE, {"wanted": [list(one) for one in said]}):
            self._known[row.conversation_id, row.source] = _held(row)

    async def hold(self, reply: HeldReply) -> bool:
        """Keep it until its author decides. False if this very message is held already."""
        self._known.pop((reply.conversation_id, reply.message.source), None)
        row = await self._connection.execute(
            self._connection.insert(table)
            .values(
                conversation_id=reply.conversation_id,
                source=reply.message.source,
                message_team=reply.message.team,
                message_channel=reply.message.channel,
                message_ts=reply.message.ts,
                author_user=reply.author.user,
                text=reply.text,
                html=reply.html,
                translated_first=reply.translated_first or None,
                follows_since=reply.follows_since,
                again=reply.again,
                created_at=self._now,
            )
            .on_conflict_do_nothing()
            .returning(table.c.source)
        )
        return row.one_or_none() is not None

    async def get(self, conversation_id: ConversationId, source: str) -> HeldReply | None:
        key = (conversation_id, source)
        if key not in self._known:
            await self.look_up([key])
        return self._known[key]

    async def reword(
        self, conversation_id: ConversationId, source: str, text: str, *, html: str | None
    ) -> None:
        self._known.pop((conversation_id, source), None)
        await self._connection.execute(
            update(table).where(*_is(conversation_id, source)).values(text=text, html=html, translation=None)
        )

    async def have_again(
        self, conversation_id: ConversationId, source: str, again: Mapping[str, Any]
    ) -> None:
        """That is how it was delivered last."""
        self._known.pop((conversation_id, source), None)
        await self._connection.execute(update(table).where(*_is(conversation_id, source)).values(again=again))

    async def translate(self, conversation_id: ConversationId, source: str, translation: str) -> None:
        """Keep what it says in the customer's language, until it is reworded."""
        self._known.pop((conversation_id, source), None)
        await self._connection.execute(
            update(table).where(*_is(conversation_id, source)).values(translation=translation)
        )

    async def follow(self, conversation_id: ConversationId, source: str, *, since: int | None) -> None:
        """It waits for those before it, or with None no longer: from here on its author decides."""
        self._known.pop((conversation_id, source), None)
        await self._connection.execute(
            update(table).where(*_is(conversation_id, source)).values(follows_since=since)
        )

    async def translate_first(self, conversation_id: ConversationId, source: str) -> None:
        """From here on it is held until its author saw it translated."""
        self._known.pop((conversation_id, source), None)
        await self._connection.execute(
            update(table)
            .where(*_is(conversation_id, source))
            .values(translated_first=True, follows_since=None)
        )

    async def of(self, conversation_id: ConversationId, author: PersonId) -> list[HeldReply]:
        """All that an author holds in a conversation, in the order in which they typed it."""
        rows = await self._connection.execute(
            select(table).where(
                table.c.conversation_id == conversation_id,
                table.c.message_team == author.team,
                table.c.author_user == author.user,
            )
        )
        return sorted(map(_held, rows), key=lambda reply: Decimal(reply.message.ts))

    async def sources(self, conversation_id: ConversationId) -> list[str]:
        """The messages that are held in a conversation, whoever wrote them."""
        rows = await self._connection.execute(
            select(table.c.source).where(table.c.conversation_id == conversation_id)
        )
        return list(rows.scalars())

    async def release(self, conversation_id: ConversationId, source: str) -> None:
        """Hold it no longer: it was sent, kept as a note or deleted."""
        self._known.pop((conversation_id, source), None)
        await self._connection.execute(delete(table).where(*_is(conversation_id, source)))


_THESE = rows_of(table, (table.c.conversation_id, table.c.source))


def _is(conversation_id: ConversationId, source: str) -> tuple[Any, Any]:
    return table.c.conversation_id == conversation_id, table.c.source == source


def _held(row: Row[Any]) -> HeldReply:
    return HeldReply(
        conversation_id=ConversationId(row.conversation_id),
        message=MessageRef(row.message_team, row.message_channel, row.message_ts),
        author=PersonId(row.message_team, row.author_user),
        text=row.text,
        html=row.html,
        translation=row.translation,
        translated_first=bool(row.translated_first),
        follows_since=row.follows_since,
        again=row.again,
    )
