"""The advisory lock by which the other processes on one PostgreSQL database know that this one runs
(`storage.processes`).
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from asyncpg import InterfaceError, PostgresError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.processes import LOCKS

log = logging.getLogger(__name__)

AGAIN_AFTER = 1.0


class ProcessLock:
    """The process `me` is there for as long as `run` runs, on a connection that does nothing else."""

    def __init__(self, engine: AsyncEngine, me: int) -> None:
        self._engine = engine
        self._me = me

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            try:
                await self._be_there()
            except (SQLAlchemyError, OSError, PostgresError, InterfaceError) as error:
                log.warning("this process is not known to the others: %s", type(error).__name__)
            await asyncio.sleep(AGAIN_AFTER)

    async def _be_there(self) -> None:
        async with self._engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            # The lock before the row: a row without a lock is somebody who is gone.
            await driver.execute("SELECT pg_advisory_lock($1, $2)", LOCKS, self._me)
            await driver.execute("INSERT INTO processes (id) VALUES ($1) ON CONFLICT DO NOTHING", self._me)
            is_cut = asyncio.Event()
            driver.add_termination_listener(lambda _connection: is_cut.set())
            if not driver.is_closed():
                await is_cut.wait()
