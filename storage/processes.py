"""Which processes are at work on one PostgreSQL database, and which ended without a word.

Each holds an advisory lock of its own (`storage.engine.process_lock`) and has a row. The database lets go of
the lock when the process ends, however it ends; so a row whose lock is free is somebody who is gone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import delete, func, select

from storage.engine.session import Session
from storage.schema import processes as table

# The first half of the advisory locks' keys, to keep out of the way of what else is in the database.
LOCKS = 0x626F6F6B


class Processes:
    """The `processes` table within one transaction. On SQLite, which serves one process, it stays empty."""

    def __init__(self, connection: Session) -> None:
        self._connection = connection

    async def gone(self) -> Sequence[int]:
        """Those that ended, or lost the database: their own row may be among what a process finds."""
        if self._connection.dialect.name != "postgresql":
            return ()
        # Shared, so that two who ask at the same moment do not take each other for the one who holds it.
        is_free = func.pg_try_advisory_xact_lock_shared(LOCKS, table.c.id)
        return (await self._connection.scalars(select(table.c.id).where(is_free))).all()

    async def others(self, *, than: int) -> Sequence[int]:
        """Those that are there, without the process of that number."""
        if self._connection.dialect.name != "postgresql":
            return ()
        is_free = func.pg_try_advisory_xact_lock_shared(LOCKS, table.c.id)
        return (await self._connection.scalars(select(table.c.id).where(table.c.id != than, ~is_free))).all()

    async def forget(self, gone: Collection[int]) -> None:
        if gone:
            await self._connection.execute(delete(table).where(table.c.id.in_(gone)))
