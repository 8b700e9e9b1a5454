"""Transactions: all or nothing, no update lost, and an outcome for everybody who asked."""

from __future__ import annotations

import asyncio
import shutil
import threading
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

import storage.engine.writer
from storage import migrate
from storage.engine.database import Database, DatabaseUnavailable, reason_of
from storage.engine.writer import CHANGES_IN_LOG
from storage.records import Author, ConversationId, Kind, PersonId
from storage.schema import conversations, facts
from storage.transaction import Transaction
from tests.databases import somebody_else_writes
from tests.storage.conftest import started


async def count_up(tx: Transaction) -> None:
    """Read, think, write: what loses updates where transactions begin too late."""
    value = await tx.connection.scalar(select(facts.c.value).where(facts.c.name == "n").with_for_update())
    await tx.connection.execute(
        update(facts).where(facts.c.name == "n").values(value=str(int(value or 0) + 1))
    )


async def counted(database: Database) -> int:
    async with database.read() as tx:
        return int(await tx.key_values.get("n") or 0)


async def test_no_update_is_lost_between_concurrent_writers(database: Database, address: str) -> None:
    await database.write(lambda tx: tx.key_values.keep("n", "0"))
    another_process = Database(address)
    try:
        await asyncio.gather(*((database if n % 2 else another_process).write(count_up) for n in range(40)))
    finally:
        await another_process.close()
    assert await counted(database) == 40


async def test_a_failing_write_changes_nothing_and_the_next_one_works(database: Database) -> None:
    await database.write(lambda tx: tx.key_values.keep("n", "1"))

    async def broken(tx: Transaction) -> None:
        await count_up(tx)
        raise LookupError

    with pytest.raises(LookupError):
        await database.write(broken)
    assert await counted(database) == 1
    await database.write(count_up)
    assert await counted(database) == 2


async def test_a_cancelled_caller_waits_until_the_write_is_decided(database: Database, address: str) -> None:
    async with somebody_else_writes(address, "facts"):
        writing = asyncio.create_task(database.write(lambda tx: tx.key_values.keep("n", "7")))
        await asyncio.sleep(0)
        writing.cancel()
        for _ in range(20):
            await asyncio.sleep(0)
        assert not writing.done()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert await counted(database) == 7


async def test_a_cancelled_write_that_fails_is_still_a_cancellation(
    database: Database, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(tx: Transaction) -> None:
        await tx.key_values.keep("n", "7")
        raise LookupError("Maya's words")

    async with somebody_else_writes(address, "facts"):
        writing = asyncio.create_task(database.write(broken))
        await asyncio.sleep(0)
        writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert "a cancelled caller's write failed: LookupError" in caplog.text
    assert "Maya" not in caplog.text


async def test_listeners_hear_of_committed_writes_only_and_only_afterwards(
    database: Database, conversation: ConversationId
) -> None:
    heard: list[tuple[set[str], set[str]]] = []
    database.on_commit.append(lambda tx: heard.append((set(tx.touched), tx.topics)))

    async def owe(tx: Transaction) -> None:
        await tx.outbox.owe("x", conversation, topic="slack", lane="a", priority=1)
        assert heard == []

    async def broken(tx: Transaction) -> None:
        await tx.outbox.owe("x", conversation, topic="slack", lane="a", priority=1)
        raise LookupError

    with pytest.raises(LookupError):
        await database.write(broken)
    assert heard == []
    await database.write(owe)
    assert heard == [(set(), {"slack"})]


async def test_a_reader_cannot_write(database: Database, conversation: ConversationId) -> None:
    with pytest.raises(SQLAlchemyError):
        async with database.read() as tx:
            await tx.key_values.keep("n", "1")
    assert await counted(database) == 0


async def test_a_reader_sees_one_moment_and_does_not_hold_writers_up(
    database: Database, conversation: ConversationId
) -> None:
    async with database.read() as tx:
        before = await tx.key_values.get("n")
        async with asyncio.timeout(60):
            await database.write(lambda tx: tx.key_values.keep("n", "1"))
        assert await tx.key_values.get("n") == before is None
    assert await counted(database) == 1


async def test_a_reader_sees_one_moment_by_prepared_queries_alone(
    database: Database, conversation: ConversationId
) -> None:
    async with database.read() as tx:
        before = await tx.ledger.last_numbers([conversation])
        await database.write(
            lambda tx: tx.ledger.add(conversation, Kind.MESSAGE, Author.CUSTOMER, "Hi", source="c:1")
        )
        assert await tx.ledger.last_numbers([conversation]) == before


async def test_a_cancelled_reader_lets_go_of_its_connection_first(database: Database) -> None:
    """Whoever reads next gets the same connection, and must not get the other's statement with it."""
    slow = text(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) "
        "SELECT max(i) FROM n"
    )

    async def look() -> None:
        async with database.read() as tx:
            await tx.connection.execute(slow)

    for _ in range(3):
        looking = asyncio.create_task(look())
        await asyncio.sleep(0)
        looking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await looking
        assert await counted(database) == 0


