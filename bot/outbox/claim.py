"""Claims jobs for an outbox worker in one transaction: at most as many as it has room for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from bot.outbox.outcome import Attempt, Prepare
from bot.outbox.pace import Bucket, Pace
from storage.outbox.claims import ClaimScope
from storage.records import Job
from storage.transaction import Transaction

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Claim:
    """Takes up to `limit` jobs and has their jobs prepared, at the end of others' transactions.

    Unless `always`, it does so only in a transaction that gave its topic something to do. `opens_at` is when
    the next job may be claimed that this one had to leave for its rate; None if it left none.
    """

    topic: str
    limit: int
    lease: timedelta
    pace: Pace
    shut: Sequence[ClaimScope]
    together: Mapping[str, int]
    prepare: Prepare
    always: bool
    arrive: Callable[[Claim], None]
    jobs: Sequence[Job] = ()
    attempts: Mapping[int, Attempt] = field(default_factory=dict)
    opens_at: datetime | None = None

    @property
    def is_full(self) -> bool:
        return len(self.jobs) >= self.limit

    async def go(self, tx: Transaction) -> None:
        self.jobs, self.attempts, self.opens_at = (), {}, None
        if not self.always and self.topic not in tx.topics:
            return
        self.jobs = await self._claimed(tx)
        # All that may go now is on its way: nobody needs to be woken for it.
        if not self.is_full:
            tx.topics.discard(self.topic)
        if self.jobs:
            try:
                self.attempts = await self.prepare(tx, self.jobs)
            except SQLAlchemyError:
                raise
            except Exception:
                # Without their jobs the jobs count as broken off; a defect stops what comes behind it only
                # so often, and never the writes whose transaction this is.
                log.exception("jobs of the %s outbox worker could not be prepared", self.topic)

    def arrived(self, *, committed: bool) -> None:
        if not committed:
            self.jobs, self.attempts, self.opens_at = (), {}, None
        self.arrive(self)

    async def _claimed(self, tx: Transaction) -> Sequence[Job]:
        if not self.pace.is_limited:
            return await tx.outbox.claim(
                self.topic, limit=self.limit, lease=self.lease, shut=self.shut, together=self.together
            )
        channels = await tx.outbox.channels(self.topic) if self.pace.per_channel else ()
        buckets = self.pace.buckets(channels)
        openings = await tx.rate_limits.openings({bucket.name: bucket.rate for bucket in buckets})
        claimed: list[Job] = []
        for bucket in buckets:
            opening = openings.get(bucket.name)
            if opening is None:
                continue
            taken = await self._draw(tx, bucket, min(opening.tokens, self.limit - len(claimed)))
            claimed += taken
            if len(taken) >= opening.tokens:
                next_at = opening.opens_at if not taken else tx.now + timedelta(seconds=bucket.rate.spacing)
                self.opens_at = min(next_at, self.opens_at or next_at)
        claimed += await tx.outbox.claim(
            self.topic,
            limit=self.limit - len(claimed),
            lease=self.lease,
            among=self.pace.unlimited(),
            shut=self.shut,
            together=self.together,
        )
        return claimed

    async def _draw(self, tx: Transaction, bucket: Bucket, limit: int) -> Sequence[Job]:
        if limit <= 0:
            return []
        taken = await tx.outbox.claim(
            self.topic,
            limit=limit,
            lease=self.lease,
            among=bucket.place,
            shut=self.shut,
            together=self.together,
        )
        if taken:
            await tx.rate_limits.take(bucket.name, bucket.rate, len(taken))
        return taken
