"""One paced outlet (a channel's posts, a workspace's card edits or marks), event by event."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import NamedTuple

from benchmarks.simulate_sizes import LARGEST, size


class Waiting(NamedTuple):
    """Something owed to Slack at `at` seconds; within its lane, order is kept."""

    at: float
    lane: int
    urgency: int
    alone: bool = False  # a card: the thread begins under it, so nothing can go out with it
    counted: bool = True  # whether anybody waits for it: not for a card, nor for what was said before
    letters: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """What goes out at a free slot: of the most urgent lanes, the one whose oldest message is oldest.

    A call carries up to `merged` messages of its lane, as far as their JSON fits into one post. Without
    `urgent_first` all are equally urgent.
    """

    urgent_first: bool
    merged: int


@dataclass(slots=True)
class Served:
    """When each thing went out, in the order they were given, and how many calls it took."""

    at: list[float]
    calls: list[float] = field(default_factory=list)


def serve(owed: Sequence[Waiting], *, spacing: float, policy: Policy) -> Served:
    """Send everything, one call at a time and never two within `spacing` seconds. `owed` is in order of time.

    A lane is as urgent as its most urgent message, so that what stands before that one in the lane does not
    hold it up longer than it must.
    """
    served = Served([0.0] * len(owed))
    lanes: dict[int, deque[int]] = {}
    urgency_of: dict[int, int] = {}
    # Entries of a lane whose urgency or oldest message has changed since are stale, and passed over.
    order: list[tuple[int, float, int]] = []
    free_at = float("-inf")
    upcoming = 0
    while upcoming < len(owed) or lanes:
        now = free_at if lanes else max(free_at, owed[upcoming].at)
        while upcoming < len(owed) and owed[upcoming].at <= now:
            at, lane, urgency, *_ = owed[upcoming]
            urgency = urgency if policy.urgent_first else 0
            if lane not in lanes:
                lanes[lane] = deque((upcoming,))
                urgency_of[lane] = urgency
                heappush(order, (urgency, at, lane))
            else:
                lanes[lane].append(upcoming)
                if urgency < urgency_of[lane]:
                    urgency_of[lane] = urgency
                    heappush(order, (urgency, owed[lanes[lane][0]].at, lane))
            upcoming += 1
        while True:
            urgency, oldest, lane = heappop(order)
            if lane in lanes and urgency_of[lane] == urgency and owed[lanes[lane][0]].at == oldest:
                break
        waiting = lanes[lane]
        for index in _taken(waiting, owed, policy.merged):
            served.at[index] = now
        served.calls.append(now)
        free_at = now + spacing
        if waiting:
            urgency_of[lane] = min(owed[index].urgency for index in waiting) if policy.urgent_first else 0
            heappush(order, (urgency_of[lane], owed[waiting[0]].at, lane))
        else:
            del lanes[lane]
    return served


def _taken(waiting: deque[int], owed: Sequence[Waiting], most: int) -> list[int]:
    """Take out of the lane what one call carries."""
    many = len(waiting)
    taken = [waiting.popleft()]
    if owed[taken[0]].alone:
        return taken
    left = LARGEST - size(owed[taken[0]].letters, waiting=many)
    while waiting and len(taken) < most and not owed[waiting[0]].alone:
        left -= size(owed[waiting[0]].letters, waiting=many)
        if left < 0:
            break
        taken.append(waiting.popleft())
    return taken
