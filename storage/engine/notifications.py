"""Tells the other processes on one PostgreSQL database what has news, and hears it from them.

A notice is a hint: it may be lost, doubled or late, and who missed one finds the same on its next look. So it
is sent after the commit and by itself: a NOTIFY inside a transaction makes every commit in the database wait
for every other.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from typing import Any

from asyncpg import InterfaceError, PostgresError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.transaction import Transaction

log = logging.getLogger(__name__)

CHANNEL = "bookbag"
# PostgreSQL takes less than 8,000 bytes in one notice.
LONGEST = 7_500
RECONNECT_AFTER = 1.0


class Notifications:
    """Sends what `after_commit` collects, and calls `heard` with each name another process sent.

    `missed` is called whenever notices may have been lost: at every (re)connection.
    """

    def __init__(
        self, engine: AsyncEngine, *, heard: Callable[[str], None], missed: Callable[[], None]
    ) -> None:
        self._engine = engine
        self._heard = heard
        self._missed = missed
        self._me = secrets.token_hex(6)
        self._names: set[str] = set()
        self._told: list[str] = []
        self._something = asyncio.Event()

    def after_commit(self, tx: Transaction) -> None:
        self._names |= tx.touched | tx.topics
        self._something.set()

    def tell(self, name: str) -> None:
        """Send a name that no commit gave, in the order in which names are told."""
        self._told.append(name)
        self._something.set()

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            try:
                await self._listen_and_send()
            except (SQLAlchemyError, OSError, PostgresError, InterfaceError) as error:
                log.warning("notices between processes are down: %s", type(error).__name__)
            await asyncio.sleep(RECONNECT_AFTER)

    async def _listen_and_send(self) -> None:
        async with self._engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            await driver.add_listener(CHANNEL, self._on_notice)
            self._missed()
            try:
                while not driver.is_closed():
                    with suppress(TimeoutError):
                        # Looks up now and then, since a connection may be cut without a word.
                        async with asyncio.timeout(RECONNECT_AFTER):
                            await self._something.wait()
                    self._something.clear()
                    names = [*self._names, *self._told]
                    self._names, self._told = set(), []
                    for payload in self._payloads(names):
                        await driver.execute("SELECT pg_notify($1, $2)", CHANNEL, payload)
            finally:
                if not driver.is_closed():
                    await driver.remove_listener(CHANNEL, self._on_notice)

    def _payloads(self, names: Collection[str]) -> Iterator[str]:
        line = self._me
        for name in names:
            if len(line) + 1 + len(name) > LONGEST:
                yield line
                line = self._me
            line += f"\n{name}"
        if line != self._me:
            yield line

    def _on_notice(self, _connection: Any, _pid: int, _channel: str, payload: str) -> None:
        sender, *names = payload.split("\n")
        if sender != self._me:
            for name in names:
                self._heard(name)
