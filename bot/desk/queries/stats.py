"""The day in figures. Reading only."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from bot.desk.timeline import Event
from storage.engine.database import Database
from storage.slack.slack_channels import Among


@dataclass(frozen=True, slots=True)
class Day:
    """One day until now, in the zone it was asked for in. A median of nothing is None."""

    began: datetime
    at: datetime
    conversations: int
    taken_over: int
    waiting: int
    longest_wait: timedelta | None
    first_reply: timedelta | None
    resolution: timedelta | None


async def today(database: Database, zone: tzinfo, among: Among = None) -> Day:
    """Since midnight in that zone, of the conversations at home in the channels `among`."""
    async with database.read() as tx:
        began = tx.now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        waiting, first = await tx.stats.waiting(among)
        return Day(
            began=began,
            at=tx.now,
            conversations=await tx.stats.conversations(began, among),
            taken_over=await tx.stats.having(Event.TAKEN_OVER, began, among),
            waiting=waiting,
            longest_wait=None if first is None else tx.now - first,
            first_reply=_median(await tx.stats.first_replies(began, among)),
            resolution=_median(await tx.stats.resolutions(began, among)),
        )


def _median(times: Sequence[timedelta]) -> timedelta | None:
    return timedelta(seconds=statistics.median(one.total_seconds() for one in times)) if times else None
