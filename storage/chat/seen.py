"""How far customers have seen what teammates wrote."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import select

from storage.engine.session import Session
from storage.records import Audience, Author, ConversationId, Kind
from storage.schema import entries
from storage.schema import seen as table


class Seen:
    """The `seen` table within one transaction."""

    def __init__(self, connection: Session) -> None:
        self._connection = connection

    async def of(self, conversations: Collection[ConversationId]) -> Mapping[ConversationId, int]:
        """The number of the last teammate's message that each customer has seen, where they saw any."""
        if not conversations:
            return {}
        rows = await self._connection.execute(select(table).where(table.c.conversation_id.in_(conversations)))
        return {ConversationId(row.conversation_id): row.seq for row in rows}

    async def newest(self, conversation_id: ConversationId, *, upto: int) -> int:
        """The number of the last message up to `upto` that a teammate wrote to the customer, or 0."""
        found = await self._connection.scalar(
            select(entries.c.seq)
            .where(
                entries.c.conversation_id == conversation_id,
                entries.c.seq <= upto,
                entries.c.kind == Kind.MESSAGE,
                entries.c.author == Author.TEAMMATE,
                entries.c.audience == Audience.CUSTOMER,
            )
            .order_by(entries.c.seq.desc())
            .limit(1)
        )
        return int(found or 0)

    async def advance(self, conversation_id: ConversationId, seq: int) -> bool:
        """Note that they have seen so far. False if that is known, whoever came first."""
        done = await self._connection.execute(
            self._connection.insert(table)
            .values(conversation_id=conversation_id, seq=seq)
            .on_conflict_do_update(
                index_elements=["conversation_id"], set_={"seq": seq}, where=table.c.seq < seq
            )
            .returning(table.c.seq)
        )
        return done.first() is not None
