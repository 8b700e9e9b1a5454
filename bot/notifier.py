"""Wakes whoever waits for a commit: a customer's stream for its conversation, an outbox worker for its topic.

A ring is a hint: who slept through one finds the same in the database on its next look. It brings the entries
that were committed in this process, so that a stream whose last number they continue need not look.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from storage.records import Entry
from storage.transaction import Transaction

# For who listens for whatever happens, in any conversation.
ANYTHING = "anything"


class Listener:
    """Remembers whether it was notified since its last `heard`, and what entries came with it.

    There is one for each open stream, so it holds no more than it must.
    """

    __slots__ = ("_news", "_rung", "_waiter")

    def __init__(self) -> None:
        self._rung = False
        self._news: Sequence[Entry] = ()
        self._waiter: asyncio.Future[None] | None = None

    def ring(self, news: Sequence[Entry] = ()) -> None:
        self._rung = True
        if news:
            self._news = (*self._news, *news)
        if self._waiter is not None:
            _wake(self._waiter)

    def news(self) -> Sequence[Entry]:
        """The entries that came since the last time, in the order in which they were heard of."""
        news, self._news = self._news, ()
        return news

    async def heard(self, *, timeout: float) -> bool:
        """Wait for a ring, at most `timeout` seconds. False if none came."""
        if not self._rung:
            loop = asyncio.get_running_loop()
            self._waiter = loop.create_future()
            alarm = loop.call_later(timeout, _wake, self._waiter)
            try:
                await self._waiter
            finally:
                alarm.cancel()
                self._waiter = None
        rung, self._rung = self._rung, False
        return rung


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


class Notifier:
    """Rings after each commit for what it touched. `database.on_commit` holds `after_commit`."""

    def __init__(self) -> None:
        self._listeners: defaultdict[str, set[Listener]] = defaultdict(set)

    def after_commit(self, tx: Transaction) -> None:
        for entry in tx.added:
            for listener in self._listeners.get(entry.conversation_id, ()):
                listener.ring((entry,))
        for topic in tx.topics:
            self.ring(topic)
        if tx.added:
            self.ring(ANYTHING)

    def ring(self, name: str) -> None:
        for listener in self._listeners.get(name, ()):
            listener.ring()
        # What other processes committed comes here by its name alone.
        if name != ANYTHING:
            self.ring(ANYTHING)

    def ring_all(self) -> None:
        """Whatever happened, nobody knows to whom."""
        for name in list(self._listeners):
            self.ring(name)

    @contextmanager
    def listening(self, name: str) -> Iterator[Listener]:
        """A listener for a conversation, a topic or `ANYTHING`. Listen first, then read, then wait."""
        listener = Listener()
        self._listeners[name].add(listener)
        try:
            yield listener
        finally:
            self._listeners[name].discard(listener)
            if not self._listeners[name]:
                del self._listeners[name]
