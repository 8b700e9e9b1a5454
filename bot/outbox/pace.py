"""How often each kind of call may go out, and when a method that was told to wait opens again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.outbox.claims import ClaimScope
from storage.outbox.rate_limits import Rate


@dataclass(frozen=True, slots=True)
class Limit:
    """A method's rate, counted for each channel by itself or for all of them together."""

    rate: Rate
    each_channel: bool = False


@dataclass(frozen=True, slots=True)
class Bucket:
    """What shares one rate: its name for all processes, the rows that draw on it, and the rate."""

    name: str
    place: ClaimScope
    rate: Rate


class Pace:
    """Which rows draw on which rate.

    `method_of` maps a row's kind to the method it calls; kinds of one method share its rate. A method without
    a limit goes as fast as it can. `home` is the channel of rows that name none. Being told to wait holds a
    method's calls to that channel; what is limited is held for all processes, the rest in this one.
    """

    def __init__(self, method_of: Mapping[str, str], limits: Mapping[str, Limit], *, home: str = "-") -> None:
        self._method_of = method_of
        self._limits = limits
        self._home = home
        self._shut: dict[tuple[str, str], datetime] = {}

    @property
    def is_limited(self) -> bool:
        return bool(self._limits)

    @property
    def per_channel(self) -> bool:
        return any(limit.each_channel for limit in self._limits.values())

    def buckets(self, channels: Collection[str | None]) -> Sequence[Bucket]:
        """Every rate there is while rows go to these channels (None: home)."""
        found = []
        for method, limit in self._limits.items():
            kinds = self._kinds(method)
            if not limit.each_channel:
                found.append(Bucket(method, ClaimScope(kinds), limit.rate))
                continue
            found += [
                Bucket(f"{method}:{channel}", ClaimScope(kinds, self._as_named(channel)), limit.rate)
                for channel in sorted({one or self._home for one in channels})
            ]
        return found

    def unlimited(self) -> ClaimScope:
        """Everything that goes as fast as it can."""
        limited = tuple(kind for kind, method in self._method_of.items() if method in self._limits)
        return ClaimScope(except_kinds=limited)

    def shut(self, now: datetime) -> Sequence[ClaimScope]:
        """Where nothing may go at this moment, as far as this process was told."""
        self._shut = {key: until for key, until in self._shut.items() if until > now}
        return [ClaimScope(self._kinds(method), self._as_named(channel)) for method, channel in self._shut]

    def opens_at(self) -> datetime | None:
        """When the first of them opens."""
        return min(self._shut.values(), default=None)

    def hold_back(self, kind: str, channel: str | None, until: datetime) -> str | None:
        """The other side wants no such call before `until`. Returns the bucket to close for everybody."""
        method, where = self._method_of.get(kind, kind), channel or self._home
        key = (method, where)
        self._shut[key] = max(until, self._shut.get(key, until))
        limit = self._limits.get(method)
        if limit is None:
            return None
        return f"{method}:{where}" if limit.each_channel else method

    def _kinds(self, method: str) -> tuple[str, ...]:
        return tuple(kind for kind, known in self._method_of.items() if known == method) or (method,)

    def _as_named(self, channel: str) -> tuple[str | None, ...]:
        return (channel, None) if channel == self._home else (channel,)
