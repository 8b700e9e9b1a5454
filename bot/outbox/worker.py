"""The outbox worker: takes rows out of the outbox, does each outside any transaction, writes down the
outcome.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from bot.notifier import Notifier
from bot.outbox.claim import Claim
from bot.outbox.failure_log import FailureLog
from bot.outbox.outcome import (
    Attempt,
    CutOff,
    DeadLettered,
    Done,
    GoesOn,
    Indeterminate,
    NotYet,
    Outcome,
    Part,
    Prepare,
    Throttled,
)
from bot.outbox.pace import Pace
from storage.engine.database import Database, reason_of
from storage.records import Job
from storage.transaction import LockHint, Transaction

log = logging.getLogger(__name__)

NEVER = datetime.max.replace(tzinfo=UTC)
# How often a row is tried whose performer breaks off: that is a defect, and no later time will mend it.
MAX_DEFECTS = 5
AFTER_DEFECT = timedelta(seconds=5)
# A ring can be lost between processes, and never between two looks this far apart.
LOOK_EVERY = timedelta(seconds=1)


class OutboxWorker:
    """Works off one topic of the outbox.

    Rows of one lane are done one after the other in the order they were committed; lanes are independent.
    `lease` must be longer than any job takes, or a second one starts on the same row; the row's fence then
    lets only the second finish it. Of the kinds in `together`, up to that many rows of a lane travel in one
    call. Its claims ride along in whatever transaction is committed next, so that what has just been said is
    under way with its own commit.
    """

    def __init__(
        self,
        topic: str,
        prepare: Prepare,
        *,
        database: Database,
        notifier: Notifier,
        pace: Pace,
        workers: int = 16,
        lease: timedelta = timedelta(seconds=30),
        together: Mapping[str, int] | None = None,
    ) -> None:
        self._topic = topic
        self._prepare = prepare
        self._database = database
        self._notifier = notifier
        self._pace = pace
        self._lease = lease
        self._together = together or {}
        self._under_way: set[asyncio.Task[None]] = set()
        self._free = workers
        self._later: list[datetime] = []
        self._sleeps_until = NEVER
        self._stopping = asyncio.Event()
        self._stumbles = FailureLog(topic)

    async def run(self) -> None:
        """Carry until `stop` is called, then finish what is under way."""
        self._database.riders.append(self._ride)
        try:
            with self._notifier.listening(self._topic) as listener:
                while not self._stopping.is_set():
                    try:
                        wait = await self._look()
                    except Exception as error:  # noqa: BLE001 - an outbox worker that ends carries nothing any more
                        log.error(
                            "the %s outbox worker cannot read the outbox: %s", self._topic, reason_of(error)
                        )
                        wait = LOOK_EVERY
                    await listener.heard(timeout=max(wait.total_seconds(), 0.001))
        finally:
            self._database.riders.remove(self._ride)
        # A claim that rides along at this moment has arrived when whatever is asked for after it is done.
        with suppress(SQLAlchemyError, OSError):
            await self._database.write(_nothing, lock_hint=LockHint())
        while self._under_way:
            await asyncio.wait(self._under_way)

    def stop(self) -> None:
        """Claim nothing more. `run` returns when the calls under way have ended."""
        self._stopping.set()
        self._notifier.ring(self._topic)

    async def _look(self) -> timedelta:
        """Take what is due and nobody took along. Returns for how long there is surely nothing more."""
        claim = self._claim(always=True)
        if claim is not None:
            committed = False
            try:
                await self._database.write(claim.go)
                committed = True
            finally:
                claim.arrived(committed=committed)
            if claim.is_full:
                return timedelta(0)
        now = self._database.clock()
        self._later = [at for at in self._later if at > now]
        opens_at = self._pace.opens_at()
        moments = [*self._later, *([opens_at] if opens_at is not None and opens_at > now else [])]
        self._sleeps_until = min([*moments, now + LOOK_EVERY])
        return self._sleeps_until - now

    def _ride(self) -> Claim | None:
        return self._claim(always=False)

    def _claim(self, *, always: bool) -> Claim | None:
        """A claim for all free hands, which it keeps until it arrives. None if no hand is free."""
        if self._free <= 0 or self._stopping.is_set():
            return None
        claim = Claim(
            topic=self._topic,
            limit=self._free,
            lease=self._lease,
            pace=self._pace,
            shut=self._pace.shut(self._database.clock()),
            together=self._together,
            prepare=self._prepare,
            always=always,
            arrive=self._arrived,
        )
        self._free = 0
        return claim

    def _arrived(self, claim: Claim) -> None:
        self._free += claim.limit - len(claim.jobs)
        for job in claim.jobs:
            task = asyncio.create_task(self._carry(job, claim.attempts.get(job.id)))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        if claim.opens_at is not None:
            self._look_at(claim.opens_at)

    def _look_at(self, moment: datetime) -> None:
        """There is something to look for at that moment."""
        if moment not in self._later:
            self._later.append(moment)
            if moment < self._sleeps_until:
                self._notifier.ring(self._topic)

    async def _carry(self, job: Job, attempt: Attempt | None) -> None:
        begun = time.monotonic()
        outcome = await self._perform(job, attempt)
        # The hand that did it is free for the claim that rides along with its outcome.
        self._free += 1
        plain = outcome.outcome if isinstance(outcome, Part) else outcome
        self._log(job, plain, seconds=time.monotonic() - begun)
        at = self._database.clock() + (
            timedelta(0) if isinstance(plain, Done | DeadLettered) else plain.after
        )
        closes = self._pace.hold_back(job.kind, job.channel, at) if isinstance(plain, Throttled) else None

        async def settle(tx: Transaction) -> None:
            # The lane may go on.
            tx.topics.add(self._topic)
            if closes is not None:
                await tx.rate_limits.close(closes, at)
            await self._settle(tx, job, outcome, at)

        has_effect = isinstance(plain, Done | DeadLettered) and plain.effect is not None
        lock_hint = LockHint(conversation_id=job.conversation_id) if has_effect else LockHint()
        try:
            await self._database.write(settle, lock_hint=lock_hint)
        except Exception as error:  # noqa: BLE001 - whatever it was, there is a next time
            # The lease runs out and the row is looked at again.
            log.error("the outcome of a %s was not saved: %s", job.kind, reason_of(error))
        if not isinstance(plain, Done | DeadLettered):
            self._look_at(at)

    def _log(self, job: Job, outcome: Outcome, *, seconds: float) -> None:
        log.debug(
            "conversation %s: %s, try %d: %s after %.3f s",
            job.conversation_id,
            job.kind,
            job.attempts,
            type(outcome).__name__,
            seconds,
        )
        if isinstance(outcome, NotYet | Indeterminate):
            self._stumbles.failed(job.kind, outcome.reason)

    async def _perform(self, job: Job, attempt: Attempt | None) -> Outcome | Part:
        try:
            return await (attempt or _unknown)()
        except Exception as error:
            # Nobody knows how far it got; a defect must not stop what comes behind it for ever.
            log.exception("%s for conversation %s broke off", job.kind, job.conversation_id)
            reason = type(error).__name__
            return (
                DeadLettered(reason) if job.attempts >= MAX_DEFECTS else Indeterminate(AFTER_DEFECT, reason)
            )

    async def _settle(self, tx: Transaction, job: Job, outcome: Outcome | Part, at: datetime) -> None:
        outbox = tx.outbox
        match outcome:
            case Part(of, carried):
                await self._settle(tx, replace(job, items=job.items[:carried]), of, at)
                if left := job.items[carried:]:
                    # A call for the same rows always carries the same ones: these never went out.
                    rest = replace(job, items=left, maybe_sent=None)
                    await outbox.put_back(rest, at=tx.now, error=None, counts=False, sent=False)
            case Done(None):
                outbox.finish_later(job)
            case Done(effect):
                if await outbox.finish(job) and effect is not None:
                    await effect(tx)
            case Throttled(_, reason):
                await outbox.put_back(job, at=at, error=reason, counts=False, sent=False)
            case CutOff(_, reason, payload) if payload is not None and len(job.items) == 1:
                await outbox.put_back(job, at=at, error=reason, counts=True, sent=False, payload=payload)
            case NotYet(_, reason):
                await outbox.put_back(job, at=at, error=reason, counts=True, sent=False)
            case GoesOn(payload, reason, begun):
                since = None if begun else job.maybe_sent
                first = replace(job, items=job.items[:1], maybe_sent=since)
                await outbox.put_back(first, at=at, error=reason, counts=False, sent=False, payload=payload)
            case Indeterminate(_, reason):
                await outbox.put_back(job, at=at, error=reason, counts=True, sent=True)
            case DeadLettered(reason) if len(job.items) > 1 and job.maybe_sent is None:
                log.warning("conversation %s: %s; each goes alone now", job.conversation_id, reason)
                await outbox.put_back(job, at=tx.now, error=reason, counts=False, sent=False, alone=True)
            case DeadLettered(reason, effect):
                log.error("%s for conversation %s is given up: %s", job.kind, job.conversation_id, reason)
                if await outbox.park(job, error=reason) and effect is not None:
                    await effect(tx)


async def _nothing(_tx: Transaction) -> None:
    pass


async def _unknown() -> Outcome:
    raise LookupError("nobody knows how to do this")
