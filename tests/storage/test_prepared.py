"""Prepared statements: typed like all others, and quick on a table of any size."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from storage.engine.database import Database
from storage.engine.prepared import Prepared
from storage.records import Author, ConversationId, Kind, MessageRef
from storage.schema import conversations, facts, metadata, outbox
from storage.transaction import LockHint, Transaction

# As queries name them.
TABLES = {*metadata.tables, "earlier", "later", "whose"}
IN_STATE = Prepared(
    lambda _dialect: (
        update(conversations).where(conversations.c.id == bindparam("of")).values(state="nonsense")
    )
)


async def test_a_value_that_is_missing_is_an_error_and_not_an_empty_one(database: Database) -> None:
    with pytest.raises(KeyError, match="of"):
        await database.write(lambda tx: tx.connection.change(IN_STATE, [{}]))


async def test_an_insert_says_itself_what_python_would_fill_in(database: Database) -> None:
    careless = Prepared(lambda _dialect: insert(outbox).inline(), columns=["topic"])
    with pytest.raises(ValueError, match="every value"):
        await database.write(lambda tx: tx.connection.change(careless, [{"topic": "slack"}]))


async def test_a_refused_statement_says_so_as_any_other(
    database: Database, conversation: ConversationId
) -> None:
    with pytest.raises(IntegrityError) as refused:
        await database.write(lambda tx: tx.connection.change(IN_STATE, [{"of": conversation}]))
    assert conversation not in str(refused.value)


async def test_a_query_that_is_asked_again_sees_what_happened_since(database: Database) -> None:
    value = Prepared(lambda _dialect: select(facts.c.value).where(facts.c.name == bindparam("name")))

    async def read(tx: Transaction) -> list[str]:
        return [row.value for row in await tx.connection.fetch(value, {"name": "n"})]

    assert await database.write(read) == []
    await database.write(lambda tx: tx.key_values.keep("n", "1"))
    assert await database.write(read) == ["1"]


async def test_nothing_on_a_messages_way_reads_a_whole_table(
    database: Database, conversation: ConversationId
) -> None:
    if not database.is_sqlite:
        pytest.skip("PostgreSQL chooses by what it knows of the table")
    ran: list[str] = []
    thread = MessageRef("T", "C", "1.1")

    async def message(tx: Transaction) -> None:
        await tx.expect([LockHint(conversation, source="slack:T/C/2.2"), LockHint(thread=thread)])
        await tx.ledger.add(conversation, Kind.MESSAGE, Author.CUSTOMER, "Hi", source="c:1")
        for _ in range(2):
            await tx.outbox.owe("entry", conversation, topic="slack", lane="l", priority=1)
            await tx.outbox.owe("refresh", conversation, topic="slack", lane="c", priority=1, coalesce="c")
        await tx.slack_events.of_thread(thread)
        jobs = await tx.outbox.claim(
            "slack", limit=9, lease=timedelta(seconds=30), together={"entry": 48, "refresh": 3}
        )
        assert [len(job.items) for job in jobs] == [2, 1]
        tx.outbox.finish_later(jobs[0])
        await tx.connection.flush()

    async def traced(on: bool) -> None:
        await database.alter(
            lambda connection: connection.connection.dbapi_connection.set_trace_callback(  # type: ignore[union-attr]
                ran.append if on else None
            )
        )

    await traced(on=True)
    await database.write(message)
    await traced(on=False)
    queries = [sql for sql in ran if sql.startswith(("SELECT", "UPDATE", "INSERT"))]
    assert len(queries) >= 12
    for sql in queries:
        steps = await database.alter(
            lambda connection, sql=sql: [  # type: ignore[misc]
                row[3] for row in connection.connection.dbapi_connection.execute(f"EXPLAIN QUERY PLAN {sql}")
            ]
        )
        scans = {step.split()[1] for step in steps if step.startswith("SCAN") and "VIRTUAL" not in step}
        assert not scans & TABLES, sql
