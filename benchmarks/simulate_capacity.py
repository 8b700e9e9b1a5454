"""From delays to numbers of channels, workspaces, processes and database writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from math import ceil, floor, log, log10
from typing import NamedTuple

from benchmarks.simulate_costs import COSTS, SLACK
from benchmarks.simulate_designs import BOTH, Design, marks, posts, scripts
from benchmarks.simulate_workload import DAY, HOUR, Workload

# The longest that 99 in 100 messages may take to the team's screen: where a teammate talks with the
# customer, and where the team only watches the AI. The second is a guess.
PEOPLE_TARGET, AI_TARGET = 3.0, 60.0

# Conversations a day in a channel where hardly any two messages meet.
IDLE = 100.0
# Two limits nearer than this are both what stops it: the simulation cannot tell them apart.
CLOSE = 1.1

EVERYTHING = Design(BOTH)
ESCALATED_ONLY = Design(BOTH, escalated_only=True)


def carries(delay: Callable[[float], float], target: float) -> float:
    """The conversations a day up to which `delay` keeps to `target`, within a few per cent; two digits."""
    below, above = 0.0, IDLE
    while delay(above) <= target:
        below, above = above, above * 2
    if not below:
        return 0
    while above / below > 1.1:
        middle = (below * above) ** 0.5
        if delay(middle) <= target:
            below = middle
        else:
            above = middle
    # Straight between the two last ones in logarithms, as the curves nearly are.
    least, most = delay(below), delay(above)
    part = log(target / least) / log(most / least) if most > least else 0
    return two_digits(below * (above / below) ** part)


def two_digits(value: float) -> float:
    return round(value, 1 - floor(log10(value)))


class Mean(NamedTuple):
    """What one conversation brings, on average over all, escalated or not."""

    entries: float
    answers: float
    replies: float
    edits: float


@cache
def mean(work: Workload, *, escalated_only: bool) -> Mean:
    """`escalated_only` leaves out the card edits before the escalation; the ledger has everything anyway."""
    total = [0.0] * 4
    for escalated, share in ((True, work.escalated), (False, 1 - work.escalated)):
        drawn = scripts(work, escalated=escalated)
        for said in drawn:
            since = (said.escalated_at if escalated else float("inf")) if escalated_only else 0.0
            edits = sum(at >= (since or 0) for at, _ in said.edits)
            for index, value in enumerate((said.entries, said.answers, len(said.replies), edits)):
                total[index] += value * share / len(drawn)
    return Mean(*total)


@cache
def channel_carries(work: Workload, design: Design) -> float:
    """Conversations a day in one channel with both targets kept."""
    people = carries(lambda a_day: posts(work, design, a_day).people, PEOPLE_TARGET)
    if design.escalated_only:
        return people
    return min(people, carries(lambda a_day: posts(work, design, a_day).ai, AI_TARGET))


class Workspace(NamedTuple):
    """What one workspace carries, and what stops it there: its posts, marks or events."""

    conversations: float
    bound: str


def workspace_carries(work: Workload, design: Design, posts_per_minute: int) -> Workspace:
    """`posts_per_minute` is what Slack grants the workspace."""
    bounds = workspace_bounds(work, design, posts_per_minute)
    least = min(bounds.values())
    close = [name for name, carried in bounds.items() if carried <= least * CLOSE]
    return Workspace(least, " and ".join(close))


@cache
def workspace_bounds(work: Workload, design: Design, posts_per_minute: int) -> Mapping[str, float]:
    """The conversations a day at which each of a workspace's limits is reached.

    A limit on its posts makes only so many of its channels useful: each takes its second's post from it.
    """
    channels = posts_per_minute / (60 / SLACK.seconds_per_post)
    in_channel = channel_carries(work, design)
    return {
        "posts": two_digits(in_channel * channels),
        "marks": carries(lambda a_day: marks(work, a_day).people, PEOPLE_TARGET),
        "events": two_digits(_events_allow(work, design, in_channel)),
    }


def _events_allow(work: Workload, design: Design, in_channel: float) -> float:
    """Slack tells the app of each post, edit and reply in its channels, its own among them."""
    posts_each = posts(work, design, in_channel).calls / per_second(work, in_channel)
    each = posts_each + mean(work, escalated_only=design.escalated_only).replies
    left = SLACK.events_per_hour / HOUR - 1 / SLACK.seconds_per_edit
    return left / each * DAY / work.peak


def per_second(work: Workload, a_day: float) -> float:
    """Conversations that start in a second of the busiest hour."""
    return a_day / DAY * work.peak


@dataclass(frozen=True, slots=True)
class Needs:
    """What so many conversations a day take in the busiest hour."""

    channels: int
    workspaces: int  # with the fewest posts a minute that Slack may grant
    entries_per_second: float
    writes_per_second: float
    processes: int
    sqlite: bool
    databases: int  # PostgreSQL servers as measured, if not SQLite


@cache
def needs(work: Workload, design: Design, a_day: float) -> Needs:
    channels = ceil(a_day / channel_carries(work, design))
    granted = min(SLACK.posts_per_minute)
    workspaces = ceil(a_day / workspace_carries(work, design, granted).conversations)
    each, rate = mean(work, escalated_only=design.escalated_only), per_second(work, a_day)
    calls = (
        channels * posts(work, design, a_day / channels).calls
        + min(rate * each.edits, workspaces / SLACK.seconds_per_edit)
        + rate * each.replies
    )
    writes = (
        rate * (each.entries * COSTS.writes_per_entry + each.answers * COSTS.writes_per_answer)
        + calls * COSTS.writes_per_call
    )
    entries = rate * each.entries
    processes = ceil(entries / (COSTS.messages_per_second_of_a_process * COSTS.in_use))
    return Needs(
        channels=channels,
        workspaces=workspaces,
        entries_per_second=entries,
        writes_per_second=writes,
        processes=processes,
        sqlite=processes == 1 and writes <= COSTS.sqlite_writes_per_second * COSTS.in_use,
        databases=ceil(writes / (COSTS.postgresql_writes_per_second * COSTS.in_use)),
    )
