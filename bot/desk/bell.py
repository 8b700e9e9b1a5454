"""Wakes those who wait for news: a customer's stream for its conversation, a courier for its topic.

A ring is a hint, never the news itself: who wakes reads the database, and who slept through a ring finds
the same on its next look.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from storage.transaction import Transaction


class Listener:
    """Remembers whether the bell rang since its last `heard`."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def heard(self, *, timeout: float) -> bool:
        """Wait for a ring, at most `timeout` seconds. False if none came."""
        try:
            async with asyncio.timeout(timeout):
                await self._rung.wait()
        except TimeoutError:
            return False
        finally:
            self._rung.clear()
        return True


class Bell:
    """Rings after each commit for what it touched. `database.on_commit` holds `after_commit`."""

    def __init__(self) -> None:
        self._listeners: defaultdict[str, set[Listener]] = defaultdict(set)

    def after_commit(self, tx: Transaction) -> None:
        for conversation_id in tx.touched:
            self.ring(conversation_id)
        for topic in tx.topics:
            self.ring(topic)

    def ring(self, name: str) -> None:
        for listener in self._listeners.get(name, ()):
            listener.ring()

    @contextmanager
    def listening(self, name: str) -> Iterator[Listener]:
        """A listener for a conversation's id or an outbox topic. Listen first, then read, then wait."""
        listener = Listener()
        self._listeners[name].add(listener)
        try:
            yield listener
        finally:
            self._listeners[name].discard(listener)
            if not self._listeners[name]:
                del self._listeners[name]
