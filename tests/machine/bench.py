"""What every rule stands on: an event loop of the example's own, a journal, and the judgement."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar, TypeVar

from hypothesis.stateful import RuleBasedStateMachine, invariant

from bot.settings import AIKind
from sandbox.payload import Payload
from storage.records import Audience, ConversationState, Entry
from tests.journeys.world import CHANNEL
from tests.machine.house import House, emptied
from tests.machine.picture import TEAM, Fate, Talk, ThreadMessage
from tests.machine.story import Story
from tests.machine.views import (
    as_written,
    books_problems,
    customer_problems,
    fate_problems,
    fates,
    reception_problems,
    thread_problems,
)

T = TypeVar("T")


class Bench(RuleBasedStateMachine):
    """Runs an example's steps and judges what came of them.

    Rules draw plain numbers and choose with them among what there is: what races with what is not for
    Hypothesis to know. A rule that finds nothing to do does nothing.
    """

    empty_database: ClassVar[Callable[[], str]]
    folder: ClassVar[Path]
    ai: ClassVar[AIKind]
    thinks: ClassVar[float] = 0.0
    patient: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.house: House
        self.talks: list[Talk] = []
        self.journal: list[str] = []
        self.failed = False
        self._numbers = 0

    def open(self, *, slack_ahead: int) -> None:
        """Start everything anew, with a first customer."""
        url = type(self).empty_database()

        async def opened() -> None:
            if url.startswith("postgresql"):
                await emptied(url)
            self.house = House(url, self.folder, ai=self.ai, thinks=self.thinks, slack_ahead=slack_ahead)
            await self.house.open()
            self.talks.append(Talk(await self.house.customer()))

        self.step(f"the service starts; Slack's clock is {slack_ahead} s ahead", opened())

    def teardown(self) -> None:
        try:
            if not self.failed and self.talks:
                self.step("the service restarts", self.house.restart())
                self.step("everything settles", self.judged())
        finally:
            if hasattr(self, "house"):
                self.runner.run(self.house.close())
            self.runner.close()

    @invariant()
    def safe(self) -> None:
        """What holds at any time: the ledger's story, and that no customer got what is not theirs."""
        if self.talks and not self.failed:
            self.step("", self._safe())

    def step(self, words: str, work: Awaitable[T]) -> T:
        """Do it. What fails carries the journal of all that was done before."""
        if words:
            self.journal.append(words)

        async def done() -> T:
            return await work

        try:
            return self.runner.run(done())
        except BaseException as error:
            self.failed = True
            error.add_note("\n".join(["what was done:", *self.journal]))
            if hasattr(self, "house"):
                error.add_note(f"the service's log:\n{self.house.service.log.read_text()[-4000:]}")
                error.add_note(self.house.slack.describe())
            raise

    def number(self) -> int:
        self._numbers += 1
        return self._numbers

    def talk(self, which: int) -> Talk:
        return self.talks[which % len(self.talks)]

    async def story(self, talk: Talk) -> tuple[Sequence[Entry], Story]:
        async with self.house.ledger.read() as tx:
            entries = await as_written(tx, talk)
        return entries, Story(talk, self.name_of, external=self.ai == "external").read(entries)

    def name_of(self, user: str) -> str:
        return self._names().get(user, user)

    async def card(self, talk: Talk) -> Payload | None:
        """The conversation's card, as soon as it is there, or what Slack shows in its place.

        None where nothing was said or done yet.
        """
        entries, _ = await self.story(talk)
        if not entries:
            return None

        async def placed() -> str | None:
            async with self.house.ledger.read() as tx:
                conversation = await tx.conversations.get(talk.id)
            return conversation.card.ts if conversation is not None and conversation.card else None

        ts: str = await self.house.slack.until(placed, timeout=20)
        if ts not in talk.threads:
            talk.threads.append(ts)
        shown = self.house.slack.thread(CHANNEL, ts)
        return shown[0] if shown and shown[0]["ts"] == ts else {"ts": ts, "subtype": "tombstone"}

    async def thread(self, talk: Talk, *, former: int = 0) -> str | None:
        """The thread that it has, or had so many before; None where there is none, or Slack forgot it."""
        if await self.card(talk) is None:
            return None
        thread = talk.threads[max(-1 - former, -len(talk.threads))]
        return thread if self.house.slack.thread(CHANNEL, thread) else None

    async def fates(self, talk: Talk) -> dict[str, Fate]:
        async with self.house.ledger.read() as tx:
            entries = await as_written(tx, talk)
            story = Story(talk, self.name_of, external=self.ai == "external").read(entries)
            return await fates(tx, talk, story, self.house.slack.team_id, self._channel())

    async def doubt(self, talk: Talk) -> None:
        """Something happens now that may come before or after what nobody decided about yet."""
        found = await self.fates(talk)
        for typed in talk.messages:
            if typed.surely in (Fate.SENT, Fate.HELD) and found[typed.ts] is Fate.UNKNOWN:
                typed.surely = None

    async def disturbed(self) -> None:
        """Deliveries are about to be cut: what is under way may come again, and later than what follows."""
        for talk in self.talks:
            found = await self.fates(talk)
            for typed in talk.messages:
                typed.late = typed.late or found[typed.ts] is Fate.UNKNOWN

    async def judged(self) -> None:
        """Let everything settle, then look from every side."""
        await self.house.settled()
        problems: list[str] = []
        for talk in self.talks:
            entries, story = await self.story(talk)
            last = max((e.seq for e in entries if e.audience is Audience.CUSTOMER), default=0)
            await self.house.within(5, partial(talk.customer.has_seen, last))
            async with self.house.ledger.read() as tx:
                found = await fates(tx, talk, story, self.house.slack.team_id, self._channel())
                theirs = await books_problems(tx, talk, story, self._names())
            theirs += story.problems
            theirs += self._all_is_there(talk, entries)
            theirs += await customer_problems(talk.customer, entries, story)
            await self.card(talk)
            theirs += thread_problems(self.house.slack, talk, entries, story)
            theirs += fate_problems(self.house.slack, talk, found, entries, story)
            problems += [f"{talk.name}: {problem}" for problem in theirs]
        if self.house.slack.lost_events:
            problems.append(f"Slack gave up {len(self.house.slack.lost_events)} events")
        if parked := (await self.house.owed())["parked"]:
            problems.append(f"{parked} rows of the outbox are parked")
        problems += self.house.service.errors()
        assert not problems, "\n".join(problems)

    async def _safe(self) -> None:
        problems: list[str] = []
        for talk in self.talks:
            # Whatever they have received by now is committed; what comes while the ledger is read is not
            # looked at.
            received = bytes(talk.customer.received)
            entries, story = await self.story(talk)
            shown = [entry for entry in entries if entry.audience is Audience.CUSTOMER]
            problems += story.problems + reception_problems(received, shown)
        assert not problems, "\n".join(problems)

    async def stands(self, talk: Talk) -> tuple[ConversationState, str | None]:
        """Who answers, as committed now."""
        async with self.house.ledger.read() as tx:
            conversation = await tx.conversations.get(talk.id)
        assert conversation is not None
        holder = conversation.holder
        return conversation.state, self.name_of(holder.user) if holder else None

    async def epoch_of(self, talk: Talk) -> int:
        """The conversation's ownership number, as committed now."""
        async with self.house.ledger.read() as tx:
            conversation = await tx.conversations.get(talk.id)
        assert conversation is not None
        return conversation.epoch

    def _all_is_there(self, talk: Talk, entries: Sequence[Entry]) -> list[str]:
        """What was accepted has the number that its sender was told."""
        numbers = {entry.seq: entry.text for entry in entries}
        wanted = {**talk.said, **talk.ai_said}
        return [
            f"{one} was accepted as number {seq} and is not there"
            for one, seq in wanted.items()
            if seq and one not in numbers.get(seq, "")
        ]

    def _names(self) -> dict[str, str]:
        return {self.house.slack.user_id(name): name for name in (*TEAM, "gina")}

    def _channel(self) -> str:
        return self.house.slack.channel(CHANNEL).id

    def pick(self, talk: Talk, at: int) -> ThreadMessage | None:
        """One of the latest thread messages that still stand."""
        there = [one for one in talk.messages if one.is_there][-3:]
        return there[at % len(there)] if there else None
