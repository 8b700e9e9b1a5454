"""What became of one try at a row of the outbox."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

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
class CutOff(NotYet):
    """Certainly not done, and not before somebody mends the place it goes to. Nothing of it is given up.

    `payload`: what the first row asks for then.
    """

    payload: Mapping[str, Any] | None = None


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
class GoesOn:
    """The parcel's first row goes on, at once, as `payload` says now.

    `begun`: a first part of what it holds is done, and nothing of the rest was tried. Otherwise it was
    refused as it was, and certainly not done.
    """

    payload: Mapping[str, Any]
    reason: str | None = None
    begun: bool = False
    after: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Parked:
    """It can never be done. Its lane goes on without it. `effect` is written with that."""

    reason: str
    effect: Effect | None = None


Outcome = Done | NotYet | Throttled | Unknown | GoesOn | Parked


@dataclass(frozen=True, slots=True)
class Part:
    """The call carried only the first `carried` of the parcel's rows; the others wait as before."""

    outcome: Outcome
    carried: int


# One try at a parcel, made outside any transaction.
Job = Callable[[], Awaitable[Outcome | Part]]
# Reads, in the transaction that claims them, what some parcels need, and returns each one's job by its id.
Prepare = Callable[[Transaction, Sequence[Parcel]], Awaitable[Mapping[int, Job]]]
Performer = Callable[[Parcel], Awaitable[Outcome | Part]]


def prepared(performers: Mapping[str, Performer]) -> Prepare:
    """For performers, by the kind of row, that read what they need themselves."""

    async def prepare(_tx: Transaction, parcels: Sequence[Parcel]) -> Mapping[int, Job]:
        return {
            parcel.id: partial(performers[parcel.kind], parcel)
            for parcel in parcels
            if parcel.kind in performers
        }

    return prepare
