"""A transaction's connection behind one interface: SQLite's answers at once, PostgreSQL's is awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, CursorResult, Dialect, Executable, ScalarResult, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.prepared import Prepared, Row, Values
from storage.engine.unit_of_work import UnitOfWork

Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None


class Session:
    """Runs statements. What is still to be written goes out first, so a query sees it.

    `changes` counts the statements that wrote something: whoever finds it as it was knows that nothing did.
    `is_on_the_loop`: the connection answers at once, and is used where others must not wait. A prepared
    query takes SQLite some microseconds, less than a thread would; any other statement gets a thread.
    """

    def __init__(
        self, connection: Connection | AsyncConnection, pending: UnitOfWork, *, is_on_the_loop: bool = False
    ) -> None:
        self._connection = connection
        self._unit_of_work = pending
        self._is_on_the_loop = is_on_the_loop
        self.changes = 0

    @property
    def dialect(self) -> Dialect:
        return self._connection.dialect

    def insert(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        """An insert that may say what happens where the row is there already."""
        return postgresql.insert(table) if self.dialect.name == "postgresql" else sqlite.insert(table)

    async def execute(self, statement: Executable, parameters: Parameters = None) -> CursorResult[Any]:
        await self.flush()
        if not getattr(statement, "is_select", False):
            self.changes += 1
        return await self._run(statement, parameters)

    async def fetch(self, statement: Prepared, values: Values) -> Sequence[Row]:
        """The rows of a prepared query, which changes nothing."""
        await self.flush()
        return await self._send(statement, [values])

    async def change(self, statement: Prepared, rows: Sequence[Values]) -> Sequence[Row]:
        """Run a prepared change for each of `rows`; what it returned, if that is one."""
        await self.flush()
        self.changes += 1
        return await self._send(statement, rows)

    async def scalar(self, statement: Executable, parameters: Parameters = None) -> Any:
        return (await self.execute(statement, parameters)).scalar()

    async def scalars(self, statement: Executable, parameters: Parameters = None) -> ScalarResult[Any]:
        return (await self.execute(statement, parameters)).scalars()

    async def flush(self) -> None:
        """Write what is pending, in as few statements as the database lets us."""
        if self._unit_of_work:
            self.changes += 1
            for statement, rows in self._unit_of_work.take(self.dialect.name):
                await self._send(statement, rows)

    async def _send(self, statement: Prepared, rows: Sequence[Values]) -> Sequence[Row]:
        if isinstance(self._connection, AsyncConnection):
            return await statement.ask(self._connection, rows)
        return statement.run(self._connection, rows)

    async def _run(self, statement: Executable, parameters: Parameters) -> CursorResult[Any]:
        if isinstance(self._connection, AsyncConnection):
            return await self._connection.execute(statement, parameters)
        if self._is_on_the_loop:
            return await _in_a_thread(self._connection, statement, parameters)
        return self._connection.execute(statement, parameters)


async def _in_a_thread(
    connection: Connection, statement: Executable, parameters: Parameters
) -> CursorResult[Any]:
    """What the statement returned, all read. Whoever is cancelled waits until the thread has let go of it."""

    def run() -> CursorResult[Any]:
        result = connection.execute(statement, parameters)
        return result.freeze()() if result.returns_rows else result  # type: ignore[return-value]

    running = asyncio.ensure_future(asyncio.to_thread(run))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait({running})
        raise
