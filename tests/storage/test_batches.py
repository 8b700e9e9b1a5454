"""Writes that share a transaction: each whole or not at all, whatever becomes of its neighbours."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import event, insert, update
from sqlalchemy.exc import IntegrityError

from storage.engine.database import Database
from storage.records import Author, ConversationId, Entry, Kind
from storage.schema import facts, outbox
from storage.transaction import LockHint, Transaction
from tests.databases import writing_engine
from tests.storage.conftest import started


class Refused(Exception):
    """A rule's own no."""


async def say(tx: Transaction, conversation: ConversationId, text: str) -> Entry:
    entry = await tx.ledger.add(conversation, Kind.MESSAGE, Author.CUSTOMER, text, source=text)
    await tx.outbox.owe("entry", conversation, topic="slack", lane=conversation, priority=1)
    return entry


async def ledger(database: Database, conversation: ConversationId) -> list[tuple[int, str]]:
    async with database.read() as tx:
        return [(entry.seq, entry.text) for entry in await tx.ledger.since(conversation)]


async def test_what_waits_together_is_committed_together(
    database: Database, conversation: ConversationId
) -> None:
    commits: list[object] = []
    engine = writing_engine(database)
    event.listen(engine, "commit", commits.append)
    hint = LockHint(conversation)
    await asyncio.gather(
        *(database.write(lambda tx, n=n: say(tx, conversation, f"m{n}"), lock_hint=hint) for n in range(50))  # type: ignore[misc]
    )
    assert await ledger(database, conversation) == [(n + 1, f"m{n}") for n in range(50)]
    # The first goes by itself; the others waited for it.
    assert len(commits) <= 3


async def test_one_that_refuses_leaves_no_trace_and_the_others_happen(
    database: Database, conversation: ConversationId
) -> None:
    async def refuses(tx: Transaction) -> None:
        await say(tx, conversation, "never said")
        raise Refused

    hint = LockHint(conversation)
    outcomes = await asyncio.gather(
        database.write(lambda tx: say(tx, conversation, "a"), lock_hint=hint),
        database.write(refuses, lock_hint=hint),
        database.write(lambda tx: say(tx, conversation, "b"), lock_hint=hint),
        return_exceptions=True,
    )
    assert isinstance(outcomes[1], Refused)
    assert await ledger(database, conversation) == [(1, "a"), (2, "b")]
    async with database.read() as tx:
        assert (await tx.outbox.counts())["open"] == 2


async def test_what_a_refusing_write_said_counts_as_not_said_for_its_neighbours(
    database: Database, conversation: ConversationId
) -> None:
    async def refuses(tx: Transaction) -> None:
        await say(tx, conversation, "hello")
        raise Refused

    async def says_once(tx: Transaction) -> bool:
        if await tx.ledger.by_source(conversation, "hello") is not None:
            return False
        await say(tx, conversation, "hello")
        return True

    hint = LockHint(conversation, source="hello")
    outcomes = await asyncio.gather(
        database.write(refuses, lock_hint=hint),
        database.write(says_once, lock_hint=hint),
        database.write(says_once, lock_hint=hint),
        return_exceptions=True,
    )
    assert list(outcomes[1:]) == [True, False]
    assert await ledger(database, conversation) == [(1, "hello")]


async def test_one_that_refuses_after_it_wrote_is_rolled_back_alone(
    database: Database, conversation: ConversationId
) -> None:
    async def refuses(tx: Transaction) -> None:
        await tx.key_values.keep("n", "1")
        raise Refused

    hint = LockHint(conversation)
    outcomes = await asyncio.gather(
        database.write(lambda tx: say(tx, conversation, "a"), lock_hint=hint),
        database.write(lambda tx: say(tx, conversation, "b"), lock_hint=hint),
        database.write(refuses, lock_hint=hint),
        database.write(lambda tx: say(tx, conversation, "c"), lock_hint=hint),
        return_exceptions=True,
    )
    assert isinstance(outcomes[2], Refused)
    assert [text for _, text in await ledger(database, conversation)] == ["a", "b", "c"]
    async with database.read() as tx:
        assert await tx.key_values.get("n") is None


async def test_one_that_breaks_a_constraint_breaks_nobody_elses(
    database: Database, conversation: ConversationId
) -> None:
    await database.write(lambda tx: tx.key_values.keep("n", "1"))

    async def breaks(tx: Transaction) -> None:
        await tx.connection.execute(insert(facts).values(name="n", value="2"))

    hint = LockHint(conversation)
    outcomes = await asyncio.gather(
        database.write(lambda tx: say(tx, conversation, "a"), lock_hint=hint),
        database.write(breaks, lock_hint=hint),
        database.write(lambda tx: say(tx, conversation, "b"), lock_hint=hint),
        return_exceptions=True,
    )
    assert isinstance(outcomes[1], IntegrityError)
    assert [text for _, text in await ledger(database, conversation)] == ["a", "b"]


async def test_conversations_do_not_wait_for_each_other_in_circles(database: Database, address: str) -> None:
    """Two processes whose batches hold the same conversations lock them in the same order."""
    conversations = [await started(database) for _ in range(6)]
    other = Database(address)

    async def talk(process: Database, name: str) -> None:
        for number in range(15):
            await asyncio.gather(
                *(
                    process.write(
                        lambda tx, one=one, n=number: say(tx, one, f"{name}{n}"),  # type: ignore[misc]
                        lock_hint=LockHint(one),
                    )
                    for one in (conversations if name == "a" else conversations[::-1])
                )
            )

    async with asyncio.timeout(20):
        await asyncio.gather(talk(database, "a"), talk(other, "b"))
    await other.close()
    for one in conversations:
        assert [seq for seq, _ in await ledger(database, one)] == list(range(1, 31))


class Rider:
    """Something that goes along."""

    def __init__(self, *, breaks: bool = False) -> None:
        self.breaks = breaks
        self.saw: list[set[str]] = []
        self.arrivals: list[bool] = []

    def __call__(self) -> Rider:
        return self

    async def go(self, tx: Transaction) -> None:
        self.saw.append(set(tx.topics))
        if self.breaks:
            await tx.connection.execute(update(outbox).values(state="nonsense"))

    def arrived(self, *, committed: bool) -> None:
        self.arrivals.append(committed)


@pytest.mark.parametrize("breaks", [False, True])
async def test_a_rider_sees_what_it_may_do_and_cannot_spoil_what_it_rides_with(
    database: Database, conversation: ConversationId, breaks: bool
) -> None:
    rider = Rider(breaks=breaks)
    database.riders.append(rider)
    await database.write(lambda tx: say(tx, conversation, "a"), lock_hint=LockHint(conversation))
    assert rider.saw == [{"slack"}]
    assert rider.arrivals == [not breaks]
    assert await ledger(database, conversation) == [(1, "a")]


async def test_what_is_pending_is_seen_by_whoever_looks(
    database: Database, conversation: ConversationId
) -> None:
    async def work(tx: Transaction) -> list[str]:
        await say(tx, conversation, "a")
        await say(tx, conversation, "b")
        return [entry.text for entry in await tx.ledger.latest_messages(conversation, 5)]

    assert await database.write(work) == ["a", "b"]
