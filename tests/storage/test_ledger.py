"""The ledger numbers without gaps, says each thing once, and never mixes conversations."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import IntegrityError

from storage.engine.database import Database
from storage.records import Audience, Author, ConversationId, Entry, Kind, Person, PersonId
from storage.transaction import Transaction
from tests.storage.conftest import started

ANA = Person(PersonId("T1", "U1"), "Ana", None, may_act=True, fetched_at=datetime(2026, 1, 1, tzinfo=UTC))


async def say(
    database: Database, conversation: ConversationId, text: str, *, source: str | None = None
) -> Entry:
    async def work(tx: Transaction) -> Entry:
        await tx.conversations.lock(conversation)
        return await tx.ledger.add(conversation, Kind.MESSAGE, Author.CUSTOMER, text, source=source)

    return await database.write(work)


async def test_concurrent_writers_number_without_gaps_or_doubles(
    database: Database, conversation: ConversationId
) -> None:
    other = await started(database)
    written = await asyncio.gather(
        *(say(database, conversation if n % 3 else other, str(n)) for n in range(60))
    )
    assert sorted(e.seq for e in written if e.conversation_id == conversation) == list(range(1, 41))
    assert sorted(e.seq for e in written if e.conversation_id == other) == list(range(1, 21))
    async with database.read() as tx:
        found = await tx.conversations.get(conversation)
        assert found is not None
        assert found.last_seq == 40
        assert [entry.seq for entry in await tx.ledger.since(conversation)] == list(range(1, 41))


async def test_a_write_that_failed_leaves_no_gap(database: Database, conversation: ConversationId) -> None:
    async def broken(tx: Transaction) -> None:
        await tx.ledger.add(conversation, Kind.MESSAGE, Author.CUSTOMER, "never")
        raise LookupError

    with pytest.raises(LookupError):
        await database.write(broken)
    assert (await say(database, conversation, "first")).seq == 1


async def test_a_source_is_written_once_in_a_conversation(
    database: Database, conversation: ConversationId
) -> None:
    await say(database, conversation, "hello", source="customer:1")
    with pytest.raises(IntegrityError):
        await say(database, conversation, "hello again", source="customer:1")
    await say(database, await started(database), "hello", source="customer:1")
    for _ in range(2):
        await say(database, conversation, "no source, no limit")
    async with database.read() as tx:
        found = await tx.ledger.by_source(conversation, "customer:1")
        assert found is not None
        assert found.text == "hello"
        assert await tx.ledger.by_source(conversation, "customer:2") is None


async def test_an_entry_comes_back_as_it_was_written(
    database: Database, conversation: ConversationId
) -> None:
    text = "naïve 👩🏽‍🚀 \u202eاختبار\u202c <@U1> \\ ' \" % :name $1 \t\r\n end"
    added = await database.write(
        lambda tx: tx.ledger.add(
            conversation,
            Kind.NOTE,
            Author.TEAMMATE,
            text,
            audience=Audience.TEAM,
            person=ANA,
            data={"target": 1, "words": "ü"},
            source="slack:T1/C1/1.0",
        )
    )
    async with database.read() as tx:
        assert await tx.ledger.get(conversation, added.seq) == added
    assert added.person == ANA.id


async def test_the_customers_view_has_no_entry_of_the_team(
    database: Database, conversation: ConversationId
) -> None:
    async def work(tx: Transaction) -> None:
        await tx.ledger.add(conversation, Kind.MESSAGE, Author.CUSTOMER, "seen")
        await tx.ledger.add(conversation, Kind.NOTE, Author.TEAMMATE, "unseen", audience=Audience.TEAM)
        await tx.ledger.add(conversation, Kind.SYSTEM, Author.SYSTEM, "unseen", audience=Audience.TEAM)
        await tx.ledger.add(conversation, Kind.MESSAGE, Author.AI, "seen too")

    await database.write(work)
    async with database.read() as tx:
        seen = await tx.ledger.since(conversation, 0, audience=Audience.CUSTOMER)
        assert [(entry.seq, entry.text) for entry in seen] == [(1, "seen"), (4, "seen too")]
        assert [e.seq for e in await tx.ledger.since(conversation, 1, limit=2)] == [2, 3]
        assert [e.text for e in await tx.ledger.latest_messages(conversation, 5)] == ["seen", "seen too"]


async def test_edits_and_retractions_are_found_by_their_message(
    database: Database, conversation: ConversationId
) -> None:
    async def work(tx: Transaction) -> None:
        for text in ("one", "two"):
            await tx.ledger.add(conversation, Kind.MESSAGE, Author.TEAMMATE, text)
        await tx.ledger.add(conversation, Kind.EDIT, Author.TEAMMATE, "one!", data={"target": 1})
        await tx.ledger.add(conversation, Kind.RETRACT, Author.TEAMMATE, "", data={"target": 2})
        await tx.ledger.add(conversation, Kind.EDIT, Author.TEAMMATE, "one!!", data={"target": 1})

    await database.write(work)
    async with database.read() as tx:
        assert [e.text for e in await tx.ledger.about(conversation, 1)] == ["one!", "one!!"]
        assert [e.kind for e in await tx.ledger.about(conversation, 2)] == [Kind.RETRACT]
