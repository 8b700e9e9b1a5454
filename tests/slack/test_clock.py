"""What Slack says of its time shows how its clock stands to ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import formatdate

import pytest

from bot.slack.api.clock import FARTHEST, SlackClock
from bot.slack.inbound.events import moment

OFFSETS = (-600, -90, 0, 90, 600)
SOON = 0.2


class Times:
    """Ours, Slack's and the seconds that pass."""

    def __init__(self, ahead: float) -> None:
        self.passed = 1000.0
        self.ours = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
        self.ahead = ahead

    def __call__(self) -> datetime:
        return self.ours

    def go_on(self, seconds: float) -> None:
        self.passed += seconds
        self.ours += timedelta(seconds=seconds)

    @property
    def slacks(self) -> str:
        return f"{self.ours.timestamp() + self.ahead:.6f}"


@pytest.fixture(params=OFFSETS)
def times(request: pytest.FixtureRequest) -> Times:
    return Times(request.param)


@pytest.fixture
def slack(times: Times) -> SlackClock:
    return SlackClock(times, passed=lambda: times.passed)


def posts(slack: SlackClock, times: Times) -> None:
    """A post of ours takes a moment there, and one back."""
    asked_at = times.ours
    times.go_on(SOON)
    ts = times.slacks
    times.go_on(SOON)
    slack.stamped(ts, asked_at=asked_at)


def hears(slack: SlackClock, times: Times, *, late: float = SOON) -> None:
    """Something is delivered so many seconds after it happened."""
    ts = times.slacks
    times.go_on(late)
    slack.heard(ts)


def is_known(slack: SlackClock, times: Times) -> bool:
    """Each answer is on its safe side of the truth, and near it."""
    now, near = moment(times.slacks), timedelta(seconds=3 * SOON)
    return (
        now - near <= slack.slacks(times.ours) <= now
        and times.ours <= slack.ours(times.slacks) <= times.ours + near
        and times.ours - near <= slack.ours_at_the_earliest(times.slacks) <= times.ours
        and now - near <= moment(slack.now())
    )


def test_a_post_of_ours_tells_how_the_clocks_stand(slack: SlackClock, times: Times) -> None:
    posts(slack, times)
    assert is_known(slack, times)
    hears(slack, times, late=300)
    # What came late, in another minute, says less than what is known already.
    assert is_known(slack, times)
    hears(slack, times)
    assert is_known(slack, times)


def test_what_is_known_stays_so_while_nothing_is_heard(slack: SlackClock, times: Times) -> None:
    posts(slack, times)
    times.go_on(100_000)
    assert is_known(slack, times)


def test_before_anything_was_heard_each_answer_is_careful(slack: SlackClock, times: Times) -> None:
    assert slack.latest is None
    assert slack.slacks(times.ours) == times.ours - FARTHEST
    hears(slack, times, late=60)
    assert slack.slacks(times.ours) <= moment(times.slacks)
    if times.ahead <= 0:
        assert slack.ours_at_the_earliest(times.slacks) <= times.ours


@pytest.mark.parametrize("by", [-600, -90, 90, 600])
def test_a_clock_of_slacks_that_was_set_is_believed_from_the_next_post_on(
    slack: SlackClock, times: Times, by: float
) -> None:
    posts(slack, times)
    times.ahead += by
    hears(slack, times)
    posts(slack, times)
    assert is_known(slack, times)


@pytest.mark.parametrize("by", [-600, -90, 90, 600])
def test_when_our_clock_is_set_all_is_learned_anew(slack: SlackClock, times: Times, by: float) -> None:
    posts(slack, times)
    times.ours += timedelta(seconds=by)
    times.ahead -= by
    assert slack.slacks(times.ours) == times.ours - FARTHEST
    posts(slack, times)
    assert is_known(slack, times)


def test_what_slack_tells_us_of_was_before_now(slack: SlackClock, times: Times) -> None:
    hears(slack, times)
    heard = times.slacks
    slack.heard(heard)
    assert moment(slack.now()) > moment(heard)
    assert slack.latest == heard
    # Also where nothing is known of the difference any more, for our own clock was set.
    times.ours -= timedelta(hours=1)
    assert moment(slack.now()) > moment(heard)


def test_a_time_that_no_clock_can_show_is_not_believed(slack: SlackClock, times: Times) -> None:
    posts(slack, times)
    before = slack.latest
    slack.heard(f"{times.ours.timestamp() + 3 * 86_400:.6f}")
    assert slack.latest == before
    assert is_known(slack, times)


def test_until_slack_stamps_something_the_date_of_an_answer_tells_the_time(
    slack: SlackClock, times: Times
) -> None:
    assert slack.best() == times.ours
    slack.dated("no date")
    slack.dated(formatdate(float(times.slacks), usegmt=True))
    assert abs(slack.best() - moment(times.slacks)) <= timedelta(seconds=1)
    hears(slack, times, late=240)
    assert abs(slack.best() - moment(times.slacks)) <= timedelta(seconds=1)
    posts(slack, times)
    assert abs(slack.best() - moment(times.slacks)) <= timedelta(seconds=SOON)
