"""The designs that are compared, and the delays each gives at a number of conversations a day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from math import ceil
from random import Random
from typing import NamedTuple

from benchmarks.simulate_channel import Policy, Waiting, serve
from benchmarks.simulate_costs import SLACK
from benchmarks.simulate_workload import HOUR, Script, Urgency, Workload, script

SEED = "bookbag"
# Measured are the two busiest hours; what comes before fills the queues, what comes after goes on pressing.
SINCE, UNTIL, MEASURED = -3 * HOUR, 2 * HOUR, HOUR
SCRIPTS = 2_000
# Days are added until so many messages of the rarer kind stand behind a percentile, or so many were sent.
ENOUGH, AFFORDED = 30_000, 100_000
PER_POST = 48

EACH_IN_TURN = Policy(urgent_first=False, merged=1)
URGENT_FIRST = Policy(urgent_first=True, merged=1)
MERGED = Policy(urgent_first=False, merged=PER_POST)
BOTH = Policy(urgent_first=True, merged=PER_POST)
# Of a card only the latest state is sent, so any number of edits is one.
LATEST_ONLY = Policy(urgent_first=True, merged=1_000_000)


class Design(NamedTuple):
    """How one channel is used. With `escalated_only` a thread begins when its conversation is escalated."""

    policy: Policy
    escalated_only: bool = False


class Delays(NamedTuple):
    """99th percentiles in seconds, from the commit to the screen, and the calls a second; all in the peak."""

    feedback: float
    people: float
    ai: float
    calls: float


@cache
def scripts(work: Workload, *, escalated: bool) -> Sequence[Script]:
    """The conversations that all runs draw from."""
    random = Random(f"{SEED} {escalated}")
    return [script(work, random, escalated=escalated) for _ in range(SCRIPTS)]


@cache
def posts(work: Workload, design: Design, a_day: float) -> Delays:
    """What one channel with `a_day` conversations a day delivers."""

    def owed(random: Random) -> list[Waiting]:
        begun = _begun(work, a_day, random, everything=not design.escalated_only)
        return _threads(begun, escalated_only=design.escalated_only)

    return _delays(owed, spacing=SLACK.seconds_per_post, policy=design.policy)


@cache
def edits(work: Workload, a_day: float, *, escalated_only: bool = False) -> Delays:
    """How a workspace's cards keep up: `feedback` after a press, `ai` after everything else."""

    def owed(random: Random) -> list[Waiting]:
        begun = _begun(work, a_day, random, everything=not escalated_only)
        return sorted(
            Waiting(start + at, lane, urgency)
            for lane, (start, said) in enumerate(begun)
            for at, urgency in said.edits
            if not escalated_only or at >= (said.escalated_at or 0)
        )

    return _delays(owed, spacing=SLACK.seconds_per_edit, policy=LATEST_ONLY, rare=Urgency.FEEDBACK)


@cache
def marks(work: Workload, a_day: float) -> Delays:
    """How a workspace's marks keep up, each on a reply of its own: `people` is their delay."""

    def owed(random: Random) -> list[Waiting]:
        begun = _begun(work, a_day, random, everything=False)
        replies = sorted(start + at for start, said in begun for at in said.replies)
        return [Waiting(at, lane, Urgency.HELD_BY_PEOPLE) for lane, at in enumerate(replies)]

    return _delays(owed, spacing=SLACK.seconds_per_mark, policy=EACH_IN_TURN)


def _begun(
    work: Workload, a_day: float, random: Random, *, everything: bool
) -> Iterator[tuple[float, Script]]:
    """Conversations and when they began: all, or only those that will be escalated."""
    if everything:
        ai = scripts(work, escalated=False)
        people = scripts(work, escalated=True)
        for at in work.arrivals(a_day, random, since=SINCE, until=UNTIL):
            yield at, random.choice(people if random.random() < work.escalated else ai)
    else:
        # A share of a Poisson process, picked by chance, is one again.
        for at in work.arrivals(a_day * work.escalated, random, since=SINCE, until=UNTIL):
            yield at, random.choice(scripts(work, escalated=True))


def _threads(begun: Iterator[tuple[float, Script]], *, escalated_only: bool) -> list[Waiting]:
    """What one channel is owed, in order of time. A conversation is a lane; its card goes before the rest."""
    owed: list[Waiting] = []
    for lane, (start, said) in enumerate(begun):
        if escalated_only and said.escalated_at is not None:
            since = said.escalated_at
            first = Urgency.HELD_BY_PEOPLE
            thread = [
                Waiting(
                    start + max(at, since), lane, min(urgency, first), letters=letters, counted=at >= since
                )
                for at, urgency, letters in said.posts
            ]
        else:
            first = said.posts[0].urgency
            thread = [
                Waiting(start + at, lane, urgency, letters=letters) for at, urgency, letters in said.posts
            ]
        owed.append(Waiting(thread[0].at, lane, first, alone=True, counted=False))
        owed += thread
    # Stable: what happens at one moment keeps its order, the card first.
    owed.sort(key=lambda waiting: waiting.at)
    return owed


def _delays(
    owed_on: Callable[[Random], list[Waiting]],
    *,
    spacing: float,
    policy: Policy,
    rare: Urgency = Urgency.HELD_BY_PEOPLE,
) -> Delays:
    waited: dict[int, list[float]] = {urgency: [] for urgency in Urgency}
    days = calls = sent = 0
    while len(waited[rare]) < ENOUGH and sent < AFFORDED:
        owed = owed_on(Random(f"{SEED} day {days}"))
        served = serve(owed, spacing=spacing, policy=policy)
        for waiting, sent_at in zip(owed, served.at, strict=True):
            if waiting.counted and abs(waiting.at) <= MEASURED:
                waited[waiting.urgency].append(sent_at - waiting.at)
        calls += sum(abs(at) <= MEASURED for at in served.calls)
        sent += len(owed)
        days += 1
    feedback, people, ai = (p99(waited[urgency]) + SLACK.seconds_per_call for urgency in Urgency)
    return Delays(feedback, people, ai, calls / (days * 2 * MEASURED))


def p99(values: Sequence[float]) -> float:
    """The nearest-rank 99th percentile; 0 of nothing."""
    return sorted(values)[ceil(len(values) * 0.99) - 1] if values else 0.0
