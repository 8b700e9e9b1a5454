"""The engines: how each database is opened, and what makes SQLite safe (docs/decisions/0002-sqlite.md)."""

from __future__ import annotations

import math
import time
from typing import Any

from sqlalchemy import Engine, QueuePool, StaticPool, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

BUSY_TIMEOUT = 5_000  # ms


# A connection that nobody used for so long is tried before its next use: something between here and there may
# have forgotten it without a word.
IDLE_SECONDS = 10.0


# Whatever list of rows a statement is given, PostgreSQL takes it for a hundred, and would read a table of
# some thousands to its end rather than look up a hundred. It is given one mostly, and looks each up.
_FOR_WRITES = {"enable_hashjoin": "off", "enable_mergejoin": "off", "jit": "off"}


def postgresql(url: URL, *, pool_size: int, writes: bool) -> AsyncEngine:
    """The connection that was used last is used next, so that its statements are prepared already.

    A connection that is known to be closed is given up before it is used. Whether one still works is tried
    only where it has rested, because that takes as many round trips as a reader's query and its transaction.
    """
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_use_lifo=True,
        hide_parameters=True,
        connect_args={"server_settings": _FOR_WRITES} if writes else {},
    )

    @event.listens_for(engine.sync_engine, "checkin")
    def rests(_connection: object, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def tried(connection: Any, record: Any, _proxy: object) -> None:
        if connection.driver_connection.is_closed():
            raise DisconnectionError
        if time.monotonic() - record.info.get("rests_since", math.inf) > IDLE_SECONDS:
            try:
                connection.ping()
            except engine.dialect.loaded_dbapi.Error as error:
                raise DisconnectionError from error

    return engine


def sqlite_writer(url: URL) -> Engine:
    # One connection writes. More would only queue on SQLite's own lock, and two writing connections
    # can corrupt the log of SQLite before 3.51.3 (sqlite.org/wal.html, the WAL-reset bug).
    engine = create_engine(url.set(drivername="sqlite"), poolclass=StaticPool, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself
        _pragmas(
            connection,
            f"busy_timeout={BUSY_TIMEOUT}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
        )
        # The writer copies the log back itself, between two commits.
        _pragmas(connection, "wal_autocheckpoint=0")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.connection.dbapi_connection.execute("BEGIN IMMEDIATE")

    return engine


def sqlite_reader(url: URL) -> Engine:
    """Connections that read, used by one thread at a time: by the event loop's, or by one that it waits for.

    There is always one more, since nobody may wait for one on the event loop.
    """
    engine = create_engine(
        url.set(drivername="sqlite"),
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=-1,
        connect_args={"check_same_thread": False},
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        _pragmas(connection, f"busy_timeout={BUSY_TIMEOUT}", "query_only=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.connection.dbapi_connection.execute("BEGIN")

    return engine


def _pragmas(connection: Any, *pragmas: str) -> None:
    cursor = connection.cursor()
    for pragma in pragmas:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
