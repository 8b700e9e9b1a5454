"""One database, SQLite or PostgreSQL, behind two verbs: `write` and `read`.

Each `write` happens whole or not at all; those that wait at the same moment share one transaction and its
sync to disk. On SQLite it starts with BEGIN IMMEDIATE on the only writing connection: the driver's default
starts a transaction at its first change, and read-modify-writes are then lost without a word (see
docs/decisions/0002-sqlite.md). On PostgreSQL one that lost a race against another process (serialization,
deadlock, a connection cut before the commit) is run again from the start.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from storage.engine import engines
from storage.engine.batches import (
    Apart,
    Batches,
    CommitHook,
    Committed,
    QueuedWrite,
    Rider,
    together,
)
from storage.engine.file_lock import Ownership
from storage.engine.writer import Writer
from storage.transaction import LockHint, Transaction

log = logging.getLogger(__name__)

T = TypeVar("T")
Clock = Callable[[], datetime]
Heard = Callable[[str], None]

TRIES = 3
RETRYABLE_SQLSTATES = frozenset({"40001", "40P01"})  # serialization_failure, deadlock_detected


def utc_now() -> datetime:
    return datetime.now(UTC)


class DatabaseUnavailable(Exception):
    """The database cannot be opened or does not answer."""


class Database:
    """Opens transactions. `on_commit` callbacks hear of each committed one that has news for somebody.

    `riders` are asked before each shared transaction whether they have something to do at its end.
    """

    def __init__(self, url: str, *, clock: Clock = utc_now, pool_size: int = 10) -> None:
        self.url: URL = make_url(url)
        self.clock = clock
        # What this process is known by to the others.
        self.process = secrets.randbelow(1 << 31)
        self.on_commit: list[Committed] = []
        self.riders: list[Rider] = []
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._batches = Batches(self._run)
        self._arrivals = Batches(partial(self._share, commit_hooks=()))
        self._ownership: Ownership | None = None
        self._tell: Heard | None = None
        if self.is_sqlite:
            self._writer = Writer(self.url)
            self._readers = engines.sqlite_reader(self.url)
        else:
            self._writing = engines.postgresql(self.url, pool_size=pool_size, writes=True)
            self._pool = engines.postgresql(self.url, pool_size=pool_size, writes=False)

    async def write(
        self,
        work: Callable[[Transaction], Awaitable[T]],
        *,
        lock_hint: LockHint | None = None,
        locks_nothing: bool = False,
    ) -> T:
        """Run `work` in a transaction and commit it. All of it happened, or none.

        `work` waits for nothing but its transaction. With `lock_hint` it may share the transaction with
        others that wait at the same moment; on SQLite, which has one writer, every write may. What
        `locks_nothing` that another process may hold expects nothing, shares with its like and, on
        PostgreSQL, waits for no other. A caller that is cancelled while this runs still waits for the
        outcome: a commit cut in the middle may have happened or not, and nobody could say which.
        """
        running: asyncio.Future[T]
        if locks_nothing and not self.is_sqlite:
            running = self._arrivals.submit(work, None)
        elif lock_hint is not None or self.is_sqlite:
            running = self._batches.submit(work, lock_hint)
        else:
            running = asyncio.ensure_future(self._alone(work))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            if not running.done():
                await asyncio.wait({running})
            if not running.cancelled() and running.exception() is not None:
                log.warning("a cancelled caller's write failed: %s", type(running.exception()).__name__)
            raise

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """One consistent look at what is committed. Changes made in it are refused or rolled back."""
        if self.is_sqlite:
            with self._readers.connect() as reader, reader.begin() as look:
                yield Transaction(reader, now=self.clock(), process=self.process, is_on_the_loop=True)
                look.rollback()
            return
        async with self._pool.connect() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield Transaction(connection, now=self.clock(), process=self.process)

    async def alter(self, work: Callable[[Connection], T]) -> T:
        """Run `work` with the writing connection, in one transaction: for what is no query of a rule."""
        if self.is_sqlite:
            return await self._writer.run(work)
        async with self._pool.begin() as connection:
            return await connection.run_sync(work)

    async def look(self, work: Callable[[Connection], T]) -> T:
        """Run `work` with a reading connection."""
        if self.is_sqlite:
            return await asyncio.to_thread(self._looked, work)
        async with self._pool.connect() as connection:
            return await connection.run_sync(work)

    async def own(self) -> None:
        """On SQLite, keep every other process from writing until `close`. Raises `DatabaseInUse`."""
        if self.is_sqlite and self.url.database not in (None, "", ":memory:"):
            self._ownership = await asyncio.to_thread(Ownership, str(self.url.database))

    def notifications(self, *, heard: Heard, missed: Callable[[], None]) -> Coroutine[Any, Any, None] | None:
        """On PostgreSQL, what to run to hear of other processes' commits; None where there are none."""
        if self.is_sqlite:
            return None
        from storage.engine.notifications import Notifications

        notifications = Notifications(self._pool, heard=heard, missed=missed)
        self.on_commit.append(notifications.after_commit)
        self._tell = notifications.tell
        return notifications.run()

    def tell(self, name: str) -> None:
        """Let every other process hear this name, if `notifications` runs. It may be lost on its way."""
        if self._tell is not None:
            self._tell(name)

    def process_lock(self) -> Coroutine[Any, Any, None] | None:
        """On PostgreSQL, what to run to be known to the other processes; None where there are none."""
        if self.is_sqlite:
            return None
        from storage.engine.process_lock import ProcessLock

        return ProcessLock(self._pool, self.process).run()

    async def check(self) -> None:
        """Raise `DatabaseUnavailable` unless the database answers."""
        try:
            async with self.read() as tx:
                await tx.ping()
        except (SQLAlchemyError, OSError) as error:
            raise DatabaseUnavailable(reason_of(error)) from error

    async def close(self) -> None:
        await self._arrivals.drained()
        await self._batches.drained()
        if self.is_sqlite:
            await self._writer.close()
            self._readers.dispose()
        else:
            await self._writing.dispose()
            await self._pool.dispose()
        if self._ownership is not None:
            self._ownership.release()
            self._ownership = None

    def _looked(self, work: Callable[[Connection], T]) -> T:
        with self._readers.connect() as connection:
            return work(connection)

    async def _alone(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        job = QueuedWrite(work, None, asyncio.get_running_loop().create_future())
        await self._one_by_one([job])
        result: T = await job.outcome
        return result

    async def _run(self, writes: Sequence[QueuedWrite]) -> None:
        await self._share(writes, [hook for rider in self.riders if (hook := rider()) is not None])

    async def _share(self, writes: Sequence[QueuedWrite], commit_hooks: Sequence[CommitHook]) -> None:
        """Run the jobs, in one transaction if they can share it."""
        committed = False
        try:
            await self._commit(writes, commit_hooks)
            committed = True
        except Exception as error:  # noqa: BLE001 - whoever spoiled it finds out alone
            if len(writes) == 1 and not commit_hooks:
                _tell(writes[0], error)
                return
        finally:
            for hook in commit_hooks:
                hook.arrived(committed=committed)
        if not committed:
            await self._one_by_one(writes)

    async def _one_by_one(self, writes: Sequence[QueuedWrite]) -> None:
        for job in writes:
            try:
                await self._commit([job], ())
            except Exception as error:  # noqa: BLE001 - it is its caller's
                _tell(job, error)

    async def _commit(self, writes: Sequence[QueuedWrite], commit_hooks: Sequence[CommitHook]) -> None:
        for last_try in (False,) * (TRIES - 1) + (True,):
            try:
                tx = await self._transact(writes, commit_hooks)
            except DBAPIError as error:
                if last_try or not _lost_a_race(error):
                    raise
                log.info("a write lost a race and runs again")
                continue
            if tx.added or tx.topics:
                for heard in self.on_commit:
                    heard(tx)
            for job in writes:
                job.settle()
            return

    async def _transact(
        self, writes: Sequence[QueuedWrite], commit_hooks: Sequence[CommitHook]
    ) -> Transaction:
        if self.is_sqlite:
            return await self._writer.run(
                lambda connection: self._transacted(connection, writes, commit_hooks)
            )
        async with self._writing.begin() as connection:
            tx = Transaction(connection, now=self.clock(), process=self.process)
            await together(tx, writes, commit_hooks)
        return tx

    def _transacted(
        self, connection: Connection, writes: Sequence[QueuedWrite], commit_hooks: Sequence[CommitHook]
    ) -> Transaction:
        tx = Transaction(connection, now=self.clock(), process=self.process)
        _driven(together(tx, writes, commit_hooks))
        return tx


# SQLSTATE classes whose first line speaks of the server, the schema or the connection, never of a value.
_SPEAKS_OF_NO_VALUE = {"08", "0A", "23", "25", "28", "3D", "3F", "40", "42", "53", "54", "55", "57", "58"}


def reason_of(error: BaseException) -> str:
    """Why it failed, in a line without anybody's words: the kind of error, and a code where there is one.

    Where the database or the system surely speaks of itself, it is their own words: they name the mend.
    """
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    name = type(cause).__name__
    if isinstance(cause, OSError):
        return cause.strerror or name
    state = getattr(cause, "sqlstate", None)
    if isinstance(cause, sqlite3.Error) or (state and state[:2] in _SPEAKS_OF_NO_VALUE):
        lines = str(cause).strip().splitlines()
        return lines[0][:200] if lines else name
    return f"{name} ({state})" if state else name


def _tell(job: QueuedWrite, error: Exception) -> None:
    """A write that ran alone did not commit: by its own error, or by the database's."""
    if isinstance(error, Apart):
        job.settle()
    else:
        job.fail(error)


def _driven(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never waits, since its connection answers at once."""
    try:
        work.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    work.close()
    raise RuntimeError("a write waits for nothing but its transaction")


def _lost_a_race(error: DBAPIError) -> bool:
    if getattr(error.orig, "sqlstate", None) in RETRYABLE_SQLSTATES:
        return True
    return error.connection_invalidated
