from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.ai.fake_anthropic import FakeAnthropic
from tests.journeys.office import Office
from tests.journeys.world import World, world


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
