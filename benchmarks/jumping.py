"""An event loop whose clock jumps: nobody waits for a timer, and everything else runs as it is.

When nothing is left to do before the next timer, the clock is set to that timer. A database driver's thread
may still have something to answer then; `busy` says so, and it is waited for in real time while the clock
stands still. Only if that takes very long does the clock go on in small steps, in case what is under way
waits for a timer itself.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")

BEGAN = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
# In real seconds: for what is known to be under way, and for anything else that may be.
PATIENCE, GRACE = 0.2, 0.0005
SMALL_STEP = 0.01


class JumpingLoop(asyncio.SelectorEventLoop):
    """Starts at second 0 of its own time. `busy` is set by whoever knows of work outside the loop."""

    def __init__(self) -> None:
        self._now = 0.0
        self.busy: Callable[[], bool] = lambda: False
        super().__init__(_Selector(self))

    def time(self) -> float:
        return self._now

    def clock(self) -> datetime:
        """The same moment, for whoever wants a date."""
        return BEGAN + timedelta(seconds=self._now)

    def jump(self, seconds: float) -> None:
        self._now += seconds


class _Selector(selectors.DefaultSelector):
    """Reports what is ready, and jumps where the loop would have slept."""

    def __init__(self, loop: JumpingLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        busy = self._loop.busy()
        ready = super().select(PATIENCE if busy else GRACE)
        if not ready:
            self._loop.jump(min(timeout, SMALL_STEP) if busy else timeout)
        return ready


def run(work: Callable[[JumpingLoop], Coroutine[Any, Any, T]]) -> T:
    """Run `work` to its end in a loop of its own. Not from within another loop of the same thread."""
    loop = JumpingLoop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(work(loop))
