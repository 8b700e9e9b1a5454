"""Gaps: moments at which a delivery may have been lost on its way to us, to come again later than the next.

A process that dies, or a socket that closes, takes along what it had not yet written down. Slack delivers it
again, but perhaps only after what was typed later, and a customer must not read the second line first. So
after a gap a thread is read from Slack once, before anything more of it reaches the customer
(docs/decisions/0021-gaps.md).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from slack_sdk.socket_mode.aiohttp import SocketModeClient

from bot.slack.errors import Trouble
from bot.slack.installation import Installation
from bot.slack.letters import delivery_of
from bot.slack.missed import MARGIN, Missed, Unreadable
from storage.database import Database
from storage.inbox import Delivery
from storage.records import Conversation, MessageRef, State
from storage.transaction import Transaction

log = logging.getLogger(__name__)

# The fact that holds when the last gap was found, by any process.
GAP_AT = "slack_gap_at"
# By then Slack has given up delivering what was under way in a gap, and the catch-up has found it.
LASTS = timedelta(minutes=10)
# Seconds. What is typed does not wait longer than that for a Slack that does not answer.
LOOK_TAKES = 10.0
LOOK_AGAIN = 0.5


class Gaps:
    """Knows of the last gap, and which threads were read since. `sockets` may be filled later."""

    def __init__(
        self,
        database: Database,
        missed: Missed,
        installation: Installation,
        sockets: Sequence[SocketModeClient],
    ) -> None:
        self._database = database
        self._missed = missed
        self._installation = installation
        self._sockets = sockets
        self._sessions: set[object] = set()
        self._last: datetime | None = None
        self._whole: set[MessageRef] = set()

    async def open(self) -> None:
        """There is a gap just now, at a start for instance."""
        await self._database.write(_open)

    async def bridge(self, thread: MessageRef) -> bool:
        """Look for what a gap may have taken from the thread. True if the inbox has more of it now.

        Reads the thread at most once for each gap, and only while a teammate holds the conversation: nobody
        else's words go out from a thread.
        """
        await self._look()
        last = self._last
        if last is None or thread in self._whole or self._database.clock() - last > LASTS:
            return False
        async with self._database.read() as tx:
            conversation = await tx.conversations.by_thread(thread)
            here = {one.delivery.identity for one in await tx.inbox.of_thread(thread)}
        if conversation is None or conversation.state is not State.TEAMMATE:
            return False
        try:
            async with asyncio.timeout(LOOK_TAKES):
                seen = await self._read(thread, conversation, since=last - MARGIN)
        except (Unreadable, TimeoutError) as error:
            log.warning("%s goes on without a look at what may be missing: %s", thread.source, error)
            return False
        missing = [one for one in seen if one.identity not in here]
        if missing:
            await self._database.write(partial(_put, missing))
        if last == self._last:
            self._whole.add(thread)
        return bool(missing)

    async def _look(self) -> None:
        """Learn of the last gap, or be the first to find a new one."""
        if self._socket_was_lost():
            await self.open()
        async with self._database.read() as tx:
            at = await tx.facts.get(GAP_AT)
            gone = await tx.processes.gone()
        if gone:
            log.info("a process on this database is gone; threads are looked at for what it took along")
            at = await self._database.write(partial(_without, gone))
        last = None if at is None else datetime.fromisoformat(at)
        if last != self._last:
            self._last = last
            self._whole.clear()

    def _socket_was_lost(self) -> bool:
        sessions = {one.current_session for one in self._sockets}
        is_open = {session for session in sessions if session is not None and not session.closed}
        lost = self._sessions - is_open
        self._sessions = set(is_open)
        return bool(lost)

    async def _read(
        self, thread: MessageRef, conversation: Conversation, *, since: datetime
    ) -> Sequence[Delivery]:
        """What Slack shows there and the ledger does not know."""
        while True:
            try:
                events = await self._missed.typed(thread, conversation, since=since)
            except Unreadable as error:
                if error.failure.trouble not in (Trouble.MAYBE_SENT, Trouble.NOT_SENT):
                    raise
                await asyncio.sleep(LOOK_AGAIN)
            else:
                found = [delivery_of(event, team=self._installation.team) for event in events]
                return [delivery for delivery in found if delivery is not None]


async def _open(tx: Transaction) -> str:
    at = tx.now.isoformat()
    await tx.facts.put(GAP_AT, at)
    return at


async def _without(gone: Sequence[int], tx: Transaction) -> str:
    await tx.processes.forget(gone)
    return await _open(tx)


async def _put(found: Sequence[Delivery], tx: Transaction) -> None:
    for delivery in found:
        await tx.inbox.put(delivery, due_at=tx.now)
