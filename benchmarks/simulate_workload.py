"""The customers, the AI and the teammates of the simulation: who says what, and when."""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from random import Random
from typing import NamedTuple

HOUR = 3600.0
DAY = 24 * HOUR


class Urgency(IntEnum):
    """Lower goes first. The same order as the outbox's, without the cards, which have a pace of their own."""

    FEEDBACK = 0
    HELD_BY_PEOPLE = 1
    WITH_AI = 2


class Post(NamedTuple):
    """An entry that is owed to the thread, in seconds from the conversation's first message."""

    at: float
    urgency: Urgency
    letters: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Seconds between two things, or letters, log-normal as human pauses are: half are more than `median`."""

    median: float
    sigma: float

    @property
    def mean(self) -> float:
        return self.median * math.exp(self.sigma**2 / 2)

    def draw(self, random: Random) -> float:
        return random.lognormvariate(math.log(self.median), self.sigma)


@dataclass(frozen=True, slots=True)
class Workload:
    """What the simulation takes the world to be. "Guess" marks what nobody measured."""

    # Customers' messages in a conversation, as (share of conversations, at most so many), straight between:
    # from 120 recorded dialogues, 4 to 32 messages long, 16.8 on average, answered one for one.
    questions: tuple[tuple[float, int], ...] = (
        (0.0, 2), (0.10, 4), (0.25, 6), (0.50, 8), (0.75, 11), (0.90, 13), (1.0, 16),
    )  # fmt: skip
    # Letters of a customer's message: the recorded lengths. Of an AI's answer: guess.
    customer_letters: Gap = Gap(40, 0.8)
    ai_letters: Gap = Gap(250, 0.6)
    # Letters of what the program itself says in a thread, its buttons among them.
    event_letters: int = 250
    # The AI's answer, whole: seconds. Guess.
    ai_answers: Gap = Gap(4, 0.5)
    # A customer reads some 60 characters and types some 40, the recorded lengths. Guess.
    customer_writes: Gap = Gap(25, 0.7)
    # From the escalation to the press of Take over. Guess.
    teammate_comes: Gap = Gap(45, 0.8)
    # A teammate reads and answers: every 30 to 60 seconds. Guess.
    teammate_replies: Gap = Gap(40, 0.5)
    # The ticket's subject and summary after the escalation. Guess.
    summary_takes: Gap = Gap(4, 0.5)
    # Conversations that a teammate takes over at some point, 5 to 20 % with most. Guess.
    escalated: float = 0.10
    # Busiest hour against the day's mean; the rate follows a cosine over the day. Guess.
    peak: float = 2.0

    def arrivals(self, a_day: float, random: Random, *, since: float, until: float) -> Iterator[float]:
        """When conversations start, in seconds from the busiest moment: Poisson with the day's shape."""
        swing = self.peak - 1
        highest = a_day / DAY * self.peak
        at = since
        while (at := at + random.expovariate(highest)) < until:
            if random.random() * self.peak < 1 + swing * math.cos(2 * math.pi * at / DAY):
                yield at


@dataclass(slots=True)
class Script:
    """One conversation, in seconds from its first message. `posts` are entries owed to the Slack thread."""

    posts: list[Post] = field(default_factory=list)
    edits: list[tuple[float, Urgency]] = field(default_factory=list)
    replies: list[float] = field(default_factory=list)
    answers: int = 0
    escalated_at: float | None = None

    @property
    def entries(self) -> int:
        """What the ledger holds of it in the end: what is mirrored, and what teammates wrote themselves."""
        return len(self.posts) + len(self.replies)

    @property
    def length(self) -> float:
        return max(self.posts[-1][0], *self.replies, 0.0)


def script(work: Workload, random: Random, *, escalated: bool) -> Script:
    """Draw a conversation. An escalated one keeps its length; from some question on a teammate answers."""
    made = Script()
    questions = _questions(work, random)
    handed_over = random.randrange(1, questions + 1) if escalated else questions
    at = 0.0
    for question in range(handed_over):
        at += work.customer_writes.draw(random) if question else 0.0
        _entry(made, at, Urgency.WITH_AI, letters=_letters(work.customer_letters, random))
        at += work.ai_answers.draw(random)
        made.answers += 1
        if question + 1 < handed_over or not escalated:
            _entry(made, at, Urgency.WITH_AI, letters=_letters(work.ai_letters, random))
    if escalated:
        _held_by_people(made, work, random, at, questions - handed_over)
    return made


def _held_by_people(made: Script, work: Workload, random: Random, at: float, questions: int) -> None:
    """The AI hands over instead of its last answer; a teammate comes, answers and hands back."""
    made.escalated_at = at
    # The customer is told, the timeline says why.
    made.posts += [Post(at, Urgency.HELD_BY_PEOPLE, work.event_letters)] * 2
    made.edits.append((at, Urgency.FEEDBACK))
    summary_at = at + work.summary_takes.draw(random)
    taken_at = at + work.teammate_comes.draw(random)
    says = work.event_letters
    _entry(made, summary_at, Urgency.HELD_BY_PEOPLE, letters=says, card=Urgency.FEEDBACK)
    _entry(made, taken_at, Urgency.FEEDBACK, letters=says, card=Urgency.FEEDBACK)
    at = _reply(made, taken_at + work.teammate_replies.draw(random))
    for _ in range(questions):
        at += work.customer_writes.draw(random)
        _entry(made, at, Urgency.HELD_BY_PEOPLE, letters=_letters(work.customer_letters, random))
        at = _reply(made, at + work.teammate_replies.draw(random))
    back = at + work.customer_writes.draw(random)
    _entry(made, back, Urgency.FEEDBACK, letters=says, card=Urgency.FEEDBACK)
    made.posts.sort()


def _letters(length: Gap, random: Random) -> int:
    return min(8_000, max(1, round(length.draw(random))))


def _entry(
    made: Script, at: float, urgency: Urgency, *, letters: int, card: Urgency = Urgency.WITH_AI
) -> None:
    made.posts.append(Post(at, urgency, letters))
    made.edits.append((at, card))


def _reply(made: Script, at: float) -> float:
    """A teammate's message is in the thread already: it gets a mark there, and the card an edit."""
    made.replies.append(at)
    made.edits.append((at, Urgency.WITH_AI))
    return at


def _questions(work: Workload, random: Random) -> int:
    share = random.random()
    upper = bisect(work.questions, share, key=lambda point: point[0])
    (below, least), (above, most) = work.questions[upper - 1], work.questions[upper]
    return round(least + (most - least) * (share - below) / (above - below))
