"""Applies the rules to the events that wait in one thread: in Slack's order, in one transaction, each event
once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from bot.desk.replies.thread_messages import given_up
from bot.slack.inbound.doubts import Cleared, Doubts, Verdict
from bot.slack.inbound.event_router import DECIDED_WITHIN, Delays, EventRouter, Rule, author_of
from storage.engine.database import Database, reason_of
from storage.records import MessageRef
from storage.slack.slack_events import QueuedEvent
from storage.transaction import LockHint, Transaction

log = logging.getLogger(__name__)

# A card's place is saved within this time of a reply under it, whatever befell its post, or it is no card.
CARD_SETTLES = timedelta(hours=1)
# How often a row is tried whose rule breaks off: with the pauses between, half a minute.
MAX_DEFECTS = 6
# Seconds. What is ready goes on when finding out about the rest has taken so long.
ROUND_TAKES = 1.0
# What waits for Slack is looked at again this soon once Slack may be back.
LONGEST_PAUSE = timedelta(seconds=10)


class ThreadProcessor:
    """Each round deals with as much of a thread's rows as can be dealt with now."""

    def __init__(self, database: Database, rules: EventRouter, doubts: Doubts | None) -> None:
        self._database = database
        self._rules = rules
        self._doubts = doubts

    async def work_off(self, thread: MessageRef, *, before: str | None = None) -> None:
        """Deal with what is due, or all that happened `before`, as far as authors and files are known.

        What is due goes on when nothing older of its thread is on its way any more (`Doubts`).
        """
        clear = None if self._doubts is None or before is not None else await self._doubts.cleared()
        while await self._round(thread, before=before, clear=clear):
            pass

    async def _round(
        self, thread: MessageRef, *, before: str | None, clear: Cleared | None, one: bool = False
    ) -> bool:
        """True if there may be more to do now. With `one`, no more than one row is dealt with."""
        async with self._database.read() as tx:
            queued_events = taken_back_first(await tx.slack_events.of_thread(thread))
            is_gap = self._doubts is not None and await self._doubts.is_gap(tx, thread)
        if before is None:
            due, until = in_turn(queued_events, now=tx.now if clear is None else min(tx.now, clear.at))
        else:
            due, until = queued_events[: _count_before(queued_events, Decimal(before))], None
        if not due and until is None:
            return False
        # A look that Slack does not answer takes its time, too, and one that is to be decided now has none.
        if due and self._doubts is not None and not self._rules.is_overdue(due[0]):
            match await self._doubts.about(thread, due, is_gap=is_gap, clear=clear):
                case Verdict.MORE:
                    return True
                case Verdict.WAIT:
                    return False
        if one:
            due, until = due[:1], None
        rules: dict[int, Rule] = {}
        stuck: QueuedEvent | None = None
        began = time.monotonic()
        for queued in due:
            is_late = time.monotonic() - began > ROUND_TAKES
            if rules and (is_late or self._rules.takes_time(queued.delivery)):
                # What comes before it goes first; the rest waits for the next round.
                until = None
                break
            try:
                rules[queued.id] = await self._rules.rule_for(queued.delivery, kept=queued)
            except Delays as error:
                log.info("thread %s waits for the name of an author or a file: %s", thread.source, error)
                stuck, until = queued, next_look(queued, now=self._database.clock())
                break
            except Exception as error:  # noqa: BLE001 - whatever it is, it must not hold up the thread
                if rules:
                    until = None
                    break
                await self._broke_off(queued, error)
                return before is None
        try:
            done = await self._database.write(
                partial(self._apply, thread, rules, stuck, until), lock_hint=LockHint(thread=thread)
            )
        except Exception as error:
            if not rules:
                raise
            if len(rules) > 1:
                # One of them cannot be dealt with; the database may say so at the end only. One at a time.
                return await self._round(thread, before=before, clear=clear, one=True)
            await self._broke_off(due[0], error)
            return before is None
        return done and stuck is None and until is None

    async def _apply(
        self,
        thread: MessageRef,
        rules: Mapping[int, Rule],
        stuck: QueuedEvent | None,
        until: datetime | None,
        tx: Transaction,
    ) -> bool:
        """Deal with the rows that have rules, in order, each exactly once.

        The conversation's lock keeps other processes out. What came in between and belongs before one of
        them has no rule yet: the rest waits for the next round. With `until` everything behind waits so long.
        """
        conversation = await tx.conversations.lock_by_thread(thread)
        queued_events = taken_back_first(await tx.slack_events.of_thread(thread))
        if conversation is None:
            await self._without_card(tx, queued_events)
            return False
        done = 0
        for queued in queued_events:
            if queued.id not in rules:
                break
            await rules[queued.id](tx)
            done += 1
        await tx.slack_events.forget([queued.id for queued in queued_events[:done]])
        if until is not None:
            tried = [one.id for one in queued_events if stuck is not None and one.id == stuck.id]
            behind = [one.id for one in queued_events[done:] if one.id not in tried and one.due_at < until]
            await tx.slack_events.postpone(tried, until=until, tried=True)
            await tx.slack_events.postpone(behind, until=until, tried=False)
        return done > 0

    async def _without_card(self, tx: Transaction, queued_events: Sequence[QueuedEvent]) -> None:
        old = [one for one in queued_events if tx.now - one.received_at >= CARD_SETTLES]
        for queued in old:
            log.warning("%s is dropped: its thread is no conversation's", queued.delivery.message.source)
        await tx.slack_events.forget([queued.id for queued in old])
        for queued in queued_events:
            if queued not in old:
                await tx.slack_events.postpone(
                    [queued.id], until=tx.now + pause(queued.attempts) / 10, tried=True
                )

    async def _broke_off(self, queued: QueuedEvent, error: Exception) -> None:
        source = queued.delivery.message.source
        if queued.attempts + 1 >= MAX_DEFECTS or self._rules.is_overdue(queued):
            self._rules.gave_up(queued.delivery.thread)
            log.error("%s is given up: %s", source, reason_of(error))
            try:
                await self._database.write(partial(self._given_up, queued))
            except Exception as again:  # noqa: BLE001 - what cannot even be told must not hold up the thread
                log.error("%s: its author could not be told: %s", source, reason_of(again))
                await self._database.write(lambda tx: tx.slack_events.forget([queued.id]))
            return
        log.error("%s could not be dealt with and waits: %s", source, reason_of(error))
        until = self._database.clock() + pause(queued.attempts)
        await self._database.write(lambda tx: tx.slack_events.postpone([queued.id], until=until, tried=True))

    async def _given_up(self, queued: QueuedEvent, tx: Transaction) -> None:
        await tx.slack_events.forget([queued.id])
        delivery = queued.delivery
        author = author_of(delivery)
        if author is not None:
            is_new = delivery.kind == "posted"
            await given_up(tx, delivery.thread, delivery.message, by=author, is_new=is_new)


