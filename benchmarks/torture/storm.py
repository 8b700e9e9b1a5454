"""One storm on one database: everything at once, then the calm, then the count."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from benchmarks.torture.chat import Chat
from benchmarks.torture.house import House, Killer, house
from benchmarks.torture.players import CHANNEL, Cards, Players
from benchmarks.torture.tokens import MOST_CONVERSATIONS
from benchmarks.torture.verdict import Talk, Verdict, verdict
from sandbox import RemoteWorkspace

Say = Callable[[str], None]

# What part of the time the sending may take; the rest is for what is still on its way.
_SENDING = 0.75
# When nothing new has arrived for so long, nothing will: longer than a dead bridge's lease, a quarantine and
# a longest wait together.
_STANDSTILL = 90.0
# After everything is there: time for what is there twice to show.
_AFTERMATH = 3.0
_READERS = 16
_SAID_EVERY = 10.0


@dataclass(frozen=True, slots=True)
class Weather:
    """How bad it is. Shares are probabilities, times are seconds; `kill_every` 0 kills nobody.

    `kinds` are those of `sandbox.faults.chance`, all of them if None.
    """

    seed: int
    faults: float = 0.2
    repeats: float = 0.05
    holds: float = 0.05
    longest_hold: float = 0.2
    drop_every: float = 15.0
    kill_every: float = 20.0
    kinds: tuple[str, ...] | None = None
    most_kills: int | None = None


@dataclass(slots=True)
class Storm:
    """What happened, beside the verdict."""

    database: str
    bridges: int
    verdict: Verdict = field(default_factory=Verdict)
    facts: dict[str, str] = field(default_factory=dict)
    # Whether the last message arrived later after the last was sent than it may.
    is_late: bool = False


async def storm(
    database: str,
    database_url: str,
    *,
    folder: Path,
    messages: int,
    conversations: int,
    bridges: int,
    weather: Weather,
    deadline: float,
    say: Say,
    arrives_within: float | None = None,
) -> Storm:
    """Send `messages` through, in `weather`, and count. Over after `deadline` seconds at the latest.

    With `arrives_within` it counts as late if not all has arrived so many seconds after the last was sent.
    """
    if not 0 < conversations < MOST_CONVERSATIONS:
        raise ValueError(f"1 to {MOST_CONVERSATIONS - 1} conversations, not {conversations}")
    result = Storm(database, bridges)
    async with (
        house(database_url, folder=folder, bridges=bridges) as running,
        RemoteWorkspace(running.slack.url) as slack,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session,
    ):
        talks = [Talk(number) for number in range(1, conversations + 1)]
        chats = [Chat(running, session, talk, seed=weather.seed) for talk in talks]
        cards = Cards(slack)
        players = [
            Players(
                chat,
                cards,
                slack,
                count=max(2, messages // conversations),
                seed=weather.seed,
                taken_over=bool(chat.talk.number % 2),
            )
            for chat in chats
        ]
        course = _Course(running, slack, talks, weather=weather, deadline=deadline, say=say)
        async with AsyncExitStack() as stack:
            for one in players:
                stack.push_async_callback(one.leave)
            await course.run(players, cards)
            await _read_ledgers(chats)
        result.verdict = verdict(talks, await slack.threads(CHANNEL), with_ledger=True)
        result.facts = await course.facts(chats)
        result.is_late = arrives_within is not None and course.took_to_arrive > arrives_within
    return result


class _Course:
    """A storm's course: sending, drain, calm."""

    def __init__(
        self,
        running: House,
        slack: RemoteWorkspace,
        talks: Sequence[Talk],
        *,
        weather: Weather,
        deadline: float,
        say: Say,
    ) -> None:
        self._house = running
        self._slack = slack
        self._talks = talks
        self._weather = weather
        self._say = say
        self._began = time.monotonic()
        self._deadline = deadline
        self._said_at = 0.0
        self._sent_after = 0.0
        self._arrived_after = 0.0
        self._ended = "everything had arrived"

    async def run(self, players: Sequence[Players], cards: Cards) -> None:
        weather = self._weather
        await self._slack.random_faults(rate=weather.faults, seed=weather.seed, kinds=weather.kinds)
        await self._slack.disturb(
            seed=weather.seed,
            repeats=weather.repeats,
            holds=weather.holds,
            longest_hold=weather.longest_hold,
            drop_every=weather.drop_every,
        )
        watching = asyncio.create_task(cards.watch())
        killer = Killer(
            self._house.bridges, every=weather.kill_every, seed=weather.seed, most=weather.most_kills
        )
        killing = asyncio.create_task(killer.run()) if weather.kill_every else None
        try:
            await self._send(players)
            arrived = await self._drain("in the storm")
        finally:
            for task in (watching, killing):
                if task is not None:
                    task.cancel()
        await self._slack.clear_faults()
        await self._slack.disturb()
        self._arrived_after = self._elapsed
        if not arrived:
            await self._drain("in the calm")
            self._arrived_after = self._elapsed
        await asyncio.sleep(min(_AFTERMATH, max(0.0, self._left)))

    @property
    def took_to_arrive(self) -> float:
        """Seconds from the last message's sending until all had arrived, or nothing more came."""
        return self._arrived_after - self._sent_after

    @property
    def _elapsed(self) -> float:
        return time.monotonic() - self._began

    @property
    def _left(self) -> float:
        return self._deadline - self._elapsed

    async def _send(self, players: Sequence[Players]) -> None:
        sending = [asyncio.create_task(one.play()) for one in players]
        try:
            pending = set(sending)
            while pending and self._elapsed < self._deadline * _SENDING:
                done, pending = await asyncio.wait(pending, timeout=5, return_when=asyncio.FIRST_EXCEPTION)
                for task in done:
                    task.result()
                acknowledged = sum(len(talk.acknowledged) for talk in self._talks)
                typed = sum(len(talk.typed) for talk in self._talks)
                self._progress(f"{acknowledged + typed:,} sent")
        finally:
            for task in sending:
                task.cancel()
            await asyncio.gather(*sending, return_exceptions=True)
        self._sent_after = self._elapsed

    def _progress(self, how_far: str) -> None:
        if self._elapsed - self._said_at < _SAID_EVERY:
            return
        self._said_at = self._elapsed
        kills = sum(bridge.killed for bridge in self._house.bridges)
        self._say(f"{self._elapsed:.0f} s: {how_far}, {kills} kills")

    async def _drain(self, where: str) -> bool:
        """Wait until everything has arrived. False at the deadline, or when nothing more comes."""
        fewest, since = None, time.monotonic()
        while True:
            read = time.monotonic()
            lost = verdict(self._talks, await self._slack.threads(CHANNEL), with_ledger=False).lost
            if not lost:
                self._ended = "everything had arrived"
                return True
            if fewest is None or lost < fewest:
                fewest, since = lost, time.monotonic()
            self._progress(f"{lost:,} on their way {where}")
            if self._left <= 0:
                self._ended = f"the deadline came, with {lost:,} still on their way"
                return False
            if time.monotonic() - since > _STANDSTILL:
                self._ended = f"nothing more came for {_STANDSTILL:.0f} s, with {lost:,} missing"
                return False
            await asyncio.sleep(max(1.0, 3 * (time.monotonic() - read)))

    async def facts(self, chats: Sequence[Chat]) -> dict[str, str]:
        status = await self._slack.status()
        bridges = self._house.bridges
        sent = sum(len(talk.acknowledged) + len(talk.typed) for talk in self._talks)
        return {
            "messages": f"{sent:,} in {len(self._talks)} conversations",
            "sent within": f"{self._sent_after:.0f} s",
            "over after": f"{self._arrived_after:.0f} s, when {self._ended}",
            "arrived after the last was sent": f"{self.took_to_arrive:.0f} s",
            "kills": str(sum(bridge.killed for bridge in bridges)),
            "bridges that ended by themselves": str(sum(bridge.ended_by_itself for bridge in bridges)),
            "calls that failed": _counted(status["faults"]),
            "events disturbed": _counted(status["disturbances"]),
            "events that Slack gave up": str(status["lost_events"]),
            "streams resumed": str(sum(max(0, chat.streams - 1) for chat in chats)),
            "calls made again by customers": str(sum(chat.retries for chat in chats)),
        }


def _counted(counts: dict[str, int]) -> str:
    kinds = ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items()))
    return f"{sum(counts.values()):,} ({kinds})" if counts else "0"


async def _read_ledgers(chats: Sequence[Chat]) -> None:
    turns = asyncio.Semaphore(_READERS)

    async def read(chat: Chat) -> None:
        async with turns:
            await chat.read_ledger()

    async with asyncio.TaskGroup() as group:
        for chat in chats:
            group.create_task(read(chat))
