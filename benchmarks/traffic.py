"""A busy day in one channel: who says what when, and what became of it."""

from __future__ import annotations

import bisect
import heapq
import math
import random
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

Held = Literal["people", "the AI"]


@dataclass(frozen=True, slots=True)
class Said:
    """A message, in seconds from the beginning. `number` counts within its conversation, from 1."""

    at: float
    conversation: int
    number: int
    held_by: Held
    by_ai: bool


@dataclass(frozen=True, slots=True)
class Traffic:
    """20 messages a second in conversations with the AI, where customer and AI take turns, and a few
    conversations that people hold, whose customers write every ten seconds; all at random moments.
    """

    seconds: float
    with_ai: int = 100
    with_people: int = 5
    ai_each_second: float = 20.0
    people_every_seconds: float = 10.0

    def __iter__(self) -> Iterator[Said]:
        """In the order they are said; the same each time."""
        chance = random.Random(19)
        streams = [self._with_ai(chance.random()), *self._with_people(chance)]
        return heapq.merge(*streams, key=lambda said: said.at)

    def _with_ai(self, seed: float) -> Iterator[Said]:
        chance = random.Random(seed)
        numbers = [1] * self.with_ai
        at = chance.expovariate(self.ai_each_second)
        while at < self.seconds:
            conversation = chance.randrange(self.with_ai)
            number = numbers[conversation]
            numbers[conversation] += 1
            yield Said(at, conversation, number, "the AI", by_ai=number % 2 == 0)
            at += chance.expovariate(self.ai_each_second)

    def _with_people(self, chance: random.Random) -> Iterator[Iterator[Said]]:
        for conversation in range(self.with_ai, self.with_ai + self.with_people):
            yield self._one_customer(conversation, chance.random())

    def _one_customer(self, conversation: int, seed: float) -> Iterator[Said]:
        chance = random.Random(seed)
        number, at = 1, chance.expovariate(1 / self.people_every_seconds)
        while at < self.seconds:
            yield Said(at, conversation, number, "people", by_ai=False)
            number, at = number + 1, at + chance.expovariate(1 / self.people_every_seconds)


@dataclass(slots=True)
class Delays:
    """Seconds from when a message was stored until Slack showed it, and when posts were made.

    `never` are those that were not shown in the time that was watched; theirs is how long they waited in it.
    `cut_at` is the second from which on the traffic was not played, if any.
    """

    shown: list[tuple[Said, float]] = field(default_factory=list)
    posted_at: list[float] = field(default_factory=list)
    never: Counter[Held] = field(default_factory=Counter)
    cut_at: float | None = None

    def of(self, held_by: Held, *, since: float = 0.0, until: float = math.inf) -> list[float]:
        """Of the messages that were said between these moments."""
        return [delay for said, delay in self.shown if said.held_by == held_by and since <= said.at < until]

    def busiest_minute(self) -> int:
        """The most posts within sixty seconds."""
        return max((self._within_a_minute(index) for index in range(len(self.posted_at))), default=0)

    def _within_a_minute(self, first: int) -> int:
        # A hair less than a minute, for times that are sums of fractions.
        end = self.posted_at[first] + 60 - 1e-6
        return bisect.bisect_left(self.posted_at, end) - first


def first_come_first_served(traffic: Traffic, *, interval: float) -> Delays:
    """The rival: each message is a post, in the order they came, whoever waits for it."""
    return _one_by_one(traffic, interval, lambda waiting: waiting.popleft())


def people_first(traffic: Traffic, *, interval: float) -> Delays:
    """The better rival: each message is a post, and those in conversations held by people go first."""

    def next_one(waiting: deque[Said]) -> Said:
        urgent = next((said for said in waiting if said.held_by == "people"), None)
        if urgent is None:
            return waiting.popleft()
        waiting.remove(urgent)
        return urgent

    return _one_by_one(traffic, interval, next_one)


def _one_by_one(traffic: Traffic, interval: float, next_one: Callable[[deque[Said]], Said]) -> Delays:
    delays = Delays()
    coming = deque(traffic)
    waiting: deque[Said] = deque()
    now = 0.0
    while coming or waiting:
        if not waiting:
            now = max(now, coming[0].at)
        while coming and coming[0].at <= now:
            waiting.append(coming.popleft())
        said = next_one(waiting)
        delays.shown.append((said, now - said.at))
        delays.posted_at.append(now)
        now += interval
    return delays
