"""Watches whether Slack can reach us, and has what was missed caught up when it can again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NoReturn

from slack_sdk.socket_mode.aiohttp import SocketModeClient

from bot.slack.api.clock import SlackClock
from bot.slack.inbound.events import moment
from bot.slack.recovery.backfill import Backfill
from bot.slack.recovery.gaps import Gaps
from storage.engine.database import Database, reason_of

log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(seconds=1)
NOTE_EVERY = timedelta(seconds=10)
SWEEP_AGAIN = timedelta(minutes=1)
# Slack says each minute that it drops deliveries, while it does (docs.slack.dev/apis/events-api).
DROPPING_FOR = timedelta(seconds=75)
WHILE_DROPPING = timedelta(seconds=5)
# The fact that holds the latest `ts` of Slack's that any process had heard while Slack could reach it.
HEARD = "slack_heard"


class ConnectionMonitor:
    """Looks at the sockets once a second. Without any, in HTTP mode, Slack reaches us whenever we run.

    A start counts as the end of a gap. `missed` is called at the end of every other.
    """

    def __init__(
        self,
        database: Database,
        backfill: Backfill,
        sockets: Sequence[SocketModeClient],
        slack_clock: SlackClock,
        gaps: Gaps,
        *,
        missed: Callable[[], None],
    ) -> None:
        self._database = database
        self._slack_clock = slack_clock
        self._backfill = backfill
        self._missed = missed
        self._is_gap = False
        self._sockets = sockets
        self._gaps = gaps
        self._sessions: set[object] = set()
        # There is something to catch up on, but not before this moment.
        self._owed: datetime | None = database.clock()
        self._noted_at: datetime | None = None
        # Since when Slack drops deliveries, as far as it said so, and until when it may go on with that.
        self._dropped_since: datetime | None = None
        self._dropping_until: datetime | None = None
        self._sweeping: asyncio.Task[None] | None = None

    @property
    def is_behind(self) -> bool:
        """Whether something may have been missed that was not looked for yet."""
        return self._owed is not None or self._is_sweeping

    def dropped(self, since: datetime) -> None:
        """Slack drops deliveries since then, by its own clock: look for them until that is over."""
        now = self._database.clock()
        self._gaps.dropped()
        self._missed()
        self._owed = now
        self._dropped_since = min(since, self._dropped_since or since)
        self._dropping_until = now + DROPPING_FOR

    async def run(self) -> NoReturn:
        """Watch until cancelled."""
        try:
            while True:
                try:
                    await self._look()
                except Exception as error:  # noqa: BLE001 - a watch that ends misses every gap from then on
                    log.warning("the watch over Slack stumbled: %s", reason_of(error))
                await asyncio.sleep(LOOK_EVERY.total_seconds())
        finally:
            if self._sweeping is not None:
                self._sweeping.cancel()
                await asyncio.wait({self._sweeping})

    async def _look(self) -> None:
        now = self._database.clock()
        reachable = await self._is_reachable(now)
        if not reachable or self._is_sweeping:
            return
        if self._owed is None:
            await self._note(now)
        elif self._owed <= now:
            self._owed = None
            self._noted_at = None
            self._sweeping = asyncio.create_task(self._sweep())

    @property
    def _is_sweeping(self) -> bool:
        return self._sweeping is not None and not self._sweeping.done()

    async def _is_reachable(self, now: datetime) -> bool:
        """Whether a delivery would arrive. Notices a gap that began and ended between two looks, too."""
        if not self._sockets:
            return True
        open_now = {one.current_session for one in self._sockets if await one.is_connected()}
        if not open_now & self._sessions and self._sessions:
            # No connection lived through the time since the last look.
            log.warning("for a moment no socket was open; looking for what was missed")
            self._owed = now
            self._is_gap = True
        self._sessions = set(open_now)
        if open_now and self._is_gap:
            self._is_gap = False
            self._missed()
        return bool(open_now)

    async def _note(self, now: datetime) -> None:
        heard = self._slack_clock.latest
        if heard is None or (self._noted_at is not None and now - self._noted_at < NOTE_EVERY):
            return
        await self._database.write(lambda tx: tx.key_values.put(HEARD, heard))
        self._noted_at = now

    async def _sweep(self) -> None:
        try:
            async with self._database.read() as tx:
                heard = await tx.key_values.get(HEARD)
            since = None if heard is None else moment(heard)
            if since is not None and self._dropped_since is not None:
                since = min(since, self._dropped_since)
            complete = await self._backfill.sweep(since=since)
        except Exception as error:  # noqa: BLE001 - what was missed is still missed: try again
            log.error("catching up with Slack broke off: %s", reason_of(error))
            complete = False
        now = self._database.clock()
        if self._dropping_until is not None and now < self._dropping_until:
            self._owed = now + WHILE_DROPPING
        elif complete:
            self._dropped_since = self._dropping_until = None
        if not complete and self._owed is None:
            # Until then nothing is noted, so that the next try, or the next start, looks as far back.
            self._owed = self._database.clock() + SWEEP_AGAIN
