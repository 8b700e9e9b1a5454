"""Clocks that tests set by hand, and a limit on the time of the processor."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from storage.engine.database import utc_now


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


@contextmanager
def processor_time(*, less_than: float) -> Iterator[None]:
    """What is done inside takes fewer seconds of the processor, whoever else is at work on the machine."""
    # A collection of all that a worker's tests left behind can take longer than what is measured.
    gc.disable()
    try:
        began = time.thread_time()
        yield
        took = time.thread_time() - began
    finally:
        gc.enable()
    assert took < less_than
