"""Which rows draw on which rate, and what being told to wait holds back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.outbox.pace import Limit, Pace
from storage.outbox.claims import ClaimScope
from storage.outbox.rate_limits import Rate

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
METHODS = {"card": "post", "entry": "post", "refresh": "update", "mark": "react"}
LIMITS = {"post": Limit(Rate(1), each_channel=True), "update": Limit(Rate(2, burst=3))}


def test_kinds_of_one_method_share_its_rate_in_each_channel() -> None:
    pace = Pace(METHODS, LIMITS, home="C1")
    named = {bucket.name: bucket for bucket in pace.buckets({None, "C1", "C2"})}
    assert sorted(named) == ["post:C1", "post:C2", "update"]
    assert named["post:C1"].place == ClaimScope(("card", "entry"), ("C1", None))
    assert named["post:C2"].place == ClaimScope(("card", "entry"), ("C2",))
    assert named["update"].place == ClaimScope(("refresh",))
    assert named["update"].rate == Rate(2, burst=3)


def test_a_method_without_a_limit_goes_as_fast_as_it_can() -> None:
    assert Pace(METHODS, LIMITS).unlimited() == ClaimScope(except_kinds=("card", "entry", "refresh"))
    assert not Pace(METHODS, {}).is_limited
    assert Pace(METHODS, {}).buckets({None}) == []


def test_being_told_to_wait_holds_the_method_in_that_channel_and_is_never_shortened() -> None:
    pace = Pace(METHODS, LIMITS, home="C1")
    assert pace.hold_back("entry", None, NOW + 30 * SECOND) == "post:C1"
    assert pace.hold_back("card", "C1", NOW + 5 * SECOND) == "post:C1"
    assert pace.shut(NOW + 29 * SECOND) == [ClaimScope(("card", "entry"), ("C1", None))]
    assert pace.opens_at() == NOW + 30 * SECOND
    assert pace.shut(NOW + 30 * SECOND) == []
    assert pace.opens_at() is None


def test_what_is_closed_for_everybody_is_what_is_limited() -> None:
    pace = Pace(METHODS, LIMITS, home="C1")
    assert pace.hold_back("refresh", "C2", NOW + SECOND) == "update"
    assert pace.hold_back("mark", None, NOW + SECOND) is None
    assert len(pace.shut(NOW)) == 2
