"""The migrations arrive at the schema that the code is written for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from storage import migrate
from storage.engine.database import Database
from storage.records import ANYONE, SERVER, Customer, StartedBy
from storage.schema import metadata
from tests.databases import made_on


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without a table."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'bookbag.db'}"
    return made_on(request.getfixturevalue("postgres"))


@pytest.fixture
async def empty(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


Shape = dict[str, dict[str, list[str]]]


def shape_of(connection: Connection) -> Shape:
    """What alembic does not compare: checks, and which rows a partial index is about."""
    found: Shape = {}
    inspector = inspect(connection)
    for table in metadata.tables:
        found[table] = {
            "checks": sorted(str(one["name"]) for one in inspector.get_check_constraints(table)),
            "sqltext": sorted(one["sqltext"] for one in inspector.get_check_constraints(table)),
            "indexes": sorted(
                f"{one['name']} {one['column_names']} {one['unique']} {_where(one)}"
                for one in inspector.get_indexes(table)
            ),
            "primary": inspector.get_pk_constraint(table)["constrained_columns"],
        }
    return found


def _where(index: Any) -> list[str]:
    return sorted(f"{name}: {value}" for name, value in index.get("dialect_options", {}).items())


async def test_a_fresh_database_gets_exactly_the_schema_of_the_code(empty: Database) -> None:
    assert not await migrate.is_current(empty)
    await migrate.upgrade(empty)
    assert await migrate.is_current(empty)

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    def made_anew(connection: Connection) -> Shape:
        connection.execute(text("DROP TABLE alembic_version"))
        metadata.drop_all(connection)
        metadata.create_all(connection)
        return shape_of(connection)

    assert await empty.look(differences) == []
    migrated = await empty.look(shape_of)
    assert await empty.alter(made_anew) == migrated
    assert migrated["conversations"]["checks"] == ["ck_conversations_holder", "ck_conversations_state"]
    assert "ck_entries_notes_stay" in migrated["entries"]["checks"]


async def test_upgrading_again_changes_nothing_and_loses_nothing(empty: Database) -> None:
    await migrate.upgrade(empty)
    await empty.write(lambda tx: tx.key_values.keep("n", "1"))
    await migrate.upgrade(empty)
    assert await migrate.is_current(empty)
    async with empty.read() as tx:
        assert await tx.key_values.get("n") == "1"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_processes_that_start_together_upgrade_once(database_url: str) -> None:
    # Over SQLite there is one process; a second that opens a new file in the same instant may find it locked.
    processes = [Database(database_url) for _ in range(3)]
    try:
        async with asyncio.timeout(20):
            await asyncio.gather(*(migrate.upgrade(process) for process in processes))
        assert all([await migrate.is_current(process) for process in processes])
    finally:
        for process in processes:
            await process.close()


async def test_a_failed_upgrade_leaves_no_half_of_it(empty: Database) -> None:
    await empty.alter(lambda connection: connection.execute(text("CREATE TABLE tickets (something TEXT)")))
    with pytest.raises(Exception, match="already exists"):
        await migrate.upgrade(empty)
    tables = await empty.look(lambda connection: inspect(connection).get_table_names())
    assert set(tables) - {"alembic_version"} == {"tickets"}
    assert not await migrate.is_current(empty)


async def test_what_was_started_before_callers_were_told_apart_is_come_back_to(empty: Database) -> None:
    """By those whose it was: the server, and who knows what nobody can guess."""
    columns = "id, client_id, channel, home, customer_verified, customer_metadata, state, epoch, last_seq"
    values = ":id, :client_id, 'web', 'C1', false, '{}', 'ai', 0, 0, false, '2026-01-01 00:00:00+00:00'"
    row = f"INSERT INTO conversations ({columns}, mirrored, created_at) VALUES ({values})"  # noqa: S608
    page = "2f1c9a1e-5a0e-4d5b-9c39-0d1f8c1f7a11"

    def fill(connection: Connection) -> None:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0016")
        for name in ("whatsapp:+49170", page):
            connection.execute(text(row), {"id": name[:32], "client_id": name})

    await empty.alter(fill)
    await migrate.upgrade(empty)

    async def started(client_id: str, by: StartedBy) -> tuple[str, bool]:
        conversation, is_new = await empty.write(
            lambda tx: tx.conversations.start(
                channel="web", inbox=None, customer=Customer(), client_id=client_id, by=by
            )
        )
        return conversation.id, is_new

    assert await started("whatsapp:+49170", ANYONE) != ("whatsapp:+49170", False)
    for _ in range(2):
        assert await started("whatsapp:+49170", SERVER) == ("whatsapp:+49170", False)
        assert await started(page, ANYONE) == (page[:32], False)


def test_the_migrations_travel_with_the_package() -> None:
    assert list((Path(migrate.__file__).parent / "migrations" / "versions").glob("0001_*.py"))


def upgraded_to(revision: str) -> Callable[[Connection], None]:
    def apply(connection: Connection) -> None:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    return apply


async def test_conversations_from_before_get_the_slack_channel_that_their_card_is_in(empty: Database) -> None:
    await empty.alter(upgraded_to("0015"))

    def furnished(connection: Connection) -> None:
        for name, home, card in (("carded", None, "COLD"), ("apart", "CVIP", "CVIP"), ("new", None, None)):
            connection.execute(
                text(
                    "INSERT INTO conversations (id, channel, customer_verified, customer_metadata, state, "
                    "epoch, last_seq, mirrored, created_at, home, card_team, card_channel, card_ts) VALUES "
                    "(:id, 'web', false, '{}', 'ai', 0, 0, true, '2026-01-01 00:00:00', :home, 'T1', "
                    ":card, :ts)"
                ),
                {"id": name, "home": home, "card": card, "ts": f"{name}.1" if card else None},
            )
            connection.execute(
                text(
                    "INSERT INTO outbox (topic, lane, kind, conversation_id, payload, key, priority, state, "
                    "alone, attempts, fence, available_at, created_at) VALUES ('slack', :id, 'entry', :id, "
                    "'{}', :id, 1, 'ready', false, 0, 0, '2026-01-01 00:00:00', '2026-01-01 00:00:00')"
                ),
                {"id": name},
            )
        connection.execute(text("INSERT INTO channels (id, is_usable) VALUES ('CVIP', true)"))

    await empty.alter(furnished)
    await migrate.upgrade(empty)
    async with empty.read() as tx:
        health = {one.id: one for one in await tx.slack_channels.health()}
        assert {name: one.is_former for name, one in health.items()} == {"COLD": True, "CVIP": False}
        # Until Slack was asked.
        assert all(one.is_exposed for one in health.values())
    await empty.write(lambda tx: tx.slack_channels.configure("CNOW"))
    async with empty.read() as tx:
        rows = (await tx.connection.execute(text("SELECT id, home FROM conversations"))).all()
        assert {row.id: row.home for row in rows} == {"carded": "COLD", "apart": "CVIP", "new": "CNOW"}
        owed = (await tx.connection.execute(text("SELECT lane, channel FROM outbox"))).all()
        assert {row.lane: row.channel for row in owed} == {"carded": "COLD", "apart": "CVIP", "new": "CNOW"}
        assert not next(one for one in await tx.slack_channels.health() if one.id == "CNOW").is_exposed
