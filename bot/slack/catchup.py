"""Catches up on what was typed, changed and deleted in threads while no delivery could reach us."""

from __future__ import annotations

import logging
import random
from datetime import datetime, timedelta

from bot.slack.errors import Trouble
from bot.slack.intake import Intake
from bot.slack.missed import MARGIN, Missed, Unreadable
from storage.database import Database
from storage.records import Conversation

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
        """Look for what happened since then, one day without a moment given. False if it has to be repeated.

        First all conversations that wait or are held by a teammate, then those live with the AI. Of the held
        ones also what was sent is compared: an edit or a deletion that was missed must reach the customer.
        """
        now = self._database.clock()
        since = (since or now - LIVE_FOR) - MARGIN
        async with self._database.read() as tx:
            escalated = await tx.conversations.escalated()
            live = await tx.conversations.with_ai(since=now - LIVE_FOR, limit=LIVE_AT_MOST)
        looked_at = taken = unreadable = 0
        complete = True
        # In another order each time: whoever is cut short again and again still gets round.
        for conversation in (*random.sample(escalated, len(escalated)), *live):
            try:
                taken += await self._look_at(conversation, since)
                looked_at += 1
            except Unreadable as error:
                unreadable += 1
                log.warning("conversation %s: its thread cannot be read: %s", conversation.id, error)
                if error.failure.trouble in (Trouble.CHANNEL, Trouble.TOKEN):
                    # Every other would fail alike until an operator has mended it.
                    complete = False
                    break
                complete = complete and error.failure.trouble is Trouble.GONE
        log.info(
            "caught up with Slack since %s: threads read %d, deliveries found %d, threads not readable %d",
            f"{since:%Y-%m-%d %H:%M:%S}",
            looked_at,
            taken,
            unreadable,
        )
        return complete

    async def _look_at(self, conversation: Conversation, since: datetime) -> int:
        if conversation.card is None:
            return 0
        events = await self._missed.everything(conversation.card, conversation, since=since)
        return await self._intake.take_all(events)
