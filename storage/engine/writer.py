"""SQLite's only writing connection, driven from a thread of its own.

Statements then need no hop each, and a whole batch of rules runs between two of the event loop's turns. See
docs/decisions/0002-sqlite.md.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from storage.engine import engines

log = logging.getLogger(__name__)

T = TypeVar("T")

# A lone message changes six rows, fifteen pages of the log. SQLite itself would copy it back at 1,000 pages.
CHANGES_IN_LOG = 400
# Pages. SQLite begins its log anew when everything is copied and nobody reads in it, and under load somebody
# always does. From this length on the readers are waited for, which takes them a moment; 64 MB.
LONG_LOG = 16_000
READERS_TAKE = 100  # ms


class Writer:
    """Runs work in transactions, one after the other.

    SQLite copies its log back into the database within the commit that fills it, and who asked for that one
    waits for a thousand pages. Here that is done between two commits, when whoever waited has an answer.
    """

    def __init__(self, url: URL) -> None:
        self.engine = engines.sqlite_writer(url)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-writer")
        self._open: Connection | None = None
        self._copied_at = 0

    async def run(self, work: Callable[[Connection], T]) -> T:
        """The result of `work`, once what it changed is committed."""
        result, changes = await asyncio.get_running_loop().run_in_executor(self._thread, self._run, work)
        if changes - self._copied_at >= CHANGES_IN_LOG:
            self._copied_at = changes
            self._thread.submit(self._copy_back)
        return result

    async def close(self) -> None:
        self._thread.submit(self._close)
        await asyncio.to_thread(self._thread.shutdown)

    def _run(self, work: Callable[[Connection], T]) -> tuple[T, int]:
        if self._open is None:
            self._open = self.engine.connect()
        try:
            with self._open.begin():
                result = work(self._open)
        except BaseException:
            # Given back, it is reset: whatever this left it in is not there for the next.
            self._open.close()
            self._open = None
            raise
        return result, self._driver.total_changes

    @property
    def _driver(self) -> Any:
        assert self._open is not None  # noqa: S101 - for the type checker: only asked for once it is
        return self._open.connection.dbapi_connection

    def _copy_back(self) -> None:
        if self._open is None:
            return
        try:
            (copied,) = self._driver.execute("PRAGMA wal_checkpoint(PASSIVE)")
            if copied[1] > LONG_LOG:
                self._driver.execute(f"PRAGMA busy_timeout={READERS_TAKE}")
                self._driver.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()
                self._driver.execute(f"PRAGMA busy_timeout={engines.BUSY_TIMEOUT}")
        except (self.engine.dialect.loaded_dbapi.Error, SQLAlchemyError) as error:
            # There is a next time; until then the log is longer than it need be.
            log.warning("SQLite's log was not copied back: %s", type(error).__name__)

    def _close(self) -> None:
        if self._open is not None:
            self._open.close()
        self.engine.dispose()
