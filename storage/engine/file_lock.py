"""SQLite belongs to one process at a time.

Two writing connections can corrupt the log of SQLite before 3.51.3 (sqlite.org/wal.html, the WAL-reset bug),
and two outbox workers would each keep Slack's pace by themselves. The lock is SQLite's own, on a file beside
the database: the system lets go of it when the process ends, however it ends.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path


class DatabaseInUse(Exception):
    """Another process uses the database, and SQLite serves one at a time."""


class Ownership:
    """The right to write to the SQLite file `path`, from here until `release`. Raises `DatabaseInUse`."""

    def __init__(self, path: str) -> None:
        self._lock = sqlite3.connect(
            f"{path}-owner", isolation_level=None, timeout=0, check_same_thread=False
        )
        try:
            self._lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            self._lock.close()
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            raise DatabaseInUse(_sentence(path)) from error
        # Who it is, for whoever comes second; the lock itself does not depend on it.
        with contextlib.suppress(OSError):
            _note(path).write_text(str(os.getpid()))

    def release(self) -> None:
        self._lock.close()


def _note(path: str) -> Path:
    return Path(f"{path}-owner.pid")


def _sentence(path: str) -> str:
    try:
        who = f" (process {int(_note(path).read_text())})"
    except (OSError, ValueError):
        who = ""
    return (
        f"Another bookbag{who} uses {path}, and SQLite serves one process at a time. Stop that one, "
        "or set DATABASE_URL to a PostgreSQL database, which serves any number."
    )
