"""How long until the next try: what fails by chance soon, what fails with everything else later and later."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.slack.api.backoff import Backoff

FIRST = timedelta(seconds=2)


def seconds(backoff: Backoff, attempts: int) -> float:
    return backoff.after(attempts).total_seconds()


def test_a_call_that_fails_among_others_that_succeed_is_soon_made_again() -> None:
    backoff = Backoff(FIRST)
    for attempts in range(1, 5):
        backoff.failed()
        backoff.succeeded()
        assert seconds(backoff, attempts) == 2


def test_while_nothing_succeeds_each_pause_is_twice_the_last_up_to_a_minute() -> None:
    backoff = Backoff(FIRST)
    pauses = []
    for attempts in range(1, 9):
        backoff.failed()
        pauses.append(seconds(backoff, attempts))
    assert pauses == [2, 4, 8, 16, 32, 60, 60, 60]
    backoff.succeeded()
    assert seconds(backoff, 3) == 2


@pytest.mark.parametrize(("attempts", "pause"), [(5, 2), (6, 4), (7, 8), (10, 60), (30_000, 60)])
def test_what_alone_fails_again_and_again_is_tried_less_and_less(attempts: int, pause: float) -> None:
    backoff = Backoff(FIRST)
    backoff.failed()
    backoff.succeeded()
    assert seconds(backoff, attempts) == pause


def test_a_first_try_in_trouble_waits_no_longer_than_any_first_try() -> None:
    backoff = Backoff(FIRST)
    for _ in range(20):
        backoff.failed()
    assert seconds(backoff, 1) == 2
