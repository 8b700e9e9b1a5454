"""Catches up on what was typed, changed and deleted in threads while no delivery could reach us."""

from __future__ import annotations

import logging
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.desk.replies.absent import KnownMessage, not_found
from bot.slack.api.errors import Trouble
from bot.slack.inbound.event_queue import EventQueue
from bot.slack.inbound.events import moment
from bot.slack.recovery.thread_history import MARGIN, ThreadHistory, Unreadable
from storage.engine.database import Database
from storage.records import Conversation, ConversationState, MessageRef
from storage.transaction import LockHint

log = logging.getLogger(__name__)

SPACING = timedelta(seconds=1)
LIVE_FOR = timedelta(hours=24)
LIVE_AT_MOST = 200
# Some workspaces hide old messages, which is nothing to ask anybody about.
LOOK_BACK = timedelta(days=30)
# Slack leaves out the message at the very time that a reading begins with.
INSTANT = timedelta(milliseconds=1)


class Backfill:
    """Hands what was missed to the event queue, thread by thread."""

    def __init__(self, history: ThreadHistory, database: Database, event_queue: EventQueue) -> None:
        self._history = history
        self._database = database
        self._event_queue = event_queue

    async def sweep(self, *, since: datetime | None) -> bool:
        """Look for what happened since that moment of Slack's, or without one for as long as conversations
        are looked at. False if it has to be repeated.

        First all conversations that wait or are held by a teammate, then those live with the AI; in each of
        them the present thread and all that it had before, for what is typed there still belongs to it.
        """
        now = self._database.clock()
        since = (since or now - LIVE_FOR) - MARGIN
        async with self._database.read() as tx:
            escalated = await tx.conversations.escalated()
            live = await tx.conversations.with_ai(since=now - LIVE_FOR, limit=LIVE_AT_MOST)
            threads = await tx.conversations.threads_of([*escalated, *live])
        found = _Found()
        # In another order each time: whoever is cut short again and again still gets round.
        for conversation in (*random.sample(escalated, len(escalated)), *live):
            await self._look_at(conversation, threads[conversation.id], since, found)
            if found.is_hopeless:
                break
        log.info(
            "caught up with Slack since %s: threads read %d, deliveries found %d, threads not readable %d",
            f"{since:%Y-%m-%d %H:%M:%S}",
            found.read,
            found.deliveries,
            found.unreadable,
        )
        return found.is_complete

    async def _look_at(
        self, conversation: Conversation, threads: Sequence[MessageRef], since: datetime, found: _Found
    ) -> None:
        known = await self._history.known(conversation)
        vouched = self._vouched(conversation, threads, known)
        oldest = min([since, *(moment(one.ts) - INSTANT for one in vouched)])
        shown: set[str] = set()
        is_whole = True
        for thread in threads:
            try:
                there = await self._history.shown(thread, since=oldest)
            except Unreadable as error:
                log.warning("conversation %s: a thread cannot be read: %s", conversation.id, error)
                found.not_readable(error.failure.trouble, is_present=thread == conversation.card)
                if found.is_hopeless:
                    return
                is_whole = is_whole and error.failure.trouble is Trouble.GONE
                continue
            found.read += 1
            found.deliveries += await self._event_queue.take_all(there.events(known.sources, since=since))
            shown |= set(there.sources)
            is_whole = is_whole and there.is_whole
        absent = [one for one in vouched if one.source not in shown]
        if absent and is_whole:
            await self._ask(conversation, await self._still_absent(absent, threads))

    def _vouched(
        self, conversation: Conversation, threads: Sequence[MessageRef], known: KnownMessage
    ) -> Sequence[MessageRef]:
        """Messages that these threads should show, where a teammate is there to be asked about them."""
        if conversation.state is not ConversationState.TEAMMATE:
            return ()
        channels = {(thread.team, thread.channel) for thread in threads}
        messages = [one for one in map(MessageRef.of, known.vouched) if one is not None]
        since = self._database.clock() - LOOK_BACK
        return [one for one in messages if (one.team, one.channel) in channels and moment(one.ts) > since]

    async def _still_absent(
        self, messages: Sequence[MessageRef], threads: Sequence[MessageRef]
    ) -> Collection[str]:
        """The sources that a second look does not find either: the first may have come too early."""
        oldest = min(moment(one.ts) for one in messages) - INSTANT
        absent = {one.source for one in messages}
        for thread in threads:
            try:
                absent -= set((await self._history.shown(thread, since=oldest)).sources)
            except Unreadable as error:
                if error.failure.trouble is not Trouble.GONE:
                    return ()
        return absent

    async def _ask(self, conversation: Conversation, sources: Collection[str]) -> None:
        if not sources:
            return
        log.info("conversation %s: Slack does not show %d messages any more", conversation.id, len(sources))
        await self._database.write(
            lambda tx: not_found(tx, conversation.id, sources), lock_hint=LockHint(conversation.id)
        )


@dataclass(slots=True)
class _Found:
    """What a sweep came to. `is_hopeless`: all others would fail alike until an operator mended it."""

    read: int = 0
    deliveries: int = 0
    unreadable: int = 0
    is_complete: bool = True
    is_hopeless: bool = False

    def not_readable(self, trouble: Trouble, *, is_present: bool) -> None:
        """`is_present`: it is a conversation's present thread, not one that it had."""
        self.unreadable += 1
        if trouble is Trouble.TOKEN or (trouble is Trouble.CHANNEL and is_present):
            self.is_complete, self.is_hopeless = False, True
        elif trouble not in (Trouble.GONE, Trouble.THREAD, Trouble.CHANNEL):
            self.is_complete = False
