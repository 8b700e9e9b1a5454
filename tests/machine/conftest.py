"""How long the machine runs: a short, fixed run in the suite; as long as asked with `make machine`."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.databases import empty_sqlite, shared_postgres

__all__ = ["empty_sqlite", "shared_postgres"]


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("machine")
    group.addoption("--examples", type=int, help="run so many random examples")
    group.addoption("--steps", type=int, default=60, help="each of so many steps")
    group.addoption("--shrink", action="store_true", help="look for a shorter way to fail, for minutes")
    group.addoption("--seed", type=int, help="start from this seed, as an earlier run printed it")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Gives the address of an empty database, each time it is asked."""
    if request.param == "postgresql":
        shared: str = request.getfixturevalue("shared_postgres")
        return lambda: shared
    template = request.getfixturevalue("empty_sqlite")

    def copied() -> str:
        for old in tmp_path.glob("bookbag.db*"):
            old.unlink()
        return f"sqlite+aiosqlite:///{shutil.copy(template, tmp_path / 'bookbag.db')}"

    return copied
