"""Translations for the team, shown beside the customer's words and never instead of them."""

from __future__ import annotations

from bot.desk import enqueue
from bot.desk.errors import NotFound
from bot.desk.replies import held
from bot.desk.timeline import Event
from storage.engine.database import Database
from storage.records import Audience, Author, Conversation, ConversationId, Entry, Kind
from storage.transaction import LockHint, Transaction


def translation_source(seq: int) -> str:
    return f"translation:{seq}"


class Translations:
    """The translations of messages in the ledger, and of replies that are held."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def original(self, conversation_id: ConversationId, seq: int) -> tuple[Conversation, Entry] | None:
        """A message and its conversation. None if it is translated already, or was taken back."""
        async with self._database.read() as tx:
            conversation = await tx.conversations.get(conversation_id)
            entries = await tx.ledger.several([(conversation_id, seq)])
            if conversation is None or not entries:
                raise NotFound
            if entries[0].is_taken_back:
                return None
            if await tx.ledger.by_source(conversation_id, translation_source(seq)) is not None:
                return None
            return conversation, entries[0]

    async def add(self, message: Entry, *, text: str, language: str) -> None:
        about = message.conversation_id
        await self._database.write(
            lambda tx: translated(tx, message, text=text, language=language),
            lock_hint=LockHint(about, source=translation_source(message.seq)),
        )

    async def held(self, conversation_id: ConversationId, source: str) -> str | None:
        """What a held reply says now. None if its author decided already."""
        async with self._database.read() as tx:
            reply = await tx.held.get(conversation_id, source)
            return None if reply is None else reply.text

    async def show_author(
        self, conversation_id: ConversationId, source: str, *, text: str, translation: str | None
    ) -> None:
        await self._database.write(
            lambda tx: held.translated(tx, conversation_id, source, text=text, translation=translation),
            lock_hint=LockHint(conversation_id, source=source),
        )


async def translated(tx: Transaction, message: Entry, *, text: str, language: str) -> Entry:
    """Show the team a customer's message, translated from `language`, once for each message."""
    conversation = await tx.conversations.lock(message.conversation_id)
    if conversation is None:
        raise NotFound
    source = translation_source(message.seq)
    known = await tx.ledger.by_source(conversation.id, source)
    if known is not None:
        return known
    entry = await tx.ledger.add(
        conversation.id,
        Kind.SYSTEM,
        Author.SYSTEM,
        text,
        audience=Audience.TEAM,
        data={
            "event": Event.TRANSLATED,
            "target": message.seq,
            "original": message.text[:_BEGINNING],
            "language": language,
        },
        source=source,
    )
    await enqueue.mirror(tx, conversation, entry)
    return entry


# Enough to know the message by, where others came between it and its translation.
_BEGINNING = 200