async def test_what_breaks_a_constraint_is_tried_once(database: Database) -> None:
    tries = 0

    async def twice(tx: Transaction) -> None:
        nonlocal tries
        tries += 1
        for _ in range(2):
            await tx.connection.execute(insert(facts).values(name="n", value="1"))

    with pytest.raises(IntegrityError):
        await database.write(twice)
    assert tries == 1


class TestOnPostgresql:
    """Races that only several connections can run."""

    @pytest.fixture
    def address(self, shared_postgres: str) -> str:
        return shared_postgres

    async def test_a_deadlocked_write_runs_again(self, database: Database) -> None:
        ours, theirs = await started(database), await started(database)
        both_hold_one = asyncio.Barrier(2)
        tries = 0

        async def lock(tx: Transaction, first: ConversationId, second: ConversationId) -> None:
            nonlocal tries
            tries += 1
            await tx.connection.execute(text("SET LOCAL deadlock_timeout = '20ms'"))
            await tx.conversations.lock(first)
            if tries <= 2:
                await both_hold_one.wait()
            await tx.conversations.lock(second)
            await tx.connection.execute(
                update(conversations)
                .where(conversations.c.id.in_([first, second]))
                .values(last_seq=conversations.c.last_seq + 1)
            )
            tx.topics.add("slack")

        heard: list[object] = []
        database.on_commit.append(heard.append)
        async with asyncio.timeout(10):
            await asyncio.gather(
                database.write(lambda tx: lock(tx, ours, theirs)),
                database.write(lambda tx: lock(tx, theirs, ours)),
            )
        # On a slow machine the one that ran again may meet the other once more.
        assert tries >= 3
        assert len(heard) == 2
        async with database.read() as tx:
            for one in (ours, theirs):
                found = await tx.conversations.get(one)
                assert found is not None
                assert found.last_seq == 2

    async def test_a_serialization_failure_runs_again(self, database: Database) -> None:
        await database.write(lambda tx: tx.key_values.keep("n", "0"))
        both_have_read = asyncio.Barrier(2)
        tries = 0

        async def count(tx: Transaction) -> None:
            nonlocal tries
            tries += 1
            await tx.connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            value = int(await tx.key_values.get("n") or 0)
            if tries <= 2:
                await both_have_read.wait()
            await tx.connection.execute(update(facts).values(value=str(value + 1)))

        async with asyncio.timeout(10):
            await asyncio.gather(database.write(count), database.write(count))
        assert tries == 3
        assert await counted(database) == 2

    async def test_a_connection_cut_before_the_commit_runs_again(self, database: Database) -> None:
        tries = 0

        async def work(tx: Transaction) -> str:
            nonlocal tries
            tries += 1
            kept = await tx.key_values.keep("n", str(tries))
            if tries == 1:
                await tx.connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
            return kept

        assert await database.write(work) == "2"
        assert await counted(database) == 2

    async def test_however_many_connections_were_cut_a_write_finds_one(self, database: Database) -> None:
        all_write = asyncio.Barrier(6)

        async def wait(_tx: Transaction) -> None:
            await all_write.wait()

        await asyncio.gather(*(database.write(wait) for _ in range(6)))
        others = text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        async with database.read() as tx:
            await tx.connection.execute(others)
        found = await database.write(lambda tx: tx.people.named([PersonId("T1", "U1")]))
        assert found == {}

    async def test_a_race_that_is_lost_every_time_is_given_up(self, database: Database) -> None:
        tries = 0
        failing = text("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$")

        async def work(tx: Transaction) -> None:
            nonlocal tries
            tries += 1
            await tx.connection.execute(failing)

        with pytest.raises(DBAPIError, match="again"):
            await database.write(work)
        assert tries == 3


