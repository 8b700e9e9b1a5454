"""An empty, migrated database of each kind. PostgreSQL's is made once and emptied before each test: a copy
of its own for each would take a hundred times as long.

A conftest imports `shared_postgres`, `empty_sqlite`, `address`, `clock` and `database`.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import Connection, Engine, make_url

from storage import migrate
from storage.engine.database import Database
from storage.schema import metadata
from tests.clocks import HandClock


def writing_engine(database: Database) -> Engine:
    """What `write` writes with, for who listens to it."""
    return database._writer.engine if database.is_sqlite else database._writing.sync_engine


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


async def careless(place: str) -> None:
    """Let the server at `place` wait for no disk: no test asks what is left of it when its machine fails."""
    connection = await asyncpg.connect(host=place, user="postgres", database="postgres")
    try:
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum", "jit"):
            await connection.execute(f"ALTER SYSTEM SET {setting} = off")
        await connection.execute("SELECT pg_reload_conf()")
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def empty_postgres(postgres: str) -> str:
    """The name of a migrated database to copy; nobody is connected to it."""
    url = made_on(postgres)

    async def prepare() -> None:
        database = Database(url)
        await migrate.upgrade(database)
        await database.close()

    with asyncio.Runner() as runner:
        runner.run(prepare())
    return str(make_url(url).database)


@pytest.fixture(scope="session")
def shared_postgres(postgres: str, empty_postgres: str) -> str:
    return made_on(postgres, like=empty_postgres)


def vacated(url: str) -> str:
    """The same address, when nobody is connected there, its tables are empty and its numbers begin at 1."""
    there = make_url(url)
    tables = reversed(metadata.sorted_tables)

    async def vacate() -> None:
        connection = await asyncpg.connect(
            host=there.query["host"], user=there.username, database=there.database
        )
        try:
            await connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            await connection.execute(";".join(str(table.delete()) for table in tables))
            await connection.execute(
                "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"
            )
        finally:
            await connection.close()

    with asyncio.Runner() as runner:
        runner.run(vacate())
    return url


def made_on(place: str, *, like: str = "template1") -> str:
    """The address of a new database on the server at `place`: a copy of that one."""
    name = f"test_{secrets.token_hex(6)}"

    async def create() -> None:
        connection = await asyncpg.connect(host=place, user="postgres", database="postgres")
        try:
            await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
        finally:
            await connection.close()

    with asyncio.Runner() as runner:
        runner.run(create())
    return f"postgresql+asyncpg://postgres@/{name}?host={place}"


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.db"

    async def prepare() -> None:
        database = Database(f"sqlite+aiosqlite:///{path}")
        await migrate.upgrade(database)
        await database.close()

    with asyncio.Runner() as runner:
        runner.run(prepare())
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        path = shutil.copy(request.getfixturevalue("empty_sqlite"), tmp_path / "bookbag.db")
        return f"sqlite+aiosqlite:///{path}"
    shared: str = request.getfixturevalue("shared_postgres")
    return shared


async def emptied(database: Database) -> None:
    """Take everything out of it."""

    def empty(connection: Connection) -> None:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())

    await database.alter(empty)


@pytest.fixture
async def database(address: str, clock: HandClock) -> AsyncIterator[Database]:
    opened = Database(address, clock=clock)
    if not opened.is_sqlite:
        await emptied(opened)
    yield opened
    await opened.close()


@asynccontextmanager
async def somebody_else_writes(address: str, table: str) -> AsyncIterator[None]:
    """Another process holds what every writer of `table` needs, until the end."""
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(url.database or "", isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
        return
    connection = await asyncpg.connect(host=url.query["host"], user=url.username, database=url.database)
    try:
        async with connection.transaction():
            await connection.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
            yield
    finally:
        await connection.close()
