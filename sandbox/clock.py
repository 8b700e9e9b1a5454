"""Message timestamps, which are also message ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Clock = Callable[[], float]


class OffsetClock:
    """A clock that is `offset` seconds ahead of another one: Slack's clock against the app's."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.offset = 0.0

    def __call__(self) -> float:
        return self._clock() + self.offset


class Timestamps:
    """Mints `1700000000.000100` style timestamps: unique in the workspace, increasing until a `restart`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0
        self._restarts = 0

    def new(self) -> str:
        now = int(self._clock() * 1_000_000) // 100 * 100
        self._last = max(now, self._last + 100)
        # The last two digits are 00 until a restart, so that no timestamp comes twice.
        stamp = self._last + self._restarts % 100
        return f"{stamp // 1_000_000}.{stamp % 1_000_000:06d}"

    def restart(self) -> None:
        """Follow a clock that was set back."""
        self._last = 0
        self._restarts += 1
