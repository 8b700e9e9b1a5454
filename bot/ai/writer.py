"""Writes for teammates: what was agreed at a hand back, and drafts of replies."""

from __future__ import annotations

import logging
from collections.abc import Awaitable

from bot.ai.interface import AI, AIUnavailable, Transcript
from bot.ai.worker import transcript_of
from bot.desk.desk import Desk
from bot.desk.errors import NotWritten
from bot.desk.writing import Wish
from storage.records import ConversationId

log = logging.getLogger(__name__)


class AIWriter:
    """A `Writer` that asks the AI. It is shown what the customer saw, and none of the team's notes."""

    def __init__(self, ai: AI, desk: Desk, *, rewrites: bool) -> None:
        self._ai = ai
        self.rewrites = rewrites
        self._desk = desk

    async def agreement(self, conversation_id: ConversationId) -> str:
        return await self._written(self._ai.agreement(await self._transcript(conversation_id)))

    async def reply(self, conversation_id: ConversationId, wish: Wish, text: str) -> str:
        return await self._written(self._ai.reply(await self._transcript(conversation_id), wish, text))

    async def _transcript(self, conversation_id: ConversationId) -> Transcript:
        asked = await self._desk.question(conversation_id)
        return transcript_of(asked.conversation, asked.entries)

    async def _written(self, writing: Awaitable[str]) -> str:
        try:
            return await writing
        except AIUnavailable as error:
            raise NotWritten(why=str(error)) from None
        except Exception:
            # A defect of ours must not leave a teammate before a window that never fills.
            log.exception("the AI broke off while it wrote for a teammate")
            raise NotWritten(why="it broke off") from None
