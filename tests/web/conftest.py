from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.engine.database import Database

from .house import Chat, House, opened


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with all its tables, to copy: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("migrated") / "livechat.db"

    async def migrate() -> None:
        async with opened(f"sqlite+aiosqlite:///{path}"):
            pass

    asyncio.run(migrate())
    return path


@pytest.fixture
def database_url(tmp_path: Path, migrated: Path) -> str:
    return f"sqlite+aiosqlite:///{shutil.copy(migrated, tmp_path / 'livechat.db')}"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url) as database:
        yield database


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    async with House(database) as house:
        yield house


@pytest.fixture
async def chat(house: House) -> Chat:
    return await house.chat(customer={"name": "Eve"})
