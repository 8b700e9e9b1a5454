"""Queries about who joined the holder of a conversation. They did for one stretch, named by its epoch."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import and_, delete, select

from storage.engine.session import Session
from storage.records import Conversation, ConversationId, PersonId
from storage.schema import conversations
from storage.schema import joined as table

# The stretch for which they joined goes on.
_STILL = and_(table.c.conversation_id == conversations.c.id, table.c.epoch == conversations.c.epoch)


class Joined:
    """The `joined` table within one transaction."""

    def __init__(self, connection: Session) -> None:
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

    async def remove(self, conversation: Conversation, person: PersonId) -> bool:
        """They do not answer beside its holder any more. False if they did not."""
        removed = await self._connection.execute(
            delete(table)
            .where(
                table.c.conversation_id == conversation.id,
                table.c.team == person.team,
                table.c.user == person.user,
                table.c.epoch == conversation.epoch,
            )
            .returning(table.c.epoch)
        )
        return removed.one_or_none() is not None

    async def everybody(self) -> Collection[tuple[PersonId, str | None]]:
        """Who answers beside a holder, and the home channels of the conversations in which they do."""
        rows = await self._connection.execute(
            select(table.c.team, table.c.user, conversations.c.home).where(_STILL).distinct()
        )
        return [(PersonId(row.team, row.user), row.home) for row in rows]

    async def by(self, person: PersonId, home: str | None) -> Sequence[ConversationId]:
        """Those at home in that channel whose holder they joined."""
        found = await self._connection.scalars(
            select(table.c.conversation_id)
            .where(
                _STILL,
                table.c.team == person.team,
                table.c.user == person.user,
                conversations.c.home.is_not_distinct_from(home),
            )
            .order_by(table.c.conversation_id)
        )
        return [ConversationId(one) for one in found]

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
