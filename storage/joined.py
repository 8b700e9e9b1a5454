"""Queries about who joined the holder of a conversation. They did for one stretch, named by its epoch."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import select

from storage.link import Link
from storage.records import Conversation, ConversationId, PersonId
from storage.schema import joined as table


class Joined:
    """The `joined` table within one transaction."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def add(self, conversation: Conversation, person: PersonId) -> None:
        """Let somebody answer beside the holder, until the conversation changes hands."""
        await self._connection.execute(
            self._connection.insert(table)
            .values(
                conversation_id=conversation.id,
                team=person.team,
                user=person.user,
                epoch=conversation.epoch,
            )
            .on_conflict_do_update(
                index_elements=["conversation_id", "team", "user"], set_={"epoch": conversation.epoch}
            )
        )

    async def has(self, conversation: Conversation, person: PersonId) -> bool:
        found = await self._connection.scalar(
            select(table.c.epoch).where(
                table.c.conversation_id == conversation.id,
                table.c.team == person.team,
                table.c.user == person.user,
                table.c.epoch == conversation.epoch,
            )
        )
        return found is not None

    async def of(self, conversations: Collection[Conversation]) -> Mapping[ConversationId, list[PersonId]]:
        """Who joined the holder of each of them, for those where anybody did."""
        epochs = {one.id: one.epoch for one in conversations}
        rows = await self._connection.execute(
            select(table)
            .where(table.c.conversation_id.in_(epochs))
            .order_by(table.c.conversation_id, table.c.team, table.c.user)
        )
        found: dict[ConversationId, list[PersonId]] = {}
        for row in rows:
            if row.epoch == epochs[row.conversation_id]:
                found.setdefault(row.conversation_id, []).append(PersonId(row.team, row.user))
        return found
