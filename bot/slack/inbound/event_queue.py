"""Takes in what teammates type in threads: kept before Slack is answered, dealt with in Slack's order.

Deliveries come without an order: each frame of a socket is a task of its own, several processes may share
them, and Slack promises none. So what comes is first kept in the inbox, held back for a moment in which
something older may still come, and then dealt with thread by thread, in the order of Slack's own time
(docs/decisions/0011-the-inbox.md). What a stopped process leaves behind, any other picks up.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.desk import threads
from bot.desk.replies.thread_messages import LanguageOf, Outcome
from bot.notifier import Notifier
from bot.slack.api.clock import SlackClock
from bot.slack.api.downloads import SlackFiles
from bot.slack.inbound.arrivals import Arrivals
from bot.slack.inbound.doubts import Doubts
from bot.slack.inbound.event_router import Delays, EventRouter, Rule, delivery_of
from bot.slack.inbound.events import message_of
from bot.slack.inbound.ingest_lag import IngestLag
from bot.slack.inbound.thread_processor import CARD_SETTLES, ThreadProcessor
from bot.slack.workspace.installation import Installation
from bot.slack.workspace.permissions import Permissions
from bot.slack.workspace.user_cache import UserCache
from storage.engine.database import Database, reason_of
from storage.records import ConversationId, MessageRef
from storage.slack.slack_events import SlackEvent, SlackEvents
from storage.transaction import LockHint, Transaction

log = logging.getLogger(__name__)

# A ring can be lost between processes, and never between two looks this far apart.
LOOK_EVERY = timedelta(seconds=1)
LOOK_AT = 200
THREADS_AT_ONCE = 32
THREADS_REMEMBERED = 10_000
# Seconds. Slack wants its answer within three.
PRESS_WAITS = 1.5
AUTHOR_WAITS = 1.0


class EventQueue:
    """What was delivered is dealt with between `run` and `stop`; `take` keeps it also while that is not so.

    `ingest_lag` says how long a delivery waits at most for an older one: counted from Slack's time of it, and
    for one that comes later than that from when it came. Where the least is zero none waits, not even after
    a gap, and one that nothing is ahead of is dealt with as it comes.
    `slack_clock` learns from what is delivered. `anyone_replies`, `channel_names` and `language_of` are
    for the rules (`EventRouter`).
    """

    def __init__(
        self,
        database: Database,
        notifier: Notifier,
        permissions: Permissions,
        users: UserCache,
        files: SlackFiles,
        installation: Installation,
        *,
        ingest_lag: IngestLag,
        slack_clock: SlackClock,
        anyone_replies: bool = False,
        channel_names: Callable[[], Collection[str]] = tuple,
        language_of: LanguageOf | None = None,
        doubts: Doubts | None = None,
    ) -> None:
        self._database = database
        self._notifier = notifier
        self._installation = installation
        self._rules = EventRouter(
            permissions,
            users,
            files,
            database.clock,
            slack_clock,
            anyone_replies=anyone_replies,
            channel_names=channel_names,
            customer_in=self._customer_in,
            language_of=language_of,
        )
        self._doubts = doubts if ingest_lag.least else None
        self._processor = ThreadProcessor(database, self._rules, self._doubts)
        self._ingest_lag = ingest_lag
        self._slack_clock = slack_clock
        # Threads that were found to be conversations': they stay that.
        self._known: set[MessageRef] = set()
        self._arrivals = Arrivals(database, self._store, at_once=None if ingest_lag.least else self._at_once)
        self._under_way: dict[MessageRef, asyncio.Task[None]] = {}
        self._stopping = asyncio.Event()

    async def take(self, event: Mapping[str, Any], *, again: bool = False) -> None:
        """Keep the inner event of a `message` delivery, if it is about a conversation's thread.

        On return it is safe: committed to the inbox or dealt with. Taken twice it counts once. `again`:
        Slack has tried before.
        """
        delivery = self._delivery(event)
        if delivery is None:
            return
        self._slack_clock.heard(delivery.event_ts)
        if not again:
            self._ingest_lag.note(self._slack_clock.ours(delivery.event_ts))
        try:
            await self._arrivals.take(delivery)
        except BaseException:
            if self._doubts is not None:
                self._doubts.lost()
            raise

    async def take_all(self, events: Iterable[Mapping[str, Any]]) -> int:
        """Keep events that were found in conversations' threads, in one transaction. Returns how many."""
        found = [self._delivery(event) for event in events]
        deliveries = [delivery for delivery in found if delivery is not None]

        async def store(tx: Transaction) -> None:
            await tx.slack_events.put_all([(one, self._due(one, tx.now)) for one in deliveries])

        if deliveries:
            await self._database.write(store, locks_nothing=True)
        return len(deliveries)

    def slack_now(self) -> str:
        """A `ts` for what a teammate does now where Slack gives none: later than all that was delivered."""
        return self._slack_clock.now()

    async def settle(
        self, conversation_id: ConversationId, *, before: str, card: MessageRef | None = None
    ) -> None:
        """Deal with what was typed in the conversation's threads before that moment of Slack's.

        For a press, which must not overtake it. After a second and a half the press goes first all the same.
        `card` is where the press says that the card is, in case nobody knows that yet.
        """
        try:
            async with asyncio.timeout(PRESS_WAITS):
                async with self._database.read() as tx:
                    conversation = await tx.conversations.get(conversation_id)
                    if conversation is None:
                        return
                    threads = (await tx.conversations.threads_of([conversation]))[conversation_id]
                card = conversation.card or card
                if card is None:
                    return
                await self._arrivals.settled([card, *threads])
                if conversation.card is None:
                    await self._database.write(
                        partial(_card_seen, conversation_id, card), lock_hint=LockHint(conversation_id)
                    )
                for thread in dict.fromkeys((card, *threads)):
                    await self._processor.work_off(thread, before=before)
        except TimeoutError:
            log.warning("conversation %s: a press could not wait for what was typed before", conversation_id)

    async def run(self) -> None:
        """Deal with what is due until `stop` is called, then finish what is under way."""
        with self._notifier.listening(SlackEvents.TOPIC) as listener:
            while not self._stopping.is_set():
                try:
                    wait = await self._look()
                except Exception as error:  # noqa: BLE001 - a queue that ends would work nothing off any more
                    log.error("the inbox cannot be read: %s", reason_of(error))
                    wait = LOOK_EVERY
                await listener.heard(timeout=max(wait.total_seconds(), 0.001))
        if self._under_way:
            await asyncio.wait(self._under_way.values())

    def stop(self) -> None:
        """Begin nothing more. What is not dealt with stays in the inbox for the next start."""
        self._stopping.set()
        self._notifier.ring(SlackEvents.TOPIC)

    def _delivery(self, event: Mapping[str, Any]) -> SlackEvent | None:
        return delivery_of(event, team=self._installation.team, ourselves=self._installation.ourselves)

    async def _customer_in(self, thread: MessageRef) -> str | None:
        async with self._database.read() as tx:
            conversation = await tx.conversations.by_thread(thread)
        return conversation.customer.name if conversation else None

    async def _at_once(self, delivery: SlackEvent) -> bool:
        """Deal with a delivery without keeping it first. False if it has to be kept; nothing is done then."""
        if self._rules.takes_time(delivery) or delivery.thread not in self._known:
            return False
        try:
            async with asyncio.timeout(AUTHOR_WAITS):
                rule = await self._rules.rule_for(delivery)
            return await self._database.write(
                partial(self._apply_alone, delivery, rule),
                lock_hint=LockHint(thread=delivery.thread, source=delivery.message.source),
            )
        except (TimeoutError, *Delays):
            return False
        except Exception as error:  # noqa: BLE001 - once it is kept, there is time to find out
            log.error("a delivery could not be dealt with as it came: %s", reason_of(error))
            return False

    async def _apply_alone(self, delivery: SlackEvent, rule: Rule, tx: Transaction) -> bool:
        if await tx.slack_events.of_thread(delivery.thread):
            return False
        return await rule(tx) is not Outcome.NO_CONVERSATION

    async def _store(self, deliveries: Sequence[SlackEvent], tx: Transaction) -> Sequence[bool]:
        """Keep those that are, or may be, about a conversation's thread. Says of each whether it was kept."""
        threads = {one.thread for one in deliveries}
        theirs = threads & self._known
        found = await tx.conversations.known_threads(threads - theirs)
        self._remember(found)
        theirs.update(found)
        kept = [one.thread in theirs or self._may_be_under_a_new_card(one, tx.now) for one in deliveries]
        await tx.slack_events.put_all(
            [(one, self._due(one, tx.now)) for one, is_kept in zip(deliveries, kept, strict=True) if is_kept]
        )
        return kept

    def _due(self, delivery: SlackEvent, now: datetime) -> datetime:
        """When nothing older is on its way any more, as far as one can wait for that.

        What comes late was kept up somewhere, and others with it: for it the time counts from now.
        """
        hold_back = self._ingest_lag.least
        older_may_come = self._slack_clock.ours(delivery.event_ts) + hold_back - now
        if older_may_come <= timedelta(0):
            return now + hold_back
        return now + min(hold_back, older_may_come)

    def _may_be_under_a_new_card(self, delivery: SlackEvent, now: datetime) -> bool:
        message = message_of(delivery.event)
        return (
            message.get("parent_user_id") == self._installation.bot_user
            and now - self._slack_clock.ours(delivery.message.ts) < CARD_SETTLES
        )

    async def _look(self) -> timedelta:
        """Begin with the threads in which something is due. Returns how long until there is more."""
        async with self._database.read() as tx:
            found = await tx.slack_events.next(limit=LOOK_AT)
        for thread, due_at in found:
            if due_at > tx.now:
                return min(due_at - tx.now, LOOK_EVERY)
            if thread not in self._under_way and len(self._under_way) < THREADS_AT_ONCE:
                self._under_way[thread] = asyncio.create_task(self._carry(thread))
        return LOOK_EVERY

    async def _carry(self, thread: MessageRef) -> None:
        try:
            await self._processor.work_off(thread)
        except Exception as error:  # noqa: BLE001 - whatever it was, there is a next look
            log.error("thread %s could not be brought up to date: %s", thread.source, reason_of(error))
        else:
            # There is a free hand, and perhaps something that became due meanwhile.
            self._notifier.ring(SlackEvents.TOPIC)
        finally:
            del self._under_way[thread]

    def _remember(self, threads: Collection[MessageRef]) -> None:
        if len(self._known) + len(threads) > THREADS_REMEMBERED:
            self._known.clear()
        self._known.update(threads)


async def _card_seen(conversation_id: ConversationId, card: MessageRef, tx: Transaction) -> None:
    await threads.card_seen(tx, conversation_id, card)
