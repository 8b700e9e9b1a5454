"""The courier: takes rows out of the outbox, does each outside any transaction, writes down the outcome."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial

from bot.desk.bell import Bell
from bot.relay.outcome import Done, NotYet, Outcome, Parked, Performer, Throttled, Unknown
from bot.relay.pace import Pace
from storage.database import Database, reason_of
from storage.records import Parcel
from storage.transaction import Transaction

log = logging.getLogger(__name__)

# How often a row is tried whose performer breaks off: that is a defect, and no later time will mend it.
MAX_DEFECTS = 5
AFTER_DEFECT = timedelta(seconds=5)
# A ring can be lost between processes, and never between two looks this far apart.
LOOK_EVERY = timedelta(seconds=1)


class Courier:
    """Works off one topic of the outbox.

    Rows of one lane are done one after the other in the order they were committed; lanes are independent.
    `lease` must be longer than any performer takes, or a second one starts on the same row; the row's fence
    then lets only the second finish it.
    """

    def __init__(
        self,
        topic: str,
        performers: Mapping[str, Performer],
        *,
        database: Database,
        bell: Bell,
        pace: Pace,
        workers: int = 16,
        lease: timedelta = timedelta(seconds=30),
    ) -> None:
        self._topic = topic
        self._performers = performers
        self._database = database
        self._bell = bell
        self._pace = pace
        self._workers = workers
        self._lease = lease
        self._under_way: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Carry until `stop` is called, then finish what is under way."""
        with self._bell.listening(self._topic) as listener:
            while not self._stopping.is_set():
                try:
                    wait = await self._dispatch()
                except Exception as error:  # noqa: BLE001 - a courier that ends carries nothing any more
                    log.error("the %s courier cannot read the outbox: %s", self._topic, reason_of(error))
                    wait = LOOK_EVERY
                if wait:
                    await listener.heard(timeout=max(wait.total_seconds(), 0.001))
        if self._under_way:
            await asyncio.wait(self._under_way)

    def stop(self) -> None:
        """Claim nothing more. `run` returns when the calls under way have ended."""
        self._stopping.set()
        self._bell.ring(self._topic)

    async def _dispatch(self) -> timedelta:
        """Give free hands what is due. Returns for how long there is nothing more; zero if there may be."""
        free = self._workers - len(self._under_way)
        limit = min(free, 1) if self._pace.one_at_a_time else free
        if limit:
            parcels = await self._database.write(lambda tx: self._claim(tx, limit))
            for parcel in parcels:
                self._pace.took(parcel.kind, self._database.clock())
                task = asyncio.create_task(self._carry(parcel))
                self._under_way.add(task)
                task.add_done_callback(self._ended)
            if len(parcels) == limit:
                return timedelta(0)
        return await self._until_next()

    async def _claim(self, tx: Transaction, limit: int) -> Sequence[Parcel]:
        closed = self._pace.closed(tx.now)
        return await tx.outbox.claim(self._topic, limit=limit, lease=self._lease, except_kinds=closed)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        # There is a free hand, and perhaps a row that was put back for a moment nobody waits for yet.
        self._bell.ring(self._topic)

    async def _until_next(self) -> timedelta:
        now = self._database.clock()
        async with self._database.read() as tx:
            due = await tx.outbox.next_due(self._topic)
        moments = [at for at in (due, self._pace.opens_at(now)) if at is not None and at > now]
        return min([at - now for at in moments] + [LOOK_EVERY])

    async def _carry(self, parcel: Parcel) -> None:
        """Do one row after the other: whoever has finished one takes the next in the same transaction."""
        while True:
            outcome = await self._perform(parcel)
            try:
                following = await self._database.write(partial(self._settle_and_claim, parcel, outcome))
            except Exception as error:  # noqa: BLE001 - whatever it was, there is a next time
                # The lease runs out and the row is looked at again.
                log.error("the outcome of a %s was not saved: %s", parcel.kind, reason_of(error))
                return
            if following is None:
                return
            parcel = following

    async def _perform(self, parcel: Parcel) -> Outcome:
        try:
            return await self._performers[parcel.kind](parcel)
        except Exception as error:
            # Nobody knows how far it got; a defect must not stop what comes behind it for ever.
            log.exception("%s for conversation %s broke off", parcel.kind, parcel.conversation_id)
            reason = type(error).__name__
            return Parked(reason) if parcel.attempts >= MAX_DEFECTS else Unknown(AFTER_DEFECT, reason)

    async def _settle_and_claim(self, parcel: Parcel, outcome: Outcome, tx: Transaction) -> Parcel | None:
        await self._settle(tx, parcel, outcome)
        if self._stopping.is_set() or self._pace.one_at_a_time:
            # A pace is kept by one claimer: two hands that take a row at once would both be on time.
            return None
        claimed = await self._claim(tx, 1)
        return claimed[0] if claimed else None

    async def _settle(self, tx: Transaction, parcel: Parcel, outcome: Outcome) -> None:
        match outcome:
            case Done(effect):
                if await tx.outbox.finish(parcel) and effect is not None:
                    await effect(tx)
            case Throttled(after, reason):
                until = tx.now + after
                self._pace.hold_back(parcel.kind, until)
                await tx.outbox.put_back(parcel, at=until, error=reason, counts=False, sent=False)
            case NotYet(after, reason):
                await tx.outbox.put_back(parcel, at=tx.now + after, error=reason, counts=True, sent=False)
            case Unknown(after, reason):
                await tx.outbox.put_back(parcel, at=tx.now + after, error=reason, counts=True, sent=True)
            case Parked(reason):
                log.error(
                    "%s for conversation %s is given up: %s", parcel.kind, parcel.conversation_id, reason
                )
                await tx.outbox.park(parcel, error=reason)
