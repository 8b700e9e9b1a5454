"""One process at a time on SQLite, any number on PostgreSQL."""

from __future__ import annotations

import asyncio
import sys
from asyncio import subprocess

import pytest

from storage.engine.database import Database
from storage.engine.file_lock import DatabaseInUse

OWNS = """
import asyncio, sys
from storage.engine.database import Database

async def own():
    await Database(sys.argv[1]).own()
    print("mine", flush=True)
    sys.stdin.read()

asyncio.run(own())
"""


async def test_a_second_owner_is_refused_until_the_first_lets_go(database: Database, address: str) -> None:
    first = Database(address)
    await first.own()
    if database.is_sqlite:
        with pytest.raises(DatabaseInUse, match=r"Another bookbag \(process \d+\) uses .*PostgreSQL"):
            await database.own()
    await first.close()
    await database.own()


async def test_a_killed_owner_holds_nothing(database: Database, address: str) -> None:
    if not database.is_sqlite:
        pytest.skip("nobody owns a PostgreSQL database")
    first = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OWNS, address, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert first.stdout is not None
        assert await first.stdout.readline() == b"mine\n"
        with pytest.raises(DatabaseInUse, match=f"process {first.pid}"):
            await database.own()
    finally:
        first.kill()
        await first.communicate()
    await database.own()
