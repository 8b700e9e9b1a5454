"""The AI never talks over a person: whoever takes over, at whatever moment, the AI's words stop there."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.ai import make_ai
from bot.ai.worker import AIWork
from bot.desk import jobs
from bot.desk.desk import Desk
from bot.desk.errors import AlreadyTaken
from bot.desk.timeline import Event
from storage.engine.database import Database
from storage.migrate import upgrade
from storage.records import Author, ConversationId, Customer, Entry, Job, Kind, Person, PersonId
from storage.transaction import Transaction
from tests.ai.fake_anthropic import FakeAnthropic

pytestmark = pytest.mark.both_databases

ANA = Person(PersonId("T1", "U1"), "Ana", None, may_act=True, fetched_at=datetime.now(UTC))
BEN = Person(PersonId("T1", "U2"), "Ben", None, may_act=True, fetched_at=datetime.now(UTC))


class Stepped(Awaitable[object]):
    """Runs a coroutine and, at its `at`-th suspension, lets something else happen first."""

    def __init__(
        self, work: Coroutine[Any, Any, object], at: int, meanwhile: Callable[[], Awaitable[object]]
    ) -> None:
        self._work = work
        self._at = at
        self._meanwhile = meanwhile
        self.suspensions = 0

    def __await__(self) -> Generator[Any, None, object]:
        steps = self._work.__await__()
        thrown: BaseException | None = None
        while True:
            try:
                waits_for = next(steps) if thrown is None else steps.throw(thrown)
            except StopIteration as end:
                return end.value
            self.suspensions += 1
            if self.suspensions == self._at:
                yield from self._meanwhile().__await__()
            thrown = None
            try:
                yield waits_for
            except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - it is the work's to handle
                thrown = error


class House:
    """A desk with an AI, without anybody else."""

    def __init__(self, database: Database, work: AIWork) -> None:
        self.database = database
        self.desk = Desk(database, ai_answers=True)
        self.work = work

    async def asked(self) -> tuple[ConversationId, Job]:
        """A customer asked something, and the AI's debt is claimed."""
        conversation, _ = await self.desk.start(
            channel="web", inbox=None, customer=Customer(), client_id=None
        )
        await self.desk.customer_says(conversation.id, "How long does shipping take?", client_id="1")
        return conversation.id, (await self.claim())[0]

    async def claim(self) -> Sequence[Job]:
        async def claim(tx: Transaction) -> Sequence[Job]:
            return await tx.outbox.claim(jobs.AI, limit=1, lease=timedelta(seconds=60))

        return await self.database.write(claim)

    async def ledger(self, conversation_id: ConversationId) -> Sequence[Entry]:
        async with self.database.read() as tx:
            return await tx.ledger.since(conversation_id)


@pytest.fixture
async def house(database_url: str, claude: FakeAnthropic) -> AsyncIterator[House]:
    database = Database(database_url)
    await upgrade(database)
    ai = make_ai("claude", api_key=claude.key, base_url=claude.url, deadline=5)
    desk = Desk(database, ai_answers=True)
    yield House(database, AIWork(ai, desk, quotes_only=False))
    await ai.close()
    await database.close()


@pytest.mark.parametrize("escalates", [False, True], ids=["answer", "escalation"])
async def test_a_take_over_at_any_await_silences_the_ai(
    house: House, claude: FakeAnthropic, escalates: bool
) -> None:
    at, reached = 0, True
    told = 0
    while reached:
        at += 1
        claude.escalate("cannot answer") if escalates else claude.say("Two to three days.")
        conversation_id, job = await house.asked()

        async def meanwhile(conversation_id: ConversationId = conversation_id) -> None:
            await house.desk.take_over(conversation_id, by=ANA)

        stepped = Stepped(house.work.answer(job), at, meanwhile)
        try:
            await asyncio.ensure_future(_run(stepped))
        except AlreadyTaken:
            pytest.fail("nobody else took it")
        reached = stepped.suspensions >= at
        claude.drop_script()
        entries = await house.ledger(conversation_id)
        if not reached:
            # The work was over before: the take over never came, and the answer or escalation stands.
            assert told > 0
            break
        taken = next(e.seq for e in entries if e.data.get("event") == Event.TAKEN_OVER)
        assert [e for e in entries if e.seq > taken and e.author is Author.AI] == []
        assert [e for e in entries if e.seq > taken and e.kind is Kind.MESSAGE] == []
        told += 1
        view = await house.desk.view(conversation_id)
        assert (view.conversation.state, view.conversation.holder) == ("teammate", ANA.id)
    # The request, its answer and the write; on PostgreSQL the reads too. Fewer would mean nothing was tried.
    assert at > 2


async def test_a_draft_that_came_too_late_shows_on_the_timeline(house: House, claude: FakeAnthropic) -> None:
    conversation_id, job = await house.asked()
    release = asyncio.Event()
    claude.say("Two to three days.", after=release)
    answering = asyncio.create_task(_run(house.work.answer(job)))
    await claude.arrived.wait()
    await house.desk.take_over(conversation_id, by=ANA)
    release.set()
    await answering
    entries = await house.ledger(conversation_id)
    assert [e.data.get("event") for e in entries][-1] == Event.DRAFT_DISCARDED
    assert "days" not in str(entries)


async def test_take_overs_race_answers_and_each_other(house: House, claude: FakeAnthropic) -> None:
    claude.say("Two to three days.", always=True)
    chance = random.Random(7)  # noqa: S311 - a schedule, not a secret

    async def race() -> None:
        conversation_id, job = await house.asked()

        async def press(by: Person) -> bool:
            for _ in range(chance.randrange(40)):
                await asyncio.sleep(0)
            try:
                await house.desk.take_over(conversation_id, by=by)
            except AlreadyTaken:
                return False
            return True

        _, *won = await asyncio.gather(_run(house.work.answer(job)), press(ANA), press(BEN))
        assert sorted(won) == [False, True]
        entries = await house.ledger(conversation_id)
        taken = [e.seq for e in entries if e.data.get("event") == Event.TAKEN_OVER]
        assert len(taken) == 1
        assert [e for e in entries if e.seq > taken[0] and e.author is Author.AI] == []
        assert [e.seq for e in entries] == list(range(1, len(entries) + 1))

    for _ in range(25):
        await race()


async def test_the_same_debt_claimed_twice_is_answered_once(house: House, claude: FakeAnthropic) -> None:
    claude.say("Two to three days.", always=True)
    conversation_id, job = await house.asked()
    await asyncio.gather(_run(house.work.answer(job)), _run(house.work.answer(job)))
    entries = await house.ledger(conversation_id)
    assert [e.author for e in entries] == [Author.CUSTOMER, Author.AI]


async def _run(work: Awaitable[object]) -> object:
    return await work
