"""The outbox: order within a lane, one claimer for each row, and no row that comes back from its end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from storage.engine.database import Database
from storage.outbox.claims import ClaimScope
from storage.records import ConversationId, Job
from storage.schema import outbox
from storage.transaction import Transaction
from tests.clocks import HandClock

LEASE = timedelta(seconds=30)


class Post:
    """The outbox of one conversation, in few words."""

    def __init__(self, database: Database, conversation: ConversationId) -> None:
        self.database = database
        self.conversation = conversation

    async def owe(
        self,
        kind: str,
        lane: str = "a",
        *,
        topic: str = "slack",
        priority: int = 1,
        channel: str | None = None,
        coalesce: str | None = None,
    ) -> None:
        await self.database.write(
            lambda tx: tx.outbox.owe(
                kind,
                self.conversation,
                topic=topic,
                lane=lane,
                priority=priority,
                channel=channel,
                coalesce=coalesce,
            )
        )

    async def claim(self, limit: int = 10, **how: object) -> list[Job]:
        async def work(tx: Transaction) -> list[Job]:
            return list(await tx.outbox.claim("slack", limit=limit, lease=LEASE, **how))  # type: ignore[arg-type]

        return await self.database.write(work)

    async def left_behind(self, *, by: Sequence[int] | None = None) -> None:
        """What a process had under way is abandoned; nothing lands 15 s after it was sent."""
        await self.database.write(lambda tx: tx.outbox.abandon(by=by, may_land_for=timedelta(seconds=15)))

    async def claim_one(self) -> Job:
        (job,) = await self.claim(1)
        return job

    async def kinds(self, limit: int = 10) -> list[str]:
        return [job.kind for job in await self.claim(limit)]

    async def finish(self, job: Job) -> bool:
        return await self.database.write(lambda tx: tx.outbox.finish(job))

    async def park(self, job: Job) -> bool:
        return await self.database.write(lambda tx: tx.outbox.park(job, error="never"))

    async def put_back(
        self,
        job: Job,
        *,
        after: float = 0,
        counts: bool = True,
        sent: bool = False,
        alone: bool = False,
    ) -> bool:
        return await self.database.write(
            lambda tx: tx.outbox.put_back(
                job,
                at=tx.now + timedelta(seconds=after),
                error="later",
                counts=counts,
                sent=sent,
                alone=alone,
            )
        )

    async def states(self) -> list[str]:
        async with self.database.read() as tx:
            return list(await tx.connection.scalars(select(outbox.c.state).order_by(outbox.c.id)))


@pytest.fixture
def post(database: Database, conversation: ConversationId) -> Post:
    return Post(database, conversation)


async def test_only_the_oldest_open_row_of_a_lane_can_be_claimed(post: Post) -> None:
    for kind in ("1", "2", "3"):
        await post.owe(kind)
    first = await post.claim_one()
    assert first.kind == "1"
    assert await post.claim() == []
    assert await post.finish(first)
    second = await post.claim_one()
    await post.park(second)
    assert await post.kinds() == ["3"]


@pytest.mark.parametrize("sent", [False, True])
async def test_a_row_that_was_put_back_still_blocks_its_lane(
    post: Post, clock: HandClock, sent: bool
) -> None:
    await post.owe("1")
    await post.owe("2")
    await post.put_back(await post.claim_one(), after=10, sent=sent)
    assert await post.claim() == []
    clock.forward(seconds=11)
    assert await post.kinds() == ["1"]


async def test_lanes_go_side_by_side_and_the_most_urgent_first(post: Post) -> None:
    await post.owe("slow", "a", priority=3)
    await post.owe("urgent", "b", priority=0)
    await post.owe("urgent behind", "b", priority=0)
    await post.owe("middle", "c", priority=1)
    await post.owe("another topic", "d", topic="ai", priority=0)
    assert await post.kinds(2) == ["urgent", "middle"]
    assert await post.kinds() == ["slow"]


async def test_a_place_that_is_shut_holds_its_lanes_and_no_other(post: Post) -> None:
    await post.owe("closed", "a")
    await post.owe("open", "a")
    await post.owe("open", "b")
    await post.owe("closed", "c", channel="C2")
    claimed = await post.claim(shut=[ClaimScope(("closed",), (None,))])
    assert [job.lane for job in claimed] == ["b", "c"]


@pytest.mark.parametrize(
    ("among", "lanes"),
    [
        (ClaimScope(("post",)), ["a", "b"]),
        (ClaimScope(("post",), (None, "C1")), ["a"]),
        (ClaimScope(("post",), ("C2",)), ["b"]),
        (ClaimScope(except_kinds=("post",)), ["c"]),
        (ClaimScope(channels=(None,)), ["a", "c"]),
    ],
)
async def test_a_claim_can_keep_to_one_place(post: Post, among: ClaimScope, lanes: list[str]) -> None:
    await post.owe("post", "a")
    await post.owe("post", "b", channel="C2")
    await post.owe("mark", "c")
    assert [job.lane for job in await post.claim(among=among)] == lanes


async def test_rows_of_a_lane_travel_together_up_to_the_first_that_does_not(post: Post) -> None:
    for kind in ("entry", "entry", "entry", "card", "entry"):
        await post.owe(kind)
    together = {"entry": 10}
    (job,) = await post.claim(together=together)
    assert len(job.items) == 3
    assert await post.claim(together=together) == []
    assert await post.finish(job)
    (card,) = await post.claim(together=together)
    assert (card.kind, len(card.items)) == ("card", 1)
    assert await post.states() == ["done", "done", "done", "sending", "ready"]


async def test_no_more_travel_together_than_is_said(post: Post) -> None:
    for _ in range(5):
        await post.owe("entry")
        await post.owe("entry", "b")
    jobs = await post.claim(together={"entry": 3})
    assert [(job.lane, len(job.items)) for job in jobs] == [("a", 3), ("b", 3)]


async def test_what_may_be_sent_stays_together_and_takes_nobody_new_along(
    post: Post, clock: HandClock
) -> None:
    together = {"entry": 10}
    await post.owe("entry")
    await post.owe("entry")
    (first,) = await post.claim(together=together)
    assert await post.put_back(first, sent=True)
    await post.owe("entry")
    (again,) = await post.claim(together=together)
    assert [item.id for item in again.items] == [item.id for item in first.items]
    assert again.key == first.key
    assert await post.finish(again)
    assert await post.states() == ["done", "done", "ready"]


async def test_the_abandoned_stay_together_too(post: Post, clock: HandClock) -> None:
    together = {"entry": 10}
    await post.owe("entry")
    await post.owe("entry")
    (zombie,) = await post.claim(together=together)
    await post.owe("entry")
    clock.forward(seconds=31)
    (holder,) = await post.claim(together=together)
    assert len(holder.items) == 2
    assert holder.maybe_sent is not None
    assert not await post.finish(zombie)
    assert await post.states() == ["sending", "sending", "ready"]


async def test_what_an_earlier_try_may_have_sent_stays_together_when_a_later_one_is_refused(
    post: Post, clock: HandClock
) -> None:
    together = {"entry": 10}
    for _ in range(3):
        await post.owe("entry")
    await post.claim(together=together)
    clock.forward(seconds=31)
    (again,) = await post.claim(together=together)
    await post.put_back(again, counts=False)
    (later,) = await post.claim(together=together)
    assert len(later.items) == 3
    assert later.maybe_sent is not None


async def test_what_was_surely_not_sent_may_take_others_along_the_next_time(post: Post) -> None:
    together = {"entry": 10}
    await post.owe("entry")
    await post.owe("entry")
    (first,) = await post.claim(together=together)
    await post.owe("entry")
    assert await post.put_back(first)
    (again,) = await post.claim(together=together)
    assert len(again.items) == 3
    assert again.maybe_sent is None


async def test_what_is_to_go_alone_goes_alone(post: Post) -> None:
    together = {"entry": 10}
    for _ in range(3):
        await post.owe("entry")
    (first,) = await post.claim(together=together)
    await post.put_back(first, alone=True)
    for item in first.items:
        (one,) = await post.claim(together=together)
        assert [one.id for one in one.items] == [item.id]
        await post.finish(one)


async def test_a_lane_that_is_in_a_hurry_goes_before_what_was_as_urgent(post: Post) -> None:
    await post.owe("1", "a", priority=2)
    await post.owe("2", "b", priority=2)
    await post.owe("3", "b", priority=0)
    await post.database.write(lambda tx: tx.outbox.hurry("b", 1))
    assert await post.kinds() == ["2", "1"]


async def test_a_cancelled_lane_tells_what_it_held_in_order_and_is_empty(post: Post) -> None:
    for kind in ("1", "2", "3"):
        await post.owe(kind)
    await post.finish(await post.claim_one())
    await post.claim_one()
    held = await post.database.write(lambda tx: tx.outbox.cancel_lane("a"))
    assert [kind for kind, _ in held] == ["2", "3"]
    assert await post.states() == ["done", "cancelled", "cancelled"]
    assert await post.claim() == []


async def test_a_first_try_that_the_dead_left_behind_can_be_taken_at_once(post: Post) -> None:
    await post.owe("1")
    await post.claim_one()
    assert await post.claim() == []
    await post.left_behind()
    assert (await post.claim_one()).maybe_sent is not None


@pytest.mark.parametrize("which", ["a second try", "an old first try"])
async def test_another_try_that_the_dead_left_behind_waits_until_it_cannot_land_any_more(
    post: Post, clock: HandClock, which: str
) -> None:
    await post.owe("1")
    await post.claim_one()
    if which == "a second try":
        clock.forward(seconds=31)
        await post.claim_one()
    clock.forward(seconds=20)
    await post.left_behind()
    clock.forward(seconds=15)
    # Sooner than the lease of a first try ends, and later than that of a second.
    assert await post.claim() == []
    clock.forward(seconds=1)
    assert (await post.claim_one()).maybe_sent is not None


async def test_what_others_have_under_way_is_not_left_behind(post: Post) -> None:
    await post.owe("1")
    await post.claim_one()
    await post.left_behind(by=[post.database.process + 1])
    assert await post.claim() == []
    await post.left_behind(by=[post.database.process])
    assert len(await post.claim()) == 1


async def test_rows_done_long_ago_are_forgotten_and_no_others(post: Post, clock: HandClock) -> None:
    for lane in "abcd":
        await post.owe("1", lane)
    one, other, two, _three = await post.claim()
    await post.finish(one)
    await post.finish(other)
    clock.forward(days=2)
    await post.finish(two)
    left = [
        await post.database.write(
            lambda tx: tx.outbox.forget_done(before=tx.now - timedelta(days=1), limit=1)
        )
        for _ in range(3)
    ]
    assert left == [True, True, False]
    assert await post.states() == ["done", "sending"]


async def test_several_claimers_at_once_never_share_a_row_and_never_pass_a_lanes_head(post: Post) -> None:
    for number in range(30):
        await post.owe(str(number), f"lane {number % 10}")
    done: list[Job] = []

    async def work() -> None:
        while len(done) < 30:
            claimed = await post.claim(3)
            done.extend(claimed)
            for job in claimed:
                assert await post.finish(job)

    async with asyncio.timeout(20):
        await asyncio.gather(*(work() for _ in range(6)))
    assert sorted(int(job.kind) for job in done) == list(range(30))
    for lane in range(10):
        in_order = [int(job.kind) for job in done if job.lane == f"lane {lane}"]
        assert in_order == [lane, lane + 10, lane + 20]


async def test_an_abandoned_row_is_claimed_again_and_says_that_it_may_be_sent(
    post: Post, clock: HandClock
) -> None:
    await post.owe("1")
    first = await post.claim_one()
    began = clock.now
    clock.forward(seconds=30)
    assert await post.claim() == []
    clock.forward(seconds=1)
    again = await post.claim_one()
    assert (first.maybe_sent, again.maybe_sent) == (None, began)
    assert (again.id, again.key, again.attempts, again.fence) == (first.id, first.key, 2, first.fence + 1)
    clock.forward(seconds=31)
    assert (await post.claim_one()).maybe_sent == began


@pytest.mark.parametrize("deed", ["finish", "park", "put back"])
async def test_a_claim_that_ran_out_can_settle_nothing(post: Post, clock: HandClock, deed: str) -> None:
    await post.owe("1")
    zombie = await post.claim_one()
    clock.forward(seconds=31)
    holder = await post.claim_one()
    deeds = {"finish": post.finish, "park": post.park, "put back": post.put_back}
    assert not await deeds[deed](zombie)
    assert await post.states() == ["sending"]
    assert await post.finish(holder)
    assert not await deeds[deed](zombie)
    assert await post.states() == ["done"]


@pytest.mark.parametrize("counts", [False, True])
@pytest.mark.parametrize("sent", [False, True])
async def test_put_back_remembers_what_counts_and_what_may_be_sent(
    post: Post, clock: HandClock, counts: bool, sent: bool
) -> None:
    await post.owe("1")
    began = clock.now
    await post.put_back(await post.claim_one(), after=5, counts=counts, sent=sent)
    assert await post.states() == ["unknown" if sent else "ready"]
    clock.forward(seconds=6)
    again = await post.claim_one()
    assert again.attempts == (2 if counts else 1)
    assert again.maybe_sent == (began if sent else None)


async def test_a_look_that_did_nothing_does_not_forget_that_an_earlier_try_may_have(
    post: Post, clock: HandClock
) -> None:
    await post.owe("1")
    began = clock.now
    await post.put_back(await post.claim_one(), sent=True)
    clock.forward(seconds=5)
    await post.put_back(await post.claim_one(), sent=False, counts=False)
    assert (await post.claim_one()).maybe_sent == began


async def test_of_equal_rows_one_is_ready_and_the_most_urgent_asker_decides_how_soon(
    post: Post, clock: HandClock
) -> None:
    await post.owe("other", "b", priority=1)
    for priority in (3, 0, 2):
        await post.owe("refresh", "a", priority=priority, coalesce="card")
    assert await post.states() == ["ready", "ready"]
    claimed = await post.claim()
    assert [job.kind for job in claimed] == ["refresh", "other"]
    # What is asked for while one is on its way may not be in it: another one waits.
    await post.owe("refresh", "a", coalesce="card")
    await post.owe("refresh", "a", coalesce="card")
    assert await post.states() == ["sending", "sending", "ready"]
    assert await post.put_back(claimed[0])
    assert await post.states() == ["sending", "ready", "ready"] or await post.states() == [
        "ready",
        "sending",
        "ready",
    ]


async def test_concurrent_askers_leave_one_ready_row(post: Post) -> None:
    await asyncio.gather(*(post.owe("refresh", coalesce="card") for _ in range(10)))
    assert await post.states() == ["ready"]


@pytest.mark.parametrize("end", ["done", "parked", "cancelled"])
async def test_an_ended_row_never_opens_again(post: Post, clock: HandClock, end: str) -> None:
    await post.owe("1", coalesce="x")
    if end == "cancelled":
        await post.database.write(lambda tx: tx.outbox.cancel_lane("a"))
    else:
        job = await post.claim_one()
        assert await (post.finish if end == "done" else post.park)(job)
        for deed in (post.finish, post.park, post.put_back):
            assert not await deed(job)
    clock.forward(days=1)
    await post.owe("1", coalesce="x")
    assert await post.states() == [end, "ready"]
    await post.database.write(lambda tx: tx.outbox.cancel_lane("a"))
    assert await post.states() == [end, "cancelled"]
    assert await post.claim() == []


async def test_counts_tell_open_from_parked(post: Post) -> None:
    for lane in "abc":
        await post.owe("1", lane)
    one, two, _three = await post.claim()
    await post.finish(one)
    await post.park(two)
    async with post.database.read() as tx:
        assert await tx.outbox.counts() == {"open": 1, "parked": 1}


async def test_an_error_text_of_any_length_is_kept_within_its_column(post: Post) -> None:
    await post.owe("1")
    job = await post.claim_one()
    await post.database.write(lambda tx: tx.outbox.park(job, error="e" * 5000))
    assert await post.states() == ["parked"]


async def test_a_rolled_back_transaction_owes_nothing(post: Post) -> None:
    async def broken(tx: Transaction) -> None:
        await tx.outbox.owe("1", post.conversation, topic="slack", lane="a", priority=1)
        await tx.connection.execute(update(outbox).values(state="nonsense"))

    with pytest.raises(Exception, match="ck_outbox_state"):
        await post.database.write(broken)
    assert await post.states() == []


async def test_a_row_that_was_tried_for_weeks_is_tried_on(post: Post) -> None:
    await post.owe("entry")
    await post.database.write(lambda tx: tx.connection.execute(update(outbox).values(attempts=32_767)))
    assert await post.kinds() == ["entry"]
