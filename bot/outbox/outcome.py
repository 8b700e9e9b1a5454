"""What became of one attempt at a job in the outbox."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from storage.records import Job
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
class Indeterminate:
    """Perhaps done, perhaps not. Look before trying again, not sooner than `after`."""

    after: timedelta
    reason: str


@dataclass(frozen=True, slots=True)
class GoesOn:
    """The job's first row goes on, at once, as `payload` says now.

    `begun`: a first part of what it holds is done, and nothing of the rest was tried. Otherwise it was
    refused as it was, and certainly not done.
    """

    payload: Mapping[str, Any]
    reason: str | None = None
    begun: bool = False
    after: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class DeadLettered:
    """It can never be done. Its lane goes on without it. `effect` is written with that."""

    reason: str
    effect: Effect | None = None


Outcome = Done | NotYet | Throttled | Indeterminate | GoesOn | DeadLettered


@dataclass(frozen=True, slots=True)
class Part:
    """The call carried only the first `carried` of the job's rows; the others wait as before."""

    outcome: Outcome
    carried: int


# One try at a job, made outside any transaction.
Attempt = Callable[[], Awaitable[Outcome | Part]]
# Reads, in the transaction that claims them, what some jobs need, and returns each one's job by its id.
Prepare = Callable[[Transaction, Sequence[Job]], Awaitable[Mapping[int, Attempt]]]
Performer = Callable[[Job], Awaitable[Outcome | Part]]


def prepared(performers: Mapping[str, Performer]) -> Prepare:
    """For performers, by the kind of row, that read what they need themselves."""

    async def prepare(_tx: Transaction, jobs: Sequence[Job]) -> Mapping[int, Attempt]:
        return {job.id: partial(performers[job.kind], job) for job in jobs if job.kind in performers}

    return prepare
