"""Slack's clock against ours: the two may differ by minutes, and each may be set while we run.

A `ts` of Slack's is compared with another `ts` of Slack's. Where only a moment of ours is at hand, it becomes
one of Slack's here, and nowhere else.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from bot.slack.inbound.events import moment
from storage.engine.database import Clock

# For so many minutes it counts what Slack's clock said.
MINUTES = 5
# Seconds. Our own clock was set where it moved on by so much more or less than the time that passed.
SET_BY = 0.5
# No clock is wrong by more. A time that is further ahead is no time of Slack's.
FARTHEST = timedelta(days=1)


@dataclass(slots=True)
class _Ahead:
    """How far Slack's clock was ahead of ours in one minute, as far as that is known."""

    minute: datetime
    at_least: timedelta
    at_most: timedelta | None = None


class SlackClock:
    """Learns from each time that Slack says how far its clock is ahead of ours, and converts between them.

    `latest` is the latest `ts` that Slack has said to this process, if any. `passed` counts seconds as they
    pass, whatever is done to `clock`.
    """

    def __init__(self, clock: Clock, *, passed: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._passed = passed
        self._known: deque[_Ahead] = deque(maxlen=MINUTES)
        self._difference = 0.0
        self._dated: timedelta | None = None
        self.latest: str | None = None

    def heard(self, ts: str) -> None:
        """Slack says just now that something happened at `ts`: by its clock it is that time or later."""
        self._learn(ts, None)

    def stamped(self, ts: str, *, asked_at: datetime) -> None:
        """Slack gave `ts` to what we asked for then: at `asked_at` its clock said that or less."""
        self._learn(ts, moment(ts) - asked_at)

    def dated(self, date: str) -> None:
        """An answer of Slack's came just now with that `Date`: in whole seconds, not what stamps messages."""
        now = self.here()
        try:
            self._dated = parsedate_to_datetime(date).astimezone(UTC) - now
        except ValueError:
            return

    def here(self) -> datetime:
        """What our clock says. Where it was set since, what was known about Slack's says nothing any more."""
        now = self._clock()
        difference = now.timestamp() - self._passed()
        if abs(difference - self._difference) > SET_BY:
            self._known.clear()
            self._dated = None
        self._difference = difference
        return now

    def slacks(self, at: datetime) -> datetime:
        """What Slack's clock said at that moment of ours, or less; a day less where nobody knows."""
        at_least = self._at_least()
        return at + (-FARTHEST if at_least is None else at_least)

    def now(self) -> str:
        """What Slack's clock says now, or less, but later than all that it has told us of."""
        now = self.here() + (self._at_least() or timedelta(0))
        if self.latest is not None:
            now = max(now, moment(self.latest))
        return f"{(now + timedelta(milliseconds=1)).timestamp():.6f}"

    def best(self) -> datetime:
        """What Slack's clock says now, by our own posts, or else by the date of an answer, or else ours."""
        now, ahead = self.here(), self._at_least()
        if ahead is None or all(one.at_most is None for one in self._known):
            # An event alone may have been under way for minutes.
            ahead = self._dated or timedelta(0)
        return now + ahead

    def ours(self, ts: str) -> datetime:
        """What our clock said at that time of Slack's, or later; the same where nobody knows."""
        return moment(ts) - (self._at_least() or timedelta(0))

    def ours_at_the_earliest(self, ts: str) -> datetime:
        """What our clock said at that time of Slack's, or earlier.

        Where none of our own posts told, Slack's clock is taken not to be behind ours.
        """
        self.here()
        at_most = [one.at_most for one in self._known if one.at_most is not None]
        ahead = min(at_most) if at_most else max(self._at_least() or timedelta(0), timedelta(0))
        return moment(ts) - ahead

    def _learn(self, ts: str, at_most: timedelta | None) -> None:
        now, at = self.here(), moment(ts)
        at_least = at - now
        if at_least > FARTHEST:
            return
        if any(
            (at_most is not None and one.at_least > at_most)
            or (one.at_most is not None and at_least > one.at_most)
            for one in self._known
        ):
            # Slack's clock was set since.
            self._known.clear()
            self.latest = None
        if self.latest is None or at > moment(self.latest):
            self.latest = ts
        minute = now.replace(second=0, microsecond=0)
        if not self._known or self._known[-1].minute != minute:
            self._known.append(_Ahead(minute, at_least, at_most))
            return
        last = self._known[-1]
        last.at_least = max(last.at_least, at_least)
        if at_most is not None:
            last.at_most = at_most if last.at_most is None else min(last.at_most, at_most)

    def _at_least(self) -> timedelta | None:
        """How far Slack's clock is ahead of ours at least: what came soonest is nearest to the truth."""
        self.here()
        return max((one.at_least for one in self._known), default=None)
