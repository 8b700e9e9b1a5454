"""Looks after those who wait: reminds whoever should answer, and assigns when somebody is free."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta

from bot.desk.assignment import somebody_is_free
from bot.desk.desk import Desk
from storage.database import reason_of
from storage.records import ConversationId

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
AT_ONCE = 50


class WaitingRoom:
    """Looks once a second for what is due; every process does, and each reminder is one transaction's.

    Nothing is kept in here, so a start finds what a stop left. `remind_after` None: nobody is reminded.
    """

    def __init__(self, desk: Desk, *, remind_after: timedelta | None) -> None:
        self._desk = desk
        self._remind_after = remind_after

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - there is a next second
                log.warning("nobody looked after who waits: %s", reason_of(error))
            await asyncio.sleep(LOOK_EVERY)

    async def look(self) -> None:
        """Assign first: whoever has just been given a customer is not called for."""
        waiting, unanswered = await self._due()
        for conversation_id in waiting:
            if not await self._desk.assign_waiting(conversation_id):
                break
        if self._remind_after is not None:
            for conversation_id in unanswered:
                await self._desk.remind(conversation_id, after=self._remind_after)

    async def _due(self) -> tuple[Sequence[ConversationId], Sequence[ConversationId]]:
        waiting: Sequence[ConversationId] = ()
        unanswered: Sequence[ConversationId] = ()
        async with self._desk.database.read() as tx:
            if await somebody_is_free(tx, self._desk.assignment):
                waiting = await tx.conversations.waiting(limit=AT_ONCE)
            if self._remind_after is not None:
                unanswered = await tx.tickets.unanswered(after=self._remind_after, limit=AT_ONCE)
        return waiting, unanswered