def taken_back_first(queued_events: Sequence[QueuedEvent]) -> Sequence[QueuedEvent]:
    """The same, with each message's deletion just ahead of the message.

    What was taken back before it went out goes nowhere: its rule finds its place taken.
    """
    deletions = {one.delivery.message: one for one in queued_events if one.delivery.kind == "deleted"}
    if not deletions:
        return queued_events
    order: list[QueuedEvent] = []
    for queued in queued_events:
        deletion = deletions.pop(queued.delivery.message, None)
        if deletion is not None:
            order.append(deletion)
        if queued.delivery.kind != "deleted":
            order.append(queued)
    return order


def _count_before(queued_events: Sequence[QueuedEvent], before: Decimal) -> int:
    """How many of the first events happened before that moment, counted to the last of them."""
    return max(
        (n for n, one in enumerate(queued_events, 1) if Decimal(one.delivery.event_ts) < before), default=0
    )


def in_turn(
    queued_events: Sequence[QueuedEvent], *, now: datetime
) -> tuple[Sequence[QueuedEvent], datetime | None]:
    """Those whose turn it is, and until when those behind have to wait for one that was put off.

    What is due takes with it what happened before it.
    """
    due = max((number for number, one in enumerate(queued_events, 1) if one.due_at <= now), default=0)
    for number, queued in enumerate(queued_events[:due]):
        if queued.attempts and queued.due_at > now:
            return queued_events[:number], queued.due_at
    return queued_events[:due], None


def next_look(queued: QueuedEvent, *, now: datetime) -> datetime:
    """When to look again at one that waits for Slack: not after it is to be decided, unless that is over."""
    until = now + min(pause(queued.attempts), LONGEST_PAUSE)
    decided_at = queued.received_at + DECIDED_WITHIN
    return min(until, decided_at) if decided_at > now else until


def pause(attempts: int) -> timedelta:
    """One second, and twice as long after each attempt, up to a minute."""
    return timedelta(seconds=min(1 << min(attempts, 6), 60))
