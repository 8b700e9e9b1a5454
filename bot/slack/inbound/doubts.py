"""Whether something older of a thread may still be on its way to us when what is due there goes out.

Order does not rest on time alone. The hold-back covers what Slack itself, or a network, lets overtake; what
one of our processes has received and not stored is asked for, however long that takes it; and where neither
tells, the thread does: it is read from Slack (docs/decisions/0011-the-inbox.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum, auto

from bot.slack.inbound.all_clear import AllClear
from bot.slack.inbound.ingest_lag import LONGEST, IngestLag
from bot.slack.recovery.gaps import Gaps, Looked
from storage.engine.database import Database
from storage.records import MessageRef
from storage.slack.slack_events import QueuedEvent
from storage.transaction import Transaction

# Until a process that did not answer is asked again.
ASK_AGAIN = timedelta(seconds=1)


@dataclass(slots=True)
class Cleared:
    """All processes were asked at `at` what they held; `is_so` if each said that it is stored by now."""

    at: datetime
    is_so: bool


class Verdict(Enum):
    """What is due goes on; or the inbox has more of the thread now; or it waits for another look."""

    GO = auto()
    MORE = auto()
    WAIT = auto()


class Doubts:
    """Asks whoever can tell, in this order: the other processes, the thread, and at last the time.

    A reply waits for them ten seconds at most: a customer who waits longer is worse off than one who reads
    two in the wrong order.
    """

    def __init__(self, database: Database, gaps: Gaps, ingest_lag: IngestLag, all_clear: AllClear) -> None:
        self._database = database
        self._gaps = gaps
        self._ingest_lag = ingest_lag
        self._all_clear = all_clear

    async def cleared(self) -> Cleared:
        """Ask the processes."""
        at = self._database.clock()
        return Cleared(at, await self._all_clear.given())

    async def is_gap(self, tx: Transaction, thread: MessageRef) -> bool:
        """Whether a gap may have taken something from the thread (`Gaps.concern`)."""
        return await self._gaps.concern(tx, thread)

    async def about(
        self, thread: MessageRef, due: Sequence[QueuedEvent], *, is_gap: bool, clear: Cleared | None
    ) -> Verdict:
        """Whether what is due there may go on. Without `clear` only a gap counts, as before a press."""
        first = min((one.delivery.event_ts for one in due), key=Decimal)
        if is_gap:
            looked = await self._gaps.bridge(thread, before=first)
            if looked is not Looked.UNREAD:
                return self._told_by_thread(looked, clear)
        if clear is None:
            return Verdict.GO
        now = self._database.clock()
        until = self._until(due, clear, now)
        if until <= now:
            return Verdict.GO
        looked = await self._gaps.look(thread, before=first)
        if looked is not Looked.UNREAD:
            return self._told_by_thread(looked, clear)
        waiting = [one.id for one in due]
        again_at = until if clear.is_so else min(until, now + ASK_AGAIN)
        await self._database.write(lambda tx: tx.slack_events.postpone(waiting, until=again_at, tried=False))
        return Verdict.WAIT

    def lost(self) -> None:
        """We could not store what was delivered: it comes again, perhaps after what was typed later."""
        self._gaps.dropped()

    def _until(self, due: Sequence[QueuedEvent], clear: Cleared, now: datetime) -> datetime:
        """Until when what is due waits where the thread does not tell."""
        came_at = min(one.received_at for one in due)
        if any(one.attempts for one in due):
            # What waited for its author or its files has been in doubt before.
            return came_at
        late = came_at + self._ingest_lag.hold_back(now) - self._ingest_lag.least
        return late if clear.is_so else max(late, came_at + LONGEST)

    def _told_by_thread(self, looked: Looked, clear: Cleared | None) -> Verdict:
        """What is older than all that was due is in the inbox by now, whoever else may hold it."""
        if looked is Looked.WHOLE:
            return Verdict.GO
        if clear is not None:
            clear.is_so = True
        return Verdict.MORE
