"""Gaps: stretches of time in which an event may have been lost, or may arrive after a later one.

A process that dies, or a socket that closes, takes along what it had not yet written down. Slack delivers it
again, but perhaps only after what was typed later, and a customer must not read the second line first. So
after a gap a thread is read from Slack once, before anything more of it reaches the customer
(docs/decisions/0021-gaps.md).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import Enum, auto
from functools import partial
from typing import NoReturn

from slack_sdk.socket_mode.aiohttp import SocketModeClient

from bot.slack.api.errors import Trouble
from bot.slack.inbound.event_router import delivery_of
from bot.slack.inbound.events import moment
from bot.slack.recovery.thread_history import MARGIN, ThreadHistory, Unreadable
from bot.slack.workspace.installation import Installation
from storage.engine.database import Database, reason_of
from storage.outbox.rate_limits import Rate
from storage.records import Conversation, ConversationState, MessageRef
from storage.slack.slack_events import SlackEvent
from storage.transaction import Transaction

log = logging.getLogger(__name__)

# The fact that holds when the last gap was found, by any process.
GAP_AT = "slack_gap_at"
# By then Slack has given up delivering what was under way in a gap, and the catch-up has found it.
LASTS = timedelta(minutes=10)
# Seconds. What is typed does not wait longer than that for a Slack that does not answer.
LOOK_TAKES = 10.0
LOOK_AGAIN = 0.5
LOOK_EVERY = 0.05
ASK_EVERY = 1.0
# Where something older may be on its way without a gap, threads are read within this pace, which processes
# share: Slack allows 50 reads a minute, and gaps and posts of unknown outcome need some of them.
IN_DOUBT = "conversations.replies"
IN_DOUBT_RATE = Rate(60 / 30, burst=10)
# Seconds. By then such a reading has told, or time tells.
IN_DOUBT_TAKES = 3.0


class Looked(Enum):
    """What a look at a thread came to: the inbox has more of it now, nothing was missing, or no answer."""

    MORE = auto()
    WHOLE = auto()
    UNREAD = auto()


class Gaps:
    """Knows of the last gap, and which threads were read since. `sockets` may be filled later.

    Whoever finds that a process is gone also leaves what that one had under way for Slack or the AI to the
    others. `may_land_for` is how long a request may still land after its answer was lost.
    """

    def __init__(
        self,
        database: Database,
        history: ThreadHistory,
        installation: Installation,
        sockets: Sequence[SocketModeClient],
        *,
        may_land_for: timedelta,
    ) -> None:
        self._database = database
        self._history = history
        self._installation = installation
        self._sockets = sockets
        self._may_land_for = may_land_for
        self._seen: frozenset[object] = frozenset()
        self._last: datetime | None = None
        self._whole: set[MessageRef] = set()
        # What the other processes do not know yet: that there was a gap, and who is gone.
        self._is_untold = False
        self._untold: set[int] = set()
        self._telling = asyncio.Lock()

    async def open(self) -> None:
        """There is a gap just now, at a start for instance."""
        await self._database.write(lambda tx: tx.key_values.put(GAP_AT, tx.now.isoformat()))

    def dropped(self) -> None:
        """Deliveries were lost: Slack says that it drops them, or we could not store one.

        That is a gap for every process.
        """
        self._is_untold = True
        self._happened(self._database.clock())

    async def run(self) -> NoReturn:
        """Look at the sockets, much more often than a reply waits for an older one, until cancelled.

        What went down with one may come again to another process, which has to know by then. Once a second
        the database is asked whether a process is gone.
        """
        ask_at = 0.0
        while True:
            try:
                self._notice((), self._database.clock())
                if time.monotonic() >= ask_at:
                    ask_at = time.monotonic() + ASK_EVERY
                    await self._ask()
                # Noticed here, or by a look at a thread in which nothing was due.
                if self._is_untold:
                    await self._tell()
            except Exception as error:  # noqa: BLE001 - whoever deals with a thread looks for gaps as well
                log.warning("a gap could not be told to the other processes: %s", reason_of(error))
            await asyncio.sleep(LOOK_EVERY)

    async def noticed(self) -> None:
        """Return once the other processes know of every gap that can be seen here by now."""
        self._notice((), self._database.clock())
        await self._tell()

    async def _ask(self) -> None:
        if self._database.is_sqlite:
            return
        async with self._database.read() as tx:
            self._notice(await tx.processes.gone(), tx.now)

    async def concern(self, tx: Transaction, thread: MessageRef) -> bool:
        """Whether something may be missing in the thread: it was not read since the last gap."""
        at = await tx.key_values.get(GAP_AT)
        if at is not None:
            self._happened(datetime.fromisoformat(at))
        self._notice(await tx.processes.gone(), tx.now)
        return self._last is not None and thread not in self._whole and tx.now - self._last <= LASTS

    async def bridge(self, thread: MessageRef, *, before: str) -> Looked:
        """Look for what a gap may have taken from the thread.

        What waits in the thread happened at `before`, by Slack's clock; what a gap took from ahead of that is
        no older than gaps matter for.

        Reads the thread at most once for each gap, and only while a teammate holds the conversation: nobody
        else's words go out from a thread.
        """
        last = self._last
        if self._is_untold:
            await self._tell()
        looked = await self._looked(thread, before=before, within=LOOK_TAKES)
        if looked is not Looked.UNREAD and last == self._last:
            self._whole.add(thread)
        return looked

    async def look(self, thread: MessageRef, *, before: str) -> Looked:
        """Look, without a gap, for what may still be on its way, if the pace of such looks allows it now.

        `before` as for `bridge`. What is in the thread by then is everything that is older.
        """
        if not await self._database.write(_may_look):
            return Looked.UNREAD
        return await self._looked(thread, before=before, within=IN_DOUBT_TAKES)

    async def _looked(self, thread: MessageRef, *, before: str, within: float) -> Looked:
        async with self._database.read() as tx:
            conversation = await tx.conversations.by_thread(thread)
            here = {one.delivery.identity for one in await tx.slack_events.of_thread(thread)}
        if conversation is None or conversation.state is not ConversationState.TEAMMATE:
            return Looked.WHOLE
        try:
            async with asyncio.timeout(within):
                seen = await self._read(thread, conversation, since=moment(before) - LASTS - MARGIN)
        except (Unreadable, TimeoutError) as error:
            log.warning("%s goes on without a look at what may be missing: %s", thread.source, error)
            return Looked.UNREAD
        missing = [one for one in seen if one.identity not in here]
        if missing:
            await self._database.write(partial(_put, missing))
        return Looked.MORE if missing else Looked.WHOLE

    def _notice(self, gone: Collection[int], now: datetime) -> None:
        """Is there a new gap: a process gone, a socket closed or opened since the last look?"""
        if self._sockets_changed() or gone:
            self._untold.update(gone)
            self._is_untold = True
            self._happened(now)

    def _happened(self, at: datetime) -> None:
        if self._last is None or at > self._last:
            self._last = at
            self._whole.clear()

    async def _tell(self) -> None:
        """Let the other processes know what they do not know yet. On return they can read it."""
        async with self._telling:
            if not self._is_untold:
                return
            gone, self._untold, self._is_untold = self._untold, set(), False
            at = self._last or self._database.clock()

            async def tell(tx: Transaction) -> None:
                await tx.processes.forget(gone)
                await tx.outbox.abandon(by=gone, may_land_for=self._may_land_for)
                await tx.key_values.put(GAP_AT, at.isoformat())

            try:
                await self._database.write(tell)
            except BaseException:
                self._untold |= gone
                self._is_untold = True
                raise

    def _sockets_changed(self) -> bool:
        """Whether one closed since the last look, or opened: that ends a time in which one was closed."""
        now = frozenset((one.current_session, _is_open(one)) for one in self._sockets)
        changed = now != self._seen
        self._seen = now
        return changed

    async def _read(
        self, thread: MessageRef, conversation: Conversation, *, since: datetime
    ) -> Sequence[SlackEvent]:
        """What Slack shows there and the ledger does not know."""
        while True:
            try:
                events = await self._history.events(thread, conversation, since=since)
            except Unreadable as error:
                if error.failure.trouble not in (Trouble.MAYBE_SENT, Trouble.NOT_SENT):
                    raise
                await asyncio.sleep(LOOK_AGAIN)
            else:
                us = self._installation
                found = [delivery_of(one, team=us.team, ourselves=us.ourselves) for one in events]
                return [delivery for delivery in found if delivery is not None]


def _is_open(socket: SocketModeClient) -> bool:
    return socket.current_session is not None and not socket.current_session.closed


async def _put(found: Sequence[SlackEvent], tx: Transaction) -> None:
    await tx.slack_events.put_all([(one, tx.now) for one in found])


async def _may_look(tx: Transaction) -> bool:
    """Take one look of those that the pace allows, if there is one."""
    opening = (await tx.rate_limits.openings({IN_DOUBT: IN_DOUBT_RATE})).get(IN_DOUBT)
    if opening is None or opening.tokens < 1:
        return False
    await tx.rate_limits.take(IN_DOUBT, IN_DOUBT_RATE, 1)
    return True
