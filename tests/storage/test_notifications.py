"""What one process commits the others hear of, and a lost connection comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from sqlalchemy import text

from storage.engine.database import Database
from storage.records import Author, ConversationId, Kind
from tests.storage.conftest import started


class Ears:
    """What one process hears."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.missed = 0
        self._changed = asyncio.Event()

    def heard(self, name: str) -> None:
        self.names.append(name)
        self._changed.set()

    def lost(self) -> None:
        self.missed += 1
        self._changed.set()

    async def until(self, names: int = 0, missed: int = 0) -> None:
        async with asyncio.timeout(10):
            while len(self.names) < names or self.missed < missed:
                self._changed.clear()
                await self._changed.wait()


@asynccontextmanager
async def listening(database: Database) -> AsyncIterator[Ears]:
    ears = Ears()
    notifications = database.notifications(heard=ears.heard, missed=ears.lost)
    assert notifications is not None
    running = asyncio.create_task(notifications)
    try:
        await ears.until(missed=1)
        yield ears
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


@pytest.fixture
def address(shared_postgres: str) -> str:
    return shared_postgres


async def say(database: Database, conversation: ConversationId) -> None:
    await database.write(
        lambda tx: tx.ledger.add(conversation, Kind.MESSAGE, Author.CUSTOMER, "Maya's words")
    )


async def test_others_hear_of_a_commit_and_its_own_process_does_not(
    database: Database, address: str, conversation: ConversationId
) -> None:
    other = Database(address)
    async with listening(database) as ours, listening(other) as theirs:
        await say(database, conversation)
        await theirs.until(names=1)
        assert theirs.names == [conversation]
        assert ours.names == []
    await other.close()


async def test_many_names_travel_in_several_notices(database: Database, address: str) -> None:
    other = Database(address)
    conversations = [await started(database) for _ in range(300)]
    async with listening(database), listening(other) as theirs:
        await asyncio.gather(*(say(database, one) for one in conversations))
        await theirs.until(names=300)
        assert sorted(theirs.names) == sorted(conversations)
    await other.close()


async def test_a_connection_that_was_cut_comes_back_and_says_what_may_be_missing(
    database: Database, address: str, conversation: ConversationId
) -> None:
    other = Database(address)
    async with listening(database), listening(other) as theirs:
        await database.write(
            lambda tx: tx.connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE pid <> pg_backend_pid() AND (query ILIKE 'LISTEN %' OR query ILIKE '%pg_notify%')"
                )
            )
        )
        await theirs.until(missed=2)
        await say(database, conversation)
        await theirs.until(names=1)
    await other.close()


async def test_sqlite_has_nobody_to_tell() -> None:
    database = Database("sqlite+aiosqlite:///unused.db")
    assert database.notifications(heard=lambda name: None, missed=lambda: None) is None
    await database.close()
