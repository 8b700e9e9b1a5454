"""While a process is late in writing down what is typed, all hold replies back for longer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest

from bot.notifier import Notifier
from bot.slack.inbound.ingest_lag import LATE, IngestLag
from storage.engine.database import Database
from tests.clocks import HandClock

LEAST = timedelta(seconds=0.25)
SOON = timedelta(0)
SECOND = timedelta(seconds=1)


def written(ingest_lag: IngestLag, clock: HandClock, *, after: timedelta) -> None:
    """Something is written down so long after it happened."""
    ingest_lag.note(clock.now - after)


def hold_back(ingest_lag: IngestLag, clock: HandClock) -> timedelta:
    return ingest_lag.hold_back(clock.now)


@pytest.fixture
def ingest_lag(database: Database) -> IngestLag:
    return IngestLag(database, Notifier(), least=LEAST)


def test_what_comes_in_time_is_held_back_no_longer(ingest_lag: IngestLag, clock: HandClock) -> None:
    for took in (0.01, 0.05, 0.1, 0.16):
        written(ingest_lag, clock, after=timedelta(seconds=took))
    assert hold_back(ingest_lag, clock) == LEAST


def test_while_something_is_late_all_waits_for_longer(ingest_lag: IngestLag, clock: HandClock) -> None:
    written(ingest_lag, clock, after=SOON)
    written(ingest_lag, clock, after=SOON + 2 * SECOND)
    written(ingest_lag, clock, after=SOON + SECOND)
    assert hold_back(ingest_lag, clock) == 3 * SECOND
    clock.forward(seconds=6)
    written(ingest_lag, clock, after=SOON + SECOND)
    assert hold_back(ingest_lag, clock) == 3 * SECOND
    clock.forward(seconds=5)
    assert hold_back(ingest_lag, clock) == 1.5 * SECOND
    clock.forward(seconds=6)
    assert hold_back(ingest_lag, clock) == LEAST


def test_nothing_waits_for_ever(ingest_lag: IngestLag, clock: HandClock) -> None:
    written(ingest_lag, clock, after=SOON)
    written(ingest_lag, clock, after=timedelta(hours=1))
    assert hold_back(ingest_lag, clock) == 10 * SECOND


def test_who_wants_nothing_held_back_gets_that(database: Database, clock: HandClock) -> None:
    ingest_lag = IngestLag(database, Notifier(), least=timedelta(0))
    written(ingest_lag, clock, after=SOON)
    written(ingest_lag, clock, after=SECOND)
    assert hold_back(ingest_lag, clock) == timedelta(0)


@asynccontextmanager
async def running(ingest_lag: IngestLag) -> AsyncIterator[None]:
    task = asyncio.create_task(ingest_lag.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def becomes(notifier: Notifier, ingest_lag: IngestLag, clock: HandClock, wanted: timedelta) -> None:
    with notifier.listening(LATE) as listener:
        async with asyncio.timeout(60):
            while hold_back(ingest_lag, clock) != wanted:
                await listener.heard(timeout=0.1)


async def test_the_others_hear_of_it_and_the_latest_counts(database: Database, clock: HandClock) -> None:
    # Their bells ring for each other, as across processes.
    notifier = Notifier()
    database.on_commit.append(notifier.after_commit)
    one, two, three = (IngestLag(database, notifier, least=LEAST) for _ in range(3))
    async with running(one), running(two), running(three):
        written(one, clock, after=SOON)
        written(one, clock, after=SOON + SECOND)
        await becomes(notifier, three, clock, 1.5 * SECOND)
        written(two, clock, after=SOON)
        written(two, clock, after=SOON + 2 * SECOND)
        await becomes(notifier, three, clock, 3 * SECOND)
        written(one, clock, after=SOON + SECOND)
        clock.forward(seconds=9)
        assert hold_back(three, clock) == 3 * SECOND
        clock.forward(seconds=2)
        assert hold_back(three, clock) == LEAST
        # What was worse is over.
        written(one, clock, after=SOON + SECOND)
        await becomes(notifier, three, clock, 1.5 * SECOND)
        # As late as before, and for longer.
        written(two, clock, after=SOON + 2 * SECOND)
        await becomes(notifier, three, clock, 3 * SECOND)
        clock.forward(seconds=6)
        with notifier.listening(LATE) as listener:
            written(two, clock, after=SOON + 2 * SECOND)
            assert await listener.heard(timeout=5)
        clock.forward(seconds=6)
        await becomes(notifier, three, clock, 3 * SECOND)
