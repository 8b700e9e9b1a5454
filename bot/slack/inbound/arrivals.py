"""Keeps deliveries in the database while more of them arrive: many share a transaction, none is kept twice.

What a delivery costs does not depend on how many wait: each is looked up by its name, and one transaction
keeps all that arrived while the one before was committed. What Slack delivers again while the first delivery
is still being kept has the outcome of the first, and what was kept a moment ago is not kept again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from sqlalchemy.exc import DBAPIError

from storage.engine.database import Database
from storage.records import MessageRef
from storage.slack.slack_events import SlackEvent
from storage.transaction import Transaction

# Says for each delivery whether it was kept; what is nobody's is not.
Store = Callable[[Sequence[SlackEvent], Transaction], Awaitable[Sequence[bool]]]
# Deals with a delivery without keeping it. False if it has to be kept; nothing is done then.
AtOnce = Callable[[SlackEvent], Awaitable[bool]]
Name = tuple[tuple[str, MessageRef, str], str]

# Larger transactions gain nothing more, and make whoever comes next wait.
MOST_TOGETHER = 256
# Slack delivers again for about an hour, but hardly anything after the first minute.
REMEMBERED = 20_000


class Arrivals:
    """What arrived and is not yet kept, by thread. With `at_once` that is tried before a delivery is kept."""

    def __init__(self, database: Database, store: Store, *, at_once: AtOnce | None = None) -> None:
        self._database = database
        self._store = store
        self._at_once = at_once
        self._waiting: deque[tuple[SlackEvent, asyncio.Future[bool]]] = deque()
        self._keeping: asyncio.Task[None] | None = None
        self._under_way: dict[Name, asyncio.Future[None]] = {}
        # The latest of each thread: it is done when it and all before it are.
        self._last: dict[MessageRef, asyncio.Future[None]] = {}
        self._kept: dict[Name, None] = {}

    async def take(self, delivery: SlackEvent) -> bool:
        """Return once the delivery is committed or dealt with; raises what kept it from that.

        False if it was under way or kept already.
        """
        name = delivery.identity, delivery.event_ts
        first = self._under_way.get(name)
        if first is not None:
            await asyncio.shield(first)
            return False
        if name in self._kept:
            return False
        outcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._under_way[name] = outcome
        ahead, is_over = self._joined(delivery.thread)
        try:
            is_kept = await self._taken(delivery, ahead)
        except BaseException as error:
            outcome.set_exception(error if isinstance(error, Exception) else ConnectionAbortedError())
            # Whoever joined hears of it; that nobody did is no news.
            outcome.exception()
            raise
        else:
            if is_kept:
                self._remember(name)
            outcome.set_result(None)
        finally:
            del self._under_way[name]
            is_over.set_result(None)
        return True

    async def settled(self, threads: Sequence[MessageRef]) -> None:
        """Return when what has arrived of these threads is committed, dealt with or refused."""
        if last := [one for thread in threads if (one := self._last.get(thread)) is not None]:
            await asyncio.wait(last)

    async def _taken(self, delivery: SlackEvent, ahead: asyncio.Future[None] | None) -> bool:
        if self._at_once is not None:
            if ahead is not None:
                await asyncio.wait([ahead])
            if await self._at_once(delivery):
                return True
        return await self._keep(delivery)

    def _joined(self, thread: MessageRef) -> tuple[asyncio.Future[None] | None, asyncio.Future[None]]:
        """What is ahead in the thread, and what to set once this one is over."""
        loop = asyncio.get_running_loop()
        ahead = self._last.get(thread)
        is_over: asyncio.Future[None] = loop.create_future()
        all_over: asyncio.Future[None] = loop.create_future()

        def over(_: object) -> None:
            if not is_over.done() or (ahead is not None and not ahead.done()) or all_over.done():
                return
            all_over.set_result(None)
            if self._last.get(thread) is all_over:
                del self._last[thread]

        is_over.add_done_callback(over)
        if ahead is not None:
            ahead.add_done_callback(over)
        self._last[thread] = all_over
        return ahead, is_over

    async def _keep(self, delivery: SlackEvent) -> bool:
        kept: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((delivery, kept))
        if self._keeping is None:
            self._keeping = asyncio.create_task(self._keep_all())
        return await asyncio.shield(kept)

    async def _keep_all(self) -> None:
        try:
            while self._waiting:
                # What else is ready to arrive at this moment shares the transaction.
                await asyncio.sleep(0)
                count = min(len(self._waiting), MOST_TOGETHER)
                await self._keep_some([self._waiting.popleft() for _ in range(count)])
        finally:
            self._keeping = None

    async def _keep_some(self, some: Sequence[tuple[SlackEvent, asyncio.Future[bool]]]) -> None:
        deliveries = [delivery for delivery, _ in some]
        found: Sequence[bool]
        failure: Exception | None = None
        try:
            found = await self._database.write(partial(self._store, deliveries), locks_nothing=True)
        except Exception as error:  # noqa: BLE001 - it is told to whoever waits
            if len(some) > 1 and isinstance(error, DBAPIError) and not error.connection_invalidated:
                # One of them may be what the database does not take.
                for one in some:
                    await self._keep_some([one])
                return
            found, failure = [False] * len(some), error
        for (_, kept), was_kept in zip(some, found, strict=True):
            if kept.done():
                continue
            if failure is not None:
                kept.set_exception(failure)
                kept.exception()
            else:
                kept.set_result(was_kept)

    def _remember(self, name: Name) -> None:
        if len(self._kept) >= REMEMBERED:
            del self._kept[next(iter(self._kept))]
        self._kept[name] = None
