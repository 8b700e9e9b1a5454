"""What became of one try at a row of the outbox."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from storage.records import Parcel
from storage.transaction import Transaction

Effect = Callable[[Transaction], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Done:
    """It is done. `effect` is written in the same transaction that says so."""

    effect: Effect | None = None


@dataclass(frozen=True, slots=True)
class NotYet:
    """Certainly not done, and may be later: after `after`."""

    after: timedelta
    reason: str


@dataclass(frozen=True, slots=True)
class Throttled:
    """Certainly not done: whoever we asked wants no more of these kinds for `after`."""

    after: timedelta
    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Perhaps done, perhaps not. Look before trying again, not sooner than `after`."""

    after: timedelta
    reason: str


@dataclass(frozen=True, slots=True)
class Parked:
    """It can never be done. Its lane goes on without it."""

    reason: str


Outcome = Done | NotYet | Throttled | Unknown | Parked
Performer = Callable[[Parcel], Awaitable[Outcome]]
