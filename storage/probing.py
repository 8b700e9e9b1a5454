"""Whether a database lets us write: tried, and taken back before anything of it stays."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from storage.engine.database import Database, DatabaseUnavailable, reason_of

_CREATE = "CREATE TABLE bookbag_check (number INTEGER)"
_CHANGE = "DELETE FROM facts WHERE name = 'bookbag_check'"


async def try_writing(database: Database, *, creating: bool) -> None:
    """Write, and with `creating` make a table, in a transaction that is rolled back.

    Raises `DatabaseUnavailable` where the database does not let us, as a file that is read-only or a role
    without the right to create tables.
    """
    statement = _CREATE if creating else _CHANGE
    try:
        if database.is_sqlite:
            await asyncio.to_thread(_on_sqlite, str(database.url.database), statement)
        else:
            await database.look(lambda connection: _on_postgresql(connection, statement))
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise DatabaseUnavailable(reason_of(error)) from error


def _on_sqlite(path: str, statement: str) -> None:
    # By a connection of its own: the program's would leave a new file in its own journal mode.
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(statement)
        connection.execute("ROLLBACK")


def _on_postgresql(connection: Connection, statement: str) -> None:
    connection.execute(text(statement))
    connection.rollback()
