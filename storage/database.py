"""One database, SQLite or PostgreSQL, behind two verbs: `write` and `read`.

Each `write` is one transaction. On SQLite it starts with BEGIN IMMEDIATE on the only writing connection:
the driver's own default starts a transaction at its first change, and read-modify-writes are then lost
without a word (see docs/decisions/0002-sqlite.md). On PostgreSQL a write that lost a race against another
process (serialization, deadlock, a connection cut before the commit) is run again from the start.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage.transaction import Transaction

log = logging.getLogger(__name__)

T = TypeVar("T")
Clock = Callable[[], datetime]
Committed = Callable[[Transaction], None]

TRIES = 3
RETRYABLE_SQLSTATES = frozenset({"40001", "40P01"})  # serialization_failure, deadlock_detected


def utc_now() -> datetime:
    return datetime.now(UTC)


class DatabaseUnavailable(Exception):
    """The database cannot be opened or does not answer."""


class Database:
    """Opens transactions. `on_commit` callbacks hear of each committed write, in commit order on SQLite."""

    def __init__(self, url: str, *, clock: Clock = utc_now, pool_size: int = 10) -> None:
        self.url: URL = make_url(url)
        self.clock = clock
        self.on_commit: list[Committed] = []
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self.writer = _sqlite_writer(self.url)
            self.reader = _sqlite_reader(self.url)
        else:
            self.writer = create_async_engine(
                self.url, pool_size=pool_size, max_overflow=0, pool_pre_ping=True, hide_parameters=True
            )
            self.reader = self.writer

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run `work` in one transaction and commit it. All of it happened, or none.

        A caller that is cancelled while this runs still waits for the outcome: a commit cut in the middle
        may have happened or not, and nobody could say which.
        """
        running = asyncio.ensure_future(self._write(work))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            if not running.done():
                await asyncio.wait({running})
            if not running.cancelled() and running.exception() is not None:
                log.warning("a cancelled caller's write failed: %s", type(running.exception()).__name__)
            raise

    async def _write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        for last_try in (False,) * (TRIES - 1) + (True,):
            try:
                async with self.writer.begin() as connection:
                    tx = Transaction(connection, now=self.clock())
                    result = await work(tx)
            except DBAPIError as error:
                if last_try or not _lost_a_race(error):
                    raise
                log.info("a write lost a race and runs again")
                continue
            for heard in self.on_commit:
                heard(tx)
            return result
        raise AssertionError("the last try returns or raises")

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """One consistent look at what is committed. Changes made in it are refused or rolled back."""
        async with self.reader.connect() as connection:
            if not self.is_sqlite:
                await connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            yield Transaction(connection, now=self.clock())

    async def check(self) -> None:
        """Raise `DatabaseUnavailable` unless the database answers."""
        try:
            async with self.read() as tx:
                await tx.ping()
        except (SQLAlchemyError, OSError) as error:
            raise DatabaseUnavailable(reason_of(error)) from error

    async def close(self) -> None:
        await self.writer.dispose()
        if self.reader is not self.writer:
            await self.reader.dispose()


def reason_of(error: BaseException) -> str:
    """The driver's own words, without the statement and its parameters, which may hold customers' text."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    lines = str(cause).strip().splitlines()
    return lines[0][:200] if lines else type(cause).__name__


def _lost_a_race(error: DBAPIError) -> bool:
    if getattr(error.orig, "sqlstate", None) in RETRYABLE_SQLSTATES:
        return True
    return error.connection_invalidated


def _sqlite_writer(url: URL) -> AsyncEngine:
    # One connection writes. More would only queue on SQLite's own lock, and two writing connections
    # can corrupt the log of SQLite before 3.51.3 (sqlite.org/wal.html, the WAL-reset bug).
    engine = create_async_engine(url, pool_size=1, max_overflow=0, pool_timeout=60, hide_parameters=True)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself
        _pragmas(connection, "busy_timeout=5000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _sqlite_reader(url: URL) -> AsyncEngine:
    engine = create_async_engine(url, pool_size=4, max_overflow=0, pool_timeout=60, hide_parameters=True)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        _pragmas(connection, "busy_timeout=5000", "query_only=ON")

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def _pragmas(connection: Any, *pragmas: str) -> None:
    cursor = connection.cursor()
    for pragma in pragmas:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
