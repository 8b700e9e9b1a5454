"""Catches up on what was typed, changed and deleted in threads while no delivery could reach us."""

from __future__ import annotations

import logging
import random
from datetime import datetime, timedelta

from bot.slack.errors import Trouble
from bot.slack.intake import Intake
from bot.slack.missed import MARGIN, Missed, Unreadable
from storage.database import Database

log = logging.getLogger(__name__)

SPACING = timedelta(seconds=1)
LIVE_FOR = timedelta(hours=24)
LIVE_AT_MOST = 200


class CatchUp:
    """Hands what was missed to the intake, thread by thread."""

    def __init__(self, missed: Missed, database: Database, intake: Intake) -> None:
        self._missed = missed
        self._database = database
        self._intake = intake

    async def sweep(self, *, since: datetime | None) -> bool:
        """Look for what happened since that moment of Slack's, or without one for as long as conversations
        are looked at. False if it has to be repeated.

        First all conversations that wait or are held by a teammate, then those live with the AI; in each of
        them the present thread and all that it had before, for what is typed there still belongs to it.
        """
        now = self._database.clock()
        since = (since or now - LIVE_FOR) - MARGIN
        async with self._database.read() as tx:
            escalated = await tx.conversations.escalated()
            live = await tx.conversations.with_ai(since=now - LIVE_FOR, limit=LIVE_AT_MOST)
            threads = await tx.conversations.threads_of([*escalated, *live])
        looked_at = taken = unreadable = 0
        complete = True
        # In another order each time: whoever is cut short again and again still gets round.
        for conversation in (*random.sample(escalated, len(escalated)), *live):
            for thread in threads[conversation.id]:
                try:
                    events = await self._missed.events(thread, conversation, since=since)
                    taken += await self._intake.take_all(events)
                    looked_at += 1
                except Unreadable as error:
                    unreadable += 1
                    log.warning("conversation %s: a thread cannot be read: %s", conversation.id, error)
                    is_present = thread == conversation.card
                    if error.failure.trouble is Trouble.TOKEN or (
                        error.failure.trouble is Trouble.CHANNEL and is_present
                    ):
                        # Every other would fail alike until an operator has mended it.
                        return self._told(since, looked_at, taken, unreadable, complete=False)
                    if error.failure.trouble not in (Trouble.GONE, Trouble.THREAD, Trouble.CHANNEL):
                        complete = False
        return self._told(since, looked_at, taken, unreadable, complete=complete)

    def _told(self, since: datetime, looked_at: int, taken: int, unreadable: int, *, complete: bool) -> bool:
        log.info(
            "caught up with Slack since %s: threads read %d, deliveries found %d, threads not readable %d",
            f"{since:%Y-%m-%d %H:%M:%S}",
            looked_at,
            taken,
            unreadable,
        )
        return complete
