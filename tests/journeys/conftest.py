from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.journeys.office import Office
from tests.journeys.world import World, world


@pytest.fixture
async def bridge(database_url: str) -> AsyncIterator[World]:
    """The whole program with the offline AI, over Socket Mode, on each database."""
    async with world(database_url) as here:
        yield here


@pytest.fixture
async def outside(database_url: str) -> AsyncIterator[World]:
    """The same without an AI of its own: what the AI says comes in by the server key, or not at all."""
    async with world(database_url, ai="external") as here:
        yield here


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    """The same over HTTP, with a second channel."""
    async with world(database_url, ai="external", http_mode=True) as here:
        yield Office(here)
