"""A clock that tests set by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from storage.database import utc_now


class HandClock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


class RunningClock:
    """Goes with the time of day, and on to later when it is told to."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def __call__(self) -> datetime:
        return utc_now() + self._ahead

    def seconds(self) -> float:
        """The same moment in seconds since 1970."""
        return self().timestamp()

    def forward(self, **by: float) -> None:
        self._ahead += timedelta(**by)
