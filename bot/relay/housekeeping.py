"""Clears away what is done, so that the database grows with what is kept and not with what was sent."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from storage.database import Database, reason_of

log = logging.getLogger(__name__)

EVERY = 3600.0
# Long enough to look into what went wrong yesterday.
KEEP = timedelta(days=3)
# Nobody should wait for a transaction that clears away.
AT_ONCE = 1_000


class Housekeeping:
    """Drops outbox rows that were done days ago, once an hour."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            try:
                while await self._database.write(
                    lambda tx: tx.outbox.forget_done(before=tx.now - KEEP, limit=AT_ONCE)
                ):
                    pass
            except Exception as error:  # noqa: BLE001 - there is a next hour
                log.warning("the outbox was not cleared of old rows: %s", reason_of(error))
            await asyncio.sleep(EVERY)
