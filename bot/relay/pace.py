"""How often each kind of call may go out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta


class Pace:
    """Keeps calls of the same method apart, and stops a method that was told to wait.

    `method_of` maps a row's kind to the method it calls; kinds of one method share its pace. `spacing` is
    the least time between two calls of a method; a method without one goes as fast as it can.
    """

    def __init__(self, method_of: Mapping[str, str], spacing: Mapping[str, timedelta]) -> None:
        self._method_of = method_of
        self._spacing = spacing
        self._free_at: dict[str, datetime] = {}

    @property
    def one_at_a_time(self) -> bool:
        """Whether a claim must take single rows, so that none waits for its turn under a running lease."""
        return any(self._spacing.values())

    def closed(self, now: datetime) -> Collection[str]:
        """The kinds that may not go out at this moment."""
        return [
            kind
            for kind, method in self._method_of.items()
            if (free_at := self._free_at.get(method)) is not None and free_at > now
        ]

    def opens_at(self, now: datetime) -> datetime | None:
        """When the next closed method opens."""
        return min((at for at in self._free_at.values() if at > now), default=None)

    def took(self, kind: str, now: datetime) -> None:
        """A call of that kind goes out now."""
        method = self._method_of.get(kind, kind)
        if spacing := self._spacing.get(method):
            self._hold(method, now + spacing)

    def hold_back(self, kind: str, until: datetime) -> None:
        """The other side wants no such call before `until`."""
        self._hold(self._method_of.get(kind, kind), until)

    def _hold(self, method: str, until: datetime) -> None:
        self._free_at[method] = max(until, self._free_at.get(method, until))
