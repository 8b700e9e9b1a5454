"""The day's clock: shows the same minutes at each run, however long the machine takes."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

DAY = datetime(2026, 3, 10, tzinfo=UTC)


class Hours:
    """Goes on by itself from the time that was last set."""

    def __init__(self, hour: int, minute: int) -> None:
        self.set(hour, minute)

    def __call__(self) -> datetime:
        return self._from + timedelta(seconds=time.monotonic() - self._set_at)

    def set(self, hour: int, minute: int) -> None:
        self._from = DAY + timedelta(hours=hour, minutes=minute)
        self._set_at = time.monotonic()

    def seconds(self) -> float:
        """As the workspace counts them."""
        return self().timestamp()
