"""How late what is typed has been written down lately, by whichever process is latest.

A reply is held back for an older one that may still come (docs/decisions/0011-the-inbox.md). A process that
is too busy to write down within that time what it received says so here, and all hold back for longer: the
older reply is in its hands, and another process must not let the next one out before it.
"""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn

from bot.notifier import Notifier
from storage.engine.database import Database, reason_of
from storage.transaction import Transaction

log = logging.getLogger(__name__)

# The fact, and the topic of its news: how late the latest process was, in seconds, and until when.
LATE = "slack_late"
COUNTS_FOR = timedelta(seconds=10)
# It gets worse before anybody has heard of it.
MARGIN = 1.5
# A customer who waits longer than this for a reply is worse off than one who reads two in the wrong order.
LONGEST = timedelta(seconds=10)
LOOK_EVERY = 1.0


@dataclass(frozen=True, slots=True)
class Late:
    """By how much, and until when that counts."""

    by: timedelta
    until: datetime


class IngestLag:
    """Says for how long a reply is held back: `least`, or longer while some process is late."""

    def __init__(self, database: Database, notifier: Notifier, *, least: timedelta) -> None:
        self.least = least
        self._database = database
        self._notifier = notifier
        self._ours: deque[Late] = deque()
        self._told = Late(timedelta(0), datetime.min.replace(tzinfo=database.clock().tzinfo))

    def note(self, happened_at: datetime) -> None:
        """What happened then, by our clock, is written down now. Not for what Slack delivers again."""
        if not self.least:
            return
        now = self._database.clock()
        late = Late(now - happened_at, now + COUNTS_FOR)
        # What is neither as late nor as recent as another says nothing.
        while self._ours and self._ours[-1].by <= late.by:
            self._ours.pop()
        self._ours.append(late)
        if self._matters(late) and late.by > self._told.by:
            self._notifier.ring(LATE)

    def hold_back(self, now: datetime) -> timedelta:
        """For how long a delivery waits for an older one."""
        if not self.least:
            return self.least
        latest = max(self._latest(now).by, self._told.by if self._told.until > now else timedelta(0))
        return max(self.least, min(LONGEST, latest * MARGIN))

    async def run(self) -> NoReturn:
        """Tell the other processes and hear from them, until cancelled."""
        with self._notifier.listening(LATE) as listener:
            while True:
                try:
                    await self._share()
                except Exception as error:  # noqa: BLE001 - there is a next time
                    log.warning("how late deliveries are could not be shared: %s", reason_of(error))
                await listener.heard(timeout=LOOK_EVERY)

    async def _share(self) -> None:
        async with self._database.read() as tx:
            self._told = await self._known(tx)
        if self._has_news(self._told):
            await self._database.write(self._tell)

    async def _tell(self, tx: Transaction) -> None:
        if self._has_news(await self._known(tx)):
            self._told = self._latest(tx.now)
            await tx.key_values.put(LATE, f"{self._told.by.total_seconds()} {self._told.until.isoformat()}")
            tx.topics.add(LATE)

    async def _known(self, tx: Transaction) -> Late:
        by, _, until = (await tx.key_values.get(LATE) or "").partition(" ")
        if until and datetime.fromisoformat(until) > tx.now:
            return Late(timedelta(seconds=float(by)), datetime.fromisoformat(until))
        return Late(timedelta(0), tx.now)

    def _has_news(self, known: Late) -> bool:
        """Whether we are later than all know, or as late for longer."""
        late = self._latest(self._database.clock())
        is_longer = late.by >= known.by and late.until - known.until > COUNTS_FOR / 2
        return self._matters(late) and (late.by > known.by or is_longer)

    def _matters(self, late: Late) -> bool:
        return late.by * MARGIN > self.least

    def _latest(self, now: datetime) -> Late:
        """The latest of ours that still counts."""
        while self._ours and self._ours[0].until <= now:
            self._ours.popleft()
        return self._ours[0] if self._ours else Late(timedelta(0), now)
