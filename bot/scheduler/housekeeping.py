"""Clears away what is done or came to nothing, so that the database grows with what is kept alone."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import timedelta

from storage.engine.database import Database, reason_of

log = logging.getLogger(__name__)

EVERY = 3600.0
# Long enough to look into what went wrong yesterday.
KEEP = timedelta(days=3)
# Nobody should wait long for a transaction that clears away, nor often: while a bridge with a large past
# began, a thousand rows at once, step after step, made a message's way to Slack half as long again.
AT_ONCE = 100
FILES_AT_ONCE = 10
REST = 19  # times as long as the step took: it is at work for a twentieth of the time
# A file may be uploaded long before its message is sent.
UNSAID = timedelta(days=1)


class Housekeeping:
    """Drops outbox rows that were done days ago, and files that no message carries, once an hour."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            try:
                while await self._step():
                    pass
                while await self._database.write(
                    lambda tx: tx.files.forget_unsaid(before=tx.now - UNSAID, limit=FILES_AT_ONCE)
                ):
                    pass
            except Exception as error:  # noqa: BLE001 - there is a next hour
                log.warning("what is old was not cleared away: %s", reason_of(error))
            await asyncio.sleep(EVERY)

    async def _step(self) -> bool:
        """Drop a few, and rest. False once there are none left."""
        began = time.monotonic()
        some = await self._database.write(
            lambda tx: tx.outbox.forget_done(before=tx.now - KEEP, limit=AT_ONCE)
        )
        await asyncio.sleep(REST * (time.monotonic() - began))
        return some
