"""While a process is late in writing down what is typed, all hold replies back for longer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest

from bot.desk.bell import Bell
from bot.slack.lateness import LATE, Lateness
from storage.database import Database
from tests.clocks import HandClock

LEAST = timedelta(seconds=0.25)
SOON = timedelta(0)
SECOND = timedelta(seconds=1)


def written(lateness: Lateness, clock: HandClock, *, after: timedelta) -> None:
    """Something is written down so long after it happened."""
    lateness.note(clock.now - after)


def hold_back(lateness: Lateness, clock: HandClock) -> timedelta:
    return lateness.hold_back(clock.now)


@pytest.fixture
def lateness(database: Database) -> Lateness:
    return Lateness(database, Bell(), least=LEAST)


def test_what_comes_in_time_is_held_back_no_longer(lateness: Lateness, clock: HandClock) -> None:
    for took in (0.01, 0.05, 0.1, 0.16):
        written(lateness, clock, after=timedelta(seconds=took))
    assert hold_back(lateness, clock) == LEAST


def test_while_something_is_late_all_waits_for_longer(lateness: Lateness, clock: HandClock) -> None:
    written(lateness, clock, after=SOON)
    written(lateness, clock, after=SOON + 2 * SECOND)
    written(lateness, clock, after=SOON + SECOND)
    assert hold_back(lateness, clock) == 3 * SECOND
    clock.forward(seconds=6)
    written(lateness, clock, after=SOON + SECOND)
    assert hold_back(lateness, clock) == 3 * SECOND
    clock.forward(seconds=5)
    assert hold_back(lateness, clock) == 1.5 * SECOND
    clock.forward(seconds=6)
    assert hold_back(lateness, clock) == LEAST


def test_nothing_waits_for_ever(lateness: Lateness, clock: HandClock) -> None:
    written(lateness, clock, after=SOON)
    written(lateness, clock, after=timedelta(hours=1))
    assert hold_back(lateness, clock) == 10 * SECOND


def test_who_wants_nothing_held_back_gets_that(database: Database, clock: HandClock) -> None:
    lateness = Lateness(database, Bell(), least=timedelta(0))
    written(lateness, clock, after=SOON)
    written(lateness, clock, after=SECOND)
    assert hold_back(lateness, clock) == timedelta(0)


@asynccontextmanager
async def running(lateness: Lateness) -> AsyncIterator[None]:
    task = asyncio.create_task(lateness.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def becomes(bell: Bell, lateness: Lateness, clock: HandClock, wanted: timedelta) -> None:
    with bell.listening(LATE) as listener:
        async with asyncio.timeout(60):
            while hold_back(lateness, clock) != wanted:
                await listener.heard(timeout=0.1)


async def test_the_others_hear_of_it_and_the_latest_counts(database: Database, clock: HandClock) -> None:
    # Their bells ring for each other, as across processes.
    bell = Bell()
    database.on_commit.append(bell.after_commit)
    one, two, three = (Lateness(database, bell, least=LEAST) for _ in range(3))
    async with running(one), running(two), running(three):
        written(one, clock, after=SOON)
        written(one, clock, after=SOON + SECOND)
        await becomes(bell, three, clock, 1.5 * SECOND)
        written(two, clock, after=SOON)
        written(two, clock, after=SOON + 2 * SECOND)
        await becomes(bell, three, clock, 3 * SECOND)
        written(one, clock, after=SOON + SECOND)
        clock.forward(seconds=9)
        assert hold_back(three, clock) == 3 * SECOND
        clock.forward(seconds=2)
        assert hold_back(three, clock) == LEAST
        # What was worse is over.
        written(one, clock, after=SOON + SECOND)
        await becomes(bell, three, clock, 1.5 * SECOND)
        # As late as before, and for longer.
        written(two, clock, after=SOON + 2 * SECOND)
        await becomes(bell, three, clock, 3 * SECOND)
        clock.forward(seconds=6)
        with bell.listening(LATE) as listener:
            written(two, clock, after=SOON + 2 * SECOND)
            assert await listener.heard(timeout=5)
        clock.forward(seconds=6)
        await becomes(bell, three, clock, 3 * SECOND)
