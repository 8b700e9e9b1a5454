"""How often each method may be called."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.relay.pace import Pace

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
METHODS = {"card": "post", "entry": "post", "refresh": "update"}


def test_kinds_of_one_method_share_its_pace() -> None:
    pace = Pace(METHODS, {"post": SECOND})
    assert list(pace.closed(NOW)) == []
    pace.took("card", NOW)
    assert sorted(pace.closed(NOW)) == ["card", "entry"]
    assert pace.opens_at(NOW) == NOW + SECOND
    assert list(pace.closed(NOW + SECOND)) == []
    assert pace.opens_at(NOW + SECOND) is None


def test_a_method_without_a_pace_goes_as_fast_as_it_can() -> None:
    pace = Pace(METHODS, {"post": SECOND})
    for _ in range(3):
        pace.took("refresh", NOW)
    assert list(pace.closed(NOW)) == []
    assert pace.one_at_a_time
    assert not Pace(METHODS, {}).one_at_a_time
    assert not Pace(METHODS, {"post": timedelta(0)}).one_at_a_time


def test_being_told_to_wait_outlasts_the_usual_pace_and_is_never_shortened() -> None:
    pace = Pace(METHODS, {"post": SECOND})
    pace.hold_back("entry", NOW + 30 * SECOND)
    pace.took("entry", NOW)
    pace.hold_back("entry", NOW + 5 * SECOND)
    assert sorted(pace.closed(NOW + 29 * SECOND)) == ["card", "entry"]
    assert list(pace.closed(NOW + 30 * SECOND)) == []


def test_a_kind_that_is_not_listed_is_its_own_method() -> None:
    pace = Pace({}, {"webhook": SECOND})
    pace.took("webhook", NOW)
    assert pace.opens_at(NOW) == NOW + SECOND
