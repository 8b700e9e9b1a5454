"""The engines: how each database is opened, and what makes SQLite safe (docs/decisions/0002-sqlite.md)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, StaticPool, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

BUSY_TIMEOUT = 5_000  # ms


def postgresql(url: URL, *, pool_size: int, is_tried: bool) -> AsyncEngine:
    """`is_tried`: whether a connection still works is tried before each use, in three round trips.

    Not where a lost one makes everything be done again on another.
    """
    return create_async_engine(
        url, pool_size=pool_size, max_overflow=0, pool_pre_ping=is_tried, hide_parameters=True
    )


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


def sqlite_reader(url: URL) -> AsyncEngine:
    engine = create_async_engine(url, pool_size=4, max_overflow=0, pool_timeout=60, hide_parameters=True)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        _pragmas(connection, f"busy_timeout={BUSY_TIMEOUT}", "query_only=ON")

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def _pragmas(connection: Any, *pragmas: str) -> None:
    cursor = connection.cursor()
    for pragma in pragmas:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
