"""Whose turn it is in a thread."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.slack.inbound.event_router import DECIDED_WITHIN
from bot.slack.inbound.thread_processor import in_turn, next_look, pause, taken_back_first
from storage.records import MessageRef
from storage.slack.slack_events import QueuedEvent, SlackEvent

THREAD = MessageRef("T1", "C1", "1.0")
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def queued_events(*due: tuple[float, int]) -> list[QueuedEvent]:
    """In order; each with the seconds until it is due and how often it was tried."""
    return [
        QueuedEvent(number, SlackEvent("posted", THREAD, THREAD, "", "1.0", {}), tried, at, NOW)
        for number, (seconds, tried) in enumerate(due)
        for at in [NOW + timedelta(seconds=seconds)]
    ]


@pytest.mark.parametrize(
    ("waiting", "due", "until"),
    [
        ([], 0, None),
        ([(0.2, 0)], 0, None),
        ([(0, 0)], 1, None),
        ([(-5, 0), (-4, 0), (0.2, 0)], 2, None),
        # What is due takes with it what happened before it.
        ([(0.2, 0), (0, 0), (0.2, 0)], 2, None),
        # One that was put off stops those behind it, and only those.
        ([(0, 0), (3, 1), (0, 0)], 1, 3),
        ([(3, 1), (0, 0)], 0, 3),
        # Until it is due itself.
        ([(0, 1), (0, 0)], 2, None),
        # Nothing due behind it: it concerns nobody yet.
        ([(0, 0), (3, 1)], 1, None),
    ],
)
def test_whose_turn_it_is(waiting: list[tuple[float, int]], due: int, until: float | None) -> None:
    found, wait = in_turn(queued_events(*waiting), now=NOW)
    assert [queued.id for queued in found] == list(range(due))
    assert wait == (None if until is None else NOW + timedelta(seconds=until))


def test_a_deletion_goes_ahead_of_what_it_takes_back_and_of_nothing_else() -> None:
    happened = ["posted 1", "posted 2", "edited 2", "deleted 3", "posted 4", "deleted 2"]
    waiting = [
        QueuedEvent(number, SlackEvent(kind, THREAD, MessageRef("T1", "C1", ts), "", "9", {}), 0, NOW, NOW)
        for number, (kind, ts) in enumerate(one.split() for one in happened)
    ]
    found = [f"{one.delivery.kind} {one.delivery.message.ts}" for one in taken_back_first(waiting)]
    assert found == ["posted 1", "deleted 2", "posted 2", "edited 2", "deleted 3", "posted 4"]


def test_pauses_grow_to_a_minute() -> None:
    assert [pause(tries).total_seconds() for tries in (0, 1, 2, 5, 6, 500)] == [1, 2, 4, 32, 60, 60]


@pytest.mark.parametrize(
    ("tries", "waited", "seconds"),
    [(0, 0, 1), (2, 7, 4), (4, 15, 10), (5, 31, 9), (5, 39.5, 0.5), (5, 40, 10), (500, 5_000, 10)],
)
def test_what_waits_for_slack_is_looked_at_when_it_is_to_be_decided(
    tries: int, waited: float, seconds: float
) -> None:
    assert timedelta(seconds=40) == DECIDED_WITHIN
    queued = QueuedEvent(1, SlackEvent("posted", THREAD, THREAD, "", "1.0", {}), tries, NOW, NOW)
    now = NOW + timedelta(seconds=waited)
    assert (next_look(queued, now=now) - now).total_seconds() == seconds
