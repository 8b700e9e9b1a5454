"""Looks after those who wait: reminds whoever should answer, and assigns when somebody is free."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.desk.desk import Desk
from bot.desk.ownership.assignment import free_in
from storage.engine.database import reason_of
from storage.records import ConversationId, TicketNumber

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Due:
    """What may be assigned, whose people are to be reminded, and whose calls have been answered."""

    # Of each channel its own, the longest so first.
    waiting: Sequence[Sequence[ConversationId]]
    unanswered: Sequence[ConversationId]
    calls_over: Sequence[tuple[ConversationId, TicketNumber]]


class Reminders:
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
        due = await self._due()
        for of_one_channel in due.waiting:
            for conversation_id in of_one_channel:
                if not await self._desk.assign_waiting(conversation_id):
                    break
        if self._remind_after is not None:
            for conversation_id in due.unanswered:
                await self._desk.remind(conversation_id, after=self._remind_after)
        for conversation_id, number in due.calls_over:
            await self._desk.call_answered(conversation_id, number)

    async def _due(self) -> Due:
        waiting: list[Sequence[ConversationId]] = []
        unanswered: Sequence[ConversationId] = ()
        async with self._desk.database.read() as tx:
            for home in await free_in(tx, self._desk.assignment):
                waiting.append(await tx.conversations.waiting(limit=AT_ONCE, among=[home]))  # noqa: PERF401 - awaits
            if self._remind_after is not None:
                unanswered = await tx.tickets.unanswered(after=self._remind_after, limit=AT_ONCE)
            return Due(waiting, unanswered, await tx.tickets.calls_over(limit=AT_ONCE))
