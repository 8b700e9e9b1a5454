from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.ai.fake_anthropic import FakeAnthropic
from tests.journeys.office import Office
from tests.journeys.world import World, world

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A journey runs on one of the databases, chosen by its name, so that each file runs on both.

    What every database has to do alike is tried on both below `tests/storage` and `tests/desk`. Journeys in
    which something may be lost, doubled, out of order or said by two at once are marked `both_databases` and
    run on both; with `--every-database` all do.
    """
    if config.getoption("--every-database", default=False):
        return
    alike: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        callspec = getattr(item, "callspec", None)
        kind = None if callspec is None else callspec.params.get("database_url")
        if kind is None or item.get_closest_marker("both_databases") or not item.path.is_relative_to(HERE):
            continue
        alike[item.nodeid.replace(kind, "", 1)].append(item)
    left_out = {
        item
        for name, each in alike.items()
        for number, item in enumerate(each)
        # Whoever names one of them gets that one.
        if len(each) > 1 and number != zlib.crc32(name.encode()) % len(each)
    }
    if left_out:
        config.hook.pytest_deselected(items=[*left_out])
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture
def hold_back() -> timedelta:
    """Most journeys are not about a reply that waits for an older one; those that are have their own."""
    return timedelta(milliseconds=50)


@pytest.fixture
async def bridge(database_url: str, hold_back: timedelta) -> AsyncIterator[World]:
    """The whole program with the offline AI, over Socket Mode, on each database."""
    async with world(database_url, hold_back=hold_back) as here:
        yield here


@pytest.fixture
async def outside(database_url: str, hold_back: timedelta) -> AsyncIterator[World]:
    """The same without an AI of its own: what the AI says comes in by the server key, or not at all."""
    async with world(database_url, ai="external", hold_back=hold_back) as here:
        yield here


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    """The same over HTTP, with a second channel."""
    async with world(database_url, ai="external", http_mode=True) as here:
        yield Office(here)


@pytest.fixture
async def claude() -> AsyncIterator[FakeAnthropic]:
    async with FakeAnthropic() as fake:
        yield fake
