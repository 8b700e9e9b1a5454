"""The outbox worker: order in a lane, lanes side by side, and what it does with every outcome.

The performers are the network's edge: each call is noted and answered by the test. The clock stands still
until a test moves it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, select, text

from bot.notifier import Notifier
from bot.outbox.outcome import (
    DeadLettered,
    Done,
    Indeterminate,
    NotYet,
    Outcome,
    Part,
    Throttled,
    prepared,
)
from bot.outbox.pace import Limit, Pace
from bot.outbox.worker import MAX_DEFECTS, OutboxWorker
from storage.engine.database import Database
from storage.outbox.rate_limits import Rate
from storage.records import ConversationId, Job
from storage.schema import outbox
from storage.transaction import LockHint, Transaction
from tests.clocks import HandClock

TOPIC = "slack"
SECOND = timedelta(seconds=1)


class Road:
    """An outbox, a outbox worker, and the other side as the test plays it."""

    def __init__(self, database: Database, conversation: ConversationId, clock: HandClock) -> None:
        self.database = database
        self.conversation = conversation
        self.clock = clock
        self.notifier = Notifier()
        database.on_commit.append(self.notifier.after_commit)
        self.calls: list[Job] = []
        self.under_way = 0
        self.most_under_way = 0
        self.answers: deque[Outcome | Part | Exception] = deque()
        self.gate: asyncio.Event | None = None
        self._changed = asyncio.Condition()

    async def owe(
        self,
        name: str,
        lane: str = "a",
        *,
        kind: str = "post",
        priority: int = 1,
        channel: str | None = None,
    ) -> None:
        await self.database.write(
            lambda tx: tx.outbox.owe(
                kind,
                self.conversation,
                topic=TOPIC,
                lane=lane,
                priority=priority,
                channel=channel,
                payload={"name": name},
            )
        )

    async def perform(self, job: Job) -> Outcome | Part:
        self.calls.append(job)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        await self._note()
        try:
            if self.gate is not None:
                await self.gate.wait()
            answer = self.answers.popleft() if self.answers else Done()
            if isinstance(answer, Exception):
                raise answer
            return answer
        finally:
            self.under_way -= 1

    async def _note(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def called(self, times: int) -> None:
        """Wait until the performers were called so often."""
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(lambda: len(self.calls) >= times)

    async def states(self) -> list[str]:
        async with self.database.read() as tx:
            return list(await tx.connection.scalars(select(outbox.c.state).order_by(outbox.c.id)))

    async def settled(self, *states: str) -> None:
        """Wait until the rows, in order, are in these states."""
        with self.notifier.listening(TOPIC) as listener:
            async with asyncio.timeout(10):
                while await self.states() != list(states):
                    await listener.heard(timeout=0.05)

    async def tried(self, times: int) -> None:
        """Wait until the oldest row was tried so often and is at rest."""
        oldest = select(outbox.c.attempts, outbox.c.state).order_by(outbox.c.id).limit(1)
        with self.notifier.listening(TOPIC) as listener:
            async with asyncio.timeout(10):
                while True:
                    async with self.database.read() as tx:
                        row = (await tx.connection.execute(oldest)).one()
                    if row.attempts == times and row.state != "sending":
                        return
                    await listener.heard(timeout=0.05)

    async def renamed(self, name: str, new: str) -> None:
        """Take a table away, or bring it back."""
        statement = text(f"ALTER TABLE {name} RENAME TO {new}")
        await self.database.alter(lambda connection: connection.execute(statement))

    async def forward(self, seconds: float) -> None:
        self.clock.forward(seconds=seconds)
        self.notifier.ring(TOPIC)

    @property
    def names(self) -> list[str]:
        return [job.payload["name"] for job in self.calls]

    def worker(
        self,
        *,
        kinds: tuple[str, ...] = ("post",),
        limits: Mapping[str, Limit] | None = None,
        method_of: Mapping[str, str] | None = None,
        workers: int = 16,
        lease: timedelta = 30 * SECOND,
        together: Mapping[str, int] | None = None,
    ) -> OutboxWorker:
        return OutboxWorker(
            TOPIC,
            prepared(dict.fromkeys(kinds, self.perform)),
            database=self.database,
            notifier=self.notifier,
            pace=Pace(method_of or {kind: kind for kind in kinds}, limits or {}),
            workers=workers,
            lease=lease,
            together=together,
        )

    @asynccontextmanager
    async def carrying(self, *workers: OutboxWorker) -> AsyncIterator[None]:
        running = [asyncio.create_task(worker.run()) for worker in workers or (self.worker(),)]
        try:
            yield
        finally:
            for worker in workers:
                worker.stop()
            if self.gate is not None:
                self.gate.set()
            for task in running:
                if not workers:
                    task.cancel()
            await asyncio.wait(running, timeout=10)


@pytest.fixture
def road(database: Database, conversation: ConversationId, clock: HandClock) -> Road:
    return Road(database, conversation, clock)


async def test_a_lane_is_carried_in_the_order_it_was_committed(road: Road) -> None:
    for number in range(6):
        await road.owe(str(number))
    worker = road.worker()
    async with road.carrying(worker):
        await road.settled(*["done"] * 6)
    assert road.names == list("012345")
    assert road.most_under_way == 1


async def test_lanes_are_carried_side_by_side_and_one_that_hangs_holds_up_no_other(road: Road) -> None:
    road.gate = asyncio.Event()
    for lane in "abc":
        await road.owe(lane, lane)
        await road.owe(lane * 2, lane)
    worker = road.worker()
    async with road.carrying(worker):
        await road.called(3)
        assert sorted(road.names) == ["a", "b", "c"]
        assert road.most_under_way == 3
        road.gate.set()
        await road.settled(*["done"] * 6)


async def test_no_more_is_under_way_than_there_are_workers(road: Road) -> None:
    for number in range(9):
        await road.owe(str(number), f"lane {number}")
    worker = road.worker(workers=2)
    async with road.carrying(worker):
        await road.settled(*["done"] * 9)
    assert road.most_under_way <= 2


async def test_the_most_urgent_lane_goes_first_and_order_within_it_stays(road: Road) -> None:
    await road.owe("card", "card", priority=3)
    await road.owe("with the ai", "thread", priority=2)
    await road.owe("urgent, but behind it", "thread", priority=0)
    await road.owe("feedback", "mark", priority=0)
    await road.owe("held by people", "other", priority=1)
    worker = road.worker(workers=1)
    async with road.carrying(worker):
        await road.settled(*["done"] * 5)
    # Once its lane's head is gone the urgent row goes before the card.
    assert road.names == ["feedback", "held by people", "with the ai", "urgent, but behind it", "card"]


async def test_throttled_holds_the_whole_method_and_burns_no_attempt(road: Road) -> None:
    road.answers.append(Throttled(10 * SECOND, "ratelimited"))
    await road.owe("first", "a")
    worker = road.worker(
        kinds=("post", "card", "mark"),
        method_of={"post": "chat.postMessage", "card": "chat.postMessage", "mark": "reactions.add"},
    )
    async with road.carrying(worker):
        await road.called(1)
        await road.settled("ready")
        await road.owe("same method", "b", kind="card")
        await road.owe("another method", "c", kind="mark")
        await road.called(2)
        await road.settled("ready", "ready", "done")
        await road.forward(9)
        await road.owe("marker of time", "d", kind="mark")
        await road.settled("ready", "ready", "done", "done")
        await road.forward(2)
        await road.settled(*["done"] * 4)
    assert road.names[:3] == ["first", "another method", "marker of time"]
    assert sorted(road.names[3:]) == ["first", "same method"]
    again = next(job for job in road.calls[3:] if job.payload["name"] == "first")
    assert (again.attempts, again.maybe_sent) == (1, None)


async def test_unknown_is_looked_at_again_under_the_same_key_before_its_lane_goes_on(road: Road) -> None:
    road.answers.append(Indeterminate(2 * SECOND, "no answer"))
    await road.owe("first")
    await road.owe("second")
    began = road.clock.now
    worker = road.worker()
    async with road.carrying(worker):
        await road.settled("unknown", "ready")
        await road.forward(3)
        await road.settled("done", "done")
    assert road.names == ["first", "first", "second"]
    first, again, second = road.calls
    assert (first.key, first.maybe_sent) == (again.key, None)
    assert (again.maybe_sent, again.attempts) == (began, 2)
    assert second.maybe_sent is None


async def test_a_parked_row_lets_its_lane_go_on(road: Road, caplog: pytest.LogCaptureFixture) -> None:
    road.answers.append(DeadLettered("invalid_blocks"))
    await road.owe("first")
    await road.owe("second")
    worker = road.worker()
    async with road.carrying(worker):
        await road.settled("parked", "done")
    assert road.names == ["first", "second"]
    assert f"conversation {road.conversation} is given up: invalid_blocks" in caplog.text


async def test_the_effect_of_what_is_done_is_written_with_it(road: Road) -> None:
    async def effect(tx: Transaction) -> None:
        await tx.key_values.keep("placed", "1.0")

    road.answers.append(Done(effect))
    await road.owe("card")
    worker = road.worker()
    async with road.carrying(worker):
        await road.settled("done")
    async with road.database.read() as tx:
        assert await tx.key_values.get("placed") == "1.0"


async def test_an_effect_that_fails_leaves_the_row_open_to_be_looked_at_again(road: Road) -> None:
    async def broken(tx: Transaction) -> None:
        await tx.connection.execute(outbox.update().values(state="nonsense"))

    road.answers.append(Done(broken))
    await road.owe("card")
    worker = road.worker()
    async with road.carrying(worker):
        await road.called(1)
        await road.forward(31)
        await road.settled("done")
    assert road.calls[1].maybe_sent is not None


async def test_a_performer_that_raises_may_have_done_its_work_and_stops_nobody_else(
    road: Road, caplog: pytest.LogCaptureFixture
) -> None:
    road.answers.append(ValueError("a defect"))
    await road.owe("broken", "a")
    worker = road.worker(workers=1)
    async with road.carrying(worker):
        await road.settled("unknown")
        await road.owe("fine", "b")
        await road.settled("unknown", "done")
        await road.forward(6)
        await road.settled("done", "done")
    assert road.calls[-1].maybe_sent is not None
    assert "broke off" in caplog.text


@pytest.mark.parametrize("kind", ["post", "of a newer version"])
async def test_a_defect_is_tried_a_few_times_and_then_its_lane_goes_on(road: Road, kind: str) -> None:
    road.answers.extend([ValueError("a defect")] * (MAX_DEFECTS if kind == "post" else 0))
    await road.owe("broken", kind=kind)
    await road.owe("fine")
    worker = road.worker()
    async with road.carrying(worker):
        for tries in range(1, MAX_DEFECTS):
            await road.tried(tries)
            await road.settled("unknown", "ready")
            await road.forward(6)
        await road.settled("parked", "done")


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (NotYet(SECOND, "closed"), "ready"),
        (Throttled(SECOND, "ratelimited"), "ready"),
        (Indeterminate(SECOND, "no answer"), "unknown"),
    ],
)
async def test_an_outage_of_any_length_loses_nothing_and_reorders_nothing(
    road: Road, outcome: Outcome, state: str
) -> None:
    road.answers.extend([outcome] * 12)
    await road.owe("first")
    await road.owe("second")
    worker = road.worker()
    async with road.carrying(worker):
        for tried in range(1, 13):
            await road.called(tried)
            await road.settled(state, "ready")
            await road.forward(2)
        await road.settled("done", "done")
    assert road.names == ["first"] * 13 + ["second"]


async def test_stopping_finishes_what_is_under_way_and_claims_nothing_more(road: Road) -> None:
    road.gate = asyncio.Event()
    await road.owe("first", "a")
    worker = road.worker()
    running = asyncio.create_task(worker.run())
    await road.called(1)
    worker.stop()
    await road.owe("second", "a")
    await road.owe("other", "b")
    for _ in range(20):
        await asyncio.sleep(0)
    assert not running.done()
    road.gate.set()
    async with asyncio.timeout(10):
        await running
    assert road.names == ["first"]
    assert await road.states() == ["done", "ready", "ready"]


async def test_a_performer_slower_than_its_lease_cannot_finish_what_another_took_over(road: Road) -> None:
    road.gate = asyncio.Event()
    effects: list[str] = []

    def effect(name: str) -> Callable[[Transaction], Awaitable[object]]:
        async def work(tx: Transaction) -> None:
            effects.append(name)

        return work

    road.answers.extend([Done(effect("one")), Done(effect("two"))])
    await road.owe("first")
    await road.owe("second")
    worker = road.worker()
    async with road.carrying(worker):
        await road.called(1)
        await road.forward(31)
        await road.called(2)
        assert road.names == ["first", "first"]
        assert road.calls[1].maybe_sent is not None
        road.gate.set()
        await road.settled("done", "done")
    assert len(effects) == 1
    assert road.names == ["first", "first", "second"]


async def test_two_couriers_share_the_work_and_double_none_of_it(road: Road) -> None:
    for number in range(24):
        await road.owe(str(number), f"lane {number % 6}")
    workers = [road.worker(workers=3), road.worker(workers=3)]
    async with road.carrying(*workers):
        await road.settled(*["done"] * 24)
    assert sorted(map(int, road.names)) == list(range(24))
    for lane in range(6):
        numbers = [int(name) for name in road.names if int(name) % 6 == lane]
        assert numbers == sorted(numbers)


async def test_paced_calls_keep_their_distance(road: Road) -> None:
    for number in range(3):
        await road.owe(str(number), f"lane {number}")
    worker = road.worker(limits={"post": Limit(Rate(1))})
    async with road.carrying(worker):
        for number in range(1, 4):
            await road.settled(*["done"] * number, *["ready"] * (3 - number))
            assert len(road.calls) == number
            await road.forward(1)


async def test_a_database_that_is_away_for_a_while_stops_no_courier(
    road: Road, caplog: pytest.LogCaptureFixture
) -> None:
    await road.renamed("outbox", "outbox_away")
    worker = road.worker()
    async with road.carrying(worker):
        with road.notifier.listening("nothing") as listener:
            async with asyncio.timeout(10):
                while "cannot read the outbox" not in caplog.text:
                    await listener.heard(timeout=0.02)
        await road.renamed("outbox_away", "outbox")
        await road.owe("first")
        await road.settled("done")


async def test_rows_that_wait_in_a_lane_travel_in_one_call(road: Road) -> None:
    for number in range(5):
        await road.owe(str(number))
    worker = road.worker(together={"post": 3})
    async with road.carrying(worker):
        await road.settled(*["done"] * 5)
    carried = [[item.payload["name"] for item in job.items] for job in road.calls]
    assert carried == [["0", "1", "2"], ["3", "4"]]


async def test_what_did_not_fit_into_the_call_goes_next_and_was_never_sent(road: Road) -> None:
    road.answers.append(Part(Indeterminate(2 * SECOND, "no answer"), carried=2))
    for number in range(4):
        await road.owe(str(number))
    worker = road.worker(together={"post": 10})
    async with road.carrying(worker):
        await road.settled("unknown", "unknown", "ready", "ready")
        await road.forward(3)
        await road.settled(*["done"] * 4)
    carried = [[item.payload["name"] for item in job.items] for job in road.calls]
    assert carried == [["0", "1", "2", "3"], ["0", "1"], ["2", "3"]]
    assert [job.maybe_sent is not None for job in road.calls] == [False, True, False]


async def test_of_rows_that_were_refused_together_only_the_one_to_blame_is_given_up(road: Road) -> None:
    road.answers.extend([DeadLettered("invalid_blocks"), Done(), DeadLettered("invalid_blocks"), Done()])
    for number in range(3):
        await road.owe(str(number))
    worker = road.worker(together={"post": 10})
    async with road.carrying(worker):
        await road.settled("done", "parked", "done")
    assert [len(job.items) for job in road.calls] == [3, 1, 1, 1]


async def test_what_is_owed_is_claimed_with_its_own_commit(road: Road) -> None:
    worker = road.worker()
    commits: list[None] = []
    async with road.carrying(worker):
        await road.owe("first")
        await road.settled("done")
        engine = (
            road.database._writer.engine if road.database.is_sqlite else road.database._writing.sync_engine
        )
        event.listen(engine, "commit", lambda _connection: commits.append(None))
        await road.database.write(
            lambda tx: tx.outbox.owe(
                "post", road.conversation, topic=TOPIC, lane="a", priority=1, payload={"name": "second"}
            ),
            lock_hint=LockHint(),
        )
        assert await road.states() == ["done", "sending"] or await road.states() == ["done", "done"]
        await road.settled("done", "done")
    # One for what is owed and its claim, one for the outcome; a look of its own may fall in between.
    assert len(commits) <= 3


async def test_what_may_go_only_later_is_claimed_when_its_rate_allows(road: Road) -> None:
    for number in range(4):
        await road.owe(str(number), f"lane {number}")
    worker = road.worker(limits={"post": Limit(Rate(2, burst=2))})
    async with road.carrying(worker):
        await road.settled("done", "done", "ready", "ready")
        await road.forward(2)
        await road.settled("done", "done", "done", "ready")
        await road.forward(2)
        await road.settled(*["done"] * 4)


async def test_rates_are_kept_for_each_channel(road: Road) -> None:
    for number in range(2):
        for channel in (None, "C2"):
            await road.owe(f"{channel} {number}", f"lane {channel} {number}", channel=channel)
    worker = road.worker(limits={"post": Limit(Rate(1), each_channel=True)})
    async with road.carrying(worker):
        await road.settled("done", "done", "ready", "ready")
        await road.forward(1)
        await road.settled(*["done"] * 4)
    assert sorted(road.names[:2]) == ["C2 0", "None 0"]


async def test_a_throttled_channel_holds_no_other(road: Road) -> None:
    road.answers.append(Throttled(10 * SECOND, "ratelimited"))
    await road.owe("first", "a", channel="C2")
    worker = road.worker()
    async with road.carrying(worker):
        await road.called(1)
        await road.settled("ready")
        await road.owe("same channel", "b", channel="C2")
        await road.owe("another", "c")
        await road.settled("ready", "ready", "done")
        await road.forward(11)
        await road.settled(*["done"] * 3)


async def test_while_nothing_may_go_nobody_looks_again_and_again(road: Road) -> None:
    for number in range(3):
        await road.owe(str(number), f"lane {number}")
    worker = road.worker(limits={"post": Limit(Rate(1))})
    begun: list[None] = []
    async with road.carrying(worker):
        await road.settled("done", "ready", "ready")
        engine = (
            road.database._writer.engine if road.database.is_sqlite else road.database._writing.sync_engine
        )
        await road.states()
        event.listen(engine, "begin", lambda _connection: begun.append(None))
        for _ in range(40):
            await road.states()
    # The outbox worker itself looks once a second.
    assert len(begun) <= 3


async def test_what_never_fitted_is_not_looked_for_like_what_may_be_sent(road: Road) -> None:
    road.answers.extend([Indeterminate(2 * SECOND, "no answer"), Part(Done(), carried=1)])
    for number in range(4):
        await road.owe(str(number))
    worker = road.worker(together={"post": 10})
    async with road.carrying(worker):
        await road.settled(*["unknown"] * 4)
        await road.forward(3)
        await road.settled(*["done"] * 4)
    carried = [[item.payload["name"] for item in job.items] for job in road.calls]
    assert carried == [["0", "1", "2", "3"], ["0", "1", "2", "3"], ["1", "2", "3"]]
    assert [job.maybe_sent is not None for job in road.calls] == [False, True, False]
