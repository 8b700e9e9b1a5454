"""Message timestamps, which are also message ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Clock = Callable[[], float]


class Timestamps:
    """Mints `1700000000.000100` style timestamps: strictly increasing and unique in the workspace."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def new(self) -> str:
        now = int(self._clock() * 1_000_000) // 100 * 100
        self._last = max(now, self._last + 100)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"