async def _drivers_threads_ended() -> None:
    """aiosqlite does not wait for the thread of a connection that could not be opened."""
    for thread in threading.enumerate():
        if "_connection_worker_thread" in thread.name:
            await asyncio.to_thread(thread.join, 5)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("sqlite+aiosqlite:////no/such/folder/bookbag.db", "unable to open database file"),
        ("sqlite+aiosqlite:////tmp", "unable to open database file"),
        ("postgresql+asyncpg://bob:hunter2@127.0.0.1:1/bookbag", "Connect call failed"),
        ("postgresql+asyncpg://bob:hunter2@nowhere.invalid/bookbag", "not known"),
    ],
)
async def test_a_database_that_cannot_be_opened_says_why_and_no_secret(url: str, reason: str) -> None:
    database = Database(url)
    try:
        with pytest.raises(DatabaseUnavailable, match=reason) as refused:
            await database.check()
    finally:
        await database.close()
        await _drivers_threads_ended()
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("user", "name", "reason"),
    [("postgres", "nothing_here", "does not exist"), ("nobody_known", "postgres", "does not exist")],
)
async def test_a_server_without_such_a_database_or_user_says_so(
    postgres: str, user: str, name: str, reason: str
) -> None:
    database = Database(f"postgresql+asyncpg://{user}:hunter2@/{name}?host={postgres}")
    try:
        with pytest.raises(DatabaseUnavailable, match=reason) as refused:
            await database.check()
    finally:
        await database.close()
    assert "hunter2" not in str(refused.value)


async def test_a_database_that_answers_passes_the_check(database: Database) -> None:
    await database.check()


async def test_the_reason_of_a_failure_does_not_quote_what_somebody_wrote(
    database: Database, conversation: ConversationId
) -> None:
    with pytest.raises(IntegrityError) as failed:
        await database.write(lambda tx: tx.connection.execute(update(conversations).values(state="my words")))
    assert "ck_conversations_state" in reason_of(failed.value)
    assert "my words" not in reason_of(failed.value)


async def test_a_database_error_does_not_quote_customers_words(
    database: Database, conversation: ConversationId
) -> None:
    async def broken(tx: Transaction) -> None:
        await tx.connection.execute(
            update(conversations).values(customer_name="my card number is 4111", state="nonsense")
        )

    with pytest.raises(IntegrityError) as failed:
        await database.write(broken)
    assert "4111" not in str(failed.value)


async def test_a_sqlite_file_survives_a_second_process_that_opens_it(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'shared.db'}"
    ours, theirs = Database(url), Database(url)
    try:
        await migrate.upgrade(ours)
        await migrate.upgrade(theirs)
        await ours.write(lambda tx: tx.key_values.keep("n", "1"))
        assert await counted(theirs) == 1
    finally:
        await ours.close()
        await theirs.close()


async def test_after_a_commit_that_failed_sqlite_writes_on(empty_sqlite: Path, tmp_path: Path) -> None:
    path = tmp_path / "failing.db"
    shutil.copy(empty_sqlite, path)
    database = Database(f"sqlite+aiosqlite:///{path}")

    async def owes_nobody(tx: Transaction) -> None:
        # What the constraint has to say is only looked at by the commit.
        await tx.connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        await tx.outbox.owe("post", ConversationId("f" * 32), topic="slack", lane="l", priority=1)

    try:
        with pytest.raises(IntegrityError):
            await database.write(owes_nobody)
        await database.write(lambda tx: tx.key_values.keep("n", "1"))
        assert await counted(database) == 1
        async with database.read() as tx:
            assert await tx.outbox.counts() == {"open": 0, "parked": 0}
    finally:
        await database.close()


async def test_sqlites_log_is_copied_back_and_does_not_grow(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'log.db'}")
    log = tmp_path / "log.db-wal"
    try:
        await migrate.upgrade(database)
        sizes = []
        for number in range(6):
            names = [f"{number}/{one}" for one in range(CHANGES_IN_LOG)]
            rows = [{"name": name, "value": name} for name in names]
            await database.write(partial(_inserted, rows))
            sizes.append(log.stat().st_size)
        assert sizes[-1] == sizes[1]
    finally:
        await database.close()


async def test_sqlites_log_begins_anew_though_somebody_always_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage.engine.writer, "CHANGES_IN_LOG", 10)
    monkeypatch.setattr(storage.engine.writer, "LONG_LOG", 50)
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'read.db'}")
    await migrate.upgrade(database)
    stopping = asyncio.Event()

    async def read() -> None:
        while not stopping.is_set():
            async with database.read() as tx:
                await tx.key_values.get("n")
                await asyncio.sleep(0.005)

    async def begin_later(number: int) -> None:
        await asyncio.sleep(number * 0.002)
        await read()

    readers = [asyncio.create_task(begin_later(number)) for number in range(3)]
    try:
        for number in range(400):
            rows = [{"name": f"{number}/{n}", "value": "x"} for n in range(10)]
            await database.write(partial(_inserted, rows))
        pages = (tmp_path / "read.db-wal").stat().st_size // 4096
        assert pages < 150
    finally:
        stopping.set()
        await asyncio.gather(*readers)
        await database.close()


async def _inserted(rows: list[dict[str, str]], tx: Transaction) -> None:
    await tx.connection.execute(insert(facts), rows)
